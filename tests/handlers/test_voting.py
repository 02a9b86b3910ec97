"""One vote of a person for an answer, however often they say it."""

import time
from dataclasses import replace

from redis import Redis

from bot.conversation import Exchange
from bot.store import keys
from bot.store.voices import Vote
from bot.wiring.bot import Bot
from tests.bot.store.desk import CHAT, MESSAGE
from tests.bot.store.test_people import settled
from tests.handlers.turns import bot_on, says


def answered(bot: Bot, store: Redis, answer: str) -> None:
    """The last answer that the person had."""
    settled(store, bot.memory.remember(CHAT, 1, [Exchange("几点关门", answer, 9)]))


def told(bot: Bot) -> list[tuple[bool, str, str]]:
    return [(vote.good, vote.reason, vote.answer) for vote in bot.voices.votes("shop", 1000)]


def counted(bot: Bot) -> dict[str, int]:
    return dict(bot.days.of("shop", 1)[0].votes)


def test_an_answer_has_one_vote_of_a_person(store: Redis, store_url: str) -> None:
    """The last one counts, and what others said stays to be read."""
    bot = bot_on(store_url)
    settled(store, bot.voices.vote(CHAT, Vote(int(time.time() * 1000), 99, False, "别人的", "", "")))
    answered(bot, store, "十点。")
    for number in range(20):
        assert says(bot, store, f"/踩 理由{number}").startswith("记下了")
    assert told(bot) == [(False, "理由19", "十点。"), (False, "别人的", "")]
    assert counted(bot) == {"good": 0, "bad": 1}

    assert says(bot, store, "赞").startswith("谢谢")
    assert told(bot) == [(True, "", "十点。"), (False, "别人的", "")]
    assert counted(bot) == {"good": 1, "bad": 0}

    answered(bot, store, "九点。")
    says(bot, store, "踩")
    assert told(bot) == [(False, "", "九点。"), (True, "", "十点。"), (False, "别人的", "")]
    assert counted(bot) == {"good": 1, "bad": 1}


def test_figures_of_another_day_stay(store: Redis, store_url: str) -> None:
    """Who changes their mind the day after is read, and counted where they voted first."""
    bot = bot_on(store_url)
    answered(bot, store, "十点。")
    says(bot, store, "赞")
    chosen = bot.memory.recall(CHAT, MESSAGE.person).profile.chosen
    mark, at_ms, good = chosen["voted"].split()
    earlier = f"{mark} {int(at_ms) - keys.DAY_MS} {good}"
    settled(store, bot.people.choose(MESSAGE.person, "voted", earlier))

    says(bot, store, "踩")
    assert counted(bot) == {"good": 1, "bad": 0}
    assert told(bot)[0] == (False, "", "十点。")


def test_a_vote_is_in_no_export_as_a_choice(store: Redis, store_url: str) -> None:
    """What they voted is told, not how it is kept."""
    bot = bot_on(store_url)
    answered(bot, store, "十点。")
    says(bot, store, "/踩 太早")

    export = says(bot, store, "导出")
    assert "太早" in export
    assert "voted" not in export


def test_votes_go_when_they_are_too_old(store: Redis, store_url: str) -> None:
    """Also where somebody votes every day."""
    bot = bot_on(store_url)
    now_ms = int(time.time() * 1000)
    old = Vote(now_ms - keys.VOTES_MS - 1000, 7, False, "早就没了", "", "")
    settled(store, bot.voices.vote(CHAT, replace(old, at_ms=now_ms - keys.VOTES_MS + keys.DAY_MS)))
    store.rpush(keys.votes("shop"), bot.voices.vote(CHAT, old).value)

    settled(store, bot.voices.vote(CHAT, Vote(now_ms, 8, True, "", "", "")))
    assert [vote.number for vote in bot.voices.votes("shop", 10)] == [8, 7]
