"""/quota 额度: how much everybody, or one person, may use in a day."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from bot.messages import Person
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan, Write
from bot.text import half_width
from config.prices import MICROS
from handlers import amounts, meant, money, rights
from handlers.reply import told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("quota", "额度")
ADMINS = True
CUTS = False
PLACE = 220

_EVERYONE = ("everyone", "所有人", "每人")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """`everyone 50/天`, `12 20000 tokens`, `12 off`, `12 default`; without anything, what holds now."""
    account = turn.chat.account
    whom, amount = meant.somebody(argument)
    amount = half_width(amount)
    try:
        found = _read(bot, amount)
    except amounts.ForeignMoney:
        return told(bot, turn, recalled, "foreign_money", amount=money.amount(bot, 2 * MICROS))
    if not whom or found is None:
        now = money.limited(bot, texts_of(bot, turn, recalled), money.of_everybody(bot, account))
        return told(bot, turn, recalled, "quota_how", now=now)
    person = None if whom.lower() in _EVERYONE else bot.people.find(account, whom)
    if person is None and whom.lower() not in _EVERYONE:
        return told(bot, turn, recalled, "who_is_meant", word=whom[:40])
    writes, most = _set(bot, account, person[1] if person else None, found)
    now = money.limited(bot, texts_of(bot, turn, recalled), most)
    number = person[0] if person else 0
    deed = f"quota {amounts.in_a_word(amount)}"
    writes = (*writes, rights.audited(bot, turn, recalled, deed, number))
    key = "quota_set" if person else "quota_set_all"
    return told(bot, turn, recalled, key, number=number, amount=now, writes=writes)


def _read(bot: "Bot", amount: str) -> dict[str, int | None] | None:
    """What is limited and to how much: 0 is no limit, None what would hold anyway; only words mean these.

    None for what is no amount. Raises ForeignMoney.
    """
    if amount.lower() in (*amounts.OFF, *amounts.USUAL):
        return dict.fromkeys(get_args(amounts.Kind), 0 if amount.lower() in amounts.OFF else None)
    found = amounts.read(amount, "answers", bot.prices.currency)
    return {found[0]: found[1]} if found else None


def _set(
    bot: "Bot", account: str, person: Person | None, found: Mapping[str, int | None]
) -> tuple[tuple[Write, ...], dict[str, int]]:
    """What makes *found* hold for *person*, or for everybody, and all that holds for them then."""
    everybody = money.of_everybody(bot, account)
    usual = everybody if person else money.by_kind(money.limits(bot))
    most_of = usual | (bot.ledger.own(person) if person else everybody)
    writes = []
    for kind, most in found.items():
        most_of[kind] = usual[kind] if most is None else most
        if most is None:
            writes.append(bot.ledger.unlimit(account, kind, person))
        elif person:
            writes.append(bot.ledger.limit_one(person, kind, most))
        else:
            writes.append(bot.ledger.limit_all(account, kind, most))
    return tuple(writes), most_of
