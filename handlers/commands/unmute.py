"""/unmute 订阅: notices that go to everybody, again."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.commands.mute import MUTED
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("unmute", "订阅")
ADMINS = False
CUTS = False
PLACE = 0  # /mute says it.
TRAITS = ("right",)


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """From the next one on."""
    chosen = bot.people.choose(turn.message.person, MUTED, "")
    return told(bot, turn, recalled, "now_unmuted", writes=(chosen,))
