"""One child process: started so that it cannot outlive us, ended together with everything it started."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What to run, in which environment, and when it is stopped: lower *stop_rank* first."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    stop_rank: int = 0


class Child:
    """A running process of *program*, its output appended to *log*.

    Start it from the main thread: the kernel ends it with the thread that started it, not the process.
    """

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.started_at = time.monotonic()
        with log.open("ab") as output:
            self._popen = subprocess.Popen(  # noqa: S603  Runs what the Procfile says.
                program.command,
                env=dict(program.environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C reaches launch.py alone, which then stops them in order.
                preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509  launch.py has one thread.
            )

    @property
    def pid(self) -> int:
        """Number of the process, which is that of its group too."""
        return self._popen.pid

    def has_ended(self) -> bool:
        """Whether the process is gone; then nothing it started is left either."""
        if self._popen.returncode is not None:
            return True
        if sys.platform == "linux":
            # Swept before it is reaped, so that the group's number cannot be anybody else's yet.
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return False
            self.kill()
            self._popen.wait()
            return True
        return self._popen.poll() is not None

    def how_it_ended(self) -> str:
        """`signal 9` or `code 1`, once it has ended."""
        code = self._popen.returncode
        return f"signal {-code}" if code < 0 else f"code {code}"

    def ask_to_stop(self) -> None:
        """SIGTERM to the process alone: it stops its own children itself."""
        if self._popen.returncode is None:
            self._popen.terminate()

    def kill(self) -> None:
        """SIGKILL to the process and all it started."""
        if self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


def _end_with(parent: int) -> Callable[[], None] | None:
    """What the child does before it becomes its program: be killed when *parent* dies (Linux only)."""
    if _LIBC is None:
        return None
    libc = _LIBC

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return tie
