"""One person floods, one message kills: the others notice nothing, and nothing is lost on the way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.scenarios.house import APART, ROOT, House, wait_for

MID_LLM = {"YINGDA_FAILPOINTS__ARMED": "mid_llm"}
SETTINGS = {**APART, "YINGDA_TURN__INBOX_MOST": "3", "YINGDA_TURN__MAX_DEATHS": "2"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Room for three waiting messages, and patience with two deaths."""
    with House(tmp_path, environment=SETTINGS) as house:
        yield house


def flask(house: House, *arguments: str) -> tuple[int, str]:
    """Run a command of the house; its status and what it printed."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("YINGDA", "OPENAI"))},
        "REDIS_URL": f"redis://127.0.0.1:{house.store_port}/0",
        "YINGDA_CONFIG": str(house.folder / "yingda.toml"),
    }
    line = [sys.executable, "-m", "flask", "--app", "app", *arguments]
    done = subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    return done.returncode, done.stdout + done.stderr


def test_who_floods_is_told_once_and_others_do_not_wait(house: House) -> None:
    """Forty messages at once: four are answered, one notice, all settled; another person waits for nobody."""
    simulator = house.simulator
    simulator.model.set(first_byte_s=1.0)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda i: simulator.say("shop", "oFlood", f"echo:第{i}句"), range(40)))
    began = time.monotonic()
    simulator.say("shop", "oOther", "echo:我呢")

    simulator.wait_replies("shop", "oOther", 1)
    assert time.monotonic() - began < 2.5
    assert all(delivery.statuses[0] == 200 for delivery in said)
    house.drained()
    heard = [sent.text for sent in simulator.replies("shop", "oFlood")]
    notices = [text for text in heard if text.startswith("你说得有点快，我先答前面 3 条")]
    assert len(notices) == 1
    assert heard.index(notices[0]) <= 1
    assert 3 <= len(heard) - 1 == len(simulator.model.calls) - 1 <= 10
    assert house.counts()["settled:refused"] == 40 - (len(heard) - 1)


def kill_a_worker(house: House, number: int) -> None:
    """Start a worker that dies once it asks the model, and wait until it has."""
    house.start_worker(number, MID_LLM)
    victim = house.processes.pop(f"worker{number}")
    wait_for(lambda: victim.poll() is not None, "the worker dies", 30.0)
    assert victim.returncode == -signal.SIGKILL


@pytest.mark.chaos
def test_a_message_that_kills_is_given_up_and_can_be_tried_again(house: House) -> None:
    """Two deaths, one apology, the next message flows; `dead` shows it wordlessly, `requeue` answers it."""
    simulator = house.simulator
    assert flask(house, "dead") == (0, "没有 / none\n")
    house.stop("worker0", signal.SIGKILL)
    simulator.say("shop", "oPoison", "echo:毒")
    simulator.say("shop", "oPoison", "echo:好")
    for number in (1, 2):
        kill_a_worker(house, number)
    house.start_worker(3)

    sorry, good = simulator.wait_replies("shop", "oPoison", 2, 20.0)
    house.drained()
    assert sorry.text.startswith("这条消息我试了几次都没答成")
    assert good.text.startswith("好")
    assert house.counts()["settled:dead_letter"] == 1

    status, listed = flask(house, "dead")
    assert status == 0
    assert "shop" in listed
    assert "poison" in listed
    assert "毒" not in listed
    assert "oPoison" not in listed
    assert flask(house, "requeue", "office") == (1, "放回 0 条 / 0 put back\n")
    assert flask(house, "requeue", listed.split()[0])[0] == 0
    assert simulator.wait_replies("shop", "oPoison", 3)[2].text.startswith("毒")
    house.drained()
    assert flask(house, "requeue", "all")[0] == 1
    assert len(simulator.replies("shop", "oPoison")) == 3


@pytest.mark.chaos
def test_ends_that_were_asked_for_are_no_deaths(house: House) -> None:
    """SIGTERM in the middle of an answer, more often than deaths are forgiven: it is answered at last."""
    simulator = house.simulator
    house.stop("worker0")
    simulator.model.set(first_byte_s=30.0)
    simulator.say("shop", "oPatient", "echo:终于")
    for number in (1, 2, 3):
        house.start_worker(number, {"YINGDA_TURN__DRAIN_S": "0"})
        wait_for(lambda number=number: len(simulator.model.calls) >= number, "it is asked")  # type: ignore[misc]
        assert house.stop(f"worker{number}") == 0
    simulator.model.set(first_byte_s=0.0)
    house.start_worker(4)

    (reply,) = simulator.wait_replies("shop", "oPatient", 1)
    assert reply.text.startswith("终于")
    house.drained()


def test_the_commands_end_with_one_line_where_they_cannot(house: House) -> None:
    """No store, no traceback."""
    house.stop("store", signal.SIGKILL)

    for arguments in (("dead",), ("requeue", "all")):
        status, told = flask(house, *arguments)
        assert status == 1
        assert told.startswith("yingda: the store cannot be used")
        assert len(told.splitlines()) == 1
