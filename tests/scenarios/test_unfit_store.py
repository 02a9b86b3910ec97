"""The start with a wrong store, with none, and with one that turns out to be wrong afterwards."""

import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from launching.store import command, find_binary
from simulator.testing import XIAOYU
from tests.conftest import await_store
from tests.scenarios.house import House, wait_for


class StorelessHouse(House):
    """Everything but the store is started; stores come and go."""

    def await_ready(self) -> None:
        """Ready it is not; the web process answers all the same."""
        wait_for(lambda: self.get("/healthz")[0] == 200, "alive without a store", 30.0)

    def start_store(self, *options: str) -> None:
        """The first call, at the start, starts none."""
        if options:
            line = [*command(find_binary(), self.store_port, self.folder / "store"), *options]
            self._start("store", line, {})
            await_store(self.store_port)


FIT = ("--appendonly", "yes")
UNFIT = ("--appendonly", "no")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[StorelessHouse]:
    """A house whose store is away."""
    with StorelessHouse(tmp_path) as house:
        yield house


def test_a_start_without_a_store_waits_for_it(house: StorelessHouse) -> None:
    """Not ready and 503 meanwhile, without a crash; ready and answering once it is there."""
    assert house.get("/readyz")[0] == 503
    packet = house.simulator.packet("shop", XIAOYU, "echo:da")
    assert house.simulator.send_raw("shop", packet.query, packet.body).status == 503
    wait_for(lambda: "store away" in house.log("worker0"), "the worker waits", 30.0)
    house.start_store(*FIT)
    wait_for(lambda: house.get("/readyz")[0] == 200, "ready", 30.0)

    assert house.simulator.say("shop", XIAOYU, "echo:da").statuses == [200]
    house.simulator.wait_replies("shop", XIAOYU, 1)
    assert all(process.poll() is None for process in house.processes.values())


def test_a_store_that_turns_out_unfit_later_is_refused(house: StorelessHouse) -> None:
    """/readyz names the setting, nothing is acknowledged, the worker ends with that line."""
    house.start_store(*UNFIT)
    worker = house.processes.pop("worker0")
    assert worker.wait(30) != 0

    assert "yingda: the store is not safe: set appendonly to yes" in house.log("worker0")
    status, told = house.get("/readyz")
    assert (status, told["store"].partition(": ")[2].partition(" (")[0]) == (503, "set appendonly to yes")
    packet = house.simulator.packet("shop", XIAOYU, "echo:da")
    assert house.simulator.send_raw("shop", packet.query, packet.body).status == 503


def test_a_store_that_comes_back_unfit_gets_no_more_messages(house: StorelessHouse) -> None:
    """It was fit, went away, and another answers: better 503 than an acknowledgement of no worth."""
    house.start_store(*FIT)
    wait_for(lambda: house.get("/readyz")[0] == 200, "ready", 30.0)
    assert house.simulator.say("shop", XIAOYU, "echo:da").statuses == [200]
    house.simulator.wait_replies("shop", XIAOYU, 1)
    house.stop("store", signal.SIGKILL)
    packet = house.simulator.packet("shop", XIAOYU, "echo:weg")
    assert house.simulator.send_raw("shop", packet.query, packet.body).status == 503
    house.start_store(*UNFIT)

    packet = house.simulator.packet("shop", XIAOYU, "echo:falsch")
    assert house.simulator.send_raw("shop", packet.query, packet.body).status == 503
    assert house.get("/readyz")[0] == 503


@pytest.mark.parametrize("process", ["web", "worker"])
def test_an_unfit_store_ends_the_start_with_its_line(house: StorelessHouse, process: str) -> None:
    """Both processes say what to set; allow_unsafe lets them start."""
    house.start_store(*UNFIT)
    # With two web processes the traceback of gunicorn's own master may follow when it reaps the second.
    status, told = house.try_start(process, {"WEB_CONCURRENCY": "1"})
    lines = [line for line in told.splitlines() if line.startswith("yingda: ")]

    assert status != 0
    assert lines
    assert set(lines) == {"yingda: the store is not safe: set appendonly to yes (or set redis.allow_unsafe)"}
    assert "Traceback" not in told


def test_allow_unsafe_starts_all_the_same(house: StorelessHouse) -> None:
    """Whoever says so knows what may be lost."""
    house.start_store(*UNFIT)
    unsafe: Mapping[str, str] = {"YINGDA_REDIS__ALLOW_UNSAFE": "true"}
    house.stop("web0", signal.SIGKILL)
    house.start_web(0, house.web_ports[0], unsafe)
    house.start_worker(1, unsafe)
    wait_for(lambda: house.get("/readyz")[0] == 200, "ready", 30.0)

    assert house.simulator.say("shop", XIAOYU, "echo:da").statuses == [200]
    house.simulator.wait_replies("shop", XIAOYU, 1)
