"""/stop 停: say no more of what is being answered."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("stop", "停")
ADMINS = False
CUTS = True
PLACE = 30


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The cut that came with this message has stopped everything older; what waits to be fetched goes too."""
    return told(bot, turn, recalled, "stopped", writes=(bot.memory.drop_rest(turn.chat),))
