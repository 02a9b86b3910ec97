"""What a channel is: the Protocol that turn and callback see, and the values it exchanges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import quote

from bot.errors import PlatformError
from bot.messages import InboundMessage

BODY_BYTES = 64 * 1024
"""The longest callback body that is read; platforms send a few hundred bytes."""

Delivery = Literal["push", "passive", "polled", "socket"]


@dataclass(frozen=True, slots=True)
class Bell:
    """A notice that messages wait to be pulled (WeChat customer service)."""

    account: str
    token: str
    open_kfid: str


@dataclass(frozen=True, slots=True)
class Poll:
    """A request for the text so far of a running stream (WeCom AI bot)."""

    account: str
    stream_id: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages a trigger allows us to send, and for how long (protocol B2).

    Attributes:
        kind: `typed` for a message a person wrote, `tapped` for menu clicks, scans and subscribing.
        count: messages.
        window_s: seconds from the trigger.
    """

    kind: Literal["typed", "tapped"]
    count: int
    window_s: int


OWN_CHECK = "yingda-checkup-"
"""How the nonce of a URL check begins that we send to ourselves: what comes of it is no news."""
KEYS_A_MESSAGE = 16
"""How many keys of texts an inbox number has: the numbered parts begin at 0, an apology has the last one."""
NOTICE_KEY, EARLY_KEY = 12, 14
"""Keys of what stands before the numbered parts: notices, first words."""


@dataclass(frozen=True, slots=True)
class OutText:
    """One text as it goes out.

    Attributes:
        text: the words, without numbering or label.
        number: `(2/3)` where there are several parts, else empty.
        label: what says "made by AI" (numbering included); empty where nothing is to be said.
            A channel whose platform has a mark of its own shows that and the number instead.
        key: the same for every attempt to send this text and for no other text of the chat; by it a platform
            that can tells a repeated send from a sentence said twice.
        before: whether it stands before the answer and is no part of it (what an owner should know).
        pushed: whether it is never offered to the request of its message, which has carried something else.
    """

    text: str
    number: str = ""
    label: str = ""
    key: int = 0
    before: bool = False
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class Nonce:
    """What a signature that does not cover the body leaves to be remembered: the same nonce buys one body."""

    value: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Pace:
    """At most *count* messages to one chat within any *window_s* seconds."""

    count: int
    window_s: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of this channel can hold, and how fast messages may follow each other.

    Attributes:
        text_bytes: UTF-8 bytes of one text, numbering and label included.
        links: whether `<a href>` is shown as a link.
        duplicate_check: whether the platform itself drops a send that is repeated with the same content.
        paces: what one chat may be sent, where the platform drops the surplus without a word.
        taps: whether a link can send words as the person's own (`tappable`).
        response_bytes: UTF-8 bytes of a text that answers in the callback's own response; 0 where none can.
    """

    text_bytes: int
    links: bool
    duplicate_check: bool
    paces: tuple[Pace, ...] = ()
    response_bytes: int = 0
    taps: bool = False


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as it is lent to one call.

    Attributes:
        trial: names the trial while nobody knows yet whether the platform takes this token; else empty.
    """

    value: str
    trial: str = ""


SAYS = "say:"
"""What the key of a menu button begins with that says words when it is tapped; they follow it."""
TAPPED = "menu"
"""The menu_id of words that a button of the custom menu said."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a custom menu (protocol B5): it says something, opens a page, or holds others.

    Attributes:
        says: words that a tap says as the person's own.
        url: the page that a tap opens.
        other: what else a tap does, in the platform's terms; no button of ours has it.
        buttons: what it holds.
    """

    name: str
    says: str = ""
    url: str = ""
    other: str = ""
    buttons: tuple["Button", ...] = ()


class AccessTokens(Protocol):
    """Shared access_tokens: one fetch for all processes, and a rest after refusals (design §6).

    Whoever got a token on trial says afterwards what came of it.
    """

    def get(
        self, account: str, fetch: Callable[[bool], tuple[str, int]], *, may_force: bool = False
    ) -> AccessToken:
        """The current token, or a new one by *fetch* → (token, lifetime in s), by one process at a time.

        With *may_force* fetch(True) is called where the platform hands out the token it refuses. Raises
        PlatformError with `wait_s` while the account rests.
        """

    def taken(self, account: str, token: AccessToken, refusal: PlatformError | None = None) -> None:
        """The platform knows *token*; a *refusal* with `wait_s` lets the whole account rest."""

    def refused(self, account: str, token: AccessToken, refusal: PlatformError) -> float:
        """The platform refused *token*: seconds that the account rests now, 0 if another may be asked for."""

    def unsure(self, account: str, token: AccessToken) -> None:
        """No answer came while *token* was on trial."""


class Channel(Protocol):
    """One configured account, as the callback and the turn see it."""

    account: str
    delivery: Delivery
    limits: Limits

    def verify(self, query: Mapping[str, str], now_s: float) -> str:
        """The body that answers the platform's URL check. Raises CallbackRefused."""

    def read(
        self, query: Mapping[str, str], body: bytes, now_s: float
    ) -> Sequence[InboundMessage | Bell | Poll]:
        """Verify, decrypt and parse a callback. Raises CallbackRefused and nothing else."""

    def nonce(self, query: Mapping[str, str], body: bytes) -> Nonce | None:
        """What accepting must remember against replays; None where the signature covers the body."""

    def acknowledgement(self) -> str:
        """The body that tells the platform: received, nothing more in this request."""

    def allowance(self, message: InboundMessage) -> Allowance | None:
        """What *message* allows us to send; None where the platform sets no such limit."""

    def send(self, peer: str, out: OutText) -> None:
        """Deliver one text. Raises PlatformError."""

    def typing(self, peer: str) -> None:
        """Show that an answer is being written, where the channel can. Raises PlatformError."""

    def menu_get(self) -> tuple[Button, ...]:
        """The custom menu that programs have made; empty without one. Raises PlatformError."""

    def menu_create(self, buttons: Sequence[Button]) -> None:
        """*buttons* take the place of the whole menu. Raises PlatformError."""


class Answering(Channel, Protocol):
    """A channel whose `limits.response_bytes` is not 0: the response to a callback may carry an answer."""

    def respond(self, query: Mapping[str, str], body: bytes, text: str, now_s: float) -> str:
        """The body that answers this (already read) callback with *text*."""

    def hand_over(self, query: Mapping[str, str], body: bytes, now_s: float) -> str:
        """The body that gives the message of this (already read) callback to the platform's own agents."""

    def agents_online(self) -> bool:
        """Whether an agent of the platform's own customer service is there. Raises PlatformError."""


def tappable(says: str, shown: str) -> str:
    """A link that sends *says* as the person's own words when tapped (protocol F; official accounts)."""
    label = shown.replace("<", "＜")
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={quote(says)}&msgmenuid=1">{label}</a>'
