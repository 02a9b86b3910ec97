"""The leases one process holds: renewed together, and told when a chat was cut or taken over."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.errors import StoreError, StoreUnfit
from bot.messages import Chat
from bot.store import keys
from bot.store.scripts import Scripts

UNFIT_MS = 1_000
"""How long a chat whose values only a newer program can read is left to it."""


class Lease:
    """The right to act for one chat, as long as nobody else has taken it.

    Attributes:
        n: inbox number of the message that is being answered.
        cut: inbox number of the newest control word; an older message is stopped.
        lost: another process has taken the chat.
    """

    def __init__(self, chat: Chat, token: str, n: int, cut: int) -> None:
        self.chat = chat
        self.token = token
        self.n = n
        self.cut = cut
        self.lost = False
        self._stop: Callable[[], None] | None = None

    @property
    def stopped(self) -> bool:
        """Whether a control word that came after this message ends it."""
        return self.cut > self.n

    @contextmanager
    def stops(self, stop: Callable[[], None]) -> Iterator[None]:
        """While inside, call *stop* (from the renewing thread) when the chat is cut or lost."""
        self._stop = stop
        try:
            if self.lost or self.stopped:
                stop()
            yield
        finally:
            self._stop = None

    def learn(self, cut: int) -> None:
        """Take in what the store says of this lease: its cut, or -1 when it is lost."""
        if cut < 0:
            self.lost = True
        else:
            self.cut = max(self.cut, cut)  # a late answer of the store may be older than what is known
        stop = self._stop
        if stop is not None and (self.lost or self.stopped):
            stop()


def hand_back(scripts: Scripts, lease: Lease, delay_ms: int, count: str = "") -> None:
    """See Inbox.hand_back."""
    scripts.run(
        "hand_back",
        [keys.lease(lease.chat), keys.turn(lease.chat), keys.ready],
        [lease.token, str(lease.chat), delay_ms, count],
    )


class Leases:
    """All leases of this process, and the process's own sign of life."""

    def __init__(self, scripts: Scripts, process: str) -> None:
        self.process = process
        self._scripts = scripts
        self._held: dict[str, Lease] = {}
        self._left: dict[str, tuple[Lease, int]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def keep(self, lease: Lease) -> Iterator[None]:
        """Renew *lease* while inside; one that a failure of the store ends is given back when it can be."""
        with self._lock:
            self._held[lease.token] = lease
        try:
            yield
        except StoreError as error:
            if not lease.lost:
                self._left[lease.token] = lease, UNFIT_MS if isinstance(error, StoreUnfit) else 0
            raise
        finally:
            with self._lock:
                del self._held[lease.token]

    def renew(self) -> None:
        """One script for all leases; called every second by one thread. Raises StoreAway."""
        held = self.held
        found = self._scripts.run(
            "renew",
            [
                keys.worker(self.process),
                keys.workers,
                keys.beat,
                *(
                    key
                    for lease in held
                    for key in (keys.lease(lease.chat), keys.turn(lease.chat), keys.cut(lease.chat))
                ),
            ],
            [
                *(self.process, keys.WORKER_MS, keys.LEASE_MS, keys.BEAT_GAP_MS),
                *(lease.token for lease in held),
            ],
        )
        for lease, cut in zip(held, found, strict=True):
            lease.learn(int(cut))
        for token, (lease, delay_ms) in list(self._left.items()):
            hand_back(self._scripts, lease, delay_ms)
            del self._left[token]

    def holds(self, chat: Chat) -> bool:
        """Whether this process is at *chat*, even if its lease ended while the store was away."""
        return any(lease.chat == chat and not lease.lost for lease in self.held)

    @property
    def held(self) -> tuple[Lease, ...]:
        """The leases of this process now."""
        with self._lock:
            return tuple(self._held.values())
