"""/resume 恢复: everything is answered again."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("resume", "恢复")
ADMINS = True
CUTS = False
PLACE = 230


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """From the next message on; what is being answered is answered. It is never about one person."""
    if argument:
        return told(bot, turn, recalled, "resume_how")
    writes = (
        bot.changes.drop(turn.chat.account, "paused"),
        rights.audited(bot, turn, recalled, "resume"),
    )
    return told(bot, turn, recalled, "now_resumed", writes=writes)
