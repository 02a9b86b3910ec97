"""Named places (config/places.py) where, armed through settings, the process kills itself."""

import os
import signal
import threading
from collections.abc import Mapping, Sequence


class Failpoints:
    """Where this process dies, and at which hit; armed nowhere unless the settings say so."""

    def __init__(self, armed: Mapping[str, int]) -> None:
        self.armed = dict(armed)
        self._counting = threading.Lock()

    @classmethod
    def parse(cls, written: Sequence[str]) -> "Failpoints":
        """From `pre_send` (at its first hit) and `pre_send:3` (at its third), as checked by config.places."""
        places = (one.partition(":") for one in written)
        return cls({name: int(hit or 1) for name, _, hit in places})

    def reach(self, place: str) -> None:
        """Die by SIGKILL at the hit for which *place* is armed; the hits of all threads are counted."""
        if not self.armed or place not in self.armed:
            return
        with self._counting:
            self.armed[place] -= 1
            if self.armed[place] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
