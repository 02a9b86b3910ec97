"""The answer inbox: finished answers that wait for a request that can carry them, or to be fetched."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import structlog
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from bot.messages import Chat
from bot.store import keys
from bot.store.client import Client, text
from bot.store.memory import Rest
from bot.store.scripts import Scripts
from bot.store.turns import Write
from bot.store.values import dump, read, reading

_KEPT = 50
"""Answers of one chat that wait at most; the oldest go first."""
_MARGIN_MS = 300
"""A request that ends so soon is offered nothing."""
_NEVER_MS = 2**52
"""What is offered to a request is not to be fetched: it is sent if no request takes it."""
_BACK_OFF_S = 0.5
_SILENCE_S = 2.0
"""A line on which nothing is heard is asked whether it lives, and given so long to say so."""
_LOOK_S = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it waits.

    Attributes:
        question: what it answers, shortened.
        text: what the person reads, label included; it fits into one passive reply.
        rest: what 「继续」 fetches once this was read.
        ai: whether that is to be labelled.
        after_ms: until then a request may still carry it, and it is not to be fetched; 0 where none waits.
        transfer: no words: the response gives the message to the platform's own agents.
    """

    question: str
    text: str
    rest: str = ""
    ai: bool = False
    after_ms: int = 0
    transfer: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer in the inbox of a chat.

    Attributes:
        n: inbox number of its message.
        number: what the person knows it by, from 1; 0 while they were told of none.
        seen: a request may have carried it already, and nobody knows.
    """

    n: int
    number: int
    answer: Answer
    seen: bool

    @property
    def rest(self) -> Rest | None:
        """What 「继续」 fetches once it was read."""
        return Rest(self.answer.rest, self.answer.ai) if self.answer.rest else None


@dataclass(frozen=True, slots=True)
class Box:
    """The answer inbox of a chat as a turn finds it.

    Attributes:
        told: the person was told to wait for the answer to this very turn: no request waits for it any more.
        waiting: what waits and no request can carry any more, oldest first.
    """

    told: bool
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """There is no answer yet: under which number it will wait (0: none), and how long answers take lately."""

    number: int
    usual_s: float


class Answers:
    """What waits for each chat, in the store."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def put(self, chat: Chat, answer: Answer | None) -> Write:
        """The answer of the message that is settled with this; None releases whoever waits for one."""
        return Write("answer", keys.answers(chat), dump(asdict(answer)) if answer else "", keys.ANSWERS_MS)

    def without(self, chat: Chat, writes: Sequence[Write]) -> tuple[Answer | None, tuple[Write, ...]]:
        """The answer that *writes* put, if any, and the writes without that."""
        puts = [write for write in writes if write.op == "answer" and write.key == keys.answers(chat)]
        others = tuple(write for write in writes if write not in puts)
        return (_load(puts[-1].value) if puts and puts[-1].value else None), others

    def take(self, chat: Chat, waiting: Waiting) -> Write:
        """It goes out with the answer of the message that is settled with this."""
        return Write("taken", keys.answers(chat), str(waiting.n))

    def box(self, chat: Chat, n: int) -> Box:
        """What waits, as message *n* finds it. Raises StoreAway, StoreUnfit."""
        told, found = self._scripts.run("answers", [keys.answers(chat)], [_KEPT, n])
        with reading():
            waiting = (
                Waiting(int(n), int(number or 0), _load(value), bool(claim))
                for n, number, value, claim in found
            )
            return Box(bool(told), tuple(waiting))

    def claim(self, chat: Chat, n: int, request: str, hold_s: float) -> Answer | str:
        """The answer to message *n*, lent to *request* for *hold_s*; else `done`, `busy` or `wait`."""
        found = self._claim(chat, n, request, hold_s, "")
        return _load(found[1]) if found[0] == b"answer" else text(found[0])

    def claim_or_tell(
        self, chat: Chat, n: int, request: str, hold_s: float, *, numbered: bool
    ) -> Answer | Told | str:
        """The same, but where the answer is not there yet, what to tell; *numbered*: with its number."""
        found = self._claim(chat, n, request, hold_s, "number" if numbered else "plain")
        if found[0] == b"told":
            return Told(int(found[1]), int(found[2]) / 1000)
        return _load(found[1]) if found[0] == b"answer" else text(found[0])

    def offer(self, chat: Chat, n: int, answer: Answer) -> str:
        """Offer *answer* to the request that message *n* came in; called again until its fate is known.

        `offered`, `busy`: not yet known; `done`; `none`: no request waits; `unsure`: one had it and is gone.
        """
        return text(
            self._scripts.run(
                "answer_offer",
                [keys.answers(chat)],
                [n, dump(asdict(answer) | {"after_ms": _NEVER_MS}), _MARGIN_MS],
            )
        )

    def park(self, chat: Chat, n: int, waits_s: float) -> None:
        """For *waits_s* the request that message *n* came in waits to be offered its answer."""
        self._scripts.run("answer_park", [keys.answers(chat)], [n, round(waits_s * 1000), keys.ANSWERS_MS])

    def done(self, chat: Chat, n: int) -> None:
        """The answer to message *n* was handed over. Raises StoreAway."""
        self._scripts.run(
            "answer_done", [keys.answers(chat), keys.rest(chat)], [n, keys.ANSWERS_MS, keys.REST_MS]
        )

    def _claim(self, chat: Chat, n: int, request: str, hold_s: float, tell: str) -> list[bytes]:
        found: list[bytes] = self._scripts.run(
            "answer_claim",
            [keys.answers(chat), keys.counts, keys.inbox(chat)],
            [n, request, round(hold_s * 1000), tell, keys.ANSWERS_MS],
        )
        return found


