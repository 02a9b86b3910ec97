"""Clients of the store, built only here, and the one place where redis-py's errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from redis import BlockingConnectionPool, Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004 - redis-py's own name
    MasterDownError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004 - redis-py's own name
    TryAgainError,
)
from redis.retry import Retry
from redis.sentinel import Sentinel

from bot.errors import StoreAway, StoreError, StoreUnfit

Client = Redis

_AWAY = (
    *(ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError),
    *(OutOfMemoryError, TryAgainError, MasterDownError),
)
_REFUSED = (AuthenticationError, AuthorizationError, NoPermissionError)
_AWAY_WORDS = ("OOM", "MISCONF", "READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN")
_WORKER_RETRIES = 40
_SENTINEL_PORT = 26379
WEB_CONNECTIONS = 64


def _passes(error: Exception) -> bool:
    """Whether *error* passes by itself: the store is away, loads, is full or takes no writes for now."""
    if isinstance(error, _REFUSED):
        return False
    return isinstance(error, _AWAY) or _word(error) in _AWAY_WORDS


def _word(error: Exception) -> str:
    """The code that begins a refusal of the store."""
    return str(error).split(" ", 1)[0].lstrip("-")


class _Patience(Retry):
    """redis-py's Retry, which would also try a refused password again and again (read in redis-py 8.1.0)."""

    def call_with_retry(
        self, do: Any, fail: Any, is_retryable: Any = None, with_failure_count: bool = False
    ) -> Any:
        """As Retry does, but what only the owner can mend is raised at once."""
        return super().call_with_retry(do, fail, is_retryable or _passes, with_failure_count)


def web_client(url: str) -> Client:
    """For a web process: 64 connections that are waited for, 1 s to connect and 2 s to read.

    One retry where a connection broke; none after a timeout, because the platform waits for us meanwhile.
    """
    patience = _Patience(NoBackoff(), 1, (ConnectionError,))
    return _client(url, connections=WEB_CONNECTIONS, timeout_s=2.0, retry=patience)


def worker_client(url: str, threads: int) -> Client:
    """For a worker: a connection for every turn, and about 20 s of patience with a store that restarts, is
    full or takes no writes.

    A turn whose answer is made but not saved would be lost with the patience, and the model paid twice.
    """
    patience = _Patience(ExponentialBackoff(cap=0.5, base=0.05), _WORKER_RETRIES)
    patience.update_supported_errors([ResponseError])
    return _client(url, connections=threads + 8, timeout_s=5.0, retry=patience)


def subscriber_client(url: str) -> Client:
    """For the one connection of a web process that hears of answers; a dead line is noticed in 2 s."""
    once = _Patience(NoBackoff(), 0)
    return _client(url, connections=2, timeout_s=5.0, retry=once, health_check_interval=2)


def queue_client(url: str, *, patient: bool) -> Client:
    """For RQ, which rewrites the timeouts of its pool; *patient* for a worker, which blocks on the queue."""
    retry = _Patience(ExponentialBackoff(cap=1.0, base=0.05), 3) if patient else _Patience(NoBackoff(), 1)
    return _client(url, connections=16, timeout_s=5.0 if patient else 1.0, retry=retry)


def _client(
    url: str, *, connections: int, timeout_s: float, retry: Retry, health_check_interval: int = 0
) -> Client:
    options = {"socket_timeout": timeout_s, "socket_connect_timeout": 1.0, "socket_keepalive": True}
    if "+sentinel://" in url:
        return _sentinel_client(url, options, max_connections=connections, retry=retry)
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=timeout_s,
        health_check_interval=health_check_interval,
        retry=retry,
        **options,
    )
    return Redis.from_pool(pool)


def _sentinel_client(url: str, options: dict[str, Any], **more: Any) -> Client:
    """`redis+sentinel://[user:password@]host:port[,host:port…]/service[/db]`: whoever is master now."""
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    addresses = [host.rpartition(":") for host in hosts.split(",")]
    sentinels = [(host or port, int(port) if host else _SENTINEL_PORT) for host, _, port in addresses]
    service, _, db = parts.path.strip("/").partition("/")
    sentinel = Sentinel(sentinels, **options)  # type: ignore[no-untyped-call]  # redis-py left it untyped
    master = sentinel.master_for(  # type: ignore[no-untyped-call]
        service,
        username=unquote(user) or None,
        password=unquote(password) or None,
        db=int(db or 0),
        ssl=parts.scheme.startswith("rediss"),
        **options,
        **more,
    )
    return cast(Client, master)


@contextmanager
def store_errors() -> Iterator[None]:
    """Map every error of redis-py: what passes by itself is StoreAway, the rest StoreError.

    A store that does not let us in is StoreUnfit: only its owner can mend that.
    """
    try:
        yield
    except _REFUSED as error:
        raise StoreUnfit("the store refuses us: check user and password in redis.url") from error
    except _AWAY as error:
        raise StoreAway(type(error).__name__) from error
    except ResponseError as error:
        word = _word(error)
        raise (StoreAway if _passes(error) else StoreError)(word) from error
    except RedisError as error:
        raise StoreError(type(error).__name__) from error


def text(value: Any) -> str:
    """A value of the store as text; it answers in bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)
