"""A person at a terminal: runs a command on a pseudo-terminal, reads, types and presses Ctrl-C."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
_LIMIT_S = 30.0


class Terminal:
    """One command on a terminal of its own; a context manager, which ends it."""

    def __init__(self, command: Sequence[str], cwd: Path, environ: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            command, cwd=cwd, env=environ, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self._read = b""
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        """Everything shown so far, without colours."""
        return _COLOUR.sub("", self._read.decode(errors="replace")).replace("\r\n", "\n")

    def expect(self, words: str) -> None:
        """Wait until *words* are shown, after what was waited for before."""
        end = time.monotonic() + _LIMIT_S
        while (found := self.text.find(words, self._seen)) < 0:
            assert time.monotonic() < end, f"{words!r} was not shown after:\n{self.text[self._seen :]}"
            more = self._more(0.2)
            assert more or self._process.poll() is None, f"ended before {words!r}:\n{self.text[self._seen :]}"
        self._seen = found + len(words)

    def answer(self, question: str, line: str = "") -> None:
        """Type *line* and Enter once *question* is shown."""
        self.expect(question)
        self.expect(": ")
        os.write(self._master, f"{line}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, once the command rests: Python forgets one that comes just before it reads a line."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        end = time.monotonic() + _LIMIT_S
        while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "S":
            assert time.monotonic() < end, "it never rests"
            time.sleep(0.01)
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """The exit status, once everything is read."""
        end = time.monotonic() + _LIMIT_S
        while self._more(0.2) or self._process.poll() is None:
            assert time.monotonic() < end, f"still running:\n{self.text[self._seen :]}"
        return self._process.wait()

    def _more(self, timeout_s: float) -> bool:
        if not select.select([self._master], [], [], timeout_s)[0]:
            return False
        try:
            read = os.read(self._master, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            return False
        self._read += read
        return bool(read)
