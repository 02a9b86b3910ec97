"""How many customer-service messages a person's last steps allow (protocol B2, S2)."""

from dataclasses import dataclass
from typing import Any, Literal

from simulator.clock import Clock

TYPED = (5, 48 * 3600.0)
TAPPED = (3, 60.0)

Chat = tuple[str, str]
"""(account, peer)."""


@dataclass(slots=True)
class Bucket:
    """What one trigger still allows, until *until* by the platform's clock."""

    left: int
    of: int
    until: float


class Allowances:
    """The buckets of every official chat. The live one that ends first is used first (open: protocol U5)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[Chat, dict[str, Bucket]] = {}

    def grant(self, chat: Chat, trigger: Literal["typed", "tapped"]) -> None:
        """A person wrote (5 in 48 h) or tapped, scanned or subscribed (3 in a minute): a fresh bucket."""
        count, window_s = TYPED if trigger == "typed" else TAPPED
        self._buckets.setdefault(chat, {})[trigger] = Bucket(count, count, self._clock.now() + window_s)

    def revoke(self, chat: Chat) -> None:
        """The person unfollowed: nothing is allowed any more."""
        self._buckets.pop(chat, None)

    def exhaust(self, chat: Chat) -> None:
        """Use up what is left, as if that many messages had been sent."""
        for bucket in self._buckets.get(chat, {}).values():
            bucket.left = 0

    def take(self, chat: Chat) -> int:
        """Use one message: 0, or the errcode 45015 (no window open) or 45047 (window open, count used up)."""
        live = self._live(chat)
        if not live:
            return 45015
        for bucket in live:
            if bucket.left:
                bucket.left -= 1
                return 0
        return 45047

    def _live(self, chat: Chat) -> list[Bucket]:
        now = self._clock.now()
        return sorted(
            (bucket for bucket in self._buckets.get(chat, {}).values() if bucket.until > now),
            key=lambda bucket: bucket.until,
        )

    def as_json(self, chat: Chat, *, limited: bool = True) -> dict[str, Any]:
        """For the page: what is left in the window that ends last; *left* is None without a limit."""
        account, peer = chat
        live = self._live(chat) if limited else []
        return {
            "account": account,
            "peer": peer,
            "left": (live[-1].left if live else 0) if limited else None,
            "of": live[-1].of if live else 0,
            "until_ms": int(live[-1].until * 1000) if live else 0,
        }

    def chats(self) -> list[Chat]:
        return list(self._buckets)
