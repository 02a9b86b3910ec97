"""What waits for a human: complaints and people who asked for one, until an admin closes them."""

from dataclasses import asdict, dataclass, replace
from typing import Literal, cast

from bot.store import keys
from bot.store.client import Client, store_errors
from bot.store.turns import Write
from bot.store.values import dump, read, reading

Kind = Literal["complaint", "handover"]
WORDS_BYTES = 6000
"""So much of somebody's words a case holds: three of their messages, or what they said last."""


@dataclass(frozen=True, slots=True)
class Case:
    """One of them.

    Attributes:
        case: its number within the account, from 1; people know a complaint by it.
        kind: a `complaint`, or a `handover`: they want to talk to a human.
        number: short number of the person.
        text: their words.
        answer: what they had been told last.
        at_ms, done_ms: when it came, and when it was closed; 0 while it is open.
    """

    case: int
    kind: Kind
    number: int
    text: str
    answer: str
    at_ms: int
    done_ms: int = 0


class Cases:
    """The cases of each account; changes are Writes that become true when a message is settled."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def next_number(self, account: str) -> int:
        """A number that no case has; one that is never used leaves a gap. Raises StoreAway."""
        with store_errors():
            return int(self._client.hincrby(keys.cases(account), "last", 1))

    def keep(self, account: str, case: Case) -> Write:
        """*case* as it is now; what was closed meanwhile stays closed. Of closed ones 500 are kept."""
        return Write("open", keys.cases(account), f"{case.case} {dump(asdict(case))}", keys.CASES_MS)

    def close(self, account: str, case: Case, at_ms: int) -> Write:
        """Nothing is left to do about it; if it was erased meanwhile, it stays so."""
        return replace(self.keep(account, replace(case, done_ms=at_ms)), op="change")

    def find(self, account: str, case: int) -> Case | None:
        """The case with that number. Raises StoreAway, StoreUnfit."""
        with store_errors():
            found = self._client.hget(keys.cases(account), str(case))
        return _load(cast(bytes, found)) if found is not None else None

    def all(self, account: str) -> list[Case]:
        """Every case, the oldest first. Raises StoreAway, StoreUnfit."""
        with store_errors():
            found = self._client.hgetall(keys.cases(account))
        cases = [_load(cast(bytes, value)) for field, value in found.items() if field != b"last"]
        return sorted(cases, key=lambda case: case.case)

    def open(self, account: str) -> list[Case]:
        """Those that nobody has closed."""
        return [case for case in self.all(account) if not case.done_ms]

    def open_of(self, account: str, kind: Kind, number: int) -> Case | None:
        """The one of *kind* of the person with that *number* that nobody has closed."""
        of_them = (case for case in self.open(account) if (case.kind, case.number) == (kind, number))
        return next(of_them, None)


def ending(words: str, most_bytes: int) -> str:
    """*words*, or as much of their end as fits with `…` into *most_bytes* of UTF-8."""
    said = words.encode()
    return words if len(said) <= most_bytes else f"…{said[3 - most_bytes :].decode(errors='ignore')}"


def _load(stored: bytes) -> Case:
    fields = read(stored)
    with reading():
        return Case(**{name: fields[name] for name in Case.__slots__})
