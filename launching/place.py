"""The folder var/: one start at a time, private, and told from outside by what lies in it."""

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from launching.words import LaunchError, both


class Place:
    """var/ below *root*, held by this start for as long as its process lives.

    Raises LaunchError, naming where to look, when another start holds it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.var = root / "var"
        self.logs = self.var / "log"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.var.chmod(0o700)
        self._lock: TextIO = (self.var / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            address = self._lock.read().strip()
            raise LaunchError(both("这个目录里已经在跑", "already running in this folder", address)) from None
        self.tell("")

    def tell(self, address: str) -> None:
        """Leave *address* for whoever tries to start a second time."""
        self._lock.truncate(0)
        self._lock.write(address)
        self._lock.flush()

    def folder(self, name: str) -> Path:
        """The folder *name* below var/, made if missing."""
        folder = self.var / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def write_private(path: Path, text: str) -> None:
    """Replace *path* by *text* at one blow, readable by its owner only."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def write_pids(path: Path, pids: Mapping[str, int]) -> None:
    """Say in *path* which process is which: `{"web": {"pid": 1}, …}`."""
    record: dict[str, Any] = {name: {"pid": pid} for name, pid in pids.items()}
    write_private(path, json.dumps(record, indent=1) + "\n")
