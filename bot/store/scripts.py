"""The Lua scripts, loaded from lua/*.lua; what must be atomic is one of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.commands.core import Script

from bot.store.client import Client, store_errors

_FOLDER = Path(__file__).parent / "lua"


class Scripts:
    """Runs a script by its file's name; it is loaded again where a restarted store has forgotten it."""

    def __init__(self, client: Client) -> None:
        self._scripts: dict[str, Script] = {
            path.stem: client.register_script(path.read_text()) for path in _FOLDER.glob("*.lua")
        }

    def run(self, name: str, keys: Sequence[str], args: Sequence[str | int | bytes]) -> Any:
        """What the script *name* returns. Raises StoreAway, StoreError."""
        with store_errors():
            return self._scripts[name](keys=list(keys), args=list(args))
