"""The turn pool: full, told to end once or twice, killed with twenty answers in flight, short of threads."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from tests.scenarios.house import READY_S, ROOT, House, wait_for

RECOVERY_S = 10.0
"""Design §5, after any SIGKILL."""
_numbers = count(1)


@pytest.fixture(scope="module")
def unmanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house without a worker, for tests that start their own and end it."""
    with House(tmp_path_factory.mktemp("pool"), workers=0) as house:
        yield house


@pytest.fixture
def house(unmanned: House) -> Iterator[House]:
    """The same with a stand-in that answers at once; whatever worker is left afterwards is killed."""
    unmanned.simulator.model.reset()
    yield unmanned
    for name in [name for name in unmanned.processes if name.startswith("worker")]:
        unmanned.stop(name, signal.SIGKILL)


def worker(house: House, **environment: str) -> str:
    """Start a worker that has a name of its own; that name. What is said from now on waits for it."""
    number = next(_numbers)
    house.start_worker(number, environment)
    return f"worker{number}"


def crowd(house: House, how_many: int) -> list[str]:
    """That many new people write at once; who they are."""
    people = [f"oCrowd_{next(_numbers):020d}" for _ in range(how_many)]
    for peer in people:
        assert house.simulator.say("office", peer, f"echo:给{peer}").statuses == [200]
    return people


def running(house: House) -> int:
    """How many questions the stand-in is at."""
    return sum(call.ended == "running" for call in house.simulator.model.calls)


def in_hand(house: House, name: str) -> int:
    """How many turns a worker process holds."""
    holder = f"worker-{house.processes[name].pid}-"
    with house.store as store:
        return sum(
            (store.hget(key, "process") or b"").decode().startswith(holder)
            for key in store.keys("yd1:turn:*")
        )


def gauge(house: House, name: str) -> int:
    """A figure of /metrics."""
    line = next(line for line in house.text("/metrics").splitlines() if line.startswith(f"{name} "))
    return int(float(line.split()[1]))


def rq_info(house: House) -> str:
    """What RQ's own command shows of the queue and its workers."""
    line = [sys.executable, "-m", "rq.cli", "info", "--raw", "-u", f"redis://127.0.0.1:{house.store_port}/0"]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout


def each_answered_once(house: House, people: Sequence[str]) -> None:
    """Everybody has their own answer, and nobody a second one."""
    house.drained()
    heard = {peer: [sent.text for sent in house.simulator.replies("office", peer)] for peer in people}
    assert heard == {peer: [f"给{peer}"] for peer in people}


def test_what_the_pool_cannot_take_waits(tmp_path: Path) -> None:
    """Three threads and six people: three questions at a time, the rest waits, and figures say so."""
    with House(tmp_path, environment={"WORKER_THREADS": "3"}) as house:
        house.simulator.model.set(first_byte_s=1.0)
        people = crowd(house, 6)
        wait_for(lambda: gauge(house, "yingda_running") == 3, "three answers are being made")
        assert gauge(house, "yingda_waiting") == 6
        assert gauge(house, "yingda_workers") == 1
        told = rq_info(house).split("\n")

        most = 0
        while house.settled() < len(people):
            most = max(most, running(house))
            time.sleep(0.05)
        each_answered_once(house, people)
        assert most == 3
        assert len(house.simulator.model.calls) == 6
        wait_for(lambda: gauge(house, "yingda_running") == 0, "nothing runs")
        assert any(line.startswith("queue yingda ") for line in told), told
        assert sum(line.startswith("worker worker-") for line in told) == 1, told


def test_a_second_signal_hands_the_answers_on_at_once(house: House) -> None:
    """Twenty answers would take long; told twice, the worker goes, and another makes them, at no delay."""
    house.simulator.model.set(first_byte_s=30.0)
    first = worker(house)
    people = crowd(house, 20)
    wait_for(lambda: running(house) == 20, "all are asked for", READY_S)
    process = house.processes.pop(first)
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.5)
    process.send_signal(signal.SIGTERM)

    assert process.wait(3.0) == 0
    house.simulator.model.set(first_byte_s=0.0)
    worker(house)
    house.simulator.wait_replies("office", people[-1], 1, RECOVERY_S)
    each_answered_once(house, people)
    assert '"handed_back": 20' in house.log(first)


def test_ctrl_c_that_comes_twice_at_once_counts_once(house: House) -> None:
    """A terminal and whoever started the process both send one: the running answer still ends."""
    house.simulator.model.set(first_byte_s=1.5)
    name = worker(house)
    people = crowd(house, 1)
    wait_for(lambda: running(house) == 1, "it is asked for", READY_S)
    process = house.processes.pop(name)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)

    assert process.wait(10.0) == 0
    each_answered_once(house, people)
    assert len(house.simulator.model.calls) == 1


@pytest.mark.chaos
def test_twenty_answers_in_flight_survive_sigkill(tmp_path: Path) -> None:
    """Each is asked for once more and arrives once, within ten seconds; no other call is repeated."""
    with House(tmp_path, workers=2) as house:
        house.simulator.model.set(first_byte_s=2.0)
        people = crowd(house, 20)
        wait_for(lambda: len(house.simulator.model.calls) == 20, "all are asked for")
        lost = in_hand(house, "worker0")
        assert lost
        killed = time.monotonic()
        house.stop("worker0", signal.SIGKILL)
        for peer in people:
            house.simulator.wait_replies("office", peer, 1, RECOVERY_S + 2.0)
        assert time.monotonic() - killed <= RECOVERY_S
        each_answered_once(house, people)
        assert len(house.simulator.model.calls) <= 20 + lost


def test_stuck_answers_are_cut_at_their_deadline(house: House) -> None:
    """A model that never ends holds a thread no longer than that; who waits behind is answered then."""
    house.simulator.model.set(mode="hang")
    worker(house, WORKER_THREADS="2", YINGDA_CHAT__DEADLINE_S="2")
    crowd(house, 2)
    wait_for(lambda: running(house) == 2, "both threads are taken", READY_S)
    house.simulator.model.reset()
    house.simulator.say("office", "oBehind", "echo:轮到我了")

    (reply,) = house.simulator.wait_replies("office", "oBehind", 1, 6.0)
    assert reply.text == "轮到我了"
    house.drained()


def test_a_start_with_more_threads_than_there_are_is_refused_with_the_number(house: House) -> None:
    """Better one line at the start than a worker that breaks in the first crowd."""
    little = ("prlimit", f"--as={3 << 30}")  # each thread's stack takes 8 MB of it
    status, told = house.try_start("worker", {"WORKER_THREADS": "2000"}, little)

    assert status != 0
    assert re.fullmatch(r"yingda: WORKER_THREADS=2000: only \d+ threads can be started .*\n", told)
