"""The inbox of every chat: accept, take, record, settle; each a script that may safely run twice."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.channels.base import Allowance, Nonce
from bot.errors import Forged, LeaseLost
from bot.messages import Chat, Event, InboundMessage, Part, State, Text
from bot.store import keys
from bot.store.client import text
from bot.store.leases import Lease
from bot.store.scripts import Scripts
from bot.store.turns import Plan, Steps, Write

ANSWER_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a callback: *new* is false for a repeat, *wake* says that nobody holds the chat yet."""

    new: bool
    n: int
    wake: bool


@dataclass(slots=True)
class Turn:
    """The head message of a taken chat, and how far its answer has come."""

    lease: Lease
    message: InboundMessage
    accepted_ms: int
    steps: Steps

    @property
    def chat(self) -> Chat:
        return self.lease.chat


class Inbox:
    """Every accepted message waits here until it is settled; nothing is popped before that."""

    def __init__(self, scripts: Scripts, process: str) -> None:
        self._scripts = scripts
        self._process = process

    def accept(
        self,
        message: InboundMessage,
        *,
        cuts: bool,
        allowance: Allowance | None,
        nonce: Nonce | None,
        attempt: str,
    ) -> Accepted:
        """Keep *message*, once for all its deliveries (24 h); when this returns it will not be lost.

        *cuts* stops every older message of the chat. *attempt* is the same for every try to accept one
        delivery, so that a try whose answer was lost does not look like a repeat. Raises StoreAway, or Forged
        for a nonce that was used with another body.
        """
        chat = message.chat
        outcome, n, wake = self._scripts.run(
            "accept",
            [
                *(keys.seen(message.account, message.msg_id), keys.inbox(chat), keys.ready, keys.cut(chat)),
                *(keys.counts, keys.allowance(chat), keys.lease(chat)),
                keys.nonce(message.account, nonce.value if nonce else ""),
            ],
            [
                *(attempt, keys.SEEN_MS, str(chat), _dump(message), int(cuts), keys.CUT_MS),
                *(_granted(allowance)),
                *(nonce.fingerprint if nonce else "", keys.NONCE_MS, keys.SWEEP_MS),
            ],
        )
        if outcome < 0:
            raise Forged("nonce")
        return Accepted(outcome == 1, n, bool(wake))

    def take(self, chat: Chat) -> Turn | None:
        """The head of *chat* for this process alone; None when nothing waits or another process is at it."""
        token = secrets.token_hex(8)
        found = self._scripts.run(
            "take",
            [
                *(
                    keys.lease(chat),
                    keys.turn(chat),
                    keys.inbox(chat),
                    keys.ready,
                    keys.cut(chat),
                    keys.counts,
                ),
            ],
            [token, keys.LEASE_MS, str(chat), self._process],
        )
        if not found:
            return None
        head, cut, *pairs = map(text, found)
        fields = dict(zip(pairs[::2], pairs[1::2], strict=True))
        n, accepted_ms, message = _load(head)
        return Turn(Lease(chat, token, n, int(cut)), message, accepted_ms, Steps.load(fields))

    def record(self, turn: Turn, fields: dict[str, str], *, spend: bool = False, count: str = "") -> None:
        """Write steps of the turn; *spend* takes one from the send allowance. Raises LeaseLost, StoreAway."""
        chat = turn.chat
        cut = self._scripts.run(
            "record",
            [keys.turn(chat), keys.lease(chat), keys.cut(chat), keys.allowance(chat), keys.counts],
            [
                *(turn.lease.token, keys.LEASE_MS, int(spend), count),
                *(item for pair in fields.items() for item in pair),
            ],
        )
        if cut < 0:
            turn.lease.lost = True
            raise LeaseLost(str(chat.account))
        turn.lease.learn(cut)

    def save(self, turn: Turn, plan: Plan) -> None:
        """Save *plan* before anything of it is done; from here on it is never made again."""
        self.record(turn, {"plan": plan.dump()})
        turn.steps.plan = plan

    def settle(self, turn: Turn, state: State, writes: Sequence[Write], reason: str = "") -> Turn | None:
        """End the head message in *state* together with *writes*; the next turn, or None when nothing waits.

        *reason* (a constant word) goes into the dead letter. Raises LeaseLost, StoreAway.
        """
        chat, lease = turn.chat, turn.lease
        took_ms = max(0, int(time.time() * 1000) - turn.accepted_ms)
        found = self._scripts.run(
            "settle",
            [
                *(
                    keys.lease(chat),
                    keys.turn(chat),
                    keys.inbox(chat),
                    keys.ready,
                    keys.counts,
                    keys.cut(chat),
                ),
                *(keys.dead, *(write.key for write in writes)),
            ],
            [
                *(lease.token, keys.LEASE_MS, str(chat), lease.n, state),
                *(_bucket(took_ms) if state == "answered" else "", took_ms),
                _dead_letter(turn, reason) if state == "dead_letter" else "",
                *(item for write in writes for item in (write.op, write.value, write.life_ms)),
            ],
        )
        if not found:
            lease.lost = True
            raise LeaseLost(str(chat.account))
        if found[0] == 0:
            return None
        n, accepted_ms, message = _load(text(found[1]))
        lease.n = n
        lease.learn(int(found[2]))
        return Turn(lease, message, accepted_ms, Steps())

    def hand_back(self, lease: Lease, *, delay_s: float, count: str = "") -> None:
        """Give the chat back unfinished; it is hinted at again after *delay_s*. *count*: `tries` or `deaths`.

        Whoever still acts under this lease can write nothing more.
        """
        self._scripts.run(
            "hand_back",
            [keys.lease(lease.chat), keys.turn(lease.chat), keys.ready],
            [lease.token, str(lease.chat), int(delay_s * 1000), count],
        )

    def due(self, most: int) -> list[str]:
        """Chats that wait and that nobody holds; each is told once in 1.5 s, to one caller."""
        found = self._scripts.run("due", [keys.ready], [keys.lease(""), keys.SWEEP_MS, most])
        return [text(chat) for chat in found]


