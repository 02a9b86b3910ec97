"""Somebody follows the account or opens the app: the welcome."""

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers.reply import planned

KINDS = ("subscribe", "enter_agent")


def reply(bot: Bot, turn: Turn) -> Plan:
    """The welcome; opening an app again is no reason to be greeted again (protocol C2)."""
    recalled = bot.memory.recall(turn.chat, turn.message.person)
    if turn.message.kind == "enter_agent" and recalled.noticed:
        return Plan("ignored")
    settings, texts = bot.accounts[turn.chat.account].settings, bot.accounts[turn.chat.account].texts
    names = {
        "assistant": settings.assistant,
        "examples": "".join(f"· {words}\n" for words in settings.examples),
    }
    text = texts.say("welcome", title=settings.title, **names) if settings.title else ""
    said = Reply.of(text or texts.say("welcome_untitled", **names))
    writes = (bot.memory.notice(turn.message.person),)
    return planned(bot, turn, said, state="answered", recalled=recalled, writes=writes)
