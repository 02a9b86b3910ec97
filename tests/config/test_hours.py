"""When humans are there: every way an owner may write it, and every way that is refused."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from config.hours import Hours, read_hours, shown
from config.settings import Settings

WORKDAYS = frozenset(range(5))
MONDAY, SATURDAY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("9:00-18:00", Hours(frozenset(range(7)), 540, 1080)),
        ("周一至周五 09:00–18:00", Hours(WORKDAYS, 540, 1080)),
        ("周一-周五 9:00至18:00", Hours(WORKDAYS, 540, 1080)),
        ("Mon-Fri 9:00 - 18:30", Hours(WORKDAYS, 540, 1110)),
        ("sat, Sun 0:00-24:00", Hours(frozenset({5, 6}), 0, 1440)),
        ("周六、周日 20:00-2:00", Hours(frozenset({5, 6}), 1200, 120)),
        ("Fri-Mon 9:00-18:00", Hours(frozenset({4, 5, 6, 0}), 540, 1080)),
    ],
)
def test_hours_are_read_as_they_are_written(written: str, hours: Hours) -> None:
    """In Chinese or English, with days or without."""
    assert read_hours(written) == hours


@pytest.mark.parametrize(
    ("written", "day", "clock", "is_open"),
    [
        ("9:00-18:00", MONDAY, "09:00", True),
        ("9:00-18:00", MONDAY, "08:59", False),
        ("9:00-18:00", MONDAY, "18:00", False),
        ("Mon-Fri 9:00-18:00", SATURDAY, "12:00", False),
        ("Fri 20:00-2:00", SATURDAY, "01:59", True),
        ("Fri 20:00-2:00", SATURDAY, "02:00", False),
        ("Fri 20:00-2:00", SATURDAY, "21:00", False),
        ("Mon 0:00-24:00", MONDAY, "23:59", True),
    ],
)
def test_the_owners_clock_decides(written: str, day: datetime, clock: str, *, is_open: bool) -> None:
    """The first minute counts, the last does not; a night belongs to the day on which it began."""
    hour, _, minute = clock.partition(":")

    assert read_hours(written).open_at(day.replace(hour=int(hour), minute=int(minute))) == is_open


@pytest.mark.parametrize("written", ["9:00-18:00", "周一至周五 9:00 至 18:00"])
def test_hours_are_shown_with_a_dash(written: str) -> None:
    """As in a sentence; days stay as they were written."""
    assert shown(written).endswith("9:00–18:00")
    assert shown(written).startswith(written[:4])


@pytest.mark.parametrize(
    "written",
    [
        "9-18",
        "9:00",
        "25:00-26:00",
        "9:60-18:00",
        "9:00-9:00",
        "24:00-8:00",
        "周八 9:00-18:00",
        "Mon 9:00",
        "always",
    ],
)
def test_other_words_are_refused(written: str, complete: str, refused: Callable[..., str]) -> None:
    """With an example, and without repeating them."""
    told = refused(complete, {"YINGDA_ACCOUNTS__SHOP__HUMAN_HOURS": written})

    assert told == (
        "YINGDA_ACCOUNTS__SHOP__HUMAN_HOURS must be like 9:00-18:00, or with days like Mon-Fri 9:00-18:00"
    )


def test_blank_hours_are_always(complete: str, load_toml: Callable[..., Settings]) -> None:
    """The default, and what an owner may write for it."""
    settings = load_toml(complete, {"YINGDA_ACCOUNTS__SHOP__HUMAN_HOURS": " "})

    assert [account.human_hours for account in settings.accounts.values()] == ["", ""]
