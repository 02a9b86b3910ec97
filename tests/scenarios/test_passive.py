"""An account that may only answer in the callback itself: three deliveries, and the answer inbox."""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.callbacks import Delivery
from simulator.testing import BOSS, Simulator
from tests.scenarios.house import House, link_of, wait_for
from tests.scenarios.test_own_data import WORDS, everything, waits

PASSIVE = {
    "YINGDA_ACCOUNTS__SHOP__REPLY": "passive",
    # The label without the notice that newcomers get once.
    "YINGDA_ACCOUNTS__SHOP__AUDIENCE": "internal",
    "YINGDA_ACCOUNTS__SHOP__LABEL_AI": "true",
}
HASTY = {**PASSIVE, "YINGDA_REPLY__PASSIVE_ATTEMPTS": "1", "YINGDA_REPLY__PASSIVE_ANSWER_S": "1.0"}
"""A platform that delivers once, so that a late answer needs no quarter of a minute."""
LABEL = "\n（AI 生成）"


def unverified(simulator: Simulator, attempts: int = 3) -> None:
    """The shop becomes an unverified subscription account."""
    simulator.world.accounts["shop"].kind = "unverified_subscription"
    simulator.world.rules = replace(simulator.world.rules, attempts=attempts, retry_every_s=5.0)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two web processes, three deliveries."""
    with House(tmp_path_factory.mktemp("passive"), webs=2, environment=PASSIVE) as house:
        unverified(house.simulator)
        yield house


@pytest.fixture
def house(shared: House) -> House:
    """The module's house with a stand-in that answers at once."""
    shared.simulator.model.reset()
    return shared


