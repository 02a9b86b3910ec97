"""The Lua scripts, loaded from lua/*.lua; what must be atomic is one of them."""

import hashlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError

from bot.errors import StoreAway
from bot.store.client import Client, store_errors

_FOLDER = Path(__file__).parent / "lua"
_WAIT_S = 1.0
"""For a connection, while all of them wait for the store."""
_LOOK_S = 0.005


class Scripts:
    """Runs a script by its file's name; it is loaded again where a restarted store has forgotten it."""

    def __init__(self, client: Client, connections: int = 8) -> None:
        """At most *connections* of *client* are used at once, and kept: to look for one in the library's pool
        at each call costs as much as the script itself (measured)."""
        self._client = client
        self._most = connections
        self._made = 0
        # A deque needs no lock, for which hundreds of threads would queue.
        self._free: deque[Client] = deque()
        sources = {path.stem: path.read_text() for path in _FOLDER.glob("*.lua")}
        # The store itself knows a script by this hash.
        self._scripts = {
            name: (hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest(), source)
            for name, source in sources.items()
        }

    def run(self, name: str, keys: Sequence[str], args: Sequence[str | int | bytes]) -> Any:
        """What the script *name* returns. Raises StoreAway, StoreError."""
        digest, source = self._scripts[name]
        # EVALSHA as it stands: the library's Script does the same at twice the cost.
        command = ("EVALSHA", digest, len(keys), *keys, *args)
        with store_errors(), self._connected() as client:
            try:
                return client.execute_command(*command)  # type: ignore[no-untyped-call]
            except NoScriptError:
                client.script_load(source)
                return client.execute_command(*command)  # type: ignore[no-untyped-call]

    @contextmanager
    def _connected(self) -> Iterator[Client]:
        """A client with a connection of its own."""
        client = self._take()
        try:
            yield client
        finally:
            self._free.append(client)

    def _take(self) -> Client:
        """One that is free, or a new one; where all are in use, one is waited for. Raises StoreAway."""
        give_up = time.monotonic() + _WAIT_S
        while time.monotonic() < give_up:
            with suppress(IndexError):
                return self._free.pop()
            if self._made < self._most:
                found: Client = self._client.client()  # type: ignore[no-untyped-call]
                self._made += 1
                return found
            time.sleep(_LOOK_S)
        raise StoreAway("connections")
