"""Ends one of the demo's processes, as a crash would: launch.py starts it again."""

import json
import os
import signal
from pathlib import Path

from simulator.words import UserError


def kill(state: Path | None, name: str) -> int:
    """SIGKILL *name* of <state>/processes.json ({name: {"pid": n}}); returns its pid. Raises UserError."""
    pid = _pid(state, name)
    if pid is None or not _looks_right(pid, name):
        raise UserError(
            "找不到这个进程：要用 make demo 启动", "no such process: start everything with `make demo`"
        )
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        raise UserError("杀不掉这个进程", "the process could not be killed") from None
    return pid


def _pid(state: Path | None, name: str) -> int | None:
    try:
        listed = json.loads((state / "processes.json").read_text()) if state else {}
        pid = listed[name]["pid"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if isinstance(pid, int) and pid > 1 else None


def _looks_right(pid: int, name: str) -> bool:
    """Where /proc tells: that the number still is this process, and not one that got it after a reboot."""
    words = {"worker": (b"worker",), "store": (b"redis", b"valkey")}[name]
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists()
    return any(word in line for word in words)
