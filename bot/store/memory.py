"""What a chat remembers: its session's exchanges, older sessions, and the rest of a long answer."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import cast

from bot.conversation import Exchange
from bot.messages import Chat, Person
from bot.store import keys
from bot.store.changes import load_changes
from bot.store.client import Client, store_errors
from bot.store.people import People, Profile, load_profile
from bot.store.scripts import Scripts
from bot.store.turns import Write
from bot.store.values import dump, read, reading

SESSIONS_KEPT = 9
"""Older sessions of a chat; one that begins anew over and over fills no store."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What did not fit into the messages allowed.

    Attributes:
        ai: whether it is to be labelled.
        told: whether the person knows that it waits; if not, the next answer says so.
    """

    text: str
    ai: bool
    told: bool = True


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is known of a chat and of who speaks when a message is to be answered.

    Attributes:
        session: number of the current session, from 1.
        history: its exchanges, oldest first.
        rest: what 「继续」 fetches, if anything.
        noticed: the person has been told that answers are AI-made.
        sends_left: how many messages may be sent now; None where the store knows of no limit.
        late: a late answer waits in the answer inbox.
        profile: who speaks.
        picks: what a number alone stands for, from 1: the last message was a list.
        failed: the question that was not answered; empty when the last one was.
        changes: what admins changed of the account from the chat, by name; `paused`: it rests.
    """

    session: int
    history: tuple[Exchange, ...]
    rest: Rest | None
    noticed: bool
    sends_left: int | None
    late: bool
    profile: Profile
    picks: tuple[str, ...] = ()
    failed: str = ""
    changes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Older:
    """A session that was put away: its number, its exchanges, when it was last used (0: not known)."""

    session: int
    history: tuple[Exchange, ...]
    at_ms: int


