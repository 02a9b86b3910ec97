"""Ctrl-C, SIGTERM, a closed terminal and ended children, as something one can wait for."""

import contextlib
import select
import signal
import socket
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Counts the wishes to stop, and wakes `wait` at once when one, or the end of a child, arrives."""

    def __init__(self) -> None:
        self.stops = 0
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in STOPPING:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, self._child)

    def wait(self, seconds: float) -> None:
        """Sleep up to *seconds*, less when a signal arrives."""
        select.select([self._reader], [], [], max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):
            while self._reader.recv(512):
                pass

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1

    def _child(self, _number: int, _frame: FrameType | None) -> None:
        """Nothing to do: having a handler is what makes SIGCHLD wake `wait`."""
