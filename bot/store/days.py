"""Each account's day in figures: how many people and messages, how they ended, how long answers took."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from bot.messages import Chat, Person, State
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.turns import Write

_SECONDS = (1, 2, 3, 5, 8, 12, 20, 30, 60, 120)
"""Upper ends of the classes of answer times; what took longer is in the last."""
_SCAN, _FOLLOWED, _TAP = "scan:", "followed:", "tap:"

Why = Literal["model", "slow", "busy", "key", "filtered", "quota", "paused", "undelivered", "gave_up"]
"""Why a message was not answered, where somebody could do something about it."""
Tally = Literal["blocked_in", "blocked_out", "crisis"]
"""What the word lists stopped: what was asked, what was answered, and what sounded like an end."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one account.

    Attributes:
        people: how many different ones wrote (to about one in a hundred).
        ended: messages by the state they ended in.
        took: answers by the class of seconds that they took.
        votes: how many were `good` and `bad`.
        tallies: how many of each Tally, and how many parts of answers may have been `doubled`.
        whys: messages that were not answered by their Why; no reason is kept of what is not understood yet.
        scans, followed: how often each QR code was scanned, and by how many who followed with it; `` stands
            for the codes that are not in the settings.
        taps: how often each button of the menu was tapped, by the words that it says.
        faq: how many of the answers were the owner's own.
    """

    people: int
    ended: Mapping[str, int]
    took: Mapping[int, int]
    votes: Mapping[str, int]
    tallies: Mapping[str, int]
    whys: Mapping[str, int]
    scans: Mapping[str, int]
    followed: Mapping[str, int]
    taps: Mapping[str, int]
    faq: int

    @property
    def messages(self) -> int:
        """All of them."""
        return sum(self.ended.values())

    @property
    def failed(self) -> int:
        """Those that nobody answered."""
        return self.ended.get("dead_letter", 0) + self.ended.get("refused", 0)

    def main_why(self) -> str:
        """Why most of `failed` were not: a Why, `words` for the word lists, else `other`; "" without any."""
        words = sum(self.tallies.get(name, 0) for name in get_args(Tally))
        found = {**self.whys, "words": words, "other": self.failed - words - sum(self.whys.values())}
        main = max(found, key=lambda name: found[name])
        return main if self.failed and found[main] > 0 else ""

    def __add__(self, other: "Day") -> "Day":
        """The same day of another account with it; nobody is in both."""
        counts = {
            name: Counter(getattr(self, name)) + Counter(getattr(other, name))
            for name in ("ended", "took", "votes", "tallies", "whys", "scans", "followed", "taps")
        }
        return Day(people=self.people + other.people, faq=self.faq + other.faq, **counts)

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

    def count(
        self, person: Person, states: Sequence[State], took_ms: int, *, reason: str = "", doubled: int = 0
    ) -> tuple[Write, ...]:
        """Messages of *person* end in *states*, if any, the first of them after *took_ms*.

        *reason* is that of a dead letter, *doubled* how many parts of its answer may have arrived twice.
        """
        if not states:
            return ()
        day = self._day(0)
        lines = "\n".join(f"{count} {state}" for state, count in Counter(states).items())
        if states[0] == "dead_letter":
            lines += f"\n{len(states)} why:{'gave_up' if reason == 'poison' else 'undelivered'}"
        if doubled:
            lines += f"\n{doubled} doubled"
        if states[0] == "answered":
            lines += f"\n1 s{next((top for top in _SECONDS if took_ms <= top * 1000), _SECONDS[-1])}"
        return (
            Write("add", keys.day(person.account, day), lines, keys.DAYS_MS),
            Write("pfadd", keys.day_people(person.account, day), person.sender, keys.DAYS_MS),
        )

    def why(self, account: str, why: Why) -> Write:
        """A message is refused for that reason."""
        return Write("add", keys.day(account, self._day(0)), f"1 why:{why}", keys.DAYS_MS)

    def tally(self, account: str, what: Tally) -> Write:
        """The word lists stopped something."""
        return Write("add", keys.day(account, self._day(0)), f"1 {what}", keys.DAYS_MS)

    def vote(self, chat: Chat, *, good: bool) -> Write:
        """Somebody found an answer *good*, or not."""
        return Write(
            "add", keys.day(chat.account, self._day(0)), f"1 {'good' if good else 'bad'}", keys.DAYS_MS
        )

    def turned(self, chat: Chat, at_ms: int, *, good: bool) -> tuple[Write, ...]:
        """Who had voted at *at_ms* thinks the opposite now: *good*, or not. Only today is counted anew."""
        today = self._day(0)
        if datetime.fromtimestamp(at_ms / 1000, self._zone).strftime("%Y-%m-%d") != today:
            return ()
        lines = "1 good\n-1 bad" if good else "1 bad\n-1 good"
        return (Write("add", keys.day(chat.account, today), lines, keys.DAYS_MS),)

    def scanned(self, chat: Chat, scene: str, *, followed: bool) -> Write:
        """Somebody scanned the code of *scene*; *followed*: and is new with it."""
        lines = f"1 {_SCAN}{scene}" + (f"\n1 {_FOLLOWED}{scene}" if followed else "")
        return Write("add", keys.day(chat.account, self._day(0)), lines, keys.DAYS_MS)

    def tapped(self, account: str, says: str) -> Write:
        """Somebody tapped the button that *says* that; it is one of the settings."""
        return Write("add", keys.day(account, self._day(0)), f"1 {_TAP}{says}", keys.DAYS_MS)

    def faq(self, chat: Chat) -> Write:
        """Somebody was answered with the owner's own words."""
        return Write("add", keys.day(chat.account, self._day(0)), "1 faq", keys.DAYS_MS)

    def of(self, account: str, days: int) -> list[Day]:
        """The last *days* days, today last. Raises StoreAway."""
        return self._read((account, self._day(ago)) for ago in range(days - 1, -1, -1))

    def on(self, accounts: Iterable[str], date: str) -> list[Day]:
        """That one day of each of *accounts*. Raises StoreAway."""
        return self._read((account, date) for account in accounts)

    def _read(self, days: Iterable[tuple[str, str]]) -> list[Day]:
        with store_errors():
            pipeline = self._client.pipeline(transaction=False)
            for account, date in days:
                pipeline.hgetall(keys.day(account, date))
                pipeline.pfcount(keys.day_people(account, date))
            found = pipeline.execute()
        return [_day(row, people) for row, people in zip(found[::2], found[1::2], strict=True)]

    def _day(self, ago: int) -> str:
        return (datetime.now(self._zone) - timedelta(days=ago)).strftime("%Y-%m-%d")


def _day(row: Mapping[bytes, bytes], people: int) -> Day:
    counts = {text(name): int(value) for name, value in row.items()}
    took = {int(name[1:]): value for name, value in counts.items() if name[1:].isdecimal()}
    ended = {name: value for name, value in counts.items() if name in get_args(State)}
    return Day(
        people,
        ended,
        took,
        votes={name: counts.get(name, 0) for name in ("good", "bad")},
        tallies={name: counts.get(name, 0) for name in (*get_args(Tally), "doubled")},
        whys={name: counts[f"why:{name}"] for name in get_args(Why) if f"why:{name}" in counts},
        scans=_below(counts, _SCAN),
        followed=_below(counts, _FOLLOWED),
        taps=_below(counts, _TAP),
        faq=counts.get("faq", 0),
    )


def _below(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): count for name, count in counts.items() if name.startswith(prefix)}
