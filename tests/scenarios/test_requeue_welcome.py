"""Admins try again what was given up, and change the welcome, from the chat."""

import re
from itertools import count

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House
from tests.scenarios.test_steering import say

_newcomers = count(1)

OWN = "想问什么，直接打字就行。"


def given_up(house: House, peer: str, line: str) -> str:
    """The platform refuses the answer to *line* for good; the letter's number."""
    house.simulator.platform.fail_sends("shop", 43004, 1)
    house.simulator.say("shop", peer, line)
    house.drained()
    return say(house, BOSS, "#重试").split("　")[0]


def welcomed(house: House, peer: str) -> str:
    """What somebody reads who begins to follow, another one each time."""
    newcomer = f"{peer}_{next(_newcomers)}"
    house.simulator.event("shop", newcomer, "subscribe")
    return house.simulator.wait_replies("shop", newcomer, 1)[0].text


def test_what_was_given_up_is_listed_and_tried_again(house: House, follower: str) -> None:
    """Number, time, reason and the first words; put back it is answered, once."""
    number = given_up(house, follower, "echo:没人收的话")
    listed = say(house, BOSS, "/requeue").splitlines()
    assert re.fullmatch(number + r"　\d\d-\d\d \d\d:\d\d　发不给对方「echo:没人收的话」", listed[0])
    assert f"发「#重试 {number}」" in listed[-1]

    assert say(house, BOSS, f"#重试 {number}") == "好，1 条会放回去再答，排满了的先留着。"
    (reply,) = house.simulator.wait_replies("shop", follower, 1)
    assert reply.text.startswith("没人收的话")
    assert say(house, BOSS, f"#重试 {number}").startswith(("没有没答成的消息", f"没有「{number}」这一条"))
    house.drained()
    assert len(house.simulator.replies("shop", follower)) == 1
    assert f"：重试 {number}" in say(house, BOSS, "#操作记录")


def test_all_of_an_account_are_tried_again(house: House, follower: str) -> None:
    """Two people's, the older one first."""
    given_up(house, follower, "echo:一")
    given_up(house, f"{follower}_two", "echo:二")

    assert re.match(r"好，\d+ 条会放回去再答", say(house, BOSS, "#重试 全部"))
    for peer, word in ((follower, "一"), (f"{follower}_two", "二")):
        assert house.simulator.wait_replies("shop", peer, 1)[0].text.startswith(word)
    house.drained()
    assert say(house, BOSS, "#重试") == "没有没答成的消息。"


@pytest.mark.parametrize("which", ["999999", "nothing", "-1", "1 2", "x" * 500])
def test_what_is_no_number_of_one_puts_nothing_back(house: House, follower: str, which: str) -> None:
    """It says so."""
    number = given_up(house, follower, "echo:留着")

    assert say(house, BOSS, f"#重试 {which}").startswith("没有「")
    assert say(house, BOSS, "#重试").startswith(number)
    say(house, BOSS, "#重试 全部")


def test_another_accounts_admin_sees_none_of_it(house: House, follower: str) -> None:
    """Neither in the list nor by its number."""
    number = given_up(house, follower, "echo:小店的事")

    assert "小店的事" not in say(house, "boss", "/requeue", account="office")
    assert not say(house, "boss", f"/requeue {number}", account="office").startswith("好")
    assert say(house, BOSS, f"#重试 {number}").startswith("好，1 条")


@pytest.mark.parametrize(
    "line", ["/requeue", "#重试 1", "/welcome", "#欢迎语 来啦", "/notice 大家好", "#公告"]
)
def test_a_stranger_learns_of_none_of_it(house: House, follower: str, line: str) -> None:
    """An unknown word like any other; the welcome is as it was."""
    assert say(house, follower, line).startswith("没有「")
    assert OWN in welcomed(house, follower)


def test_the_welcome_is_changed_and_put_back(house: House, follower: str) -> None:
    """Names are filled in, and what the law wants said stays below it."""
    changed = say(house, BOSS, "#欢迎语 来啦！我是{assistant}，在{title}帮忙。\n周末也在。")
    assert changed == (
        "好，欢迎语现在是：\n来啦！我是小答，在青禾书店帮忙。\n周末也在。\n"
        "回答由 AI 生成，可能有误，要紧的事请再核实。"
    )
    assert welcomed(house, follower) == changed.partition("\n")[2]
    assert "来啦！我是小答" in say(house, BOSS, "/welcome")

    assert OWN in say(house, BOSS, "/welcome off")
    assert OWN in welcomed(house, follower)
    assert [line.split("：")[1] for line in say(house, BOSS, "#操作记录").splitlines()[:2]] == [
        "欢迎语改回默认",
        "改欢迎语",
    ]


@pytest.mark.parametrize("written", ["{name}你好", "你好{", "{assistant.__class__}", "{0}", "{{title}}"])
def test_a_welcome_with_other_braces_is_refused(house: House, follower: str, written: str) -> None:
    """With a word about which there are."""
    assert say(house, BOSS, f"#欢迎语 {written}").startswith("大括号里只能写 {assistant}")
    assert OWN in welcomed(house, follower)


def test_a_welcome_that_fits_no_message_is_refused(house: House, follower: str) -> None:
    """By the channel's bytes, with the AI notice and what is filled in; the number named is the most."""
    for begun in ("", "{title}的{assistant}："):
        told = say(house, BOSS, f"#欢迎语 {begun}" + "长" * 700)
        assert OWN in welcomed(house, follower)
        fits = re.fullmatch(r"太长了，一条消息放不下。缩到 (\d+) 个字以内再发。", told)
        assert fits
        count = int(fits[1]) - len(begun.encode()) // 3
        assert say(house, BOSS, f"#欢迎语 {begun}" + "长" * (count + 2)).startswith("太长了")
        assert say(house, BOSS, f"#欢迎语 {begun}" + "长" * (count - 1)).startswith("好，欢迎语现在是")
        say(house, BOSS, "#欢迎语 默认")


def test_each_account_has_its_own_welcome(house: House, follower: str) -> None:
    """The office is greeted as before."""
    say(house, BOSS, "#欢迎语 只在小店")
    assert "只在小店" not in say(house, "boss", "/welcome", account="office")
    house.simulator.event("office", follower, "enter_agent")
    assert OWN in house.simulator.wait_replies("office", follower, 1)[0].text
    say(house, BOSS, "#欢迎语 默认")
