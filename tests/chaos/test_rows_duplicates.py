"""Rows 1–5: however often and in whatever order the platform delivers, each message is answered once."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from simulator.testing import Delivery
from tests.chaos.figures import Figures
from tests.chaos.oracle import Oracle
from tests.scenarios.house import APART, House

_people = count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two web processes, which the deliveries reach in turn, and one worker."""
    with House(tmp_path_factory.mktemp("house"), webs=2, environment=APART) as house:
        yield house


@pytest.fixture
def peer(house: House) -> str:
    """Somebody new, and a model that has not been asked."""
    house.simulator.model.reset()
    return f"oTwice_{next(_people):021d}"


def thanked(delivery: Delivery, account: str) -> bool:
    """Whether every copy was acknowledged as the platform wants it; one may have carried the answer."""
    bodies = [one.body for one in delivery.attempts]
    plain = b"success" if account == "shop" else b""
    answers = [body for body in bodies if body != plain]
    fine = len(answers) <= 1 and all(account == "shop" and body.startswith(b"<xml>") for body in answers)
    return delivery.acknowledged and fine and {one.status for one in delivery.attempts} == {200}


def dropped(house: House) -> int:
    return house.counts().get("duplicates_dropped", 0)


@pytest.mark.parametrize("account", ["shop", "office"])
def test_row_01_the_same_message_three_times_in_a_row(house: House, peer: str, account: str) -> None:
    """Three acknowledgements, one model call, one reply."""
    oracle, before = Oracle(house), dropped(house)

    delivery = oracle.say(account, peer, times=3)

    verdict = oracle.judge()
    assert len(delivery.attempts) == 3
    assert thanked(delivery, account)
    assert (verdict.model_calls, verdict.doubled, verdict.ambiguous) == (1, 0, 0)
    assert len(house.simulator.replies(account, peer)) == 1
    assert dropped(house) == before + 2


def three_at_once(house: House, people: list[tuple[str, str]], each: int, hands: int) -> Oracle:
    """Everybody of *people* says *each* words, three parallel copies of each, the next after the answer.

    Whoever does not wait runs into the platform's limit of five answers to what was said.
    """
    oracle = Oracle(house)

    def talk(chat: tuple[str, str]) -> None:
        for number in range(each):
            assert thanked(oracle.say(*chat, times=3, parallel=True), chat[0])
            house.simulator.wait_replies(*chat, number + 1, 60.0)

    with ThreadPoolExecutor(hands) as pool:
        list(pool.map(talk, people))
    return oracle


def test_row_02_three_copies_at_once_to_different_web_processes(house: House) -> None:
    """Whichever process is first, the message is accepted once."""
    house.simulator.model.reset()
    before = dropped(house)
    people = [(("shop", "office")[n % 2], f"oThree_{next(_people):021d}") for n in range(10)]

    verdict = three_at_once(house, people, each=3, hands=10).judge()

    assert (verdict.acknowledged, verdict.model_calls, verdict.doubled) == (30, 30, 0)
    assert dropped(house) == before + 60
    for web in ("web0", "web1"):
        assert "accepted" in house.log(web)
        assert "repeat dropped" in house.log(web)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_row_02_ten_thousand_messages_three_copies_at_once(
    tmp_path_factory: pytest.TempPathFactory, figures: Figures
) -> None:
    """0 of 10 000 are answered twice, and none is lost."""
    with House(tmp_path_factory.mktemp("many"), webs=2, workers=2, environment=APART) as house:
        people = [("shop", f"oMany_{next(_people):022d}") for _ in range(500)]

        verdict = three_at_once(house, people, each=20, hands=24).judge(120.0)

        assert (verdict.acknowledged, verdict.model_calls, verdict.doubled) == (10_000, 10_000, 0)
        assert dropped(house) == 20_000
        figures.put(
            "replies doubled by callbacks delivered three times at once", verdict.doubled, "0", 10_000
        )


@pytest.mark.parametrize(
    ("account", "event", "replies"),
    [("shop", "subscribe", 1), ("office", "enter_agent", 1), ("shop", "SCAN", 0), ("shop", "CLICK", 1)],
)
def test_row_03_an_event_has_no_id_and_is_still_known(
    house: House, peer: str, account: str, event: str, replies: int
) -> None:
    """Who, when and what make it the same; a second later it is another one."""
    accepted, before = house.counts().get("accepted", 0), dropped(house)
    at = 1_790_000_000

    for parallel in (True, False):
        again = house.simulator.event(account, peer, event, "k", created_at=at, times=3, parallel=parallel)
        assert thanked(again, account)
    house.simulator.wait_replies(account, peer, replies)
    house.drained()

    assert len(house.simulator.replies(account, peer)) == replies
    assert house.counts()["accepted"] == accepted + 1
    assert dropped(house) == before + 5
    house.simulator.event(account, peer, event, "k", created_at=at + 1)
    house.drained()
    assert house.counts()["accepted"] == accepted + 2


def test_row_04_a_duplicate_is_known_after_the_store_restarted(house: House, peer: str) -> None:
    """What was seen is kept for a day and survives SIGKILL of the store."""
    simulator = house.simulator
    simulator.say("shop", peer, "echo:一次", msg_id=77_000_001)
    simulator.wait_replies("shop", peer, 1)
    house.drained()
    accepted = house.counts()["accepted"]
    house.stop("store", signal.SIGKILL)
    house.start_store()
    house.await_ready()

    assert thanked(simulator.say("shop", peer, "echo:一次", msg_id=77_000_001, times=3), "shop")

    house.drained()
    assert house.counts()["accepted"] == accepted
    assert len(simulator.replies("shop", peer)) == len(simulator.model.calls) == 1
    with house.store as store:
        lives_s = [store.ttl(key) for key in store.scan_iter("yd1:seen:*")]
    assert min(lives_s) > 23 * 3600


def test_row_05_whatever_arrives_first_is_answered_first(house: House, peer: str) -> None:
    """B before A, and retries of both afterwards: whole answers in the order of arrival, each once."""
    simulator = house.simulator
    simulator.say("office", peer, "echo:甲")
    simulator.wait_replies("office", peer, 1)
    simulator.model.set(answers=lambda messages: str(messages[-1]["content"]) * 800, first_byte_s=0.3)
    a = simulator.packet("office", peer, "甲", msg_id=77_000_002)
    b = simulator.packet("office", peer, "乙", msg_id=77_000_003)

    for packet in (b, a, a, b):
        assert simulator.send_raw("office", packet.query, packet.body).status == 200
    simulator.wait_replies("office", peer, 5)
    for packet in (a, b):
        assert simulator.send_raw("office", packet.query, packet.body).status == 200
    house.drained()

    heard = ["乙" if "乙" in sent.text else "甲" for sent in simulator.replies("office", peer)]
    assert heard == ["甲", "乙", "乙", "甲", "甲"], "in the order of arrival, not interleaved"
    assert [call.question for call in simulator.model.calls] == ["echo:甲", "乙", "甲"]
    simulator.say("office", peer, "丙")
    house.drained()
    remembered = [one["content"] for one in simulator.model.calls[-1].messages if one["role"] == "user"]
    assert remembered == ["echo:甲", "乙", "甲", "丙"]
