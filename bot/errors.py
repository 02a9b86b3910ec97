"""The tree of everything that can go wrong, and for each: is it tried again, and what is the person told?

YingdaError
├── CallbackRefused             the web answers with its status and does nothing else
│   ├── TooLarge                413
│   ├── Unreadable              400
│   └── Forged                  403: stale, unsigned, wrongly addressed or downgraded
├── StoreError
│   ├── StoreAway               unreachable, loading, full or read-only: tried again
│   ├── StoreUnfit              it would lose messages, or is too new for us: the start is refused
│   └── LeaseLost               another process holds this chat now: stop, write nothing
├── ModelError
│   ├── ModelBusy               429 until the deadline
│   ├── ModelDown               unreachable, 5xx, cut off or over the deadline
│   ├── ModelKeyRefused         401/403/404: the owner must act
│   ├── ModelRefused            this question was refused or filtered
│   └── ModelStopped            the person said stop
└── PlatformError               an answer of WeChat or WeCom, with its errcode
    ├── PlatformAway            nothing was sent: tried again later
    ├── SendUnsure              the request left, its answer never came: ambiguous
    ├── TokenRefused            the access_token was refused: refreshed once
    ├── TextTooLong             45002: split smaller
    ├── AllowanceSpent          45015, 45047: the rest waits for the person's next message
    ├── ContentRefused          87014, 40201: these words are not let through
    ├── PersonUnreachable       this person cannot be written to: stop for this chat
    └── AccountUnfit            the account may not do this: the owner must act
        └── AccountOnHold       … and what waits is sent once they have
"""

from typing import ClassVar


class YingdaError(Exception):
    """Anything that Yingda itself raises; `retry` says whether trying again can help."""

    retry: ClassVar[bool] = False
    told: ClassVar[str | None] = None
    """Key of the sentence in config/texts that the person is told, if any."""


class CallbackRefused(YingdaError):
    """A callback that is not accepted; *reason* is a constant word for logs and metrics, never input."""

    status: ClassVar[int]

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooLarge(CallbackRefused):
    """The body is longer than a platform ever sends."""

    status = 413


class Unreadable(CallbackRefused):
    """The request is not of the form the platform documents."""

    status = 400


class Forged(CallbackRefused):
    """Signature, time or receive-id do not show that the platform sent it to us just now."""

    status = 403


class StoreError(YingdaError):
    """The store did not do what was asked."""


class StoreAway(StoreError):
    """The store cannot be reached or takes no writes for now."""

    retry = True


class StoreUnfit(StoreError):
    """The store would lose messages as it is set up, or holds what we cannot read; the text says which."""


class LeaseLost(StoreError):
    """Another process has taken this chat over: nothing more may be written or sent for it here."""


class ModelError(YingdaError):
    """No usable answer came from the model."""

    told: ClassVar[str | None] = "answer_failed"


class ModelBusy(ModelError):
    """The provider answered 429 until the deadline."""

    told = "model_down"


class ModelDown(ModelError):
    """The provider could not be reached, failed, broke off or took longer than the deadline."""

    told = "answer_failed"


class ModelKeyRefused(ModelError):
    """The provider refuses the key, or does not know the model: only the owner can mend that."""

    told = "model_down"


class ModelRefused(ModelError):
    """The provider refused or filtered this question."""

    told = "blocked_content"


class ModelStopped(ModelError):
    """The person asked to stop, or the chat was taken over; nothing is told."""

    told = None


class PlatformError(YingdaError):
    """WeChat or WeCom answered with *errcode* (0 when no answer was read).

    *wait_s* says when trying again can help; 0 leaves it to whoever tries.
    """

    def __init__(self, errcode: int, errmsg: str = "", wait_s: float = 0.0) -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode
        self.errmsg = errmsg
        self.wait_s = wait_s


class PlatformAway(PlatformError):
    """The platform is busy, limits us or cannot be reached; nothing was sent."""

    retry = True


class SendUnsure(PlatformError):
    """The request left, but no answer was read: it may have been delivered."""

    retry = True


class TokenRefused(PlatformError):
    """The access_token was refused (40001, 40014, 42001 …)."""

    retry = True


class TextTooLong(PlatformError):
    """45002: the platform wants this text shorter."""


class AllowanceSpent(PlatformError):
    """45015 or 45047: no more messages to this person until they write again."""


class ContentRefused(PlatformError):
    """87014 or 40201: the platform lets these words through to nobody."""

    told: ClassVar[str | None] = "blocked_content"


class PersonUnreachable(PlatformError):
    """This person cannot be written to (unfollowed, blocked, no longer a member)."""


class AccountUnfit(PlatformError):
    """The account itself may not do this; errmsg says why, the owner has to act."""


class AccountOnHold(AccountUnfit):
    """The owner has to act, or a quota to begin anew; what waits is sent then: tried again later."""

    retry = True
