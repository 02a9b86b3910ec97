"""/unban 解除拉黑: somebody who was banned is answered again."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("unban", "解除拉黑")
ADMINS = True
CUTS = False
PLACE = 211


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The person with that number."""
    found = bot.people.find(turn.chat.account, argument)
    if found is None:
        return told(bot, turn, recalled, "who_is_meant", word=argument[:40])
    number, person = found
    writes = (bot.people.unban(person), rights.audited(bot, turn, recalled, "unban", number))
    return told(bot, turn, recalled, "now_unbanned", number=number, writes=writes)
