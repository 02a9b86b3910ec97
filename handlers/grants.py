"""What people have beyond their day's limits: how admins write it, and how everybody reads it."""

import re
from collections.abc import Mapping

from bot.store.people import Profile, Unit
from config.wording import Texts

_UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("次", "条", "answer", "answers"), "answers"),
    **dict.fromkeys(("词元", "token", "tokens"), "tokens"),
}
BETWEEN = " · "
"""Between amounts of different units."""
_AMOUNT = re.compile(r"(\d{1,9})\s*([^\d\s]{0,7})")


def read(written: str, usual: Unit) -> tuple[Unit, int] | None:
    """`50`, `50 次`, `20000 tokens`: the unit, which is the *usual* where none is written, and how many."""
    form = _AMOUNT.fullmatch(written.strip().lower())
    unit = (_UNITS.get(form[2]) if form[2] else usual) if form else None
    if form is None or unit is None or not int(form[1]):
        return None
    return unit, int(form[1])


def shown(texts: Texts, unit: Unit, amount: int) -> str:
    """`50 次`, `20000 词元`."""
    return texts.say(f"amount_{unit}", count=amount)


def balance(texts: Texts, profile: Profile) -> str:
    """What is left of what was granted; empty without any."""
    found: list[tuple[Unit, int]] = [
        ("answers", profile.granted_answers),
        ("tokens", profile.granted_tokens),
    ]
    return BETWEEN.join(shown(texts, unit, left) for unit, left in found if left > 0)
