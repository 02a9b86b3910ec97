"""Roles, conversations that were put away, and answering once more."""

import pytest

from tests.scenarios.house import House, link_of
from tests.scenarios.test_steering import say


def told_to_model(house: House) -> str:
    """The system text of the last call."""
    return str(house.simulator.model.calls[-1].messages[0])


@pytest.mark.parametrize("named", ["翻译", "translator", "Translator"])
def test_a_role_is_taken_by_either_name(house: House, follower: str, named: str) -> None:
    """The model hears it from the next question on, and nothing of before."""
    say(house, follower, "echo:桃子")
    assert say(house, follower, f"/换角色 {named}").startswith("好，现在是「翻译」")
    say(house, follower, "echo:你好")

    assert "你是一位中英翻译" in told_to_model(house)
    assert "桃子" not in str(house.simulator.model.calls[-1].messages)
    say(house, follower, "/role default", "echo:又是你")
    assert "中英翻译" not in told_to_model(house)


def test_the_list_of_roles_is_tapped_on_an_official_account(house: House, follower: str) -> None:
    """A dozen fit into one message, and a tap says which."""
    told = say(house, follower, "换角色")

    assert told.startswith("现在是「小答」。换一个：")
    assert len(told.encode()) <= 2048
    last = told.splitlines()[-1]
    assert say(house, follower, link_of(last)).startswith("好，现在是「")


def test_the_list_is_chosen_from_by_number_where_nothing_can_be_tapped(house: House, follower: str) -> None:
    """Right after the list a number chooses; later it is a number."""
    told = say(house, follower, "换角色", account="office")
    assert "weixin://" not in told
    assert "\n2 " in told
    assert say(house, follower, "2", account="office").startswith("好，现在是「")
    assert say(house, follower, "/role default", "换角色", "echo:先问别的", account="office")

    say(house, follower, "2", account="office")
    assert house.simulator.model.calls[-1].question == "2"


def test_an_own_role_is_for_colleagues(house: House, follower: str) -> None:
    """On a public account there is none."""
    assert say(house, follower, "/role 自定义 你是盘点助手").startswith("没有叫「自定义 你是盘点助手」")
    assert say(house, follower, "/role 自定义 你是盘点助手", account="office").startswith(
        "好，现在是「自定义」"
    )
    say(house, follower, "echo:开始", account="office")
    assert "你是盘点助手" in told_to_model(house)
    assert say(house, follower, "/role own", account="office").startswith("在后面写上要我做什么")


def test_conversations_are_put_away_and_gone_on_with(house: House, follower: str) -> None:
    """Each with its first words; the one chosen is told to the model again."""
    say(house, follower, "echo:第一个话题", "新对话", "echo:第二个话题", "新对话")
    told = say(house, follower, "历史对话")
    assert ["第二个话题" in line for line in told.splitlines()] == [False, True, False]

    assert say(house, follower, "/switch 2") == "好，接着聊「echo:第一个话题」。"
    say(house, follower, "echo:再说")
    heard = str(house.simulator.model.calls[-1].messages)
    assert "第一个话题" in heard
    assert "第二个话题" not in heard
    assert say(house, follower, "/switch 9") == "没有这一段。现在有 1 段，发「历史对话」看看。"


def test_with_nothing_put_away_that_is_said(house: House, follower: str) -> None:
    """Neither list nor switch fails."""
    for line in ("历史对话", "/switch", "/switch 1"):
        assert say(house, follower, line).startswith("还没有收起来的对话")


def test_an_answer_is_given_once_more(house: House, follower: str) -> None:
    """The same question, asked to be answered in other words; the memory holds the second answer."""
    house.simulator.model.set(answers=["第一种说法。"])
    say(house, follower, "为什么天是蓝的")
    house.simulator.model.set(answers=["第二种说法。"])
    assert say(house, follower, "重答").startswith("第二种说法。")
    assert "换个说法" in house.simulator.model.calls[-1].question
    say(house, follower, "echo:谢谢")

    heard = str(house.simulator.model.calls[-1].messages)
    assert heard.count("为什么天是蓝的") == 1
    assert "第二种说法" in heard
    assert "第一种说法" not in heard


def test_what_failed_is_asked_again(house: House, follower: str) -> None:
    """The question of the sentence that promised it, not the one before."""
    say(house, follower, "echo:早先的")
    house.simulator.model.set(mode="500")
    assert "发「重答」" in say(house, follower, "echo:没答上来的")
    house.simulator.model.reset()

    assert say(house, follower, "重答").startswith("没答上来的")


def test_with_nothing_asked_there_is_nothing_to_answer_again(house: House, follower: str) -> None:
    """A stranger's first word."""
    assert say(house, follower, "重答").startswith("还没有可以重答的问题")
