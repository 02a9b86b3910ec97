"""/new 新对话: put the conversation away and begin afresh."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("new", "新对话")
ADMINS = False
CUTS = True
PLACE = 10


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The next session begins when this is settled; older messages were cut when it was accepted."""
    return told(bot, turn, recalled, "fresh_start", writes=bot.memory.start_over(turn.chat, recalled))
