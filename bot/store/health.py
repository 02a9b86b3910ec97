"""Whether the store is fit, which schema it holds, who lives, and the counters that /metrics shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from bot.errors import StoreAway, StoreError, StoreUnfit
from bot.store import keys
from bot.store.client import Client, store_errors, text


@dataclass(frozen=True, slots=True)
class Condition:
    """How the store stands.

    Attributes:
        problems: settings by which it would lose messages or let anybody in; empty when it is fit.
        workers: how many worker processes live.
        schema: the schema it holds; that of this program where it holds none yet.
    """

    problems: tuple[str, ...]
    workers: int
    schema: int

    def refusal(self, *, allow_unsafe: bool) -> str:
        """Why this store is not used, as one line; empty when it may be. A wrong schema is never allowed."""
        if self.schema > keys.SCHEMA:
            return f"the store holds schema {self.schema}, this version knows {keys.SCHEMA}: use a newer one"
        if self.schema < keys.SCHEMA - 1:
            return f"the store holds schema {self.schema}: start the version before this one first"
        if self.problems and not allow_unsafe:
            return f"the store is not safe: {'; '.join(self.problems)} (or set redis.allow_unsafe)"
        return ""


@dataclass(frozen=True, slots=True)
class Disk:
    """How the store keeps what it holds.

    Attributes:
        rewritten: whether its last rewriting of the log ended well; where not, its disk is mostly full.
        used_bytes, most_bytes: its memory, and the most it may use; 0 for no limit.
    """

    rewritten: bool
    used_bytes: int
    most_bytes: int


class StoreHealth:
    """Looks at the store through INFO and CLIENT INFO only, since managed stores forbid CONFIG."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._fit = False

    def condition(self) -> Condition:
        """Raises StoreAway while it is unreachable, loads or takes no writes, StoreUnfit if it refuses us."""
        with store_errors():
            info = self._client.info()
            clock = self._client.time()
            workers = self._client.zcount(keys.workers, clock[0] * 1000 + clock[1] // 1000, "+inf")
            schema = self._client.get(keys.schema)
        for reason in _passing(info):
            raise StoreAway(reason)
        held = text(schema) if schema is not None else str(keys.SCHEMA)
        if not held.isdecimal():
            raise StoreUnfit(f"the store's key {keys.schema} is not ours: use a database of its own")
        return Condition((*_problems(info), *self._open_door()), workers, int(held))

    def check(self, *, allow_unsafe: bool) -> None:
        """Refuse an unfit store, and claim the schema of a fit one. Raises StoreUnfit, StoreAway."""
        try:
            found = self.condition()
            refusal = found.refusal(allow_unsafe=allow_unsafe)
            if refusal:
                raise StoreUnfit(refusal)
            with store_errors():
                self._client.set(keys.schema, keys.SCHEMA, nx=found.schema == keys.SCHEMA)
        except (StoreAway, StoreUnfit):
            self._fit = False
            raise
        except StoreError as error:
            raise StoreUnfit(f"the store refused what Yingda needs: {error}") from error
        self._fit = True

    def insist(self, *, allow_unsafe: bool) -> None:
        """Check the store unless it was found fit and not away since. Raises StoreUnfit, StoreAway."""
        if not self._fit:
            self.check(allow_unsafe=allow_unsafe)

    def doubt(self) -> None:
        """The store was away: what comes back may be another one."""
        self._fit = False

    def disk(self) -> Disk:
        """How the store keeps what it holds, as far as INFO tells. Raises StoreAway."""
        with store_errors():
            info = self._client.info()
        rewritten = info.get("aof_last_bgrewrite_status", "ok") == "ok"
        return Disk(rewritten, int(info.get("used_memory", 0)), int(info.get("maxmemory", 0)))

    def counts(self) -> dict[str, int]:
        """All counters, and how it stands now.

        `waiting`: what is accepted and not settled yet; `workers`: the processes that live; `running`: the
        turns they are at, as of their last sign of life.
        """
        with store_errors():
            found = self._client.hgetall(keys.counts)
            processes = self._client.zrange(keys.workers, 0, -1)
            signs = self._client.mget([keys.worker(text(one)) for one in processes]) if processes else []
        counts = {text(name): int(value) for name, value in found.items()}
        settled = sum(value for name, value in counts.items() if name.startswith("settled:"))
        # An older version wrote the time alone.
        running = [text(sign).split(" ")[:-1] for sign in signs if sign is not None]
        return {
            **counts,
            "waiting": counts.get("accepted", 0) - settled,
            "workers": len(running),
            "running": sum(int(turns) for alive in running for turns in alive),
        }

    def _open_door(self) -> Iterator[str]:
        """A store that asks for no password may be reached over loopback or a Unix socket only."""
        options: Mapping[str, Any] = self._client.connection_pool.connection_kwargs
        if options.get("password"):
            return
        try:
            with store_errors():
                here = str(self._client.client_info()["addr"])
        except (StoreAway, StoreUnfit):
            raise
        except StoreError:  # CLIENT INFO is forbidden or, before Redis 6.2, unknown
            here = f"{options.get('host', options.get('path', ''))}:0"
        if not _is_loopback(here.rpartition(":")[0].strip("[]")):
            yield "set a password (requirepass) and write it into redis.url"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _passing(info: Mapping[str, Any]) -> Iterator[str]:
    """Why the store takes no writes for now."""
    if info.get("loading"):
        yield "loading"
    if info.get("role") == "slave":
        yield "READONLY"
    if info.get("aof_last_write_status", "ok") != "ok":
        yield "MISCONF"
    used = int(info.get("used_memory", 0)) - int(info.get("mem_not_counted_for_evict", 0))
    if 0 < int(info.get("maxmemory", 0)) <= used:
        yield "OOM"


def _problems(info: Mapping[str, Any]) -> Iterator[str]:
    if info.get("maxmemory_policy", "noeviction") != "noeviction":
        yield "set maxmemory-policy to noeviction"
    if not info.get("aof_enabled"):
        yield "set appendonly to yes"
