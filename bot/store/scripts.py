"""The Lua scripts, loaded from lua/*.lua; what must be atomic is one of them."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, cast

from redis.exceptions import NoScriptError, RedisError

from bot.errors import StoreAway
from bot.store.client import Client, store_errors

_FOLDER = Path(__file__).parent / "lua"
_AFTER = re.compile(r"^-- After (\w+\.lua)\.\n")
"""Begins a script that is the second half of one."""
_WAIT_S = 2.0
"""For a connection, while all of them wait for the store."""


class Scripts:
    """Runs a script by its file's name; it is loaded again where a restarted store has forgotten it."""

    def __init__(self, client: Client, connections: int = 8) -> None:
        """At most *connections* of *client* are used at once, and kept: to look for one in the library's pool
        at each call costs as much as the script itself (measured)."""
        self._client = client
        self._most = connections
        self._made = 0
        # This queue needs no lock of Python's own, for which hundreds of threads would queue.
        self._free: SimpleQueue[Client] = SimpleQueue()
        sources = {path.stem: _source(path) for path in _FOLDER.glob("*.lua")}
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
            self._free.put(client)

    def _take(self) -> Client:
        """One that is free, or a new one; where all are in use, one is waited for. Raises StoreAway."""
        try:
            return self._free.get_nowait()
        except Empty:
            pass
        if self._made < self._most:
            self._made += 1
            try:
                return cast(Client, self._client.client())  # type: ignore[no-untyped-call]
            except RedisError:
                self._made -= 1
                raise
        try:
            return self._free.get(timeout=_WAIT_S)
        except Empty:
            raise StoreAway("connections") from None


def _source(path: Path) -> str:
    """What the store runs: the script, behind the one that it is written after."""
    source = path.read_text()
    before = _AFTER.match(source)
    return (_source(path.with_name(before[1])) if before else "") + source
