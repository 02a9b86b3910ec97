"""/bad 踩: somebody did not like the last answer."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.votes import voted

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("bad", "踩")
ADMINS = False
CUTS = False
PLACE = 0  # /me tells of it.
TRAITS = ("to_people",)


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """With the reason, where one is given."""
    return voted(bot, turn, recalled, argument, good=False)
