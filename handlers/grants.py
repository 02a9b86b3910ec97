"""What people have beyond their day's limits: how admins write it, and how everybody reads it."""

from bot.store.people import Profile, Unit
from bot.text import half_width
from config.wording import Texts
from handlers import amounts

BETWEEN = " · "
"""Between amounts of different units."""


def read(written: str, usual: Unit) -> tuple[Unit, int] | None:
    """`50`, `50 次`, `20000 tokens`: the unit, which is the *usual* where none is written, and how many."""
    if "/" in half_width(written):  # What is granted is for no day.
        return None
    try:
        found = amounts.read(written, usual, currency="")
    except amounts.ForeignMoney:
        return None
    return None if found is None or found[0] == "cost" else (found[0], found[1])


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
