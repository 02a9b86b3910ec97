"""/whoami 我是几号: the short number by which one is named here, and the platform's id."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("whoami", "我是几号")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it.


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Who asks, and whether they are an admin."""
    key = "you_are_admin" if rights.is_admin(bot, turn, recalled) else "you_are"
    return told(bot, turn, recalled, key, number=recalled.profile.number, sender=turn.message.sender)
