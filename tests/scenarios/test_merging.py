"""Lines that pile up are answered together: in one answer, with one call of the model, and none is lost."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_flood_and_poison import flask
from tests.scenarios.test_steering import say

ACCOUNTS = ["shop", "office"]
IN_WORKER = ("mid_llm", "pre_send", "post_send", "pre_done")


@pytest.fixture(scope="module")
def piled_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with room for a long question, and one worker, which can be stopped."""
    with House(tmp_path_factory.mktemp("piled")) as house:
        yield house


@pytest.fixture
def piled(piled_house: House) -> House:
    """The same, with its worker, and with a model that has not been asked."""
    if "worker0" not in piled_house.processes:
        piled_house.start_worker()
    piled_house.simulator.model.reset()
    return piled_house


def pile(house: House, account: str, peer: str, *lines: str) -> None:
    """*peer* says *lines*, all of them before the only worker looks at the first."""
    with frozen(house.processes["worker0"]):
        for line in lines:
            house.simulator.say(account, peer, line)


@contextmanager
def frozen(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """*process* stands still: shorter than anybody takes it for dead."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def said(house: House, account: str, peer: str) -> list[str]:
    """The replies to *peer*, without what is said to newcomers."""
    return [sent.text.split("\n\n")[0].strip() for sent in house.simulator.replies(account, peer)]


def questions(house: House) -> list[str]:
    return [call.question for call in house.simulator.model.calls]


def ended(house: House, state: str) -> int:
    return house.counts().get(f"settled:{state}", 0)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_lines_said_meanwhile_get_one_answer(house: House, follower: str, account: str) -> None:
    """They are the next question, line by line; the memory holds it as one."""
    before = ended(house, "merged")
    house.simulator.model.set(first_byte_s=1.0)
    house.simulator.say(account, follower, "echo:一")
    wait_for(lambda: questions(house) == ["echo:一"], "asked")
    for line in ("周末", "开到几点", "谢谢"):
        house.simulator.say(account, follower, line)
    house.simulator.wait_replies(account, follower, 2)
    house.drained()

    assert questions(house) == ["echo:一", "周末\n开到几点\n谢谢"]
    assert len(house.simulator.replies(account, follower)) == 2
    assert ended(house, "merged") == before + 2
    house.simulator.model.reset()
    say(house, follower, "echo:然后", account=account)
    asked = [one["content"] for one in house.simulator.model.calls[-1].messages if one["role"] == "user"]
    assert asked == ["echo:一", "周末\n开到几点\n谢谢", "echo:然后"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_lines_that_waited_for_a_worker_get_one_answer(piled: House, follower: str, account: str) -> None:
    """The first of them too."""
    pile(piled, account, follower, "echo:甲", "乙", "丙")
    piled.drained()

    assert said(piled, account, follower) == ["甲\n乙\n丙"]
    assert questions(piled) == ["echo:甲\n乙\n丙"]


def test_nothing_is_joined_across_a_command(piled: House, follower: str) -> None:
    """What stood before it is answered before it."""
    pile(piled, "shop", follower, "echo:甲", "乙", "/whoami", "echo:丙", "丁")
    piled.drained()

    first, command, second = said(piled, "shop", follower)
    assert (first, second) == ("甲\n乙", "丙\n丁")
    assert command.startswith("你在这里是")


def test_nothing_is_joined_across_another_kind(piled: House, follower: str) -> None:
    """A picture has its own answer, in its place."""
    with frozen(piled.processes["worker0"]):
        piled.simulator.say("shop", follower, "echo:甲")
        piled.simulator.say("shop", follower, "", kind="image")
        piled.simulator.say("shop", follower, "echo:乙")
    piled.drained()

    heard = said(piled, "shop", follower)
    assert (heard[0], heard[2]) == ("甲", "乙")
    assert heard[1].startswith("图片我暂时看不了")


def test_no_two_lines_become_a_command(piled: House) -> None:
    """`#1` and a word behind it are no words to number 1, and `/` before `ban 1` bans nobody."""
    pile(piled, "shop", BOSS, "#1", "echo:你好", "/", "ban 1", "再见")
    piled.drained()

    assert questions(piled) == ["echo:你好", "/", "ban 1\n再见"]


def test_a_pile_too_long_for_one_question_is_cut_between_lines(piled: House, follower: str) -> None:
    """Nothing of it is lost: what the model has no room for is the next question."""
    lines = [f"第{number}段" + "讲一讲这家店的书、活动和价钱。" * 60 for number in range(4)]
    pile(piled, "office", follower, *lines)
    piled.drained()

    asked = questions(piled)
    assert 1 < len(asked) < len(lines)
    assert "\n".join(asked) == "\n".join(lines)
    assert not any("这段有点长" in text for text in said(piled, "office", follower))


def test_stop_stops_all_of_them(piled: House, follower: str) -> None:
    """Also those that were joined: each is settled as stopped, and nothing of them is answered."""
    stopped, merged = ended(piled, "stopped"), ended(piled, "merged")
    piled.simulator.model.set(first_byte_s=20.0)
    pile(piled, "shop", follower, "echo:甲", "乙", "丙")
    wait_for(lambda: questions(piled) == ["echo:甲\n乙\n丙"], "asked")
    piled.simulator.say("shop", follower, "停")
    piled.simulator.wait_replies("shop", follower, 1)
    piled.drained()

    assert said(piled, "shop", follower) == ["好，不答了。想到别的再叫我。"]
    assert (ended(piled, "stopped") - stopped, ended(piled, "merged") - merged) == (3, 0)


def test_each_line_counts_in_the_day(house: House, follower: str) -> None:
    """#今日 counts what people said, not how it was answered."""

    def messages() -> int:
        return int(say(house, BOSS, "#今日").split(" 人，")[1].split(" ")[0])

    before = messages()
    house.simulator.model.set(first_byte_s=0.7)
    house.simulator.say("shop", follower, "echo:一")
    wait_for(lambda: "echo:一" in questions(house), "asked")
    for line in ("二", "三"):
        house.simulator.say("shop", follower, line)
    house.drained()
    house.simulator.model.reset()

    assert len(house.simulator.replies("shop", follower)) == 2
    assert messages() - before == 4  # with the #今日 before


@pytest.mark.chaos
@pytest.mark.parametrize("place", IN_WORKER)
def test_a_worker_dies_with_lines_that_were_joined(piled: House, follower: str, place: str) -> None:
    """Whoever takes it up asks, or says, the same; a line that came meanwhile is answered after it."""
    piled.stop("worker0", signal.SIGKILL)
    for line in ("echo:甲", "乙", "丙"):
        piled.simulator.say("office", follower, line)
    piled.start_worker(7, {"YINGDA_FAILPOINTS__ARMED": place})
    victim = piled.processes.pop("worker7")
    wait_for(lambda: victim.poll() is not None, f"a death at {place}", 30.0)
    assert victim.returncode == -signal.SIGKILL
    counts = piled.counts()
    assert counts["accepted"] - piled.settled() == 3, "all of them wait"
    piled.simulator.say("office", follower, "echo:丁")
    piled.start_worker()
    piled.drained()

    assert said(piled, "office", follower) == ["甲\n乙\n丙", "丁"]
    # At mid_llm the question may have left the process before it died.
    asked = questions(piled)
    assert len(asked) <= 2 + (place == "mid_llm")
    assert list(dict.fromkeys(asked)) == ["echo:甲\n乙\n丙", "echo:丁"]
    assert piled.counts()["settled:merged"] - counts.get("settled:merged", 0) == 2


def test_a_question_that_was_asked_is_asked_again_as_it_was(piled: House, follower: str) -> None:
    """Its worker dies while the model writes, and another line has come: that waits for its own answer."""
    piled.simulator.model.set(first_byte_s=20.0)
    piled.simulator.say("shop", follower, "echo:甲")
    wait_for(lambda: len(questions(piled)) == 1, "asked")
    for line in ("echo:乙", "丙"):
        piled.simulator.say("shop", follower, line)
    piled.stop("worker0", signal.SIGKILL)
    piled.simulator.model.set(first_byte_s=0.0)
    piled.start_worker()
    piled.drained()

    assert questions(piled) == ["echo:甲", "echo:甲", "echo:乙\n丙"]
    assert said(piled, "shop", follower) == ["甲", "乙\n丙"]


@pytest.mark.chaos
def test_a_poisonous_pile_is_given_up_whole_and_comes_back_whole(tmp_path: Path) -> None:
    """One apology, one dead letter with every line; put back, it is one question."""
    with House(tmp_path, workers=0, environment={"YINGDA_TURN__MAX_DEATHS": "1"}) as house:
        for line in ("echo:甲", "乙"):
            house.simulator.say("shop", "oPile", line)
        house.start_worker(7, {"YINGDA_FAILPOINTS__ARMED": "mid_llm"})
        victim = house.processes.pop("worker7")
        wait_for(lambda: victim.poll() is not None, "a death", 30.0)
        house.start_worker()
        house.drained()
        assert [text[:8] for text in said(house, "shop", "oPile")] == ["这条消息我试了几"]
        assert (ended(house, "dead_letter"), ended(house, "merged")) == (1, 1)

        assert flask(house, "requeue", "all")[0] == 0
        house.drained()
        assert said(house, "shop", "oPile")[1] == "甲\n乙"
