"""Codes from hand to hand: one-time codes that are worth answers or tokens, and tries at guessing any."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from bot.messages import Person
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.people import People, Unit
from bot.store.scripts import Scripts
from bot.store.turns import Write
from bot.store.values import dump, read, reading

WRONG_MOST = 5
OPEN_MOST = 1000
REDEEM_PAUSE_S = 3600
ACCESS_PAUSE_S = 600
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""None that is taken for another."""
_LENGTH = 10

Guessed = Literal["right", "wrong", "pause"]
Outcome = Literal["redeemed", "wrong", "pause"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Codes that were made together, as far as they are open: each is worth *amount* of *unit*."""

    batch: int
    unit: Unit
    amount: int
    at_ms: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What became of a code: it was worth *amount* of *unit*, or tries are taken again after *wait_s*."""

    outcome: Outcome
    unit: Unit = "answers"
    amount: int = 0
    wait_s: int = 0


class Codes:
    """Each account's codes, as salted hashes; making and voiding them are Writes."""

    def __init__(self, client: Client, scripts: Scripts, people: People) -> None:
        self._client = client
        self._scripts = scripts
        self._people = people

    def next_batch(self, account: str) -> int:
        """A number that no batch has; one that is never used leaves a gap. Raises StoreAway."""
        with store_errors():
            return int(self._client.hincrby(keys.codes(account), "last", 1))

    def keep(self, account: str, batch: Batch) -> tuple[Write, ...]:
        """The codes of *batch*, here in their own words, can be redeemed."""
        fields = {"batch": batch.batch, "unit": batch.unit, "amount": batch.amount, "t": batch.at_ms}
        return tuple(
            Write("hset", keys.codes(account), f"{self.salted(account, code)} {dump(fields)}", keys.CODES_MS)
            for code in batch.codes
        )

    def open(self, account: str) -> list[Batch]:
        """Every batch with an open code, the oldest first; their codes are hashes. Raises StoreAway."""
        with store_errors():
            found = cast(Mapping[bytes, bytes], self._client.hgetall(keys.codes(account)))
        batches: dict[int, Batch] = {}
        for salted, stored in found.items():
            if salted == b"last":
                continue
            fields = read(stored)
            with reading():
                number = fields["batch"]
                before = batches[number].codes if number in batches else ()
                codes = (*before, text(salted))
                batches[number] = Batch(number, fields["unit"], fields["amount"], fields["t"], codes)
        return [batches[number] for number in sorted(batches)]

    def void(self, account: str, batches: Iterable[Batch]) -> tuple[Write, ...]:
        """The open codes of *batches*, as `open` gives them, are worth nothing any more."""
        return tuple(Write("hdel", keys.codes(account), code) for batch in batches for code in batch.codes)

    def redeem(self, person: Person, code: str, msg_id: str) -> Redeemed:
        """Give *person* at once what *code* is worth; *msg_id* names this try. Raises StoreAway."""
        account, salted = person.account, self.salted(person.account, code)
        found, told = self._scripts.run(
            "redeem",
            [
                *(keys.codes(account), keys.code_used(account, salted), keys.person(person)),
                keys.tries(account, "redeem", self._people.mark(person)),
            ],
            [salted, self._try(person, msg_id), keys.CODE_USED_MS, WRONG_MOST, REDEEM_PAUSE_S * 1000],
        )
        outcome = cast(Outcome, text(found))
        if outcome == "redeemed":
            worth = read(told)
            with reading():
                return Redeemed(outcome, worth["unit"], worth["amount"])
        return Redeemed(outcome, wait_s=int(told or 0) // 1000)

    def guess(self, person: Person, right: bool, msg_id: str) -> tuple[Guessed, int]:
        """What becomes of a try of *person* at the access code that is *right* or not; with a pause, its
        seconds. Raises StoreAway."""
        found, wait_ms = self._scripts.run(
            "guess",
            [keys.tries(person.account, "access", self._people.mark(person))],
            [self._try(person, msg_id), int(right), WRONG_MOST, ACCESS_PAUSE_S * 1000],
        )
        return cast(Guessed, text(found)), int(wait_ms) // 1000

    def salted(self, account: str, code: str) -> str:
        """What stands for *code* of *account*, however it is written."""
        return self._people.salted(f"code {account} {spelled(code)}")

    def _try(self, person: Person, msg_id: str) -> str:
        return self._people.salted(f"try {person} {msg_id}")


def new_code() -> str:
    """Ten signs that nobody guesses, in two groups."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return f"{signs[: _LENGTH // 2]}-{signs[_LENGTH // 2 :]}"


def spelled(code: str) -> str:
    """*code* without what people change about it: capitals, dashes and blanks."""
    return "".join(sign for sign in code.upper() if sign.isalnum())
