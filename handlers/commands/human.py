"""/human 转人工: talk to a human."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import handover

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("human", "转人工", "人工", "找真人")
ADMINS = False
CUTS = False
PLACE = 80
TRAITS = ("to_people",)


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """From now on the AI is silent, and their words go to a human."""
    return handover.begun(bot, turn, recalled, argument)
