"""Clients of the store: what counts as away, and Sentinel."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis, exceptions

from bot.errors import StoreAway, StoreError
from bot.store.client import store_errors, web_client, worker_client
from launching.store import find_binary
from tests.conftest import await_store, free_port


def every_error(parent: type[Exception]) -> Iterator[type[Exception]]:
    for child in parent.__subclasses__():
        yield child
        yield from every_error(child)


@pytest.mark.parametrize(
    "error", sorted(set(every_error(exceptions.RedisError)), key=lambda found: found.__name__)
)
def test_every_error_of_the_library_is_mapped(error: type[Exception]) -> None:
    """Whatever redis-py raises becomes a StoreError of ours."""
    with pytest.raises(StoreError), store_errors():
        raise error.__new__(error)


@pytest.mark.parametrize(
    "answer",
    ["OOM command not allowed", "MISCONF Redis is configured to save", "READONLY You can't write", "LOADING"],
)
def test_a_store_that_takes_no_writes_for_now_is_away(answer: str) -> None:
    """Full, read-only and loading pass by themselves."""
    with pytest.raises(StoreAway), store_errors():
        raise exceptions.ResponseError(answer)


def test_an_unreachable_store_is_away_within_seconds() -> None:
    """A web process does not hang on a store that is not there."""
    client = web_client(f"redis://127.0.0.1:{free_port()}/0")

    with pytest.raises(StoreAway), store_errors():
        client.ping()


def test_a_worker_waits_for_a_store_that_is_full(store: Redis, store_url: str) -> None:
    """What was made is saved once there is room; a refusal that does not pass comes at once."""
    client = worker_client(store_url, 4)
    store.config_set("maxmemory", 1)
    room = threading.Timer(0.3, lambda: store.config_set("maxmemory", 0))
    room.start()
    with client:
        client.set("yd1:saved", "late")
        with pytest.raises(StoreError), store_errors():
            client.hget("yd1:saved", "no hash")
    room.join()

    assert store.get("yd1:saved") == b"late"


def test_a_web_process_does_not_wait_twice_for_a_store_that_hangs() -> None:
    """Two seconds, in which the platform waits too."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        web_client(f"redis://127.0.0.1:{silent.getsockname()[1]}/0") as client,
    ):
        began = time.monotonic()
        with pytest.raises(StoreAway), store_errors():
            client.ping()

    assert time.monotonic() - began < 2.9


@pytest.fixture
def sentinel_port(store_port: int, tmp_path: Path) -> Iterator[int]:
    """A real Sentinel that watches the session's store."""
    port = free_port()
    conf = tmp_path / "sentinel.conf"
    conf.write_text(f"port {port}\nbind 127.0.0.1\nsentinel monitor talk 127.0.0.1 {store_port} 1\n")
    server = subprocess.Popen([find_binary().path, str(conf), "--sentinel"], stdout=subprocess.DEVNULL)
    await_store(port)
    yield port
    server.kill()
    server.wait()


@pytest.mark.parametrize("make", [web_client, lambda url: worker_client(url, 4)])
def test_sentinel_leads_to_the_master(store: Redis, sentinel_port: int, make: object) -> None:
    """`redis+sentinel://host:port/service/db` reaches the store behind it."""
    assert callable(make)
    with make(f"redis+sentinel://127.0.0.1:{sentinel_port}/talk/0") as client:
        client.set("yd1:through", "sentinel")

    assert store.get("yd1:through") == b"sentinel"
