"""Processes die, the store goes away, everything is restarted: people notice as little as can be."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.house import House, wait_for


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """A house that may be broken."""
    with House(tmp_path, webs=1) as house:
        yield house


@pytest.fixture(scope="module")
def whole_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that lives through what is done to it."""
    with House(tmp_path_factory.mktemp("whole")) as house:
        yield house


@pytest.fixture
def whole(whole_house: House) -> House:
    """The same, with a stand-in that answers at once."""
    whole_house.simulator.model.reset()
    return whole_house


@pytest.mark.parametrize("account", ["office"])
def test_an_answer_survives_a_killed_worker(own_house: House, account: str) -> None:
    """SIGKILL while the model answers: another worker answers once, within ten seconds."""
    simulator = own_house.simulator
    simulator.model.set(answers=lambda messages: "活着" * 40, chunks_per_s=20.0)
    simulator.say(account, "oKilled", "讲一段")
    wait_for(lambda: bool(simulator.model.calls), "the model is asked")
    own_house.stop("worker0", signal.SIGKILL)
    own_house.start_worker(1)

    simulator.wait_replies(account, "oKilled", 1, 10.0)
    own_house.drained()

    assert len(simulator.replies(account, "oKilled")) == 1


def test_memory_and_waiting_messages_survive_a_restart_of_everything(own_house: House) -> None:
    """What was accepted while no worker lived is answered afterwards, and remembers what was said before."""
    simulator = own_house.simulator
    simulator.say("shop", "oMemory", "echo:我叫阿明")
    simulator.wait_replies("shop", "oMemory", 1)
    own_house.drained()
    assert own_house.stop("worker0") == 0
    simulator.say("shop", "oMemory", "echo:我叫什么")
    for name in list(own_house.processes):
        own_house.stop(name, signal.SIGKILL)

    own_house.start_store()
    own_house.start_webs()
    own_house.start_worker()
    own_house.await_ready()

    simulator.wait_replies("shop", "oMemory", 2, 15.0)
    assert "阿明" in str(simulator.model.calls[-1].messages)
    own_house.drained()


def test_the_store_may_go_away_and_come_back(whole: House) -> None:
    """Meanwhile callbacks get 503 and are delivered again; no process ends; nothing is lost."""
    simulator = whole.simulator
    simulator.say("shop", "oStore", "echo:前")
    simulator.wait_replies("shop", "oStore", 1)
    whole.stop("store", signal.SIGKILL)
    wait_for(lambda: whole.get("/readyz")[0] == 503, "not ready without a store")
    statuses: list[int] = []
    sender = threading.Thread(
        target=lambda: statuses.extend(simulator.say("shop", "oStore", "echo:后").statuses)
    )
    sender.start()
    wait_for(lambda: "callback not kept" in whole.log("web0"), "one delivery is refused")
    whole.start_store()
    sender.join(20)

    assert statuses[0] == 503
    assert statuses[-1] == 200
    heard = simulator.wait_replies("shop", "oStore", 2, 15.0)
    assert [sent.text.splitlines()[0] for sent in heard] == ["前", "后"]
    whole.await_ready()
    assert all(process.poll() is None for process in whole.processes.values())
    whole.drained()


def test_a_store_that_restarts_during_an_answer_costs_no_second_call(whole: House) -> None:
    """The worker keeps its turn through the outage: one model call, one reply."""
    simulator = whole.simulator
    simulator.model.set(first_byte_s=2.0)
    simulator.say("office", "oDuring", "echo:一次")
    wait_for(lambda: bool(simulator.model.calls), "the model is asked")
    whole.stop("store", signal.SIGKILL)
    wait_for(lambda: simulator.model.calls[0].ended == "answered", "the answer is there, the store is not")
    whole.start_store()

    simulator.wait_replies("office", "oDuring", 1, 15.0)
    whole.drained()

    assert len(simulator.model.calls) == 1
    assert len(simulator.replies("office", "oDuring")) == 1


def test_sigterm_lets_the_running_answer_end(own_house: House) -> None:
    """A warm end: the answer arrives from the process that ends with status 0."""
    simulator = own_house.simulator
    simulator.model.set(first_byte_s=1.5)
    simulator.say("shop", "oTerm", "echo:说完再走")
    wait_for(lambda: bool(simulator.model.calls), "the model is asked")

    assert own_house.stop("worker0") == 0

    assert len(simulator.replies("shop", "oTerm")) == 1
    own_house.drained()


def test_an_idle_worker_ends_at_once(own_house: House) -> None:
    """SIGTERM with nothing to do."""
    assert own_house.stop("worker0", limit_s=8.0) == 0


def test_what_does_not_end_in_time_is_handed_on(tmp_path: Path) -> None:
    """A drain that is too short hands the chat to the next worker at once."""
    with House(tmp_path, environment={"YINGDA_TURN__DRAIN_S": "0.5"}) as house:
        house.simulator.model.set(first_byte_s=6.0)
        house.simulator.say("shop", "oLong", "echo:交接")
        wait_for(lambda: bool(house.simulator.model.calls), "the model is asked")
        assert house.stop("worker0") == 0
        house.simulator.model.set(first_byte_s=0.0)
        house.start_worker(1)

        house.simulator.wait_replies("shop", "oLong", 1, 10.0)
        house.drained()
        assert len(house.simulator.replies("shop", "oLong")) == 1


def test_a_planted_job_is_refused_and_the_worker_goes_on(whole: House) -> None:
    """Somebody who can write to the store cannot have code run by it."""
    marker = whole.folder / "planted"
    with whole.store as store:
        store.hset(
            "rq:job:evil",
            mapping={
                "created_at": "2026-01-01T00:00:00.000000Z",
                "origin": "yingda",
                "status": "queued",
                "data": f'["os.system", null, ["touch {marker}"], {{}}]',
                "timeout": 10,
                "failure_callback_name": "this.s",
            },
        )
        store.sadd("rq:queues", "rq:queue:yingda")
        store.rpush("rq:queue:yingda", "evil")
    wait_for(lambda: "planted job refused" in whole.log("worker0"), "the job is refused")
    whole.simulator.say("shop", "oEvil", "echo:还在")

    whole.simulator.wait_replies("shop", "oEvil", 1)
    assert not marker.exists()
    assert "Beautiful is better than ugly" not in whole.log("worker0"), "a callback was imported"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"YINGDA_CONFIG": "nowhere.toml"}, "YINGDA_CONFIG"),
        ({"YINGDA_NONSENSE": "1"}, "YINGDA_NONSENSE"),
        ({"WORKER_THREADS": "2000000"}, "WORKER_THREADS"),
    ],
)
@pytest.mark.parametrize("process", ["worker", "web"])
def test_a_refused_start_is_one_line(
    house: House, environment: dict[str, str], words: str, process: str
) -> None:
    """Worker and web end with one line that names the key, and no traceback."""
    status, error = house.try_start(process, environment)

    assert status != 0
    assert words in error
    assert len(error.splitlines()) == 1, error


@pytest.mark.chaos
def test_sigterm_at_any_moment_of_the_start_ends_the_worker(whole: House) -> None:
    """The signal may come before RQ has put its handlers in place."""
    for number in range(1, 6):
        whole.start_worker(number)
        wait_for(lambda: "worker started" in whole.log(f"worker{number}"), "started")  # noqa: B023
        assert whole.stop(f"worker{number}", limit_s=8.0) == 0
