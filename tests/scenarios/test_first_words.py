"""First words of a long answer: sent while the model still writes, and never contradicted, whatever dies."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversation import GO_ON
from bot.store.notices import Notices
from bot.store.scripts import Scripts
from simulator.testing import BOSS, XIAOLIN, XIAOYU
from tests.scenarios.house import House, wait_for

EARLY = "[reply]\nfirst_part_s = 0.6\n"
ANSWER = "第一句话在这里了。第二句话也写好了。第三句要等很久才写完。最后一句。"
"""Four sentences in 34 characters; at 12 chunks of 3 characters and 10 a second two are there after 0.6 s."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the dialogues; people differ."""
    with House(tmp_path_factory.mktemp("first_words"), extra=EARLY) as house:
        yield house


def slowly(house: House, answer: str = ANSWER, **manner: object) -> None:
    """Let the stand-in write *answer* three characters at a time, ten times a second."""
    house.simulator.model.set(
        answers=lambda _asked: answer,
        first_byte_s=0.0,
        chunks=None,
        chunk_chars=3,
        chunks_per_s=10.0,
        **manner,
    )


def texts(house: House, account: str, peer: str) -> list[str]:
    """What *peer* read, without labels."""
    return [sent.text.split("\n—")[0].strip() for sent in house.simulator.replies(account, peer)]


def remembered(house: House, account: str, peer: str) -> list[str]:
    """The answers that are remembered of the chat."""
    with house.store as store:
        kept = json.loads(store.get(f"yd1:memory:{account}:{peer}") or '{"exchanges": []}')
    return [exchange["answer"] for exchange in kept["exchanges"]]


@pytest.mark.parametrize(("account", "peer"), [("shop", XIAOYU), ("office", XIAOLIN)])
def test_a_long_answer_begins_before_it_is_written(house: House, account: str, peer: str) -> None:
    """Two messages, cut at the end of a sentence, neither with a number; together they are the answer."""
    slowly(house)
    before = len(house.simulator.model.calls)
    house.simulator.say(account, peer, "讲讲吧")
    house.simulator.wait_replies(account, peer, 2)
    house.drained()

    first, *rest = texts(house, account, peer)
    assert ANSWER.startswith(first)
    assert first.endswith("。")
    assert first + "".join(rest).split("\n")[0] == ANSWER
    assert "/" not in first
    assert remembered(house, account, peer) == [ANSWER]
    assert len(house.simulator.model.calls) == before + 1


def test_a_quick_answer_comes_in_one(house: House) -> None:
    """Nothing is cut that is complete in time."""
    house.simulator.model.reset()
    house.simulator.say("office", "quick", "echo:就这一句。真的。")
    house.simulator.wait_replies("office", "quick", 1)
    house.drained()

    assert texts(house, "office", "quick") == ["就这一句。真的。"]


def test_an_open_code_block_is_not_cut(house: House) -> None:
    """What Markdown still holds open waits for its end."""
    code = "这样写就可以了，只要三行。\n```python\nprint('一')\n# 句号。\nprint('二')\n```\n就这些了。"
    slowly(house, code)
    house.simulator.say("office", "coder", "写段代码")
    house.simulator.wait_replies("office", "coder", 2)
    house.drained()

    first, second = texts(house, "office", "coder")
    assert first == "这样写就可以了，只要三行。"
    assert "print('一')" in second
    assert "print('二')" in second


def test_stop_keeps_what_was_read(house: House) -> None:
    """The rest never comes, and memory holds the first words alone."""
    slowly(house)
    house.simulator.say("office", "stopper", "讲讲吧")
    first = house.simulator.wait_replies("office", "stopper", 1)[0].text
    house.simulator.say("office", "stopper", "停")
    house.simulator.wait_replies("office", "stopper", 2)
    house.drained()

    assert len(texts(house, "office", "stopper")) == 2
    assert remembered(house, "office", "stopper") == [first.strip()]


def test_a_platform_that_refuses_the_first_words_gets_the_whole(house: House) -> None:
    """A refused early part costs nothing: the answer comes as if it had never been tried."""
    slowly(house)
    house.simulator.platform.fail_sends("office", -1, 1)
    house.simulator.say("office", "refused", "讲讲吧")
    house.simulator.wait_replies("office", "refused", 1)
    house.drained()

    assert texts(house, "office", "refused") == [ANSWER]
    assert remembered(house, "office", "refused") == [ANSWER]


@pytest.mark.chaos
@pytest.mark.parametrize("place", ["post_send", "mid_llm", "pre_done"])
def test_after_a_crash_the_model_goes_on_with_what_was_read(tmp_path: Path, place: str) -> None:
    """The next process gives the model its own beginning; what was read is neither sent again nor denied."""
    with House(tmp_path, extra=EARLY, workers=0) as house:
        said = iter((ANSWER, "接着写的另一个结尾。", "不该再问第三次。"))
        house.simulator.model.set(
            answers=lambda _asked: next(said), first_byte_s=0.0, chunk_chars=3, chunks_per_s=5.0
        )
        house.start_worker(0, {"YINGDA_FAILPOINTS__ARMED": f"{place}:{2 if place == 'mid_llm' else 1}"})
        house.simulator.say("office", XIAOLIN, "讲讲吧")
        first = house.simulator.wait_replies("office", XIAOLIN, 1, 15.0)[0].text.strip()
        if place == "mid_llm":
            house.stop("worker0", 9)
        else:
            wait_for(lambda: house.processes["worker0"].poll() is not None, "the worker dies")
            del house.processes["worker0"]
        house.start_worker(1)
        house.simulator.wait_replies("office", XIAOLIN, 2, 30.0)
        house.drained()

        calls = house.simulator.model.calls
        heard = texts(house, "office", XIAOLIN)
        if place == "pre_done":  # everything was sent, and the plan is whole
            assert (len(calls), heard) == (1, [first, ANSWER.removeprefix(first)])
            return
        assert [message["content"] for message in calls[-1].messages[-2:]] == [first, GO_ON]
        assert heard == [first, "接着写的另一个结尾。"]
        assert remembered(house, "office", XIAOLIN) == [f"{first}接着写的另一个结尾。"]


def test_an_admin_reads_what_the_owner_should_know_before_the_next_answer(house: House) -> None:
    """A notice never stands in the middle of an answer."""
    slowly(house)
    with house.store as store:
        Notices(store, Scripts(store)).raise_("ip_not_allowed", "office", errcode=60020)
    house.simulator.say("shop", BOSS, "讲讲吧")
    house.simulator.wait_replies("shop", BOSS, 2)
    house.simulator.model.reset()
    house.simulator.say("shop", BOSS, "echo:再来一句。")
    house.simulator.wait_replies("shop", BOSS, 4)
    house.drained()

    first, second, notice, last = texts(house, "shop", BOSS)
    assert ANSWER.startswith(first)
    assert second.startswith(ANSWER.removeprefix(first))
    assert "IP" in notice
    assert last == "再来一句。"
