"""Each account's day in figures: how many people and messages, how they ended, how long answers took."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from bot.messages import Chat, Person, State
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.turns import Write

_SECONDS = (1, 2, 3, 5, 8, 12, 20, 30, 60, 120)
"""Upper ends of the classes of answer times; what took longer is in the last."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one account.

    Attributes:
        people: how many different ones wrote (to about one in a hundred).
        ended: messages by the state they ended in.
        took: answers by the class of seconds that they took.
        votes: how many were `good` and `bad`.
    """

    people: int
    ended: Mapping[str, int]
    took: Mapping[int, int]

    votes: Mapping[str, int]

    @property
    def messages(self) -> int:
        """All of them."""
        return sum(self.ended.values())

    def seconds(self, share: float) -> int:
        """Within how many seconds so large a *share* of the answers came; 0 without any."""
        left = share * sum(self.took.values())
        for seconds in sorted(self.took):
            left -= self.took[seconds]
            if left <= 0:
                return seconds
        return 0


class Days:
    """Days are the owner's. Counts are Writes that become true when a message is settled."""

    def __init__(self, client: Client, zone: str) -> None:
        self._client = client
        self._zone = ZoneInfo(zone)

    def count(self, person: Person, state: State, took_ms: int) -> tuple[Write, ...]:
        """A message of *person* ends in *state* after *took_ms*."""
        day = self._day(0)
        lines = f"1 {state}"
        if state == "answered":
            lines += f"\n1 s{next((top for top in _SECONDS if took_ms <= top * 1000), _SECONDS[-1])}"
        return (
            Write("add", keys.day(person.account, day), lines, keys.DAYS_MS),
            Write("pfadd", keys.day_people(person.account, day), person.sender, keys.DAYS_MS),
        )

    def vote(self, chat: Chat, *, good: bool) -> Write:
        """Somebody found an answer *good*, or not."""
        return Write(
            "add", keys.day(chat.account, self._day(0)), f"1 {'good' if good else 'bad'}", keys.DAYS_MS
        )

    def of(self, account: str, days: int) -> list[Day]:
        """The last *days* days, today last. Raises StoreAway."""
        with store_errors():
            pipeline = self._client.pipeline(transaction=False)
            for ago in range(days - 1, -1, -1):
                pipeline.hgetall(keys.day(account, self._day(ago)))
                pipeline.pfcount(keys.day_people(account, self._day(ago)))
            found = pipeline.execute()
        return [_day(row, people) for row, people in zip(found[::2], found[1::2], strict=True)]

    def _day(self, ago: int) -> str:
        return (datetime.now(self._zone) - timedelta(days=ago)).strftime("%Y-%m-%d")


def _day(row: Mapping[bytes, bytes], people: int) -> Day:
    counts = {text(name): int(value) for name, value in row.items()}
    took = {int(name[1:]): value for name, value in counts.items() if name[1:].isdecimal()}
    ended = {name: value for name, value in counts.items() if name in get_args(State)}
    return Day(people, ended, took, {name: counts.get(name, 0) for name in ("good", "bad")})
