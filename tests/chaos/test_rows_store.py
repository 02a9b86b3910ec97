"""The store ends, is full, is the wrong one, takes no writes or hangs: rows 15, 17, 18, 19 and 20."""

import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from tests.chaos.figures import Figures
from tests.chaos.oracle import Oracle
from tests.chaos.outage import Crowd, alive, newcomer, nobody_ends, refusals, says_503
from tests.conftest import free_port
from tests.scenarios.house import House, wait_for

RESTARTS = 20
DOWN_S = 3.0
STALL_S = 8.0
ANSWER_S = 4.0
RESOLVERS = 10
"""The platform waits 5 s."""


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    """The module's house, whole before and after."""
    shared.simulator.model.reset()
    with nobody_ends(shared):
        yield shared


def restart(house: House, meanwhile: Callable[[], None] = lambda: None, *, down_s: float = 0.0) -> None:
    """SIGKILL the store, and start it on its data after *meanwhile* and at least *down_s*."""
    house.stop("store", signal.SIGKILL)
    meanwhile()
    threading.Event().wait(down_s)  # The length of the fault: nothing is waited for.
    house.start_store()


def test_row_15_a_store_that_restarts_during_ingest_costs_nothing(house: House) -> None:
    """People write while it is away: they are served by the same processes afterwards."""
    oracle = Oracle(house)
    with Crowd(oracle) as crowd:
        crowd.said(5)
        restart(house)
        crowd.said(5)

    oracle.judge()


def test_row_15_a_store_that_restarts_during_the_model_costs_no_second_call(house: House) -> None:
    """The answer that is being made is saved when the store is back."""
    house.simulator.model.set(first_byte_s=1.0)
    oracle = Oracle(house)
    assert oracle.say("shop", newcomer()).acknowledged
    assert oracle.say("office", newcomer()).acknowledged
    wait_for(lambda: len(house.simulator.model.calls) == 2, "the model is asked")
    calls = house.simulator.model.calls
    restart(house, lambda: wait_for(lambda: all(c.ended == "answered" for c in calls), "answered"))

    verdict = oracle.judge()
    assert (verdict.model_calls, verdict.doubled, verdict.ambiguous) == (2, 0, 0)


def test_row_15_a_store_that_restarts_during_a_send_doubles_nothing(house: House) -> None:
    """The platform's answer comes while the store is away: it is noted by the same worker afterwards."""
    oracle = Oracle(house)
    shop, office = newcomer(), newcomer()
    house.simulator.platform.delay(700)
    try:
        assert oracle.say("shop", shop).acknowledged
        assert oracle.say("office", office).acknowledged
        house.simulator.wait_replies("shop", shop, 1)
        house.simulator.wait_replies("office", office, 1)
        restart(house)
    finally:
        house.simulator.platform.delay(0)

    verdict = oracle.judge()
    assert (verdict.model_calls, verdict.doubled, verdict.ambiguous) == (2, 0, 0)


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_row_15_a_store_that_restarts_twenty_times_loses_nothing(
    house: House, seed: int, figures: Figures
) -> None:
    """Down for up to 3 s each time while people go on writing; nothing is acknowledged and lost."""
    rng = random.Random(seed)
    house.simulator.model.set(first_byte_s=0.3)
    oracle, back_s = Oracle(house), []
    with Crowd(oracle, 9) as crowd:
        for _ in range(RESTARTS):
            crowd.said(rng.randrange(3, 15))
            restart(house, down_s=rng.uniform(0, DOWN_S))
            began, settled = time.monotonic(), house.settled()
            wait_for(lambda: house.settled() > settled, "work goes on", 20.0)  # noqa: B023
            back_s.append(time.monotonic() - began)

    verdict = oracle.judge(40.0)
    figures.put("store restarts: lost", verdict.lost, "0", f"{verdict.acknowledged} in {RESTARTS} restarts")
    figures.put("store restarts: work goes on", f"{max(back_s):.1f} s", "≤ 5 s", RESTARTS)
    assert max(back_s) <= 5.0, back_s


def test_row_17_a_full_store_is_503_until_there_is_room(house: House) -> None:
    """An answer that is being made meanwhile is not made twice; /readyz says why."""
    house.simulator.model.set(first_byte_s=0.5)
    oracle = Oracle(house)
    assert oracle.say("shop", newcomer()).acknowledged
    with house.store as store:
        wait_for(lambda: bool(house.simulator.model.calls), "the model is asked")
        store.config_set("maxmemory", 1)
        assert house.get("/readyz") == (503, {"ready": False, "store": "OOM", "workers": 0})

        verdict = says_503(house, oracle, lambda: store.config_set("maxmemory", 0))

    assert (verdict.model_calls, verdict.doubled, verdict.ambiguous) == (2, 0, 0)


