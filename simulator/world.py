"""Everything the simulated platform knows, in one place that its parts share."""

import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from simulator.accounts import Account
from simulator.agents import Agents
from simulator.allowance import Allowances, Chat
from simulator.clock import Clock
from simulator.feed import Feed
from simulator.groups import Group, Groups
from simulator.people import Bubble, Person, Phones, Sent
from simulator.standin import StandIn
from simulator.tokens import Tokens
from simulator.wire import Row, Wire
from simulator.words import words


@dataclass(slots=True)
class Faults:
    """What the platform does wrong on purpose.

    Attributes:
        delay_ms: every API answer comes that much later.
        errcode: every send and every menu is refused with it, until it is 0 again.
        coming: errcodes for the next sends and menus of an account, used one by one.
        abort_sends: how many of the next sends are delivered although their answer never arrives.
        fenced: how many of an account's next calls come from an IP that is not on its list.
        date_off_s: how far the `Date` of API answers is ahead of our clock.
    """

    delay_ms: int = 0
    errcode: int = 0
    coming: dict[str, deque[int]] = field(default_factory=dict)
    abort_sends: int = 0
    fenced: dict[str, int] = field(default_factory=dict)
    date_off_s: float = 0.0

    def next_errcode(self, account: str) -> int:
        waiting = self.coming.get(account)
        return waiting.popleft() if waiting else self.errcode

    def takes_fence(self, account: str) -> bool:
        """Whether this call comes from an IP that is not allowed; counts it."""
        left = self.fenced.get(account, 0)
        self.fenced[account] = max(left - 1, 0)
        return left > 0

    def takes_abort(self) -> bool:
        """Whether this send's answer is to be lost; counts it."""
        if not self.abort_sends:
            return False
        self.abort_sends -= 1
        return True


@dataclass(frozen=True, slots=True)
class Rules:
    """What the documents leave open (protocol U), and what tests want shorter."""

    attempts: int = 3
    timeout_s: float = 5.0
    retry_every_s: float = 5.0
    passive_bytes: int = 2047
    text_bytes: int = 2048
    per_minute: int = 30
    per_hour: int = 1000
    risky_words: frozenset[str] = frozenset()


class World:
    """The platform's state. Lives in one event loop; nothing in it is shared between threads.

    Attributes:
        started_with: the configuration's own model (base_url, model), unless it is the stand-in.
        spoke: when each chat last did something that counts as an interaction.
        worker_killed: when an experiment last killed a worker, by time.monotonic().
    """

    def __init__(
        self, accounts: dict[str, Account], state: Path | None = None, rules: Rules | None = None
    ) -> None:
        self.accounts = accounts
        self.state = state
        self.rules = rules or Rules()
        self.clock = Clock()
        self.feed = Feed()
        self.tokens = Tokens(self.clock)
        self.allowances = Allowances(self.clock)
        self.agents = Agents(self.clock)
        self.phones = Phones(self.feed, state / "phones.json" if state else None)
        self.wire = Wire(self.feed, Groups(self.feed), self._secrets)
        self.faults = Faults()
        self.started_with: dict[str, Any] | None = None
        self.standin = StandIn(self.wire)
        self.spoke: dict[Chat, float] = {}
        self.typing_until: dict[Chat, float] = {}
        self.typing_calls: list[tuple[str, str, str]] = []
        self.worker_killed = float("-inf")

    def _secrets(self) -> list[str]:
        known = [secret for account in self.accounts.values() for secret in account.secrets()]
        real = self.real_model()
        return known + self.tokens.values() + ([real["api_key"]] if real and real.get("api_key") else [])

    def real_model(self) -> dict[str, Any] | None:
        """The real model in use: what model.json names, else the start's own; None: the stand-in."""
        if self.state is None:
            return self.started_with
        try:
            found = json.loads((self.state / "model.json").read_text())
        except (OSError, ValueError):
            return self.started_with
        return found if isinstance(found, dict) else self.started_with

    def of_token(self, value: str, channel: str) -> tuple[Account | None, int]:
        """(account, errcode) of an access_token; the errcode is 0 while it may be used."""
        name = self.tokens.owner(value)
        account = self.accounts.get(name) if name else None
        return account, self.tokens.check(value, account.channel if account else channel)

    def only_account(self, channel: str) -> Account | None:
        """The account of *channel* if there is just one: whose call it is when the token does not say."""
        found = [account for account in self.accounts.values() if account.channel == channel]
        return found[0] if len(found) == 1 else None

    def person_of(self, chat: Chat) -> Person:
        """The person of *chat*; whoever is not known yet comes in as follower or member."""
        known = self.phones.person(chat)
        if known:
            return known
        official = self.accounts[chat[0]].channel == "official"
        role: Literal["follower", "member"] = "follower" if official else "member"
        return self.phones.add(Person(*chat, chat[1][-6:], role, listed=len(self.phones.people) < 40))

    def deliver(self, chat: Chat, sent: Sent, row: Row | None, group: Group | None = None) -> Bubble:
        """Put *sent* into the person's thread, end their typing state, and connect it with its rows."""
        bubble = self.phones.receive(chat, sent)
        self.stop_typing(chat)
        group = group or self.wire.groups.of_send(chat, sent.text)
        if group:
            bubble.group = group.id
            self._note_real_model(group)
            self.wire.groups.replied(group)
        if row:
            row.bubble, row.group = bubble.id, bubble.group or row.group
            bubble.rows.append(row.id)
        self.phones.show(bubble)
        self.feed.ring()
        return bubble

    def _note_real_model(self, group: Group) -> None:
        """With a real model, say once per message that its traffic does not pass here."""
        if group.real_model_noted or group.called is not None or self.real_model() is None:
            return
        group.real_model_noted = True
        what = words("真模型：流量不经过这里", "real model: its traffic does not pass here")
        row = self.wire.begin("model", what, "model_real", show=False)
        row.account, row.peer, row.group = group.account, group.peer, group.id
        self.wire.end(row, ok=True, status=0, shown=False)

    def show_allowance(self, chat: Chat) -> None:
        if self.phones.listed(chat):
            self.feed.publish("allowance", self.allowance_json(chat))

    def allowance_json(self, chat: Chat) -> dict[str, Any]:
        return self.allowances.as_json(chat, limited=self.accounts[chat[0]].channel == "official")

    def start_typing(self, chat: Chat, seconds: float) -> None:
        self.typing_until[chat] = self.clock.now() + seconds
        self.feed.publish("typing", {"account": chat[0], "peer": chat[1], "on": True})

    def stop_typing(self, chat: Chat) -> None:
        if self.typing_until.pop(chat, None) is not None:
            self.feed.publish("typing", {"account": chat[0], "peer": chat[1], "on": False})

    def end_stale_typing(self) -> None:
        """Typing that nothing ended is over after its time."""
        now = self.clock.now()
        for chat in [chat for chat, until in self.typing_until.items() if until <= now]:
            self.stop_typing(chat)