class Memory:
    """Reads what is kept of a chat; changes are Writes that become true when a message is settled."""

    def __init__(
        self, client: Client, scripts: Scripts, people: People, *, days: int, forget_days: int
    ) -> None:
        self._client = client
        self._scripts = scripts
        self._people = people
        self._life_ms = days * keys.DAY_MS
        self._forget_ms = max(1, forget_days * keys.DAY_MS)

    def recall(self, chat: Chat, person: Person, *, spoke: bool = True) -> Recalled:
        """Everything a turn needs, in one round trip; who *spoke* is known from now on, others have number 0.

        Raises StoreAway, StoreUnfit.
        """
        found = self._scripts.run(
            "recall",
            [
                *(keys.memory(chat), keys.rest(chat), keys.noticed(person)),
                *(keys.allowance(chat), keys.answers(chat)),
                *(keys.person(person), keys.people(person.account)),
                *(keys.admins(person.account), keys.bans(person.account)),
                *(keys.picks(chat), keys.failed(chat), keys.changes(chat.account)),
                keys.admitted(person.account),
            ],
            [person.sender, self._people.mark(person), keys.PERSON_MS, int(spoke)],
        )
        memory, rest, noticed, sends_left, late, paired, banned, flat, picks, failed, changes, let_in = found
        current = _load(memory)
        return Recalled(
            current.session,
            current.history,
            _load_rest(rest) if rest else None,
            noticed is not None,
            sends_left,
            bool(late),
            load_profile(flat, paired=bool(paired), banned=bool(banned), admitted=bool(let_in)),
            _load_picks(picks) if picks else (),
            read(failed)["question"] if failed else "",
            load_changes(changes),
        )

    def older(self, chat: Chat, recalled: Recalled) -> list[Older]:
        """The sessions that were put away, the last used first. Raises StoreAway, StoreUnfit."""
        numbers = range(recalled.session - 1, max(0, recalled.session - 1 - SESSIONS_KEPT), -1)
        if not numbers:
            return []
        with store_errors():
            stored = self._client.mget([keys.memory(chat, number) for number in numbers])
        found = [_load(cast(bytes, value)) for value in stored if value is not None]
        return sorted(found, key=lambda one: one.at_ms, reverse=True)

    def switch(self, chat: Chat, recalled: Recalled, older: Older) -> tuple[Write, ...]:
        """Go on with *older*; the current session is put away in its place."""
        key = keys.memory(chat, older.session)
        put_away = Write("set", key, _dump(older.session, recalled.history), self._life_ms)
        current = Write("set", keys.memory(chat), _dump(recalled.session, older.history), self._life_ms)
        return (put_away if recalled.history else Write("del", key)), current, self.drop_rest(chat)

    def remember(self, chat: Chat, session: int, history: Sequence[Exchange]) -> Write:
        """Keep *history* as the session's exchanges; its life begins anew."""
        return Write("set", keys.memory(chat), _dump(session, history), self._life_ms)

    def start_over(self, chat: Chat, recalled: Recalled) -> tuple[Write, ...]:
        """Put the current session away and begin the next; nothing of it is told to the model again.

        The oldest one goes when more than SESSIONS_KEPT are put away.
        """
        fresh = Write("set", keys.memory(chat), _dump(recalled.session + 1, ()), self._life_ms)
        if not recalled.history:
            return (self.drop_rest(chat),)
        older = Write(
            "set",
            keys.memory(chat, recalled.session),
            _dump(recalled.session, recalled.history),
            self._life_ms,
        )
        too_old = Write("del", keys.memory(chat, recalled.session - SESSIONS_KEPT))
        return fresh, older, too_old, self.drop_rest(chat)

    def forget_later(self, chat: Chat, recalled: Recalled) -> tuple[Write, ...]:
        """Let everything remembered of *chat* end after the days set for people who have gone."""
        kept = range(max(1, recalled.session - SESSIONS_KEPT), recalled.session)
        older = (keys.memory(chat, number) for number in kept)
        return (
            *(
                Write("expire", key, life_ms=self._forget_ms)
                for key in (keys.memory(chat), keys.answers(chat), *older)
            ),
            self.drop_rest(chat),
        )

    def keep_rest(self, chat: Chat, rest: Rest) -> Write:
        """Keep what 「继续」 will fetch."""
        return Write("set", keys.rest(chat), dump(asdict(rest)), keys.REST_MS)

    def put_by(
        self, chat: Chat, unsent: Rest, writes: Sequence[Write], waiting: str = ""
    ) -> tuple[Write, ...]:
        """The *writes* with *unsent* put before whatever they kept for 「继续」.

        What was *waiting* already comes first, if they kept it too: it is older than all of *unsent*.
        """
        key = keys.rest(chat)
        later = "".join(_load_rest(write.value).text for write in writes if write.key == key and write.value)
        older = waiting if waiting and later.endswith(waiting) else ""
        texts = (older, unsent.text, later.removesuffix(older).rstrip())
        joined = replace(unsent, text="\n\n".join(filter(None, texts)))
        return (*(write for write in writes if write.key != key), self.keep_rest(chat, joined))

    def without_rest(self, chat: Chat, writes: Sequence[Write]) -> tuple[Rest | None, tuple[Write, ...]]:
        """What *writes* keep for 「继续」, if anything, and the writes without that."""
        kept = [write for write in writes if write.key == keys.rest(chat) and write.op == "set"]
        others = tuple(write for write in writes if write not in kept)
        return (_load_rest(kept[-1].value) if kept else None), others

    def drop_rest(self, chat: Chat) -> Write:
        """Nothing is left to fetch."""
        return Write("del", keys.rest(chat))

    def offer(self, chat: Chat, picks: Sequence[str]) -> Write:
        """A number alone stands for one of *picks*, if the next message is one."""
        return Write("set", keys.picks(chat), dump({"picks": picks}), keys.PICKS_MS)

    def drop_picks(self, chat: Chat) -> Write:
        """A number is a number again."""
        return Write("del", keys.picks(chat))

    def keep_failed(self, chat: Chat, question: str) -> Write:
        """Keep the question that 「重答」 asks again."""
        return Write("set", keys.failed(chat), dump({"question": question}), keys.FAILED_MS)

    def drop_failed(self, chat: Chat) -> Write:
        """It was answered."""
        return Write("del", keys.failed(chat))

    def notice(self, person: Person) -> Write:
        """Remember that *person* was told that answers are AI-made."""
        return Write("set", keys.noticed(person), "1", keys.NOTICED_MS)

    def shorten(self, chat: Chat, write: Write, answer: str) -> Write | None:
        """The *write* of `remember` with its last answer replaced by *answer*; None for other writes."""
        if write.key != keys.memory(chat) or write.op != "set":
            return None
        kept = _load(write.value.encode())
        if not kept.history:
            return None
        last = replace(kept.history[-1], answer=answer)
        return replace(write, value=_dump(kept.session, (*kept.history[:-1], last)))


def _dump(session: int, history: Sequence[Exchange]) -> str:
    exchanges = [asdict(exchange) for exchange in history]
    return dump({"session": session, "t": int(time.time() * 1000), "exchanges": exchanges})


def _load(stored: bytes | None) -> Older:
    if stored is None:
        return Older(1, (), 0)
    value = read(stored)
    with reading():
        exchanges = tuple(Exchange(**exchange) for exchange in value["exchanges"])
        return Older(value["session"], exchanges, value.get("t", 0))


def _load_picks(stored: bytes) -> tuple[str, ...]:
    value = read(stored)
    with reading():
        return tuple(value["picks"])


def _load_rest(stored: bytes | str) -> Rest:
    value = read(stored)
    with reading():
        return Rest(value["text"], value["ai"], value["told"])
