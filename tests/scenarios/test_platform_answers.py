"""The platform says no in every way it can: what passes is tried again, the rest is told, nothing is lost."""

import re
import signal
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.house import House, wait_for

BOTH = pytest.mark.parametrize("account", ["shop", "office"])
LONG = "\n\n".join(f"第{i}段说书店在哪里、几点开门、怎么来，写得长一点。" * 8 for i in range(4))


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """A house that may be broken."""
    with House(tmp_path) as house:
        yield house


def answer_sends(house: House, account: str, *errcodes: int) -> None:
    """The next sends of *account* are answered with *errcodes*; 0 lets one through."""
    coming = house.simulator.world.faults.coming
    house.simulator.call(lambda: coming.setdefault(account, deque()).extend(errcodes))


def heard(house: House, account: str, peer: str) -> list[str]:
    """Everything that reached *peer*, without numbers, labels and notices."""
    marks = re.compile(r"\n(?:— AI 生成 · \d/\d —|（AI 生成）|\(\d/\d\)|回答由 AI 生成.*|\n)*$")
    return [marks.sub("", sent.text).strip() for sent in house.simulator.replies(account, peer)]


def ambiguous(house: House) -> int:
    return house.counts().get("ambiguous_sends", 0)


@pytest.mark.chaos
@BOTH
def test_a_busy_platform_is_asked_again(house: House, follower: str, account: str) -> None:
    """-1 three times: the answer arrives once, and nothing about it was ambiguous."""
    before = ambiguous(house)
    answer_sends(house, account, -1, -1, -1)
    house.simulator.say(account, follower, "echo:终于")

    house.simulator.wait_replies(account, follower, 1)
    house.drained()

    assert heard(house, account, follower) == ["终于"]
    assert ambiguous(house) == before


@BOTH
def test_what_is_too_long_is_cut_smaller(house: House, follower: str, account: str) -> None:
    """45002 for one message: it arrives in several, numbered to their new count, with not a word lost."""
    house.simulator.model.set(answers=lambda messages: LONG)
    answer_sends(house, account, 45002)
    house.simulator.say(account, follower, "讲讲")
    house.drained()

    parts = [sent.text for sent in house.simulator.replies(account, follower)]
    assert len(parts) > 1
    joined = "".join(heard(house, account, follower))
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", LONG)
    if account == "office":
        assert [f"({i}/{len(parts)})" in part for i, part in enumerate(parts, 1)] == [True] * len(parts)


def test_a_crash_between_two_cut_pieces_loses_and_doubles_nothing(own_house: House) -> None:
    """The cut is saved before its pieces are sent: another worker goes on where the first one died."""
    simulator = own_house.simulator
    simulator.model.set(answers=lambda messages: LONG)
    answer_sends(own_house, "office", 45002, 0, *[-1] * 8)
    simulator.say("office", "oCut", "讲讲")
    wait_for(lambda: own_house.log("worker0").count("send put off") >= 2, "the second piece is put off")
    own_house.stop("worker0", signal.SIGKILL)
    simulator.call(simulator.world.faults.coming.clear)
    own_house.start_worker(1)

    own_house.drained()

    joined = "".join(heard(own_house, "office", "oCut"))
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", LONG)
    assert len(simulator.model.calls) == 1


@pytest.mark.parametrize(("account", "code"), [("shop", 87014), ("office", 40201)])
def test_words_that_are_not_let_through_are_apologised_for(
    house: House, follower: str, account: str, code: int
) -> None:
    """Risky content: the person is told once, and the refused words are not remembered."""
    answer_sends(house, account, code)
    house.simulator.say(account, follower, "echo:不妥的话")
    house.simulator.wait_replies(account, follower, 1)
    house.simulator.say(account, follower, "echo:别的")
    house.simulator.wait_replies(account, follower, 2)
    house.drained()

    assert heard(house, account, follower) == ["这个话题我不能聊，换个问题吧。", "别的"]
    assert "不妥的话" not in str(house.simulator.model.calls[-1].messages)


@BOTH
def test_who_cannot_be_written_to_stops_only_this_message(house: House, follower: str, account: str) -> None:
    """40003 is final for the message: it becomes a dead letter, and the next one is answered."""
    before = house.counts().get("settled:dead_letter", 0)
    answer_sends(house, account, 40003)
    house.simulator.say(account, follower, "echo:一")
    house.drained()
    house.simulator.say(account, follower, "echo:二")

    house.simulator.wait_replies(account, follower, 1)
    house.drained()

    assert heard(house, account, follower) == ["二"]
    assert house.counts()["settled:dead_letter"] == before + 1


