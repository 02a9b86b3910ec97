"""The platform's clock: windows and lifetimes can be moved forward without waiting."""

import time


class Clock:
    """Real time plus what tests have skipped."""

    def __init__(self) -> None:
        self._skipped_s = 0.0

    def now(self) -> float:
        """Seconds since the epoch, by which allowances, tokens and typing windows end."""
        return time.time() + self._skipped_s

    def wall(self) -> float:
        """Real seconds since the epoch; stamped on callbacks, which the bot checks against its own clock."""
        return time.time()

    def advance(self, seconds: float) -> None:
        """Skip *seconds*: everything that ends by then has ended."""
        self._skipped_s += seconds
