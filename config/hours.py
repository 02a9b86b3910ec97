"""When humans are there to answer: an owner's `Mon-Fri 9:00-18:00`, read and asked."""

import re
from dataclasses import dataclass
from datetime import datetime

_WEEK = ("周一 mon", "周二 tue", "周三 wed", "周四 thu", "周五 fri", "周六 sat", "周日 sun")
_NUMBERS = {name: number for number, names in enumerate(_WEEK) for name in names.split()}
_DASH = r"\s*[-–—~至到]\s*"
_DASHES = re.compile(_DASH)
_BEFORE_A_DIGIT = re.compile(_DASH + r"(?=\d)")
_FORM = re.compile(rf"(?:(?P<days>\D+?)\s+)?(?P<start>\d{{1,2}}:\d\d){_DASH}(?P<end>\d{{1,2}}:\d\d)")
_BETWEEN = re.compile(r"\s*[,，、]\s*")
_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """The days (0 is Monday) and minutes of the day from which and until when somebody is there.

    An end before the start is on the next day, and belongs to the day of the start.
    """

    days: frozenset[int]
    start: int
    end: int

    def open_at(self, now: datetime) -> bool:
        """Whether somebody is there at *now*, which is on the owner's clock."""
        minute, day = now.hour * 60 + now.minute, now.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        begun_today = day in self.days and minute >= self.start
        return begun_today or ((day - 1) % 7 in self.days and minute < self.end)


def read_hours(written: str) -> Hours:
    """From `9:00-18:00`, `周一至周五 9:00-18:00` or `Mon-Fri, Sun 20:00-2:00`. Raises ValueError."""
    found = _FORM.fullmatch(written.strip())
    if found is None:
        raise ValueError(written)
    start, end = _minute(found["start"]), _minute(found["end"])
    if start in (end, _DAY_MIN):
        raise ValueError(written)
    return Hours(_days(found["days"] or "mon-sun"), start, end)


def shown(written: str) -> str:
    """As people read it: with a dash between the times."""
    return _BEFORE_A_DIGIT.sub("–", written.strip())


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    found = int(hour) * 60 + int(minute)
    if int(minute) > 59 or found > _DAY_MIN:
        raise ValueError(clock)
    return found


def _days(written: str) -> frozenset[int]:
    days: set[int] = set()
    for span in _BETWEEN.split(written.strip().lower()):
        first, _, last = _DASHES.sub("-", span).partition("-")
        if first not in _NUMBERS or (last or first) not in _NUMBERS:
            raise ValueError(written)
        begin, length = _NUMBERS[first], (_NUMBERS[last or first] - _NUMBERS[first]) % 7
        days.update((begin + ahead) % 7 for ahead in range(length + 1))
    return frozenset(days)
