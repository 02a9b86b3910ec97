"""/quota 额度: how much everybody, or one person, may use in a day."""

from typing import TYPE_CHECKING, get_args

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
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
    """`everyone 50/天`, `12 20000 tokens`, `12 off`; without anything, what holds now."""
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
    if whom.lower() in _EVERYONE:
        audit = rights.audited(bot, turn, recalled, f"quota {amount}")
        limits = (bot.ledger.limit_all(account, kind, most) for kind, most in found)
        return told(bot, turn, recalled, "quota_set_all", amount=amount, writes=(*limits, audit))
    person = bot.people.find(account, whom)
    if person is None:
        return told(bot, turn, recalled, "who_is_meant", word=whom[:40])
    number = person[0]
    audit = rights.audited(bot, turn, recalled, f"quota {amount}", number)
    writes = (*(bot.ledger.limit_one(person[1], kind, most) for kind, most in found), audit)
    return told(bot, turn, recalled, "quota_set", number=number, amount=amount, writes=writes)


def _read(bot: "Bot", amount: str) -> list[tuple[str, int]] | None:
    """What is limited and to how much; 0 is no limit, which only a word for it means. Raises ForeignMoney."""
    if amount.lower() in amounts.OFF:
        return [(kind, 0) for kind in get_args(amounts.Kind)]
    found = amounts.read(amount, "answers", bot.prices.currency)
    return [found] if found else None
