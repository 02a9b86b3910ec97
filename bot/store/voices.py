"""What people said lately and how they found the answers; the owner looks through both."""

from dataclasses import asdict, dataclass
from typing import Any

from bot.messages import Chat
from bot.store import keys
from bot.store.client import Client, store_errors
from bot.store.turns import Write
from bot.store.values import dump, read, reading


@dataclass(frozen=True, slots=True)
class Heard:
    """One question and its answer, both shortened, of the person with that short number."""

    at_ms: int
    number: int
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Vote:
    """What the person with that *number* thought of an answer, and why if they said so."""

    at_ms: int
    number: int
    good: bool
    reason: str
    question: str
    answer: str


class Voices:
    """Lists of each account, the newest first; changes are Writes that become true with a settling."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def keep(self, chat: Chat, heard: Heard) -> Write:
        """*heard* is the newest of the last fifty."""
        return Write("last", keys.recent(chat.account), dump(asdict(heard)), keys.RECENT_MS)

    def vote(self, chat: Chat, vote: Vote) -> Write:
        """*vote* is the newest of the last thousand, for 400 days."""
        return Write("log", keys.votes(chat.account), dump(asdict(vote)), keys.VOTES_MS)

    def take_back(self, chat: Chat, at_ms: int, number: int) -> Write:
        """The vote of the person with that *number* at that time is there no more."""
        return Write("strip", keys.votes(chat.account), f'"at_ms":{at_ms},"number":{number},')

    def recent(self, account: str, most: int) -> list[Heard]:
        """What was said lately. Raises StoreAway, StoreUnfit."""
        return [
            Heard(**{name: fields[name] for name in Heard.__slots__})
            for fields in self._read(keys.recent(account), most)
        ]

    def votes(self, account: str, most: int) -> list[Vote]:
        """How answers were found lately. Raises StoreAway, StoreUnfit."""
        return [
            Vote(**{name: fields[name] for name in Vote.__slots__})
            for fields in self._read(keys.votes(account), most)
        ]

    def _read(self, key: str, most: int) -> list[dict[str, Any]]:
        with store_errors():
            found = self._client.lrange(key, 0, most - 1)
        with reading():
            return [read(stored) for stored in found]
