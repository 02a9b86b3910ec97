"""The numbered stream of changes that the page follows, resumable after a lost connection."""

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One event for the page."""

    number: int
    name: str
    content: dict[str, Any]


class Feed:
    """Keeps the last *keep* changes; must be used from one event loop only."""

    def __init__(self, keep: int = 5000) -> None:
        self._kept: deque[Change] = deque(maxlen=keep)
        self._bell: asyncio.Event | None = None
        self.last = 0

    def publish(self, name: str, content: dict[str, Any]) -> None:
        """Append a change and wake whoever waits."""
        self.last += 1
        self._kept.append(Change(self.last, name, content))
        self.ring()

    def ring(self) -> None:
        """Wake whoever waits, without a change for the page."""
        if self._bell is not None:
            self._bell.set()
            self._bell = None

    def since(self, number: int) -> list[Change] | None:
        """The changes after *number*, oldest first; None if some of them are kept no more."""
        missed = self.last - number
        if missed < 0 or missed > len(self._kept):
            return None
        return list(islice(self._kept, len(self._kept) - missed, None))

    async def wait(self, timeout_s: float) -> bool:
        """Return True at the next change, or False after *timeout_s*."""
        if self._bell is None:
            self._bell = asyncio.Event()
        try:
            async with asyncio.timeout(timeout_s):
                await self._bell.wait()
        except TimeoutError:
            return False
        return True
