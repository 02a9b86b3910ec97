"""The values that travel: chats, people, inbound messages and replies."""

from dataclasses import dataclass
from typing import Literal

State = Literal["answered", "merged", "command", "refused", "stopped", "dead_letter", "ignored"]
"""How an accepted message may end: exactly one of these."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A thread with one peer of one account; inbox, lease, order and send allowance belong to it.

    Attributes:
        account: the account's name in the configuration, `[a-z][a-z0-9_]*`.
        peer: openid, userid, `open_kfid:external_userid` or a group's chatid.
    """

    account: str
    peer: str

    def __str__(self) -> str:
        return f"{self.account}:{self.peer}"

    @classmethod
    def parse(cls, text: str) -> "Chat":
        """The inverse of `str(chat)`; an account's name holds no colon."""
        account, _, peer = text.partition(":")
        return cls(account, peer)


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks, as verified by the platform; rights, quotas and usage belong to them."""

    account: str
    sender: str

    def __str__(self) -> str:
        return f"{self.account}:{self.sender}"


@dataclass(frozen=True, slots=True)
class Session:
    """One memory thread of a chat; /new begins the next number."""

    chat: Chat
    number: int


@dataclass(frozen=True, slots=True)
class Text:
    """Words. *menu_id* is set when a tap sent them: on a menu link (`bizmsgmenuid`), on a menu button."""

    text: str
    menu_id: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the platform: *name* in lower case, *key* as sent (menu key, scene, URL)."""

    name: str
    key: str = ""


Part = Text | Event

OURS = frozenset({"human", "relay", "handback", "broadcast", "report"})
"""Kinds of messages that no platform delivers: we put them into an inbox, where nobody asked for them."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One verified message or event.

    Attributes:
        account, peer: its chat.
        sender: who speaks; equals peer in a chat of two.
        msg_id: what makes a redelivery recognisable within the account.
        kind: `text`, `image`, `voice`, `video`, `location`, `link`, `file`, `sticker`, `unsupported`,
            `subscribe`, `unsubscribe`, `enter_agent`, `scan`, `click` (on a button that says nothing), or
            `event` for any other event; `flood` stands for one that a full inbox did not keep. Of OURS are
            `human`, an admin's words to this person, `relay`, somebody's words to this admin, `handback`: a
            human is done with this person, `broadcast`, a notice to everybody, and `report`: what came of it.
        parts: what it holds, in order.
        created_at: seconds since the epoch, by the platform's clock.
    """

    account: str
    peer: str
    sender: str
    msg_id: str
    kind: str
    parts: tuple[Part, ...]
    created_at: int

    @property
    def chat(self) -> Chat:
        return Chat(self.account, self.peer)

    @property
    def person(self) -> Person:
        return Person(self.account, self.sender)

    @property
    def text(self) -> str:
        """The words of the message, joined; empty when it holds none."""
        return "\n".join(part.text for part in self.parts if isinstance(part, Text))


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said and how many tokens it counts for."""

    parts: tuple[Text, ...]
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said back. *ai* is true when a model made the words (they are labelled then)."""

    parts: tuple[Text, ...]
    ai: bool = False
    tokens: int = 0

    @classmethod
    def of(cls, text: str, *, ai: bool = False) -> "Reply":
        """A reply of one text."""
        return cls((Text(text),), ai)

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts)
