"""In Chinese or English, as each person likes; admins too."""

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House, link_of
from tests.scenarios.test_steering import say


def test_each_person_has_their_own_language(house: House, follower: str) -> None:
    """From the reply on, in everything but the model's words; somebody else hears theirs."""
    assert say(house, follower, "/language en") == "I speak English now."
    assert say(house, follower, "/help").startswith("Just type to chat")
    assert say(house, follower, "/frobnicate").startswith("I don't know “frobnicate”")
    assert "Answers are made by AI" in say(house, follower, "echo:hello")
    assert say(house, follower, "/role").startswith("I am “小答” now")
    assert "translator" in say(house, follower, "/role translator")
    assert say(house, f"{follower}_two", "/help").startswith("直接打字就能聊")

    assert say(house, follower, "/语言 中文") == "好，我说中文。"
    assert say(house, follower, "帮助").startswith("直接打字就能聊")


def test_the_list_of_languages_is_tapped(house: House, follower: str) -> None:
    """Both, in their own words."""
    told = say(house, follower, "语言")
    assert told.startswith("现在是「中文」。换一个：")

    assert say(house, follower, link_of(told.splitlines()[2])) == "I speak English now."
    assert say(house, follower, "/language").startswith("I speak “English” now")


@pytest.mark.parametrize("named", ["fr", "😀", "x" * 300, "zh en"])
def test_a_language_that_is_not_spoken_is_said_to_be_none(house: House, follower: str, named: str) -> None:
    """Nothing changes."""
    assert say(house, follower, f"/language {named}").startswith("我不会说「")

    assert say(house, follower, "帮助").startswith("直接打字就能聊")


def test_an_admin_steers_in_english(house: House) -> None:
    """Lists, figures and refusals of admins' commands too."""
    try:
        say(house, BOSS, "/language en")
        for line, told in (
            ("#", "For admins"),
            ("/stats", "Today: "),
            ("/who", "Who spoke last"),
            ("/ban 9999", "Nobody found for"),
            ("/quota", "Each person, each day"),
            ("/set", "Your settings:"),
            ("/codes", "Send (at most"),
        ):
            assert say(house, BOSS, line).startswith(told), line
    finally:
        say(house, BOSS, "/language zh")


def test_the_welcome_and_what_is_not_understood_follow(house: House, follower: str) -> None:
    """Also where no words were said."""
    say(house, follower, "/language en")
    before = len(house.simulator.replies("shop", follower))
    house.simulator.say("shop", follower, "", kind="image")
    house.simulator.wait_replies("shop", follower, before + 1)

    assert house.simulator.replies("shop", follower)[-1].text.startswith("I can't see pictures yet")
