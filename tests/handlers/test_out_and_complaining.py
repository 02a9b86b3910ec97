"""Who is banned complains in the words that they are told to send."""

import pytest
from redis import Redis

from bot.messages import Person
from tests.bot.store.test_people import settled
from tests.handlers.turns import bot_on, says


@pytest.mark.parametrize(
    "line",
    [
        "投诉 我没违规",
        "投诉：我没违规",
        "投诉:我没违规",
        "投诉\n我没违规",
        "#投诉：我没违规",
        "/投诉 我没违规",
        "在吗\n投诉 我没违规",
        "/complain: 我没违规",
        "Complain 我没违规",
    ],
)
def test_a_banned_person_is_heard(store: Redis, store_url: str, line: str) -> None:
    """With a blank or a colon behind the word, also where lines were joined; their words are kept."""
    bot = bot_on(store_url)
    settled(store, *bot.people.ban(Person("shop", "oU")))

    assert says(bot, store, "我没违规").startswith("你的使用已暂停")
    assert says(bot, store, line).startswith("已收到，编号 T1")
    assert [case.text for case in bot.cases.open("shop")] == ["我没违规"]


def test_who_talks_of_a_complaint_says_nothing_new(store: Redis, store_url: str) -> None:
    """Only the word alone in front is one."""
    bot = bot_on(store_url)
    settled(store, *bot.people.ban(Person("shop", "oU")))

    assert says(bot, store, "我要投诉 你们").startswith("你的使用已暂停")
    assert bot.cases.open("shop") == []


def test_a_banned_person_in_a_crisis_hears_where_to_turn(store: Redis, store_url: str) -> None:
    """And their complaint is kept all the same."""
    bot = bot_on(store_url)
    settled(store, *bot.people.ban(Person("shop", "oU")))

    assert says(bot, store, "投诉 我想自杀").startswith("听到你这么说")
    assert [case.text for case in bot.cases.open("shop")] == ["我想自杀"]
