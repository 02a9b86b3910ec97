"""Somebody follows the account or opens the app: the welcome."""

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers.reply import planned
from handlers.words import texts_of

KINDS = ("subscribe", "enter_agent")


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """The welcome; opening an app again is no reason to be greeted again (protocol C2)."""
    if turn.message.kind == "enter_agent" and recalled.noticed:
        return Plan("ignored")
    settings, texts = bot.accounts[turn.chat.account].settings, texts_of(bot, turn, recalled)
    names = {
        "assistant": settings.assistant,
        "examples": "\n".join(f"· {words}" for words in settings.examples),
    }
    if settings.title:
        text = texts.say("welcome", title=settings.title, **names)
    else:
        text = texts.say("welcome_untitled", **names)
    if settings.audience == "public":
        text = f"{text}\n{texts.say('ai_notice')}"
    writes = (bot.memory.notice(turn.message.person),)
    return planned(bot, turn, recalled, Reply.of(text), state="answered", writes=writes)
