"""The platform's own customer service: how many agents are there, and whom they talk to (protocol A6, A7)."""

from dataclasses import dataclass, field

from simulator.clock import Clock

Chat = tuple[str, str]

SESSION_S = 30 * 60.0
"""A talk that the agent does not close ends then: what is said comes to the account's URL again (A7)."""
CLOSED = "kf_close_session"


@dataclass(slots=True)
class Agents:
    """The talks of all accounts.

    Attributes:
        heard: what agents heard from each chat, in order.
    """

    clock: Clock
    heard: dict[Chat, list[str]] = field(default_factory=dict)
    _until: dict[Chat, float] = field(default_factory=dict)

    def take(self, chat: Chat, words: str, online: int) -> bool:
        """A chat is transferred with *words*: whether an agent of those *online* takes it at once."""
        self.heard.setdefault(chat, []).append(words)
        if online:
            self._until[chat] = self.clock.now() + SESSION_S
        return bool(online)

    def hear(self, chat: Chat, words: str) -> bool:
        """Whether an agent talks to *chat*, and so hears *words* in the place of the account's URL."""
        if self._until.get(chat, 0.0) <= self.clock.now():
            return False
        self.heard[chat].append(words)
        return True

    def close(self, chat: Chat) -> None:
        """The agent is done."""
        self._until.pop(chat, None)
