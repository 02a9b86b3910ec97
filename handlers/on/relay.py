"""Words of somebody who talks to a human, on their way to an admin, who answers with `#12 …`."""

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import handed, passive, rights, unasked, unread

KINDS = ("relay",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """As `handlers.handover` wrote them, if it is still for this admin to read them; no model is asked.

    Nobody reads words of who was banned since.
    """
    if handed.is_void(bot, turn) or not rights.is_admin(bot, turn, recalled):
        return Plan("ignored")
    account, number = turn.chat.account, handed.whose(turn)
    found = bot.people.find(account, number) if number else None
    if found is not None and not bot.people.welcome([found[1]], closed=False):
        return Plan("ignored")
    if passive.is_passive(bot, turn) and unread.is_enough(bot, turn, recalled):
        return Plan("command")
    return unasked.said(bot, turn, recalled, turn.message.text)
