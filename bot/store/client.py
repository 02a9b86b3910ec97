"""Clients of the store, built only here, and the one place where redis-py's errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from redis import BlockingConnectionPool, Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,  # noqa: A004 - redis-py's own name
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004 - redis-py's own name
    TryAgainError,
)
from redis.retry import Retry
from redis.sentinel import Sentinel

from bot.errors import StoreAway, StoreError

Client = Redis

_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, OutOfMemoryError, TryAgainError)
_AWAY_WORDS = ("OOM", "MISCONF", "READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN")
_WORKER_RETRIES = 20
_SENTINEL_PORT = 26379


def web_client(url: str) -> Client:
    """For a web process: 64 connections that are waited for, 1 s to connect and to read, one retry."""
    return _client(url, connections=64, timeout_s=1.0, retry=Retry(NoBackoff(), 1))


def worker_client(url: str, threads: int) -> Client:
    """For a worker: a connection for every turn, and about 20 s of patience with a store that restarts.

    A turn whose answer is made but not saved would be lost with the patience, and the model paid twice.
    """
    patience = Retry(ExponentialBackoff(cap=1.0, base=0.05), _WORKER_RETRIES)
    return _client(url, connections=threads + 8, timeout_s=5.0, retry=patience)


def queue_client(url: str, *, patient: bool) -> Client:
    """For RQ, which rewrites the timeouts of its pool; *patient* for a worker, which blocks on the queue."""
    retry = Retry(ExponentialBackoff(cap=1.0, base=0.05), 3) if patient else Retry(NoBackoff(), 1)
    return _client(url, connections=16, timeout_s=5.0 if patient else 1.0, retry=retry)


def _client(url: str, *, connections: int, timeout_s: float, retry: Retry) -> Client:
    options = {"socket_timeout": timeout_s, "socket_connect_timeout": 1.0, "socket_keepalive": True}
    if "+sentinel://" in url:
        return _sentinel_client(url, options, max_connections=connections, retry=retry)
    pool = BlockingConnectionPool.from_url(
        url, max_connections=connections, timeout=timeout_s, health_check_interval=0, retry=retry, **options
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
    """Map every error of redis-py: what passes by itself is StoreAway, the rest StoreError."""
    try:
        yield
    except _AWAY as error:
        raise StoreAway(type(error).__name__) from error
    except ResponseError as error:
        word = str(error).split(" ", 1)[0].lstrip("-")
        if word in _AWAY_WORDS:
            raise StoreAway(word) from error
        raise StoreError(word) from error
    except RedisError as error:
        raise StoreError(type(error).__name__) from error


def text(value: Any) -> str:
    """A value of the store as text; it answers in bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)