def test_a_spent_quota_is_not_hammered(own_house: House) -> None:
    """45009: the whole account rests, the others do not; what waits is sent when the quota begins anew."""
    simulator = own_house.simulator
    answer_sends(own_house, "shop", 45009)
    simulator.say("shop", "oFirst", "echo:一")
    wait_for(lambda: "send put off" in own_house.log("worker0"), "the first is put off")
    simulator.say("shop", "oSecond", "echo:二")
    simulator.say("office", "oOther", "echo:三")
    simulator.wait_replies("office", "oOther", 1)
    wait_for(lambda: own_house.log("worker0").count("send put off") == 2, "the second is put off unsent")
    calls = [row.errcode for row in simulator.world.wire.rows.values() if row.topic == "send"]
    assert calls == [45009]

    with own_house.store as store:
        store.hdel("yd1:access_token:shop", "rest_until")
        for peer in ("oFirst", "oSecond"):
            store.hdel(f"yd1:turn:shop:{peer}", "again")
            store.zadd("yd1:ready", {f"shop:{peer}": 0})
    own_house.drained()

    assert (heard(own_house, "shop", "oFirst"), heard(own_house, "shop", "oSecond")) == (["一"], ["二"])


@pytest.mark.parametrize(("policy", "copies"), [("resend", 2), ("skip", 1)])
def test_an_official_account_follows_on_ambiguous(tmp_path: Path, policy: str, copies: int) -> None:
    """The answer to a send is lost: counted once, logged once, and sent again or not as the owner chose."""
    with House(tmp_path, environment={"YINGDA_TURN__ON_AMBIGUOUS": policy}) as house:
        house.simulator.platform.drop_answer_of_next_send()
        house.simulator.say("shop", "oMaybe", "echo:一次")
        house.simulator.wait_replies("shop", "oMaybe", copies)
        house.drained()
        assert heard(house, "shop", "oMaybe") == ["一次"] * copies
        assert ambiguous(house) == 1
        assert house.log("worker0").count("send was ambiguous") == 1

        # What was certainly not sent is no ambiguity: no policy may skip it.
        answer_sends(house, "shop", -1)
        house.simulator.say("shop", "oSure", "echo:必达")
        house.simulator.wait_replies("shop", "oSure", 1)
        house.drained()
        assert heard(house, "shop", "oSure") == ["必达"]
        assert ambiguous(house) == 1


def test_wecom_shows_an_ambiguous_send_once(house: House, follower: str) -> None:
    """The repeated send is equal to the first, and the platform drops it; a sentence said twice is not."""
    before = ambiguous(house)
    house.simulator.platform.drop_answer_of_next_send()
    house.simulator.say("office", follower, "echo:一次")
    house.simulator.wait_replies("office", follower, 1)
    house.drained()
    house.simulator.say("office", follower, "echo:一次")
    house.simulator.wait_replies("office", follower, 2)
    house.drained()

    assert heard(house, "office", follower) == ["一次", "一次"]
    assert ambiguous(house) == before + 1


def test_answers_put_by_are_fetched_in_their_order(house: House, follower: str) -> None:
    """Three answers that the platform refused, one after another: 继续 shows each once, the oldest first."""
    house.simulator.platform.fail_sends("shop", 45047, 3)
    for word in ("先一", "再二", "后三"):
        house.simulator.say("shop", follower, f"echo:{word}")
        house.drained()
    house.simulator.say("shop", follower, "继续")

    (reply,) = house.simulator.wait_replies("shop", follower, 1)

    assert [reply.text.count(word) for word in ("先一", "再二", "后三")] == [1, 1, 1]
    assert reply.text.index("先一") < reply.text.index("再二") < reply.text.index("后三")


def test_a_request_that_died_with_an_answer_costs_one_message_more(own_house: House) -> None:
    """Nobody knows whether it was read: it is sent once, counted, and nothing of it is left to be fetched."""
    own_house.stop("worker0")
    own_house.simulator.say("shop", "oDied", "/whoami")
    with own_house.store as store:
        n = re.match(rb'{"n":(\d+)', store.lindex("yd1:inbox:shop:oDied", 0) or b"")
        assert n
        number = n[1].decode()
        store.hset("yd1:answers:shop:oDied", mapping={f"answer:{number}": "{}", f"claim:{number}": "gone 1"})
        before = ambiguous(own_house)
        own_house.start_worker(1)
        own_house.simulator.wait_replies("shop", "oDied", 1, 20.0)
        own_house.drained()

        assert len(own_house.simulator.replies("shop", "oDied")) == 1
        assert ambiguous(own_house) == before + 1
        assert not any(key.startswith(b"answer:") for key in store.hkeys("yd1:answers:shop:oDied"))
