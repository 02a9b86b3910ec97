"""Messages that were given up: kept with the reason, looked through, and put back."""

import json
import time
from dataclasses import dataclass

from bot.messages import InboundMessage
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.scripts import Scripts
from bot.store.turns import Write
from bot.store.values import dump, dump_message, load_message, read, reading


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that was given up.

    Attributes:
        n: its inbox number, by which the logs name it.
        died_ms: when it was given up.
        reason: a constant word.
    """

    n: int
    died_ms: int
    reason: str
    message: InboundMessage
    stored: bytes | str


def dump_letter(n: int, message: InboundMessage, reason: str) -> str:
    """A dead letter as it is kept."""
    kept = json.loads(dump_message(message))
    return dump({"n": n, "t": int(time.time() * 1000), "reason": reason, "message": kept})


class DeadLetters:
    """The list of them, the newest first, 1 000 at most."""

    def __init__(self, client: Client, scripts: Scripts, *, most: int) -> None:
        """At most *most* messages of one chat wait, those put back included."""
        self._client = client
        self._scripts = scripts
        self._most = most

    def all(self) -> list[DeadLetter]:
        """Every dead letter. Raises StoreAway, and StoreUnfit when a newer program has written one."""
        with store_errors():
            found = self._client.lrange(keys.dead, 0, -1)
        return [_load(stored) for stored in found]

    def put_back(self, letter: DeadLetter) -> int:
        """Let the message wait anew, behind what waits in its chat, with none of its former steps.

        Its new inbox number; 0 when it is no longer a dead letter, -1 when the chat's inbox is full.
        """
        chat = letter.message.chat
        found: int = self._scripts.run(
            "requeue",
            [keys.dead, keys.inbox(chat), keys.ready, keys.counts],
            [letter.stored, dump_message(letter.message), str(chat), self._most],
        )
        return found

    def requeued(self, letter: DeadLetter) -> Write:
        """The same as put_back, when a message is settled; nothing if it is gone or its inbox full then."""
        chat = letter.message.chat
        lines = (str(self._most), str(chat), dump_message(letter.message), text(letter.stored))
        return Write("requeue", keys.inbox(chat), "\n".join(lines))


def _load(stored: bytes | str) -> DeadLetter:
    letter = read(stored)
    with reading():
        _, message = load_message(json.dumps(letter["message"]))
        return DeadLetter(int(letter["n"]), int(letter["t"]), str(letter["reason"]), message, stored)
