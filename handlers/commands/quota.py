"""/quota 额度: how much everybody, or one person, may use in a day."""

import re
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.prices import MICROS
from handlers import money, rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("quota", "额度")
ADMINS = True
CUTS = False
PLACE = 220

_EVERYONE = ("everyone", "所有人", "每人")
_OFF = ("off", "不限", "取消")
_UNITS = {
    **dict.fromkeys(("", "次", "条", "answers"), "answers"),
    **dict.fromkeys(("token", "tokens"), "tokens"),
    **dict.fromkeys(("元", "块", "cny", "usd", "money"), "cost"),
}
_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,2})?)\s*([^\d/\s.]{0,7})(?:/(?:day|天|日))?")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """`everyone 50/天`, `12 20000 tokens`, `12 off`; without anything, what holds now."""
    account = turn.chat.account
    whom, _, amount = argument.partition(" ")
    found = _read(amount.strip().lower())
    if not whom or found is None:
        usual = bot.ledger.usual(account, money.limits(bot))
        return told(bot, turn, recalled, "quota_how", count=usual.person_answers or "∞")
    if whom.lower() in _EVERYONE:
        audit = rights.audited(bot, turn, recalled, f"quota {amount.strip()}")
        limits = (bot.ledger.limit_all(account, kind, most) for kind, most in found)
        return told(bot, turn, recalled, "quota_set_all", amount=amount.strip(), writes=(*limits, audit))
    person = bot.people.find(account, whom)
    if person is None:
        return told(bot, turn, recalled, "who_is_meant", word=whom[:40])
    number = person[0]
    audit = rights.audited(bot, turn, recalled, f"quota {amount.strip()}", number)
    writes = (*(bot.ledger.limit_one(person[1], kind, most) for kind, most in found), audit)
    return told(bot, turn, recalled, "quota_set", number=number, amount=amount.strip(), writes=writes)


def _read(amount: str) -> list[tuple[str, int]] | None:
    """What is limited and to how much; 0 is no limit, which only a word for it means."""
    if amount in _OFF:
        return [(kind, 0) for kind in ("answers", "tokens", "cost")]
    form = _AMOUNT.fullmatch(amount)
    kind = _UNITS.get(form[2]) if form else None
    if form is None or kind is None:
        return None
    most = round(float(form[1]) * MICROS) if kind == "cost" else int(float(form[1]))
    return [(kind, most)] if most else None
