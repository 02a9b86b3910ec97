"""Access tokens as documented: lifetime, overlap, superseding and revoking (protocol B1, C4)."""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from simulator.clock import Clock

LIFETIME_S = 7200.0
OVERLAP_S = 300.0
FORCE_EVERY_S = 30.0
FORCE_A_DAY = 20

Source = Literal["token", "stable", "gettoken"]


@dataclass(slots=True)
class Issued:
    """One token: *expires* by its age, *superseded* once a later one (or a revocation) ended it earlier."""

    value: str
    expires: float
    superseded: float | None = None


@dataclass(slots=True)
class Shelf:
    """What one endpoint of one account has issued; endpoints do not invalidate each other's."""

    issued: list[Issued] = field(default_factory=list)
    forced: list[float] = field(default_factory=list)


class Tokens:
    """All access tokens of all accounts.

    Attributes:
        fetches: every successful fetch as (account, source), for tests and cards.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shelves: dict[tuple[str, Source], Shelf] = {}
        self._owner: dict[str, tuple[str, Issued]] = {}
        self.fetches: list[tuple[str, Source]] = []

    def fetch(self, account: str, source: Source, *, force: bool = False) -> tuple[str, int]:
        """(token, seconds it still lives): new each time for `token`, the running one for the others."""
        self.fetches.append((account, source))
        shelf = self._shelves.setdefault((account, source), Shelf())
        now = self._clock.now()
        current = shelf.issued[-1] if shelf.issued else None
        if current and self._reuse(shelf, current, source, force=force):
            return current.value, max(int(current.expires - now), 1)
        if current and current.superseded is None:
            current.superseded = now if force else now + OVERLAP_S
        fresh = Issued(_value(source), now + LIFETIME_S)
        shelf.issued.append(fresh)
        self._owner[fresh.value] = (account, fresh)
        return fresh.value, int(LIFETIME_S)

    def _reuse(self, shelf: Shelf, current: Issued, source: Source, *, force: bool) -> bool:
        now = self._clock.now()
        if source == "token" or (current.superseded is not None and current.superseded <= now):
            return False
        if force and source == "stable" and self._may_force(shelf):
            return False
        early_s = OVERLAP_S if source == "stable" else 0.0
        return current.expires - now > early_s

    def _may_force(self, shelf: Shelf) -> bool:
        now = self._clock.now()
        shelf.forced = [at for at in shelf.forced if at > now - 86400]
        if len(shelf.forced) >= FORCE_A_DAY or (shelf.forced and now - shelf.forced[-1] < FORCE_EVERY_S):
            return False
        shelf.forced.append(now)
        return True

    def owner(self, value: str) -> str | None:
        """The account this token was ever issued to."""
        found = self._owner.get(value)
        return found[0] if found else None

    def check(self, value: str, channel: str) -> int:
        """0 while *value* may be used, else the errcode that the platform answers."""
        if not value:
            return 41001
        found = self._owner.get(value)
        if found is None:
            return 40001 if channel == "official" and len(value) >= 100 else 40014
        issued, now = found[1], self._clock.now()
        if issued.superseded is not None and issued.superseded <= now:
            return 40001 if channel == "official" else 42001
        return 0 if issued.expires > now else 42001

    def revoke(self, account: str) -> None:
        """End every token of *account* at once, as the platform does now and then."""
        now = self._clock.now()
        for (name, _), shelf in self._shelves.items():
            if name == account:
                for issued in shelf.issued:
                    issued.superseded = now

    def values(self) -> list[str]:
        """Every token ever issued, for masking."""
        return list(self._owner)


def _value(source: Source) -> str:
    if source == "gettoken":
        return secrets.token_urlsafe(160)
    return f"{secrets.choice(range(60, 99))}_{secrets.token_urlsafe(96)}"
