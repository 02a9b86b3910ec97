"""/grant 赠送: somebody may use more than the day's limits, and it does not end with the day."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import grants, meant, rights
from handlers.reply import told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("grant", "赠送")
ADMINS = True
CUTS = False
PLACE = 310

_OFF = ("off", "收回", "取消")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """`12 50`, `12 20000 tokens`, `12 off`; without an amount, how to write it."""
    named, written = meant.somebody(argument)
    if not written:
        return told(bot, turn, recalled, "grant_how")
    found = bot.people.find(turn.chat.account, named)
    if found is None:
        return told(bot, turn, recalled, "who_is_meant", word=named[:40])
    number, person = found
    if written.lower() in _OFF:
        audit = rights.audited(bot, turn, recalled, "grant off", number)
        writes = (*bot.people.take_back(person), audit)
        return told(bot, turn, recalled, "granted_off", number=number, writes=writes)
    given = grants.read(written, "answers")
    if given is None:
        return told(bot, turn, recalled, "grant_how")
    unit, amount = given
    audit = rights.audited(bot, turn, recalled, f"grant {amount} {unit}", number)
    writes = (bot.people.grant(person, unit, amount), audit)
    words = grants.shown(texts_of(bot, turn, recalled), unit, amount)
    return told(bot, turn, recalled, "granted", number=number, amount=words, writes=writes)
