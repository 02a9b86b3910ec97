"""How an account's answers go out, as the platform last showed: learned once, for all processes."""

import time
from typing import Literal, cast

from bot.store import keys
from bot.store.client import Client, store_errors, text

Learned = Literal["service", "passive", ""]

_RENEW_S = 3600.0
_LOOK_S = 1.0
"""How long a process goes by what it has read."""


class Deliveries:
    """What was learned of each account with `reply = "auto"`; it is forgotten after seven days."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, tuple[Learned, float]] = {}
        self._renewed: dict[str, float] = {}

    def of(self, account: str) -> Learned:
        """What is known of *account*, at most a second old; empty when nothing is. Raises StoreAway."""
        unknown: tuple[Learned, float] = ("", 0.0)
        learned, until = self._known.get(account, unknown)
        if time.monotonic() < until:
            return learned
        with store_errors():
            found = self._client.get(keys.delivery(account))
        return self._keep(account, cast(Learned, text(found) if found is not None else ""))

    def learn(self, account: str, delivery: Learned) -> None:
        """The platform took a customer-service message of *account*, or said that it may send none.

        That it may is confirmed by each message, and renewed once in a while; that it may not is forgotten
        in time, so that an account that was verified is found out.
        """
        now = time.monotonic()
        due = delivery == "service" and now > self._renewed.get(account, now - 1.0)
        if self.of(account) != delivery or due:
            with store_errors():
                self._client.set(keys.delivery(account), delivery, px=keys.DELIVERY_MS)
            self._renewed[account] = now + _RENEW_S
            self._keep(account, delivery)

    def forget(self, account: str) -> None:
        """What was learned may be wrong: it is found out anew. Raises StoreAway."""
        with store_errors():
            self._client.delete(keys.delivery(account))
        self._keep(account, "")

    def _keep(self, account: str, learned: Learned) -> Learned:
        self._known[account] = learned, time.monotonic() + _LOOK_S
        return learned
