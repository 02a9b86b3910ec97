"""/pause 暂停: people are told to come back later, and no model is asked."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("pause", "暂停")
ADMINS = True
CUTS = False
PLACE = 231


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """From the next message on; what is being answered is answered. It is never about one person."""
    if argument:
        return told(bot, turn, recalled, "pause_how")
    writes = (
        bot.changes.keep(turn.chat.account, "paused", "1"),
        rights.audited(bot, turn, recalled, "pause"),
    )
    return told(bot, turn, recalled, "now_paused", writes=writes)
