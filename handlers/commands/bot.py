"""/bot 找AI: talk to the AI again."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import handed, handover
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("bot", "找AI", "找ai")
ADMINS = False
CUTS = False
PLACE = 81


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The hand-over ends; without one the AI is here anyway."""
    found = handed.of(recalled)
    if found is None:
        return told(bot, turn, recalled, "already_here")
    return handover.over(bot, turn, recalled, found)
