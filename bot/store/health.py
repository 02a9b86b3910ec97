"""Whether the store is fit, which schema it holds, who lives, and the counters that /metrics shows."""

from dataclasses import dataclass

from bot.errors import StoreAway, StoreUnfit
from bot.store import keys
from bot.store.client import Client, store_errors, text


@dataclass(frozen=True, slots=True)
class Condition:
    """How the store stands.

    Attributes:
        problems: settings by which it would lose messages; empty when it is fit.
        workers: how many worker processes live.
    """

    problems: tuple[str, ...]
    workers: int


class StoreHealth:
    """Looks at the store through INFO only, since managed stores forbid CONFIG."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def condition(self) -> Condition:
        """Raises StoreAway while it cannot be reached or loads."""
        with store_errors():
            info = self._client.info()
            clock = self._client.time()
            workers = self._client.zcount(keys.workers, clock[0] * 1000 + clock[1] // 1000, "+inf")
        if info.get("loading"):
            raise StoreAway("loading")
        return Condition(tuple(_problems(info)), workers)

    def check(self, *, allow_unsafe: bool) -> None:
        """Claim the schema, and refuse a store that would lose messages. Raises StoreUnfit, StoreAway."""
        problems = self.condition().problems
        if problems and not allow_unsafe:
            raise StoreUnfit(
                f"the store would lose messages: {'; '.join(problems)} (or set redis.allow_unsafe)"
            )
        with store_errors():
            self._client.set(keys.schema, keys.SCHEMA, nx=True)
            schema = int(text(self._client.get(keys.schema) or keys.SCHEMA))
        if schema > keys.SCHEMA:
            raise StoreUnfit(
                f"the store holds schema {schema}, this version knows {keys.SCHEMA}: use a newer one"
            )

    def counts(self) -> dict[str, int]:
        """All counters, and `waiting`: what is accepted and not settled yet."""
        with store_errors():
            found = self._client.hgetall(keys.counts)
        counts = {text(name): int(value) for name, value in found.items()}
        settled = sum(value for name, value in counts.items() if name.startswith("settled:"))
        return {**counts, "waiting": counts.get("accepted", 0) - settled}


def _problems(info: dict[str, object]) -> list[str]:
    problems = []
    if info.get("maxmemory_policy", "noeviction") != "noeviction":
        problems.append("set maxmemory-policy to noeviction")
    if not info.get("aof_enabled"):
        problems.append("set appendonly to yes")
    return problems
