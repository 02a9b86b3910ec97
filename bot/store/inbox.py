"""The inbox of every chat: accept, take, record, settle; each a script that may safely run twice."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.channels.base import Allowance, Nonce, Pace
from bot.errors import Forged, LeaseLost, PlatformAway, StoreUnfit
from bot.messages import Chat, InboundMessage, State
from bot.store import keys
from bot.store.accepted import Accepted
from bot.store.behind import Behind, dump_numbers, ended_along, joined, load_behind
from bot.store.client import text
from bot.store.dead_letters import dump_letter
from bot.store.leases import UNFIT_MS, Lease, hand_back
from bot.store.scripts import Scripts
from bot.store.turns import Plan, Steps, Write
from bot.store.values import dump_message, known, load_message, number

ANSWER_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)


@dataclass(slots=True)
class Turn:
    """The head message of a taken chat, and how far its answer has come.

    Attributes:
        message: with the words of the lines that were joined to it (`steps.merged`).
        behind: what waited behind it when it was taken, in order; not necessarily all of it.
    """

    lease: Lease
    message: InboundMessage
    accepted_ms: int
    steps: Steps
    behind: tuple[Behind, ...] = ()

    @property
    def chat(self) -> Chat:
        return self.lease.chat


class Inbox:
    """Every accepted message waits here until it is settled; nothing is popped before that."""

    def __init__(self, scripts: Scripts, process: str, *, most: int = 100, along: int = 0) -> None:
        """At most *most* messages of one chat wait; what stops them may wait beyond that.

        A turn shows up to *along* of those behind its message.
        """
        self._scripts = scripts
        self._process = process
        self._most = most
        self._along = along

    def accept(
        self,
        message: InboundMessage,
        *,
        cuts: bool,
        allowance: Allowance | None,
        nonce: Nonce | None,
        attempt: str,
        counted: bool = False,
        waits_s: float = 0.0,
    ) -> Accepted:
        """Keep *message*, once for all its deliveries (24 h); when this returns it will not be lost.

        *cuts* stops every older message of the chat. *attempt* is the same for every try to accept one
        delivery, so that a try whose answer was lost does not look like a repeat. What a full inbox cannot
        hold is refused at once; once a minute it waits as a message of kind `flood`, right behind the head,
        so that the person is told. *counted* counts the deliveries; for *waits_s* the request of this one
        waits to be offered the answer. Raises StoreAway, or Forged for a nonce used with another body.
        """
        chat = message.chat
        outcome, n, wake, attempts, faq = self._scripts.run(
            "accept",
            [
                *(keys.seen(message.account, message.msg_id), keys.inbox(chat), keys.ready, keys.cut(chat)),
                *(keys.counts, keys.allowance(chat), keys.lease(chat)),
                *(keys.nonce(message.account, nonce.value if nonce else ""), keys.flood(chat)),
                *(keys.attempts(message.account, message.msg_id), keys.answers(chat)),
                keys.changes(chat.account),
            ],
            [
                *(attempt, keys.SEEN_MS, str(chat), dump_message(message)),
                *(int(cuts), keys.CUT_MS, *_granted(allowance)),
                *(nonce.fingerprint if nonce else "", keys.NONCE_MS, keys.SWEEP_MS),
                *(self._most, keys.FLOOD_MS, dump_message(replace(message, kind="flood", parts=()))),
                *(keys.ATTEMPTS_MS if counted else 0, round(waits_s * 1000), keys.ANSWERS_MS),
            ],
        )
        if outcome < 0:
            raise Forged("nonce")
        return Accepted(outcome > 0, n, bool(wake), outcome in (2, 3), outcome == 3, attempts, text(faq))

    def forward(self, message: InboundMessage) -> Write:
        """*message*, one of OURS, waits in its chat's inbox once the turn is settled: once, whatever dies."""
        return Write("forward", keys.inbox(message.chat), f"{message.chat} {dump_message(message)}")

    def take(self, chat: Chat) -> Turn | None:
        """The head of *chat* for this process alone; None when nothing waits or another process is at it.

        Raises StoreAway, and StoreUnfit for what only a newer program can read: it is left to that.
        """
        token = secrets.token_hex(8)
        found = self._scripts.run(
            "take",
            [*(keys.lease(chat), keys.turn(chat), keys.inbox(chat)), keys.ready, keys.cut(chat), keys.beat],
            [
                *(token, keys.LEASE_MS, str(chat), self._process),
                *(keys.TURN_SCHEMA, keys.BEAT_GAP_MS, keys.BEAT_GRACE_MS, self._along),
            ],
        )
        if not found:
            return None
        if len(found) == 1:
            known(int(found[0]), keys.TURN_SCHEMA)
        head, cut, waiting = text(found[0]), int(found[1]), found[2]
        pairs = [text(word) for word in found[3:]]
        lease = Lease(chat, token, number(head), cut)
        try:
            accepted_ms, message = load_message(head)
            steps = Steps.load(dict(zip(pairs[::2], pairs[1::2], strict=True)))
        except StoreUnfit:
            hand_back(self._scripts, lease, UNFIT_MS)
            raise
        behind = load_behind(waiting)
        message = joined(message, (one for one in behind if one.n in steps.merged))
        return Turn(lease, message, accepted_ms, steps, behind)

    def join(self, turn: Turn, along: Sequence[Behind]) -> None:
        """From here on the lines *along* are one question with the message of *turn*, whoever answers it.

        Until that is settled they wait as they did. Raises LeaseLost, StoreAway.
        """
        numbers = tuple(one.n for one in along)
        self.record(turn, {"merged": dump_numbers(numbers)})
        turn.steps.merged = numbers
        turn.message = joined(turn.message, along)

    def record(
        self,
        turn: Turn,
        fields: dict[str, str],
        *,
        spend: bool = False,
        paces: Sequence[Pace] = (),
        count: str = "",
    ) -> None:
        """Write steps of the turn; *spend* takes one from the send allowance.

        Raises LeaseLost, StoreAway, and PlatformAway with `wait_s` while *paces* leave no room for a send:
        then nothing was written.
        """
        chat = turn.chat
        cut, wait_ms = self._scripts.run(
            "record",
            [
                *(keys.turn(chat), keys.lease(chat), keys.cut(chat)),
                *(keys.allowance(chat), keys.counts, keys.pace(chat)),
            ],
            [
                *(turn.lease.token, keys.LEASE_MS, int(spend), count),
                ",".join(f"{pace.count}/{pace.window_s * 1000}" for pace in paces),
                *(item for pair in fields.items() for item in pair),
            ],
        )
        if cut < 0:
            turn.lease.lost = True
            raise LeaseLost(str(chat.account))
        turn.lease.learn(cut)
        if wait_ms:
            raise PlatformAway(0, "pace", wait_s=wait_ms / 1000)

    def save(self, turn: Turn, plan: Plan) -> None:
        """Save *plan* before anything of it is done; from here on it is never made again."""
        self.record(turn, {"plan": plan.dump()})
        turn.steps.plan = plan

    def settle(self, turn: Turn, state: State, writes: Sequence[Write], reason: str = "") -> Turn | None:
        """End the head message in *state* together with *writes*; the next turn, or None when nothing waits.

        Lines that were joined to it end with it; in a dead letter their words stand with its own. *reason*
        (a constant word) goes into the letter. Raises LeaseLost, StoreAway.
        """
        chat, lease = turn.chat, turn.lease
        along, along_state = ended_along(turn.steps.merged, state, lease.cut)
        took_ms = max(0, int(time.time() * 1000) - turn.accepted_ms)
        found = self._scripts.run(
            "settle",
            [
                *(keys.lease(chat), keys.turn(chat), keys.inbox(chat), keys.ready, keys.counts),
                *(keys.cut(chat), keys.dead, *(write.key for write in writes)),
            ],
            [
                *(lease.token, keys.LEASE_MS, str(chat), lease.n, state),
                *(_bucket(took_ms) if state == "answered" else "", took_ms),
                dump_letter(lease.n, turn.message, reason) if state == "dead_letter" else "",
                *(dump_numbers(along), along_state, self._along),
                *(item for write in writes for item in (write.op, write.value, write.life_ms)),
            ],
        )
        if not found:
            lease.lost = True
            raise LeaseLost(str(chat.account))
        if found[0] == 0:
            return None
        lease.n = number(text(found[1]))
        lease.learn(int(found[2]))
        accepted_ms, message = load_message(found[1])
        return Turn(lease, message, accepted_ms, Steps(), load_behind(found[3]))

    def hand_back(self, lease: Lease, *, delay_s: float, count: str = "") -> None:
        """Give the chat back unfinished; it is hinted at again after *delay_s*. *count*: `tries` or `deaths`.

        Whoever still acts under this lease can write nothing more.
        """
        hand_back(self._scripts, lease, int(delay_s * 1000), count)

    def due(self, most: int) -> list[str]:
        """At most *most* chats that wait and that nobody holds; each is told once in 1.5 s, to one caller."""
        found = self._scripts.run("due", [keys.ready], [keys.lease(""), keys.SWEEP_MS, most])
        return [text(chat) for chat in found]

    def lost(self) -> int:
        """How many accepted messages are neither settled nor waiting anywhere: 0. Raises StoreAway."""
        return int(self._scripts.run("lost", [keys.counts, keys.ready], [keys.PREFIX + "inbox:"]))


def _granted(allowance: Allowance | None) -> tuple[str, int, int]:
    if allowance is None:
        return "", 0, 0
    return allowance.kind, allowance.count, allowance.window_s * 1000


def _bucket(took_ms: int) -> str:
    return next((f"{limit:g}" for limit in ANSWER_BUCKETS_S if took_ms <= limit * 1000), "+Inf")
