"""The logs of the processes: their errors are shown on the terminal, and no log grows without end."""

import json
import shutil
import time
from pathlib import Path

LARGEST_BYTES = 16 * 1024 * 1024
SHOWN_LINES = 5
SHOWN_PER_S = 10.0
LINE_CHARACTERS = 300
_UNSHOWN = ("event", "level", "ts", "timestamp", "exception", "logger", "stack", "pid")


class Journal:
    """What the processes append to *folder*/NAME.log from now on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_to = {path: path.stat().st_size for path in folder.glob("*.log")}
        self._shown_at: list[float] = []

    def errors(self) -> list[str]:
        """The errors since the last call, one short line each; of many at once only the first few."""
        found = []
        for path in sorted(self._folder.glob("*.log")):
            for line in self._fresh(path):
                error = _error_in(line)
                if error is not None and self._may_show():
                    found.append(f"{path.stem} ✗ {error}"[:LINE_CHARACTERS])
            self._keep_small(path)
        return found

    def _fresh(self, path: Path) -> list[bytes]:
        """Whole lines that were appended to *path* since it was last read."""
        start = self._read_to.get(path, 0)
        if path.stat().st_size <= start:
            return []
        with path.open("rb") as file:
            file.seek(start)
            fresh = file.read(LARGEST_BYTES)
        whole = fresh.rfind(b"\n") + 1
        self._read_to[path] = start + whole
        return fresh[:whole].splitlines()

    def _may_show(self) -> bool:
        now = time.monotonic()
        self._shown_at = [at for at in self._shown_at if now - at < SHOWN_PER_S]
        self._shown_at.append(now)
        return len(self._shown_at) <= SHOWN_LINES

    def _keep_small(self, path: Path) -> None:
        """Move a large log aside under its processes' hands: they append, so emptying the file is enough."""
        if self._read_to.get(path, 0) > LARGEST_BYTES:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            with path.open("r+b") as file:
                file.truncate(0)
            self._read_to[path] = 0


def last_line(path: Path) -> str:
    """The last line with words in it of a log, shortened: what a process said before it ended."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8192))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:LINE_CHARACTERS]


def _error_in(line: bytes) -> str | None:
    """What an event of level error or worse says; None for everything else."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("level") not in ("error", "critical"):
        return None
    fields = " ".join(f"{key}={value}" for key, value in event.items() if key not in _UNSHOWN)
    cause = str(event.get("exception", "")).rstrip().rpartition("\n")[2]
    return " ".join(filter(None, (str(event.get("event", "")), fields, cause))).replace("\n", " ")
