"""What stands the time: rolling restarts, values of before, and whose words are whose (rows 51 and 53)."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.answers import Message, questions
from tests.chaos.figures import Figures
from tests.chaos.oracle import Oracle
from tests.scenarios.house import House, wait_for

NONCE = re.compile(r"n\d{5}x")
ANSWER_S = 2.0
"""How long an answer takes in a conversation: WeCom lets 30 a minute through to one member."""
MESSAGE_V1 = (
    '{"n":1,"v":1,"t":1700000000000,"account":"office","peer":"before","sender":"before","msg_id":"m1",'
    '"kind":"text","parts":[{"as":"Text","text":"echo:从前","menu_id":""}],"created_at":1700000000}'
)
MEMORY_V1 = '{"v":1,"session":3,"exchanges":[{"question":"我叫阿明","answer":"你好，阿明","tokens":12}]}'
"""As version 1 wrote them; these lines are never brought up to date."""


@contextmanager
def conversations(oracle: Oracle, chats: list[tuple[str, str]]) -> Iterator[None]:
    """While inside, each of *chats* says its next word as soon as the one before is answered."""
    ending = threading.Event()

    def keep_on(own: list[tuple[str, str]]) -> None:
        said = dict.fromkeys(own, 0)
        while not ending.is_set():
            for chat in own:
                if len(set(oracle.heard(*chat))) >= said[chat]:
                    oracle.say(*chat)
                    said[chat] += 1
            ending.wait(0.05)

    threads = 10
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(keep_on, chats[number::threads]) for number in range(threads)]
        try:
            yield
        finally:
            ending.set()
        for one in running:
            one.result()


def roll(house: House) -> None:
    """End and start each web process and each worker, one after another, as a rolling deploy does."""
    bases = [f"http://127.0.0.1:{port}" for port in house.web_ports]
    for number, port in enumerate(house.web_ports):
        house.simulator.set_callback(*(base for base in bases if base != bases[number]))
        assert house.stop(f"web{number}") == 0
        house.start_web(number, port)
        wait_for(lambda port=port: house.get("/healthz", port)[0] == 200, "the web process is back", 30.0)  # type: ignore[misc]
        house.simulator.set_callback(*bases)
    for number in range(2):
        name = f"worker{number}"
        started = house.log(name).count("worker started")
        assert house.stop(name) == 0
        house.start_worker(number)
        wait_for(
            lambda name=name, started=started: house.log(name).count("worker started") > started,  # type: ignore[misc]
            "the worker is back",
            30.0,
        )


@pytest.mark.timeout(1000)
@pytest.mark.chaos
@pytest.mark.parametrize(("rolls", "people"), [(2, 20), (20, 200)])
def test_row_51_rolling_restarts_cost_nobody_an_answer(
    tmp_path: Path, figures: Figures, rolls: int, people: int
) -> None:
    """Two web processes and two workers come and go while all talk: all acknowledged, once, in order."""
    with House(tmp_path, webs=2, workers=2) as house:
        house.simulator.model.set(first_byte_s=ANSWER_S)
        oracle = Oracle(house)
        half = people // 2
        chats = [("shop", f"oRoll{n}") for n in range(half)] + [("office", f"roll{n}") for n in range(half)]
        with conversations(oracle, chats):
            for _ in range(rolls):
                roll(house)
        verdict = oracle.judge(60.0)

    figures.put(
        f"rolling restart ×{rolls}, {people} conversations: lost, doubled, out of order",
        f"{verdict.said - verdict.acknowledged + verdict.lost}, {verdict.doubled}, {verdict.disordered}",
        "0, 0, 0",
        verdict.said,
    )
    assert verdict.acknowledged == verdict.said >= people
    assert verdict.doubled == 0
    assert verdict.ambiguous == 0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two web processes, one worker and a model that has four seconds for an answer."""
    environment = {"YINGDA_CHAT__DEADLINE_S": "4"}
    with House(tmp_path_factory.mktemp("house"), webs=2, environment=environment) as house:
        yield house


def test_row_51_values_of_before_are_read(house: House) -> None:
    """A message and a memory as version 1 wrote them, found by this program: answered with that memory."""
    house.simulator.model.reset()
    house.simulator.call(lambda: house.simulator.world.person_of(("office", "before")))
    with house.store as store:
        store.set("yd1:memory:office:before", MEMORY_V1, px=600_000)
        store.hincrby("yd1:counts", "accepted", 1)
        store.rpush("yd1:inbox:office:before", MESSAGE_V1)
        store.zadd("yd1:ready", {"office:before": 1})

    (reply,) = house.simulator.wait_replies("office", "before", 1)
    assert reply.text.startswith("从前")
    assert "阿明" in str(house.simulator.model.calls[-1].messages)
    house.drained()


def own_words(messages: list[Message]) -> str:
    """The nonces of the last question, at length: a second of streaming, or more than there is time for."""
    asked = questions(messages)[-1]
    return " ".join(NONCE.findall(asked) * (200 if "没完" in asked else 12))


def chat_of(number: int) -> tuple[str, str]:
    return ("shop", f"oNonce{number:05d}") if number % 2 else ("office", f"nonce{number:05d}")


def ask(house: House, number: int) -> None:
    """A whole answer, one that is stopped in its middle, or one that the model has no time for."""
    nonce = f"n{number:05d}x"
    house.simulator.say(*chat_of(number), f"{'说' if number % 3 == 0 else '说个没完'} {nonce}")
    if number % 3 == 1:
        wait_for(lambda: any(nonce in one.question for one in house.simulator.model.calls), "asked", 30.0)
        house.simulator.say(*chat_of(number), "停")


def ask_again(house: House, number: int) -> None:
    house.simulator.say(*chat_of(number), f"再说 n{number:05d}x")


def all_people(house: House, act: Callable[[House, int], None], people: int) -> None:
    """Have all of them *act* at once, and wait for the end of it."""
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda number: act(house, number), range(people)))
    wait_for(lambda: house.settled() == house.counts()["accepted"], "all is settled", 60.0)
    house.drained()


@pytest.mark.parametrize("people", [24, pytest.param(200, marks=pytest.mark.chaos)])
def test_row_53_nobody_sees_anothers_words(house: House, figures: Figures, people: int) -> None:
    """A third say 停 in the middle, a third outlast the model: own nonces only, everywhere."""
    simulator = house.simulator
    simulator.model.reset()
    before = {number: len(simulator.replies(*chat_of(number))) for number in range(people)}
    stopped = house.counts().get("settled:stopped", 0)
    simulator.model.set(answers=own_words, chunks_per_s=12.0)
    all_people(house, ask, people)
    calls = simulator.model.calls
    stopped = house.counts()["settled:stopped"] - stopped
    simulator.model.set(chunks_per_s=0.0)
    all_people(house, ask_again, people)

    for number in range(people):
        heard = [sent.text for sent in simulator.replies(*chat_of(number))[before[number] :]]
        assert set(NONCE.findall(" ".join(heard))) == {f"n{number:05d}x"}
        assert NONCE.search(heard[-1]), heard
    assert all(len(set(NONCE.findall(str(call.messages)))) == 1 for call in simulator.model.calls)
    assert stopped == len(range(1, people, 3))
    assert sum(call.ended == "closed" for call in calls) >= 2 * (people // 3)
    figures.put("replies with another person's nonce", 0, "0", f"{people} people, {len(calls)} model calls")
