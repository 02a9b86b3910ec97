"""Amounts as people write them: `50 次`, `20000 词元`, `￥30/天`; money in the prices' currency alone."""

import re
from collections.abc import Mapping
from typing import Literal

from bot.text import half_width
from config.prices import MICROS

Kind = Literal["answers", "tokens", "cost"]

OFF = ("off", "不限")
"""No limit at all."""
USUAL = ("default", "默认", "取消")
"""What was set here is dropped, and what would hold without it holds again."""
_COUNTED: Mapping[str, Kind] = {
    **dict.fromkeys(("次", "条", "answer", "answers"), "answers"),
    **dict.fromkeys(("词元", "token", "tokens"), "tokens"),
    **dict.fromkeys(("钱", "money"), "cost"),
}
_CURRENCIES: Mapping[str, tuple[str, ...]] = {
    "CNY": ("¥", "元", "块", "块钱", "人民币", "rmb"),
    "USD": ("$", "美元", "美金", "刀", "dollar", "dollars"),
    "EUR": ("€", "欧元", "euro", "euros"),
}
_OF: Mapping[str, str] = {
    name: currency for currency, names in _CURRENCIES.items() for name in (currency.lower(), *names)
}
_FORM = re.compile(r"([¥$€]?)\s*(\d{1,9}(?:\.\d{1,2})?)\s*([^\d/\s.]{0,7})(?:\s*/\s*(?:day|天|日))?")


class ForeignMoney(ValueError):
    """The amount is in a currency that the prices are not in."""


def read(written: str, usual: Kind, currency: str) -> tuple[Kind, int] | None:
    """What is counted, the *usual* where nothing says so, and how much: money in millionths of *currency*.

    None for what is no amount: nothing, 0, parts of an answer. Raises ForeignMoney.
    """
    form = _FORM.fullmatch(half_width(written).strip().lower())
    if form is None:
        return None
    sign, number, unit = form.groups()
    money = {
        _OF.get(name, currency) for name in (sign, unit) if name in _OF or name == currency.lower() != ""
    }
    kind = _COUNTED.get(unit, "cost" if money else None) if unit else "cost" if money else usual
    if kind is None or (money and kind != "cost"):
        return None
    if money - {currency}:
        raise ForeignMoney(written)
    most = round(float(number) * (MICROS if kind == "cost" else 1))
    whole = kind == "cost" or "." not in number
    return (kind, most) if most and whole else None


def in_a_word(written: str) -> str:
    """*written* as the audit keeps it: the words for no amount are one word each there."""
    word = written.lower()
    return OFF[0] if word in OFF else USUAL[0] if word in USUAL else written