@pytest.mark.parametrize(
    ("setting", "wrong", "line"),
    [
        ("maxmemory-policy", "allkeys-lru", "the store is not safe: set maxmemory-policy to noeviction"),
        pytest.param(
            *("appendonly", "no", "the store is not safe: set appendonly to yes"), marks=pytest.mark.chaos
        ),
        pytest.param(
            *("protected-mode", "no", "the store is not safe: set a password (requirepass)"),
            marks=pytest.mark.chaos,
        ),
    ],
)
def test_row_18_an_unsafe_store_is_refused_in_one_line(
    shared: House, setting: str, wrong: str, line: str
) -> None:
    """Evicting, without a file of writes, or open to the network: neither process starts with it."""
    house = shared
    environment = {"WEB_CONCURRENCY": "1"}
    with house.store as store:
        right = {name: store.config_get(name)[name] for name in (setting, "bind")}
        if setting == "protected-mode":
            environment["REDIS_URL"] = f"redis://{open_to_the_network(store)}:{house.store_port}/0"
        store.config_set(setting, wrong)
        try:
            with ThreadPoolExecutor(2) as both:
                found = list(
                    both.map(lambda process: house.try_start(process, environment), ("web", "worker"))
                )
        finally:
            for name, value in right.items():
                store.config_set(name, value)

    for status, told in found:
        assert status != 0
        lines = {text for text in told.splitlines() if not text.startswith("{")}
        assert [text.startswith(f"yingda: {line}") for text in lines] == [True], told


def open_to_the_network(store: Redis) -> str:
    """Have the store listen at this machine's address too, which is returned."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # Sends nothing: it only asks which address would be used.
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address = str(probe.getsockname()[0])
    store.config_set("bind", f"127.0.0.1 {address}")
    return address


@pytest.mark.chaos
def test_row_19_a_store_that_only_reads_is_503_until_it_is_master_again(house: House) -> None:
    """It was made a replica of nobody there; no process ends and nothing is logged in a loop."""
    oracle = Oracle(house)
    with house.store as store:
        before = len(house.log("worker0").splitlines())
        began = time.monotonic()
        store.replicaof("127.0.0.1", str(free_port()))
        assert house.get("/readyz")[1]["store"] == "READONLY"

        says_503(house, oracle, lambda: store.replicaof("NO", "ONE"))

    lines = len(house.log("worker0").splitlines()) - before
    assert lines <= 10 * (time.monotonic() - began) + 20, house.log("worker0")[-2000:]


def test_row_20_a_store_that_hangs_is_503_in_time(house: House) -> None:
    """A callback is answered within 4 s; when the store goes on, everything does."""
    oracle = Oracle(house)
    store = house.processes["store"]
    store.send_signal(signal.SIGSTOP)
    try:
        says_503(house, oracle, lambda: store.send_signal(signal.SIGCONT))
    finally:
        store.send_signal(signal.SIGCONT)

    assert max(refusals(oracle)) <= ANSWER_S


@pytest.mark.chaos
def test_row_20_eight_seconds_without_the_store_leave_nothing_behind(house: House, figures: Figures) -> None:
    """People write all the time; afterwards the web process holds no more threads and files than before.

    gevent looks up addresses in threads of its own, up to ten, which stay once they were needed.
    """
    oracle = Oracle(house)
    store = house.processes["store"]
    (web,) = alive(house)["web0"][1:]
    with Crowd(oracle, 12) as crowd:
        crowd.said(12)
        before = threads_and_files(web)
        store.send_signal(signal.SIGSTOP)
        threading.Event().wait(STALL_S)
        store.send_signal(signal.SIGCONT)
        crowd.said(12)
    oracle.judge()

    slow = max(refusals(oracle))
    figures.put(
        "store hangs for 8 s: slowest 503", f"{slow:.2f} s", f"≤ {ANSWER_S:g} s", len(refusals(oracle))
    )
    assert slow <= ANSWER_S
    after = threads_and_files(web)
    assert after[0] <= max(before[0], 1 + RESOLVERS), (before, after)
    assert after[1] <= before[1] + 12, (before, after)


def threads_and_files(pid: int) -> tuple[int, int]:
    """How many threads a process has, and how many files it has open."""
    folder = Path(f"/proc/{pid}")
    return len(list((folder / "task").iterdir())), len(list((folder / "fd").iterdir()))
