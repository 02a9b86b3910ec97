"""A wrong clock, a message that kills, a person who floods: rows 33, 34 and 36."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import pytest

from simulator.answers import Message, answer, text_of
from tests.chaos.figures import Figures
from tests.chaos.oracle import Oracle
from tests.chaos.readings import percentile, shim
from tests.conftest import free_port
from tests.scenarios.house import APART, House, wait_for
from tests.scenarios.test_flood_and_poison import flask

CLOCK = """
import datetime, time

true_time = time.time

def shift():
    with open({file!r}) as file:
        return float(file.read())

class Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)

time.time = lambda: true_time() + shift()
time.time_ns = lambda: int(time.time() * 1e9)
datetime.datetime = Shifted
"""
"""Runs first in a process whose wall clock is wrong; as after a step of NTP, the monotonic one is not."""

DEATHS = 3
FLOOD = 1000
INBOX_MOST = 100


class Clock:
    """The wrong wall clock of the processes that run in its environment; it can be stepped."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "shift"
        folder.mkdir()
        self.step(0)
        self.environment = shim(folder, CLOCK.format(file=str(self._file)))

    def step(self, shift_s: float) -> None:
        """From now on the clock is wrong by *shift_s*."""
        new = self._file.with_suffix(".new")
        new.write_text(str(shift_s))
        new.replace(self._file)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    """A clock that is right at first."""
    return Clock(tmp_path_factory.mktemp("clock") / "shim")


@pytest.fixture(scope="module")
def odd_house(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[House]:
    """Two workers of which one lives by the clock, and a web process beside that may."""
    with House(tmp_path_factory.mktemp("house"), workers=1, environment=APART) as house:
        house.start_worker(1, clock.environment)
        house.await_ready()
        yield house


@pytest.mark.parametrize("shift_s", [600, pytest.param(-600, marks=pytest.mark.chaos)])
def test_row_33_a_clock_that_steps_in_the_middle_of_an_answer_changes_nothing(
    odd_house: House, clock: Clock, shift_s: int
) -> None:
    """Leases and lifetimes are the store's time, deadlines monotonic: one model call and one reply each."""
    odd_house.simulator.model.set(first_byte_s=2.0)
    oracle = Oracle(odd_house)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: oracle.say("shop", f"oClock{shift_s}_{n}"), range(8)))
    wait_for(lambda: sum(call.ended == "running" for call in odd_house.simulator.model.calls) == 8, "8 asked")
    clock.step(shift_s)
    assert oracle.judge().model_calls == 8

    odd_house.simulator.model.set(first_byte_s=0.0)
    for n in range(16):
        oracle.say("office", f"clock{shift_s}_{n % 8}")
    verdict = oracle.judge()
    clock.step(0)

    assert (verdict.acknowledged, verdict.model_calls, verdict.doubled) == (24, 24, 0)
    assert all("settled" in odd_house.log(name) for name in ("worker0", "worker1"))


def test_row_33_a_web_process_with_a_wrong_clock_says_so(odd_house: House, clock: Clock) -> None:
    """Over 300 s off it answers 403 and logs `callback clock`; another one takes the repeat."""
    odd_house.simulator.model.reset()
    port, right = free_port(), f"http://127.0.0.1:{odd_house.web_ports[0]}"
    odd_house.start_web(1, port, clock.environment)
    wait_for(lambda: odd_house.get("/healthz", port)[0] == 200, "the web process with the clock", 20.0)
    oracle = Oracle(odd_house)
    for shift_s, statuses in ((290, [200]), (-290, [200]), (310, [403, 200]), (-310, [403, 200])):
        clock.step(shift_s)
        told = odd_house.log("web1").count("callback clock")
        odd_house.simulator.set_callback(f"http://127.0.0.1:{port}", right)
        assert oracle.say("shop", "oOddWeb").statuses == statuses
        assert odd_house.log("web1").count("callback clock") == told + (statuses[0] == 403)
    clock.step(0)
    odd_house.simulator.set_callback(right)

    assert oracle.judge().acknowledged == 4
    assert "callback clock" not in odd_house.log("web0")


def deadly(house: House) -> Callable[[list[Message]], str]:
    """A model at whose answer to 毒 the worker dies, whichever it is."""

    def answers(messages: list[Message]) -> str:
        if "毒" in text_of(messages[-1]):
            os.kill(house.processes["worker0"].pid, signal.SIGKILL)
        return answer(messages)

    return answers


def supervise(house: House, until: Callable[[], bool], limit_s: float) -> int:
    """Start the worker again whenever it died, until *until* holds; how often it died."""
    deaths = 0

    def over() -> bool:
        nonlocal deaths
        if house.processes["worker0"].poll() is not None:
            deaths += 1
            house.start_worker(0)
        return until()

    wait_for(over, "the end of the poison", limit_s)
    return deaths


