"""When an account's callbacks last came, and why one was last refused: for the checkup alone."""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.errors import StoreError
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.values import known, reading

_PAUSE_S = 1.0
"""Of more that comes meanwhile only the first is noted."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came last, in milliseconds; 0 for never. *reason*: the constant word of a CallbackRefused."""

    seen_ms: int = 0
    refused_ms: int = 0
    reason: str = ""


class Arrivals:
    """Notes of callbacks, without anybody's id; each process notes at most one of a kind in a second."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._due: dict[tuple[str, str], float] = {}

    def seen(self, account: str) -> None:
        """A message or an event of *account* was kept. Never waits and never fails."""
        self._note(account, "seen", {})

    def refused(self, account: str, reason: str) -> None:
        """A callback of *account* was refused. Never waits and never fails."""
        self._note(account, "refused", {"reason": reason})

    def of(self, account: str) -> Arrival:
        """What came last. Raises StoreAway, StoreUnfit."""
        with store_errors():
            found = self._client.hgetall(keys.arrivals(account))
        fields = {text(name): text(value) for name, value in found.items()}
        if not fields:
            return Arrival()
        with reading():
            known(int(fields["v"]))
            refused_ms = int(fields.get("refused", 0))
            return Arrival(int(fields.get("seen", 0)), refused_ms, fields.get("reason", ""))

    def _note(self, account: str, what: str, more: Mapping[str, str]) -> None:
        now_s = time.monotonic()
        if now_s < self._due.get((account, what), 0.0):
            return
        self._due[account, what] = now_s + _PAUSE_S
        fields = {"v": str(keys.SCHEMA), what: str(int(time.time() * 1000)), **more}
        # A thread of its own, because no acknowledgement may wait for a note; in the web it is a greenlet.
        with suppress(RuntimeError):  # no more threads: then there is no note
            threading.Thread(target=self._write, args=(account, fields), daemon=True).start()

    def _write(self, account: str, fields: Mapping[str, str]) -> None:
        key = keys.arrivals(account)
        with suppress(StoreError), store_errors(), self._client.pipeline() as pipeline:
            for name, value in fields.items():
                pipeline.hset(key, name, value)
            pipeline.pexpire(key, keys.ARRIVALS_MS)
            pipeline.execute()
