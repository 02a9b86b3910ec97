"""/ban 拉黑: somebody is answered no more, at once."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("ban", "拉黑")
ADMINS = True
CUTS = False
PLACE = 210


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The person with that number; an admin cannot be banned from the chat."""
    found = bot.people.find(turn.chat.account, argument)
    if found is None:
        return told(bot, turn, recalled, "who_is_meant", word=argument[:40])
    number, person = found
    if person.sender in bot.accounts[turn.chat.account].settings.admins or person == turn.message.person:
        return told(bot, turn, recalled, "admin_not_banned", number=number)
    unread = bot.erasure.unread(turn.chat.account, number)
    writes = (*bot.people.ban(person), *unread, rights.audited(bot, turn, recalled, "ban", number))
    return told(bot, turn, recalled, "now_banned", number=number, writes=writes)
