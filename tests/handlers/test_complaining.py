"""Complaints of one person: one case while it is open, however often they say something."""

import pytest
from redis import Redis

from bot.store.cases import WORDS_BYTES
from tests.handlers.turns import bot_on, says


def test_three_hundred_taps_are_one_complaint(store: Redis, store_url: str) -> None:
    """Told once; whoever else complains gets a number of their own, and is seen."""
    bot = bot_on(store_url)
    for _ in range(30):
        assert says(bot, store, "投诉").startswith("已收到，编号 T1，")
    assert says(bot, store, "/投诉 门没开", "oOther").startswith("已收到，编号 T2，")

    assert [(one.case, one.number, one.text) for one in bot.cases.all("shop")] == [
        (1, 1, ""),
        (2, 2, "门没开"),
    ]
    (notice,) = bot.notices.all()
    assert (notice.details, notice.count) == (("T1", "T2"), 2)
    todo = says(bot, store, "#待办", "oBoss")
    assert "T1 投诉" in todo
    assert "T2 投诉" in todo


def test_what_is_said_more_belongs_to_the_open_complaint(store: Redis, store_url: str) -> None:
    """Until it is closed; then there is a new one."""
    bot = bot_on(store_url)
    says(bot, store, "投诉")
    for words in ("门没开", "等了一小时"):
        assert says(bot, store, f"/投诉 {words}").startswith("已收到，编号 T1，")
    assert [one.text for one in bot.cases.open("shop")] == ["门没开\n等了一小时"]
    assert "门没开\n　等了一小时" in says(bot, store, "#待办 T1", "oBoss")

    says(bot, store, "#了结 T1", "oBoss")
    assert says(bot, store, "/投诉 又没开").startswith("已收到，编号 T2，")
    assert [(one.case, one.text) for one in bot.cases.open("shop")] == [(2, "又没开")]


@pytest.mark.parametrize("sign", ["字", "x", "👨‍👩‍👧‍👦"])
def test_a_complaint_is_bounded(store: Redis, store_url: str, sign: str) -> None:
    """Of what is said first its beginning, then the end: an admin reads all that is kept."""
    bot = bot_on(store_url)
    says(bot, store, f"/投诉 始{sign * 2000}")
    (case,) = bot.cases.open("shop")
    assert case.text.startswith("始")
    assert len(case.text.encode()) <= WORDS_BYTES

    says(bot, store, f"/投诉 {sign * 6000}末")
    (case,) = bot.cases.open("shop")
    assert case.text.startswith("…")
    assert case.text.endswith("末")
    assert len(case.text.encode()) <= WORDS_BYTES
    assert case.text in says(bot, store, "#待办 T1", "oBoss").replace("\n\n", "")