@pytest.mark.chaos
def test_row_34_a_message_that_kills_is_given_up(tmp_path: Path, figures: Figures) -> None:
    """As many deaths as are forgiven, one dead letter, one apology; what comes after it flows, others too."""
    with House(tmp_path, environment={**APART, "YINGDA_TURN__MAX_DEATHS": str(DEATHS)}) as house:
        simulator = house.simulator
        simulator.model.set(answers=deadly(house))
        simulator.say("shop", "oPoison", "echo:毒")
        simulator.say("shop", "oPoison", "echo:之后")
        others = Oracle(house)
        for n in range(20):
            others.say("office", f"beside{n}")
        deaths = supervise(house, lambda: house.settled() == house.counts()["accepted"], 90.0)

        assert deaths == DEATHS
        others.judge()
        sorry, good = simulator.replies("shop", "oPoison")
        assert sorry.text.startswith("这条消息我试了几次都没答成")
        assert good.text.startswith("之后")
        assert house.counts()["settled:dead_letter"] == 1
        figures.put("a message that kills: workers killed", deaths, f"≤ {DEATHS} (max_deaths)", 1)

        simulator.model.reset()
        assert flask(house, "requeue", "all")[0] == 0
        assert simulator.wait_replies("shop", "oPoison", 3)[2].text.startswith("毒")
        house.drained()
        assert flask(house, "requeue", "all")[0] == 1, "it was put back once"


def talk(house: House, peer: str, over: Event) -> list[float]:
    """One person's questions, each after the answer before, until *over*; the seconds of each."""
    took: list[float] = []
    while not over.is_set() or not took:
        began = time.monotonic()
        house.simulator.say("shop", peer, f"echo:{peer}第{len(took)}句")
        house.simulator.wait_replies("shop", peer, len(took) + 1)
        took.append(time.monotonic() - began)
    assert [sent.text.splitlines()[0] for sent in house.simulator.replies("shop", peer)] == [
        f"{peer}第{n}句" for n in range(len(took))
    ]
    return took


def beset(house: House) -> tuple[list[float], int]:
    """One person says FLOOD lines at once, beside ten who talk; the seconds of those, the longest inbox."""
    simulator = house.simulator
    simulator.model.set(first_byte_s=0.05)
    longest = 0
    with house.store as store, ThreadPoolExecutor(16) as crowd, ThreadPoolExecutor(10) as others:
        flood = [crowd.submit(simulator.say, "shop", "oFlood", f"echo:第{n}句") for n in range(FLOOD)]

        over = Event()
        talks = [others.submit(talk, house, f"oBeside{n}", over) for n in range(10)]
        while wait(flood, timeout=0.05).not_done:
            longest = max(longest, int(store.llen("yd1:inbox:shop:oFlood")))
        over.set()
        took = [second for one in talks for second in one.result()]
    wait_for(lambda: house.settled() == house.counts()["accepted"], "the flood is settled", 60.0)
    house.drained()
    assert all(one.result().statuses == [200] for one in flood)
    return took, longest


@pytest.mark.chaos
def test_row_36_who_floods_slows_nobody(tmp_path: Path, figures: Figures) -> None:
    """A thousand messages of one person: others' p95 stays, one notice a minute, the inbox is capped."""
    with House(tmp_path, environment=APART) as house:
        began = time.monotonic()
        took, longest = beset(house)
        minutes, refused = (time.monotonic() - began) // 60, house.counts()["settled:refused"]
        heard = [sent.text for sent in house.simulator.replies("shop", "oFlood")]

    p95 = percentile(took, 0.95)
    figures.put("longest inbox of who floods", longest, f"≤ {INBOX_MOST} + the notice", FLOOD)
    figures.put("others' p95 during one person's 1 000 messages, s", f"{p95:.2f}", "< 2", len(took))
    assert p95 < 2.0
    assert INBOX_MOST <= longest <= INBOX_MOST + 1
    assert 1 <= sum(text.startswith("你说得有点快，我先答前面 100 条") for text in heard) <= 1 + minutes
    assert refused > 0


@pytest.mark.chaos
def test_row_36_a_flood_that_is_answered_together_slows_nobody(tmp_path: Path, figures: Figures) -> None:
    """With the settings as they come: each line that is not refused is asked once, with others."""
    with House(tmp_path) as house:
        took, longest = beset(house)
        lines = [line for call in house.simulator.model.calls for line in call.question.split("\n")]
        asked = [line for line in lines if line.startswith("echo:第")]
        counts = house.counts()

    p95 = percentile(took, 0.95)
    figures.put("…, when they are answered together, s", f"{p95:.2f}", "< 2", len(took))
    assert p95 < 2.0
    assert longest <= INBOX_MOST + 1
    assert len(asked) == len(set(asked))
    assert counts["settled:merged"] > 0
    assert len(asked) + counts.get("settled:refused", 0) == FLOOD