@pytest.fixture(scope="module")
def hasty_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One delivery of each message, which is answered within a second."""
    with House(tmp_path_factory.mktemp("hasty"), webs=2, environment=HASTY) as house:
        unverified(house.simulator, attempts=1)
        yield house


@pytest.fixture
def hasty(hasty_house: House) -> House:
    """The same, with a stand-in that takes two seconds."""
    hasty_house.simulator.model.reset()
    hasty_house.simulator.model.set(first_byte_s=2.0)
    return hasty_house


def crowd(house: House, people: Sequence[str]) -> list[Delivery]:
    """Everybody asks for their own name at the same moment."""
    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(lambda peer: house.simulator.say("shop", peer, f"echo:给{peer}"), people))


def heard(house: House, peer: str) -> list[str]:
    """What *peer* read, in order."""
    return [sent.text for sent in house.simulator.replies("shop", peer)]


def late(house: House, peer: str, question: str) -> str:
    """Ask something whose answer comes too late; what the person was told, once the answer waits."""
    told = house.simulator.say("shop", peer, question).passive or ""
    house.drained()
    return told


def test_a_quick_answer_is_in_the_first_response(house: House) -> None:
    """One delivery, one reply in it, labelled in its text; the send API is never touched."""
    delivery = house.simulator.say("shop", "oQuick", "echo:马上就好")
    house.drained()

    assert (delivery.statuses, delivery.passive) == ([200], f"马上就好{LABEL}")
    assert heard(house, "oQuick") == [f"马上就好{LABEL}"]


def test_who_is_erased_leaves_nothing_but_the_farewell_for_a_minute(house: House) -> None:
    """The request that carries it waits by a key of theirs; handed over it lives no longer than before."""
    peer = "oForgotten"
    for line in (f"echo:{WORDS}", f"/投诉 {WORDS}", "/forget"):
        house.simulator.say("shop", peer, line)
    assert (house.simulator.say("shop", peer, "确认删除").passive or "").startswith("已删除")
    house.drained()

    with house.store as store:
        wait_for(lambda: store.hexists(f"yd1:answers:shop:{peer}", "done"), "ticked off")
        assert 0 < store.pttl(f"yd1:answers:shop:{peer}") <= 60_000
        store.delete(f"yd1:answers:shop:{peer}")  # as after that minute
    waits(house, "shop", peer, "human")
    assert peer.encode() not in everything(house)
    assert WORDS.encode() not in everything(house)


def test_a_list_of_what_people_said_waits_nowhere(house: House) -> None:
    """What does not fit into the page is not shown: behind 「继续」 nobody could erase it."""
    for number in range(10):
        for line in (f"echo:{'话' * 60}", f"/投诉 {'话' * 60}"):
            house.simulator.say("shop", f"oTalk_{number}", line)
    house.drained()
    for line, shown in (("#最近", "echo:"), ("#待办", "回复对方：发「#")):
        told = house.simulator.say("shop", BOSS, line).passive or ""
        assert shown in told
        assert "继续" not in told
        house.drained()
        with house.store as store:
            assert not store.exists(f"yd1:rest:shop:{BOSS}")


def test_a_hundred_people_are_answered_in_their_first_delivery(house: House) -> None:
    """Model 1 s: nobody waits for a second delivery, nobody sees a fault notice, no call is made twice."""
    house.simulator.model.set(first_byte_s=1.0)
    before = len(house.simulator.model.calls)
    people = [f"oHundred_{number:019d}" for number in range(100)]
    deliveries = crowd(house, people)
    house.drained()

    assert [delivery.statuses for delivery in deliveries] == [[200]] * 100
    assert [heard(house, peer) for peer in people] == [[f"给{peer}{LABEL}"] for peer in people]
    assert not any(delivery.notice for delivery in deliveries)
    assert len(house.simulator.model.calls) - before == 100


def test_an_answer_of_seven_seconds_comes_with_the_second_delivery(house: House) -> None:
    """Held past five seconds the first delivery ends, and the second carries the answer; one call each."""
    house.simulator.model.set(first_byte_s=7.0)
    before = len(house.simulator.model.calls)
    people = [f"oSeven_{number:021d}" for number in range(20)]
    deliveries = crowd(house, people)
    house.drained()

    assert [delivery.statuses for delivery in deliveries] == [[0, 200]] * 20
    assert [heard(house, peer) for peer in people] == [[f"给{peer}{LABEL}"] for peer in people]
    assert len(house.simulator.model.calls) - before == 20


@pytest.mark.chaos
def test_an_answer_of_thirty_seconds_is_told_and_fetched(house: House) -> None:
    """Twenty of twenty learn in the third delivery where the answer will be, and fetch it there."""
    house.simulator.model.set(first_byte_s=30.0)
    people = [f"oThirty_{number:020d}" for number in range(20)]
    deliveries = crowd(house, people)
    assert [delivery.statuses for delivery in deliveries] == [[0, 0, 200]] * 20
    links = [link_of(delivery.passive or "") for delivery in deliveries]
    wait_for(lambda: house.counts()["accepted"] == house.settled(), "all is answered", 40.0)
    for peer, says in zip(people, links, strict=True):
        house.simulator.say("shop", peer, says, menu_id="1")

    for peer in people:
        told, fetched = heard(house, peer)
        assert "我还在想" in told
        assert fetched == f"答 #1 · 你问「echo:给{peer[:17]}…」\n给{peer}{LABEL}"


@pytest.mark.parametrize("word", ["link", "取", "继续", "取 1", "取1", "取#1", "1", "#1", "/answers 1"])
def test_a_late_answer_is_fetched_by_any_of_its_words(hasty: House, word: str) -> None:
    """The person is told with their question and about when; the answer comes with its number."""
    peer = f"oFetch_{word.encode().hex()}"
    told = late(hasty, peer, "echo:晚到的回答")
    assert told.startswith("「echo:晚到的回答」我还在想，大约再等 ")
    assert hasty.simulator.model.calls[-1].ended != "running"

    hasty.simulator.say("shop", peer, link_of(told) if word == "link" else word)

    assert heard(hasty, peer)[1:] == [f"答 #1 · 你问「echo:晚到的回答」\n晚到的回答{LABEL}"]
    hasty.simulator.say("shop", peer, "取")
    assert heard(hasty, peer)[2:] == ["没有等你来取的答案。想问什么，直接打字。"]


def test_every_question_keeps_its_own_answer(hasty: House) -> None:
    """Two more questions while the first is being answered, one of them with a fetch word in it."""
    questions = ("echo:第一问", "echo:继续讲讲唐朝", "echo:第三问")
    before = hasty.counts().get("accepted", 0)
    with ThreadPoolExecutor(3) as pool:
        asked: list[Future[Delivery]] = []
        for number, question in enumerate(questions, 1):
            asked.append(pool.submit(hasty.simulator.say, "shop", "oThree", question))
            wait_for(lambda n=number: hasty.counts().get("accepted", 0) >= before + n, "accepted")  # type: ignore[misc]
        told = [future.result().passive or "" for future in asked]
    hasty.drained()

    assert ["我还在想" in text for text in told] == [True] * 3
    hasty.simulator.say("shop", "oThree", "取")
    fetched = heard(hasty, "oThree")[-1]
    blocks = [f"答 #{n} · 你问「{q}」\n{q[5:]}{LABEL}" for n, q in enumerate(questions, 1)]
    assert fetched == "\n\n".join(blocks)


def test_a_waiting_answer_stands_in_front_of_a_quick_one(hasty: House) -> None:
    """Who asks on instead of fetching reads both, and nothing is swallowed."""
    late(hasty, "oFront", "echo:旧的")
    hasty.simulator.model.set(first_byte_s=0.0)
    hasty.simulator.say("shop", "oFront", "echo:新的")

    assert heard(hasty, "oFront")[1:] == [f"答 #1 · 你问「echo:旧的」\n旧的{LABEL}\n\n新的{LABEL}"]


def test_a_long_answer_is_read_page_by_page(house: House) -> None:
    """Each page fits into a response and says that there is more; together they are the answer."""
    house.simulator.model.set(first_byte_s=0.0, chunks_per_s=0.0)
    house.simulator.say("shop", "oLong", "写篇长文")
    while "发「继续」接着看" in heard(house, "oLong")[-1]:
        house.simulator.say("shop", "oLong", "继续")
        assert len(heard(house, "oLong")) < 12
    pages = heard(house, "oLong")

    assert len(pages) > 4
    assert all(len(page.encode()) <= 2000 for page in pages)


def test_what_is_said_behind_a_question_leaves_its_answer_alone(house: House) -> None:
    """A picture, a command and a fetch in the same breath: each has its own response, nothing comes twice."""
    house.simulator.model.set(first_byte_s=2.0)
    before = house.counts().get("accepted", 0)
    with ThreadPoolExecutor(4) as pool:
        asked: list[Future[Delivery]] = []
        for number, (kind, said) in enumerate(
            (("text", "echo:答案"), ("image", ""), ("text", "帮助"), ("text", "取")), 1
        ):
            asked.append(pool.submit(house.simulator.say, "shop", "oBehind", said, kind=kind))
            wait_for(lambda n=number: house.counts().get("accepted", 0) >= before + n, "accepted")  # type: ignore[misc]
        told = [future.result().passive or "" for future in asked]

    assert told[0] == f"答案{LABEL}"
    assert told[1].startswith("图片我暂时看不了")
    assert told[2].startswith("直接打字就能聊")
    assert told[3].startswith("没有等你来取的答案")
    assert sum("答案（" in text or text.startswith("答案") for text in heard(house, "oBehind")) == 1


def test_an_event_behind_a_slow_question_is_acknowledged_at_once(house: House) -> None:
    """Nobody is told to wait for an answer to a tap that has none."""
    house.simulator.model.set(first_byte_s=3.0)
    with ThreadPoolExecutor(2) as pool:
        asked = pool.submit(house.simulator.say, "shop", "oEvent", "echo:慢")
        wait_for(lambda: any(call.question == "echo:慢" for call in house.simulator.model.calls), "asked")
        event = house.simulator.event("shop", "oEvent", "LOCATION")
        assert (event.statuses, event.passive) == ([200], None)
        assert event.ack_ms[0] < 1000
        assert asked.result().passive == f"慢{LABEL}"


@pytest.mark.parametrize(
    ("key", "said"),
    [("say:/help", "直接打字就能聊"), ("say:echo:店在哪", "店在哪"), ("NEW", "这个菜单我接不上了")],
)
def test_a_tap_on_the_menu_is_answered_in_its_request(house: House, key: str, said: str) -> None:
    """A command, a question for the model, and a button that nobody knows."""
    tapped = house.simulator.event("shop", f"oTaps{len(key)}", "CLICK", key)

    assert (tapped.passive or "").startswith(said)


def test_the_pages_of_a_late_answer_wait_with_it(hasty: House) -> None:
    """Another question in between costs none of them; each answer is gone on with by itself."""
    pages = "".join(f"第{i:03d}句，讲一件小事。\n" for i in range(150))
    hasty.simulator.model.set(answers=[pages, "短的。"])
    late(hasty, "oPages", "讲一百五十句")
    late(hasty, "oPages", "再问一句")
    told = []
    for _ in range(6):
        hasty.simulator.say("shop", "oPages", "继续")
        told.append(heard(hasty, "oPages")[-1])

    assert told[0].startswith("答 #1 · 你问「讲一百五十句」\n第000句")
    assert [i for i in range(150) if "".join(told).count(f"第{i:03d}句") != 1] == []
    assert sum("答 #2 · 你问「再问一句」\n短的。" in text for text in told) == 1
    assert all(len(text.encode()) <= 2000 for text in told)


@pytest.mark.parametrize("said", ["帮助", "/new", "停", "/nonsense"])
def test_commands_answer_in_the_same_response(house: House, said: str) -> None:
    """No account needs the send API for them."""
    delivery = house.simulator.say("shop", f"oCommand_{said.encode().hex()[:12]}", said)

    assert delivery.statuses == [200]
    assert delivery.passive


def test_the_welcome_comes_in_the_same_response(house: House) -> None:
    """An event is answered like a message."""
    delivery = house.simulator.event("shop", "oNew", "subscribe")

    assert (delivery.passive or "").startswith("你好，我是小答")


def test_signs_that_xml_cannot_hold_do_not_break_the_reply(house: House) -> None:
    """The end of a character section, markup and control characters in an answer."""
    house.simulator.model.set(answers=lambda _asked: "a ]]> b & <xml> c\x0bd")
    house.simulator.say("shop", "oSigns", "来点怪的")

    assert heard(house, "oSigns") == [f"a ]]> b & <xml> cd{LABEL}"]


def test_an_unfollow_needs_no_answer(house: House) -> None:
    """What nobody answers is acknowledged at once and not held."""
    delivery = house.simulator.event("shop", "oGone", "unsubscribe")

    assert (delivery.statuses, delivery.passive) == ([200], None)
    assert delivery.ack_ms[0] < 2000


def test_three_parallel_deliveries_are_one_call_and_one_answer(house: House) -> None:
    """The platform may be early with a repeat: one request carries the answer, the others say received."""
    house.simulator.model.set(first_byte_s=1.0)
    before = len(house.simulator.model.calls)
    house.simulator.say("shop", "oTriple", "echo:只此一次", times=3, parallel=True)
    house.drained()

    assert heard(house, "oTriple") == [f"只此一次{LABEL}"]
    assert len(house.simulator.model.calls) - before == 1


@pytest.mark.chaos
@pytest.mark.parametrize("victim", ["worker0", "web0", "store"])
def test_an_answer_arrives_whatever_dies_meanwhile(tmp_path: Path, victim: str) -> None:
    """A delivery, the next one, or the answer inbox: somewhere it is."""
    with House(tmp_path, webs=2, workers=2, environment=PASSIVE) as house:
        unverified(house.simulator)
        house.simulator.model.set(first_byte_s=3.0)
        with ThreadPoolExecutor(4) as pool:
            people = [f"oDeath_{number}" for number in range(4)]
            asked = [pool.submit(house.simulator.say, "shop", peer, f"echo:给{peer}") for peer in people]
            wait_for(lambda: len(house.simulator.model.calls) >= 4, "all are asked for")
            house.stop(victim, signal.SIGKILL)
            restart(house, victim)
            for future in asked:
                future.result()
        wait_for(lambda: house.counts()["accepted"] == house.settled(), "all is answered", 30.0)
        house.simulator.model.reset()
        for peer in people:
            if not any(text.endswith(f"给{peer}{LABEL}") for text in heard(house, peer)):
                house.simulator.say("shop", peer, "取")
            assert sum(text.endswith(f"给{peer}{LABEL}") for text in heard(house, peer)) == 1


def restart(house: House, victim: str) -> None:
    """Start again what was killed."""
    if victim == "store":
        house.start_store()
    elif victim.startswith("web"):
        house.start_web(0, house.web_ports[0])
    else:
        house.start_worker(0)


@pytest.mark.chaos
def test_waiting_answers_outlive_a_restart_of_everything(tmp_path: Path) -> None:
    """What was told to wait is fetched afterwards."""
    with House(tmp_path, environment=HASTY) as house:
        unverified(house.simulator, attempts=1)
        house.simulator.model.set(first_byte_s=2.0)
        people = [f"oKept_{number}" for number in range(5)]
        crowd(house, people)
        house.drained()
        for name in ("web0", "worker0", "store"):
            house.stop(name, signal.SIGKILL)
        house.start_store()
        house.start_webs()
        house.start_worker(0)
        wait_for(lambda: house.log("worker0").count("worker started") == 2, "the new worker", 30.0)
        house.await_ready()
        for peer in people:
            house.simulator.say("shop", peer, "取")

        assert [heard(house, peer)[-1].endswith(f"」\n给{peer}{LABEL}") for peer in people] == [True] * 5


@pytest.mark.parametrize(
    ("kind", "learned"), [("verified_service", "service"), ("unverified_subscription", "passive")]
)
def test_an_auto_account_finds_out_with_its_first_late_answer(
    tmp_path: Path, kind: str, learned: str
) -> None:
    """The late answer tries the send API: taken, or refused and put into the answer inbox."""
    environment = {**HASTY, "YINGDA_ACCOUNTS__SHOP__REPLY": "auto", "YINGDA_REPLY__PASSIVE_TOTAL_S": "3"}
    with House(tmp_path, environment=environment) as house:
        unverified(house.simulator, attempts=1)
        house.simulator.world.accounts["shop"].kind = kind
        quick = house.simulator.say("shop", "oAuto", "echo:快的").passive
        house.simulator.model.set(first_byte_s=5.0)
        house.simulator.say("shop", "oAuto", "echo:慢的")
        wait_for(lambda: house.counts()["accepted"] == house.settled(), "answered")
        with house.store as store:
            assert store.get("yd1:delivery:shop") == learned.encode()

        assert quick == f"快的{LABEL}"
        house.simulator.model.reset()
        if learned == "service":
            assert [sent.passive for sent in house.simulator.replies("shop", "oAuto")] == [True, True, False]
            wait_for(lambda: house.simulator.say("shop", "oAuto", "echo:又").passive is None, "by the API")
        else:
            house.simulator.say("shop", "oAuto", "取")
            assert heard(house, "oAuto")[-1] == f"答 #1 · 你问「echo:慢的」\n慢的{LABEL}"
