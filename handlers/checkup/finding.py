"""The values of a checkup: what is looked at, what one check is, and what it found."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.store.arrivals import Arrivals
from bot.store.deliveries import Deliveries
from bot.store.health import StoreHealth
from bot.store.people import People
from config.accounts import OfficialSettings, WecomSettings
from config.settings import Settings


class StoreSide(Protocol):
    """The part of a Door or a Bot that checks ask."""

    @property
    def health(self) -> StoreHealth: ...

    @property
    def deliveries(self) -> Deliveries: ...

    @property
    def arrivals(self) -> Arrivals: ...

    @property
    def people(self) -> People: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        ok: True: all well; False: somebody has to mend it; None: not known, or nothing to look at.
        key, fields: the sentence of config/texts that says so, and what to do.
    """

    ok: bool | None
    key: str
    fields: Mapping[str, object] = field(default_factory=dict)


def well(key: str, **fields: object) -> Finding:
    return Finding(True, f"checkup.{key}", fields)


def wrong(key: str, **fields: object) -> Finding:
    return Finding(False, f"checkup.{key}", fields)


def unknown(key: str, **fields: object) -> Finding:
    return Finding(None, f"checkup.{key}", fields)


class NoStoreError(Exception):
    """A check needs the store, whose address is not set."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that is looked at.

    Attributes:
        stored: None where the store's address is not set.
        system_tokens: counts what the model is told first on an account. Raises OSError, ValueError.
        until_s: by time.monotonic(); nobody waits for a check any longer.
        asker: who asks in the chat, by the platform's id; empty at the command line.
    """

    settings: Settings
    stored: StoreSide | None
    system_tokens: Callable[[str], int]
    until_s: float
    asker: str = ""

    @property
    def store(self) -> StoreSide:
        """Raises NoStoreError."""
        if self.stored is None:
            raise NoStoreError
        return self.stored

    @property
    def left_s(self) -> float:
        """How long a check may still take, in seconds; never so little that it could not begin."""
        return max(self.until_s - time.monotonic(), 0.1)

    def account(self, name: str) -> OfficialSettings | WecomSettings:
        return self.settings.accounts[name]


Look = Callable[[Subject, str], Finding]
"""One check of an account, or (with an empty name) of what all share. Raises StoreError, PlatformError,
NoStoreError."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check and its name in config/texts (`checkup.names.<name>`)."""

    name: str
    look: Look


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer: which check of which account (empty: of what all share) found what."""

    name: str
    account: str
    finding: Finding
