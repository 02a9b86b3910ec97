"""Notices to everybody of an account: drafts that wait to be confirmed, and how far one has been handed out.

Handing out goes by short numbers, slice by slice; each person gets it into their own inbox, named by notice
and number, so that a slice that is gone through again reaches nobody twice.
"""

from dataclasses import dataclass
from typing import Literal

from bot.messages import Chat, Person
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.scripts import Scripts
from bot.store.turns import Write
from bot.store.values import dump, known, read, reading

Fate = Literal["reached", "skipped", "unreachable"]
"""What became of a notice to one person; skipped: they want none."""

LOOKED_AT = 500
"""Numbers that one script looks at: a few milliseconds of the store's time."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One notice of an account, as it stands.

    Attributes:
        name: unlike that of any other notice of the account.
        words: empty once it has ended.
        by: short number of the admin.
        cursor, last: everybody up to *cursor* was looked at, *last* is the highest; 0 where it was stopped.
        queued: people who have it in their inbox, or had.
        fates: what became of those, and of all who were passed over.
        moved_ms: when the last slice was handed out.
    """

    name: str
    words: str
    by: int
    cursor: int
    last: int
    queued: int
    settled: int
    fates: dict[Fate, int]
    moved_ms: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """People in the order of their numbers: up to which, who can be reached, and how many cannot."""

    cursor: int
    people: tuple[tuple[int, Person], ...]
    skipped: int
    unreachable: int


class Broadcasts:
    """At most one notice of an account is under way. Whatever makes no Write raises StoreAway."""

    def __init__(self, client: Client, scripts: Scripts, *, most: int) -> None:
        """Whose inbox holds *most* messages is not reached."""
        self._client = client
        self._scripts = scripts
        self._most = most

    def keep_draft(self, person: Person, words: str) -> Write:
        """*person*, an admin, has five minutes to confirm *words*; an older draft of theirs is void."""
        return Write("set", keys.draft(person), dump({"words": words}), keys.DRAFT_MS)

    def drop_draft(self, person: Person) -> Write:
        """There is nothing to confirm any more."""
        return Write("del", keys.draft(person))

    def draft(self, person: Person) -> str:
        """What *person* may confirm; empty without."""
        with store_errors():
            stored = self._client.get(keys.draft(person))
        return str(read(stored)["words"]) if stored else ""

    def begin(self, account: str, name: str, words: str, by: int) -> bool:
        """From now on *words* are handed out; False while another notice is. The same *name* begins once."""
        begun = self._scripts.run(
            "broadcast_begin",
            [keys.broadcast(account), keys.broadcasts, keys.people(account)],
            [name, words, by, account, keys.BROADCAST_MS],
        )
        return bool(begun)

    def stop(self, account: str) -> Write:
        """Nobody else gets the notice that is under way."""
        return Write("hset", keys.broadcast(account), "last 0", keys.BROADCAST_MS)

    def of(self, account: str) -> Broadcast | None:
        """The notice that is under way, or the last one. Raises StoreUnfit too."""
        with store_errors():
            found = self._client.hgetall(keys.broadcast(account))
        return _load({text(field): text(value) for field, value in found.items()})

    def running(self) -> list[str]:
        """The accounts with a notice under way."""
        with store_errors():
            return sorted(map(text, self._client.smembers(keys.broadcasts)))

    def hold(self, account: str, holder: str, for_s: float) -> bool:
        """Whether *holder* may hand out the next slice; for so long nobody else may."""
        with store_errors():
            return bool(
                self._client.set(keys.broadcast_held(account), holder, nx=True, px=round(for_s * 1000))
            )

    def rest(self, account: str, holder: str, for_s: float) -> None:
        """The slice is handed out; the next one comes after *for_s*."""
        with store_errors():
            self._client.set(keys.broadcast_held(account), holder, px=round(for_s * 1000))

    def people(
        self, account: str, after: int, last: int, *, limited: bool, most: int, name: str = ""
    ) -> Slice:
        """Up to *most* people who can be reached, with numbers above *after* up to *last*; few at a time.

        *limited*: the platform allows messages only for a while after a person wrote (protocol B2). Who has
        the notice *name* already is among them.
        """
        nobody, ids = Chat(account, ""), keys.seen(account, broadcast_id(name, ""))
        cursor, skipped, unreachable, found = self._scripts.run(
            "reachable",
            [keys.people(account)],
            [
                *(keys.person(Person(account, "")), keys.inbox(nobody)),
                *(keys.allowance(nobody) if limited else "", ids if name else ""),
                *(after, min(last, after + LOOKED_AT), most, self._most),
            ],
        )
        named = zip(found[::2], found[1::2], strict=True)
        people = tuple((int(number), Person(account, text(sender))) for number, sender in named)
        return Slice(int(cursor), people, skipped, unreachable)

    def highest(self, account: str) -> int:
        """The highest short number of *account*."""
        with store_errors():
            return int(self._client.hget(keys.people(account), "last") or 0)

    def advance(self, account: str, broadcast: Broadcast, done: Slice, queued: int) -> bool:
        """*done* is handed out, to *queued* people; False where somebody else had done that."""
        missed = done.unreachable + len(done.people) - queued
        moved = self._scripts.run(
            "broadcast_advance",
            [keys.broadcast(account)],
            [broadcast.name, broadcast.cursor, done.cursor, queued, done.skipped, missed, keys.BROADCAST_MS],
        )
        return bool(moved)

    def counted(self, account: str, name: str, fate: Fate) -> Write:
        """One of those who have the notice in their inbox: what became of it."""
        return Write("add", keys.broadcast(account), f"1 {fate}:{name}", keys.BROADCAST_MS)

    def end(self, account: str, name: str) -> None:
        """The notice *name* is over; another one may begin. "" for one of which nothing is left."""
        self._scripts.run(
            "broadcast_end", [keys.broadcast(account), keys.broadcasts], [name, account, keys.BROADCAST_MS]
        )

    def of_author(self, account: str, number: int) -> tuple[Write, ...]:
        """What erases the words of a notice that is under way, if they are *number*'s; it ends with them."""
        found = self.of(account)
        return (Write("del", keys.broadcast(account)),) if found is not None and found.by == number else ()


def broadcast_id(name: str, number: int | str) -> str:
    """The message id of the notice *name* in the inbox of person *number*."""
    return f"broadcast:{name}:{number}"


def _load(fields: dict[str, str]) -> Broadcast | None:
    if "name" not in fields:
        return None
    with reading():
        known(int(fields["v"]))
        name = fields["name"]
        ended = {fate: int(fields.get(f"{fate}:{name}", 0)) for fate in ("reached", "skipped", "unreachable")}
        return Broadcast(
            name,
            fields.get("words", ""),
            int(fields["by"]),
            int(fields["cursor"]),
            int(fields["last"]),
            int(fields["queued"]),
            sum(ended.values()),
            {
                "reached": ended["reached"],
                "skipped": ended["skipped"] + int(fields["skipped"]),
                "unreachable": ended["unreachable"] + int(fields["unreachable"]),
            },
            int(fields["moved"]),
            "ended" in fields,
        )
