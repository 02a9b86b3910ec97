"""Real parts for every test: a store of its own, and free ports."""

import os
import random
import socket
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import ResponseError

from launching.store import command, find_binary

_PORTS = range(15_000, 31_000)
"""Below those that the system gives to outgoing connections."""


def own_ports() -> range:
    """Those of this process: processes of pytest-xdist that look for one at the same time share none."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return _PORTS[int(number) :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]


_given: deque[int] = deque(maxlen=500)
"""Lately: nobody may listen there yet."""


def free_port() -> int:
    """A loopback port nobody listens on, and no other one than those that were given out lately."""
    ports = own_ports()
    while True:
        port = random.choice(ports)
        if port in _given:
            continue
        _given.append(port)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def await_store(port: int, limit_s: float = 20.0) -> None:
    """Wait until the store on *port* answers and has loaded its file."""
    client = Redis(port=port, socket_timeout=1)
    end = time.monotonic() + limit_s
    while True:
        try:
            client.ping()
            client.close()
            return
        except (Unreachable, ResponseError):
            assert time.monotonic() < end, "the store does not answer"
            time.sleep(0.02)


@pytest.fixture(scope="session")
def store_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real store for the session, set up as launch.py sets it up."""
    folder: Path = tmp_path_factory.mktemp("store")
    port = free_port()
    server = subprocess.Popen(command(find_binary(), port, folder), stdout=subprocess.DEVNULL)
    await_store(port)
    yield port
    server.kill()
    server.wait()


@pytest.fixture
def store(store_port: int) -> Iterator[Redis]:
    """An empty store, for one test."""
    with Redis(port=store_port) as client:
        client.flushall()
        yield client


@pytest.fixture
def store_url(store: Redis, store_port: int) -> str:
    """The address of an empty store."""
    return f"redis://127.0.0.1:{store_port}/0"