def _granted(allowance: Allowance | None) -> tuple[str, int, int]:
    if allowance is None:
        return "", 0, 0
    return allowance.kind, allowance.count, allowance.window_s * 1000


def _bucket(took_ms: int) -> str:
    return next((f"{limit:g}" for limit in ANSWER_BUCKETS_S if took_ms <= limit * 1000), "+Inf")


def _dump(message: InboundMessage) -> str:
    parts = [{"as": type(part).__name__, **asdict(part)} for part in message.parts]
    return json.dumps(
        {
            "v": 1,
            "t": int(time.time() * 1000),
            "account": message.account,
            "peer": message.peer,
            "sender": message.sender,
            "msg_id": message.msg_id,
            "kind": message.kind,
            "parts": parts,
            "created_at": message.created_at,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _load(stored: str) -> tuple[int, int, InboundMessage]:
    """Inbox number, when it was accepted (ms), and the message."""
    value = json.loads(stored)
    message = InboundMessage(
        value["account"],
        value["peer"],
        value["sender"],
        value["msg_id"],
        value["kind"],
        tuple(_part(part) for part in value["parts"]),
        value["created_at"],
    )
    return value["n"], value["t"], message


def _part(value: dict[str, str]) -> Part:
    if value["as"] == "Text":
        return Text(value["text"], value["menu_id"])
    return Event(value["name"], value["key"])


def _dead_letter(turn: Turn, reason: str) -> str:
    letter = {
        "v": 1,
        "n": turn.lease.n,
        "t": int(time.time() * 1000),
        "reason": reason,
        "message": json.loads(_dump(turn.message)),
    }
    return json.dumps(letter, ensure_ascii=False, separators=(",", ":"))
