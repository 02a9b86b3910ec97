"""Who has spoken, and when: the last people of an account, and one of them in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.messages import Person
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.people import People, Profile, load_profile
from bot.store.turns import Write


@dataclass(frozen=True, slots=True)
class Seen:
    """When somebody last spoke (0: not known), and how many messages of theirs there were that day."""

    number: int
    at_ms: int
    day: str
    messages: int

    def today(self, day: str) -> int:
        """Their messages of *day*, which is today."""
        return self.messages if self.day == day else 0


class Roster:
    """Reads who has spoken; what is counted are Writes that become true when a message is settled."""

    def __init__(self, client: Client, people: People) -> None:
        self._client = client
        self._people = people

    def spoke(self, person: Person, day: str, at_ms: int) -> tuple[Write, ...]:
        """*person* sent a message on *day*; writes.lua finds out under which number."""
        return (
            Write("tally", keys.person(person), f"{day} {at_ms}"),
            Write("active", keys.active(person.account), str(at_ms)),
        )

    def last(self, account: str, most: int) -> list[Seen]:
        """Who spoke last, the last first; without those who were erased. Raises StoreAway."""
        with store_errors():
            found = cast(
                Sequence[tuple[bytes, float]],
                self._client.zrevrange(keys.active(account), 0, most - 1, withscores=True),
            )
            if not found:
                return []
            senders = self._client.hmget(keys.people(account), [number for number, _ in found])
            pipeline = self._client.pipeline(transaction=False)
            for sender in senders:
                pipeline.hmget(keys.person(Person(account, text(sender or b""))), ["day", "today"])
            rows = cast(Sequence[Any], pipeline.execute())
        return [
            Seen(int(number), int(at_ms), text(day or b""), int(today or 0))
            for (number, at_ms), sender, (day, today) in zip(found, senders, rows, strict=True)
            if sender
        ]

    def profile(self, person: Person) -> tuple[Profile, Seen]:
        """What is kept of *person*, whom `People.find` knows. Raises StoreAway, StoreUnfit."""
        account, mark = person.account, self._people.mark(person)
        with store_errors():
            pipeline = self._client.pipeline(transaction=False)
            pipeline.hgetall(keys.person(person))
            pipeline.sismember(keys.admins(account), person.sender)
            pipeline.sismember(keys.bans(account), mark)
            pipeline.sismember(keys.admitted(account), mark)
            row, paired, banned, admitted = pipeline.execute()
        flat = [part for pair in row.items() for part in pair]
        profile = load_profile(flat, paired=bool(paired), banned=bool(banned), admitted=bool(admitted))
        seen_ms, today = int(row.get(b"seen", 0)), int(row.get(b"today", 0))
        return profile, Seen(profile.number, seen_ms, text(row.get(b"day", b"")), today)
