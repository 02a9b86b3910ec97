"""What a chat remembers: its session's exchanges, older sessions, and the rest of a long answer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from bot.conversation import Exchange
from bot.messages import Chat, Person
from bot.store import keys
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
    """What is known when a message is to be answered.

    Attributes:
        session: number of the current session, from 1.
        history: its exchanges, oldest first.
        rest: what 「继续」 fetches, if anything.
        noticed: the person has been told that answers are AI-made.
        sends_left: how many messages may be sent now; None where the store knows of no limit.
        late: a late answer waits in the answer inbox.
    """

    session: int
    history: tuple[Exchange, ...]
    rest: Rest | None
    noticed: bool
    sends_left: int | None
    late: bool = False


class Memory:
    """Reads what is kept of a chat; changes are Writes that become true when a message is settled."""

    def __init__(self, scripts: Scripts, *, days: int, forget_days: int) -> None:
        self._scripts = scripts
        self._life_ms = days * keys.DAY_MS
        self._forget_ms = max(1, forget_days * keys.DAY_MS)

    def recall(self, chat: Chat, person: Person) -> Recalled:
        """Everything a turn needs, in one round trip. Raises StoreAway, StoreUnfit."""
        memory, rest, noticed, sends_left, late = self._scripts.run(
            "recall",
            [
                *(keys.memory(chat), keys.rest(chat), keys.noticed(person)),
                *(keys.allowance(chat), keys.answers(chat)),
            ],
            [],
        )
        session, history = _load(memory)
        kept = _load_rest(rest) if rest else None
        return Recalled(session, history, kept, noticed is not None, sends_left, bool(late))

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

    def notice(self, person: Person) -> Write:
        """Remember that *person* was told that answers are AI-made."""
        return Write("set", keys.noticed(person), "1", keys.NOTICED_MS)

    def shorten(self, chat: Chat, write: Write, answer: str) -> Write | None:
        """The *write* of `remember` with its last answer replaced by *answer*; None for other writes."""
        if write.key != keys.memory(chat) or write.op != "set":
            return None
        session, history = _load(write.value.encode())
        if not history:
            return None
        return replace(write, value=_dump(session, (*history[:-1], replace(history[-1], answer=answer))))


def _dump(session: int, history: Sequence[Exchange]) -> str:
    return dump({"session": session, "exchanges": [asdict(exchange) for exchange in history]})


def _load(stored: bytes | None) -> tuple[int, tuple[Exchange, ...]]:
    if stored is None:
        return 1, ()
    value = read(stored)
    with reading():
        return value["session"], tuple(Exchange(**exchange) for exchange in value["exchanges"])


def _load_rest(stored: bytes | str) -> Rest:
    value = read(stored)
    with reading():
        return Rest(value["text"], value["ai"], value["told"])