def _load(stored: bytes | str) -> Answer:
    fields = read(stored)
    with reading():
        return Answer(**{name: fields[name] for name in Answer.__slots__ if name in fields})


class Parked:
    """The requests of this process that wait for an answer, woken by the store.

    The one thread that listens starts with the first of them, so that it lives in the process that waits.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: dict[str, set[threading.Event]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def waits(self, chat: Chat) -> Iterator[threading.Event]:
        """Inside, the event is set whenever *chat* may have an answer that it had not before."""
        key, woken = keys.answers(chat), threading.Event()
        with self._lock:
            self._waiting.setdefault(key, set()).add(woken)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="answers", daemon=True)
                self._thread.start()
        try:
            yield woken
        finally:
            with self._lock:
                self._waiting[key].discard(woken)
                if not self._waiting[key]:
                    del self._waiting[key]

    def _listen(self) -> None:
        try:
            while True:
                try:
                    self._hear()
                except (RedisError, OSError) as error:
                    log.warning("answers not heard", error=type(error).__name__)
                    time.sleep(_BACK_OFF_S)
        finally:
            with self._lock:  # whoever waits next begins to listen anew
                self._thread = None

    def _hear(self) -> None:
        """Until the connection fails. What was said before it stood, nobody heard: everybody looks again."""
        pubsub = self._client.pubsub()  # type: ignore[no-untyped-call]
        with pubsub:
            pubsub.psubscribe(keys.answers("*"))
            heard_at, asked = time.monotonic(), False
            while True:
                heard = pubsub.get_message(timeout=_LOOK_S)
                now = time.monotonic()
                if heard is None:
                    if asked and now - heard_at > 2 * _SILENCE_S:
                        raise RedisConnectionError("silent")
                    if not asked and now - heard_at > _SILENCE_S:
                        pubsub.ping()
                        asked = True
                    continue
                heard_at, asked = now, False
                if heard["type"] == "psubscribe":
                    with self._lock:
                        everybody = tuple(self._waiting)
                    self._wake(*everybody)
                elif heard["type"] == "pmessage":
                    self._wake(text(heard["channel"]))

    def _wake(self, *found: str) -> None:
        with self._lock:
            for key in found:
                for woken in self._waiting.get(key, ()):
                    woken.set()
