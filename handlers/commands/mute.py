"""/mute 退订: no more notices that go to everybody."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("mute", "退订")
ADMINS = False
CUTS = False
PLACE = 0  # Each notice says it.
TRAITS = ("right",)

MUTED = "muted"
"""Among what a person has chosen; lua/reachable.lua looks at it too."""


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Also of the one that is under way. Answers and an admin's words to this person still come."""
    chosen = bot.people.choose(turn.message.person, MUTED, "1")
    return told(bot, turn, recalled, "now_muted", writes=(chosen,))
