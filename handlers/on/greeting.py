"""Somebody follows the account or opens the app: the welcome."""

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import scenes, welcome
from handlers.reply import planned

KINDS = ("subscribe", "enter_agent")


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """The welcome; opening an app again is no reason to be greeted again (protocol C2)."""
    if turn.message.kind == "enter_agent" and recalled.noticed:
        return Plan("ignored")
    writes = (bot.memory.notice(turn.message.person), *scenes.left_behind(bot, turn, recalled))
    text = welcome.words(bot, turn, recalled)
    return planned(bot, turn, recalled, Reply.of(text), state="answered", writes=writes)
