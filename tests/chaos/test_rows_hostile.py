"""Rows 37, 38 and 50: requests too large, too slow or senseless, and jobs planted in the queue."""

import base64
import pickle
import random
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from tests.chaos.figures import Figures
from tests.chaos.fuzzing import INNER, OUTER, TOKENS, Case, Gun
from tests.chaos.loris import Loris
from tests.chaos.readings import rss_mb
from tests.scenarios.house import House, wait_for

_people = count(1)
POST = b"POST /callback/shop HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One web process and one worker, for all of this file."""
    with House(tmp_path_factory.mktemp("house")) as house:
        yield house


def answer(house: House, request: bytes) -> tuple[int, bytes]:
    """Status and everything that came back for a raw *request*; the server may close while it is sent."""
    with socket.create_connection(("127.0.0.1", house.web_ports[0]), timeout=10) as line:
        told = b""
        with suppress(ConnectionError):
            line.sendall(request)
        with suppress(ConnectionError):
            while chunk := line.recv(4096):
                told += chunk
    return int(told[9:12] or 0), told


def alive(house: House) -> None:
    """Somebody writes and is answered, and the house is drained."""
    peer = f"oAlive_{next(_people):021d}"
    assert house.simulator.say("shop", peer, "echo:还在").acknowledged
    assert house.simulator.wait_replies("shop", peer, 1)[0].text.startswith("还在")
    house.drained()


def chunked(size: int) -> bytes:
    return (
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + (b"3e8\r\n" + b" " * 1000 + b"\r\n") * (size // 1000)
    )


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(POST + b"Content-Length: 65537\r\n\r\n" + b" " * 65_537, id="64 KiB and one byte"),
        pytest.param(chunked(66_000) + b"0\r\n\r\n", id="chunked"),
        pytest.param(POST + b"Content-Length: 10000000\r\n\r\n" + b" " * 66_000, id="10 MB promised"),
        pytest.param(chunked(200_000), id="chunks without end"),
    ],
)
def test_row_37_what_is_too_large_is_refused(house: House, request_: bytes) -> None:
    """413 at one byte over 64 KiB, however it is sent; the rest is not waited for."""
    assert answer(house, request_)[0] == 413


def test_row_37_large_bodies_fill_no_memory(house: House) -> None:
    """Ten bodies of 10 MB, whole: refused or cut off, and the web process is no larger afterwards."""
    web = house.processes["web0"].pid
    before = rss_mb(web)
    for _ in range(10):
        status, _ = answer(house, POST + b"Content-Length: 10000000\r\n\r\n" + b" " * 10_000_000)
        assert status in (413, 0), "0: the connection was reset while we sent"

    assert rss_mb(web) - before < 10
    alive(house)


def acknowledged_ms(house: House, until: Callable[[int], bool]) -> list[float]:
    """Callbacks one after another, until *until* of their number; how long each acknowledgement took."""
    took: list[float] = []
    while not until(len(took)):
        packet = house.simulator.packet("shop", f"oQuick_{next(_people):021d}", "echo:快")
        attempt = house.simulator.send_raw("shop", packet.query, packet.body)
        assert attempt.status == 200, attempt
        took.append(attempt.ms)
    return took


@pytest.mark.chaos
def test_row_37_thirty_stalled_clients(house: House) -> None:
    """Slow bodies get 408, slow heads are closed; meanwhile everybody is acknowledged within a second."""
    with Loris(house.web_ports[0], 30) as loris:
        wanted, give_up = {"body 408", "head closed"}, time.monotonic() + 30.0
        took = acknowledged_ms(
            house, lambda done: done > 30 and (wanted <= set(loris.ended) or time.monotonic() > give_up)
        )

    assert wanted <= set(loris.ended), loris.ended
    assert max(took) < 1000
    house.drained()


