"""How a process is asked to end: once, and it finishes what it is at; twice, and it hands that on at once."""

import signal
import time
from types import FrameType

TWICE_S = 1.0
"""Ctrl-C reaches a process from the terminal and from whatever started it: that is once."""


class Ending:
    """What signals have asked for. Plain flags: a handler may run in the middle of any lock's code."""

    def __init__(self) -> None:
        self.requested = False
        self.urgent = False
        self._first_s = 0.0

    def listen(self) -> None:
        """Take SIGTERM and SIGINT, whoever had them; from the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.heard)

    def heard(self, number: int, frame: FrameType | None) -> None:
        """A signal came."""
        now_s = time.monotonic()
        if not self.requested:
            self.requested, self._first_s = True, now_s
        elif now_s - self._first_s >= TWICE_S:
            self.urgent = True
