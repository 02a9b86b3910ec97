"""/retry 重答: the last question once more."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.answering import ask
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("retry", "重答")
ADMINS = False
CUTS = False
PLACE = 40
TRAITS = ("asks",)


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Another answer, which takes the first one's place in the memory (handlers.asking)."""
    if not recalled.failed and not recalled.history:
        return told(bot, turn, recalled, "nothing_to_retry")
    return ask(bot, turn, recalled)