@pytest.mark.chaos
def test_row_37_three_hundred_stalled_clients(house: House, figures: Figures) -> None:
    """Three times thrown out, three times back."""
    with Loris(house.web_ports[0], 300) as loris:
        took = acknowledged_ms(house, lambda done: done >= 300 and loris.ended.total() >= 900)

    figures.put("acknowledged with 300 stalled clients, worst", f"{max(took):.0f} ms", "< 1 s", len(took))
    assert max(took) < 1000
    assert {"body 408"} <= set(loris.ended) <= {"body 408", "body closed", "head closed", "head 400"}
    wait_for(lambda: house.settled() == house.counts()["accepted"], "they are all answered", 60.0)
    alive(house)


def test_row_38_fuzz_over_http(house: House, seed: int) -> None:
    """Some of what the fuzzers make, through the real server and to the worker: no 5xx, no traceback."""
    chance, gun = random.Random(seed), Gun(house.simulator.accounts)
    for _ in range(300):
        account, layer = chance.choice(["shop", "office"]), chance.choice([*OUTER, *INNER])
        payload = chance.choice(gun.seeds[account][layer])
        at, piece = chance.randint(0, len(payload)), b"".join(chance.choices(TOKENS, k=chance.randint(0, 3)))
        shot = gun.load(Case(account, layer, payload[:at] + piece + payload[at + chance.randint(0, 9) :]))
        query = shot.query.encode("latin-1").replace(b"\r", b"").replace(b"\n", b"")
        head = b"%s /callback/%s?%s HTTP/1.1\r\n" % (shot.method.encode(), account.encode(), query)
        length = b"Host: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(shot.body)
        status, told = answer(house, head + length + shot.body)

        assert status in (200, 400, 403, 413), (status, shot)
        assert b"Traceback" not in told
    assert "callback crashed" not in house.log("web0")
    assert "Traceback" not in house.log("worker0")
    house.drained()


class Planted:
    """Unpickled, it makes a file."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._marker,)


def test_row_50_planted_jobs_are_refused_and_logged(house: House) -> None:
    """A pickle, os.system, a function nobody knows, and bytes of no kind: none runs, each is told."""
    markers = [house.folder / f"planted{number}" for number in range(3)]
    bomb = pickle.dumps(("os.system", None, (Planted(markers[0]),), {}))
    system = f'["os.system", null, ["touch {markers[1]}"], {{}}]'.encode()
    class_ = f'["pathlib.Path.touch", null, ["{markers[2]}"], {{}}]'.encode()
    plants = {
        "pickle": bomb,
        "zipped_pickle": zlib.compress(bomb),
        "text_of_pickle": base64.b64encode(bomb),
        "os_system": zlib.compress(system),
        "unzipped": system,
        "class": class_,
        "unknown": b'["nowhere.nothing", null, [], {}]',
        "instance": b'["wake", "gASVAAAA", [], {}]',
        "no_json": b"\xff\x00\xfe",
    }
    fields = {"created_at": "2026-01-01T00:00:00.000000Z", "origin": "yingda", "status": "queued"}
    with house.store as store:
        for name, told in plants.items():
            store.hset(f"rq:job:planted-{name}", mapping={**fields, "timeout": 10, "data": told})
            store.rpush("rq:queue:yingda", f"planted-{name}")
        store.hset("rq:job:planted-undated", mapping={**fields, "created_at": "never", "data": system})
        store.rpush("rq:queue:yingda", "planted-undated", "planted-nothing-at-all", b"\xff\xfe")
        store.publish("rq:pubsub:all", '{"command": "shutdown"}')
        wait_for(lambda: store.llen("rq:queue:yingda") == 0, "everything planted is taken")
    alive(house)

    assert [marker for marker in markers if marker.exists()] == []
    log = house.log("worker0")
    assert [name for name in plants if f"planted-{name}" not in log] == []
    assert log.count('"event": "planted job refused"') >= 5
    assert house.processes["worker0"].poll() is None
