"""The owner's questions and answers of each account; every process keeps a copy and knows when it is old."""

import secrets
from typing import cast

from bot.likeness import Known, Questions
from bot.store import keys
from bot.store.changes import Changes
from bot.store.client import Client, store_errors, text
from bot.store.turns import Write
from bot.store.values import dump, read, reading

VERSION = "faq"
"""What `Recalled.changes` and accepting a message call the version of an account's list."""
_LAST = b"last"


class Faq:
    """Changes are Writes that become true when a message is settled; then the list has a new version.

    A version is a word that was never used before: an older copy cannot be taken for a newer one.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._copies: dict[str, tuple[str, Questions]] = {}

    def of(self, account: str, version: str) -> Questions:
        """The list of *account*, at least as new as *version*, which was read from the store just now.

        It is read only where the copy here has another version. Raises StoreAway, StoreUnfit.
        """
        if not version:
            return Questions()
        copy = self._copies.get(account)
        # What is read after its version was cannot be older than that.
        if copy is None or copy[0] != version:
            copy = self._copies[account] = (version, self._read(account))
        return copy[1]

    def next_number(self, account: str) -> int:
        """A number that no entry has; one that is never used leaves a gap. Raises StoreAway."""
        with store_errors():
            return int(self._client.hincrby(keys.faq(account), "last", 1))

    def keep(self, account: str, entry: Known) -> tuple[Write, ...]:
        """*entry* is answered from now on, in the place of one with its number."""
        value = {"question": entry.question, "answer": entry.answer, "words": entry.words}
        return Write("hset", keys.faq(account), f"{entry.number} {dump(value)}"), _changed(account)

    def drop(self, account: str, number: int) -> tuple[Write, ...]:
        """The entry with that number is answered no more."""
        return Write("hdel", keys.faq(account), str(number)), _changed(account)

    def _read(self, account: str) -> Questions:
        with store_errors():
            found = self._client.hgetall(keys.faq(account))
        return Questions(
            [_load(int(text(field)), cast(bytes, value)) for field, value in found.items() if field != _LAST]
        )


def _changed(account: str) -> Write:
    return Changes().keep(account, VERSION, secrets.token_hex(8))


def _load(number: int, stored: bytes) -> Known:
    value = read(stored)
    with reading():
        return Known(number, value["question"], value["answer"], tuple(value["words"]))
