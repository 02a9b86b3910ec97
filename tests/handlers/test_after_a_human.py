"""What comes when the time with a human is over says so, whoever wrote it."""

import time

from redis import Redis

from bot.likeness import Known
from bot.messages import Person
from handlers.handed import STATE
from tests.bot.store.test_people import settled
from tests.handlers.turns import bot_on, says

PERSON = Person("shop", "oU")


def test_an_answer_of_the_owners_says_that_the_human_is_gone(store: Redis, store_url: str) -> None:
    """Once; the next one is the answer alone."""
    bot = bot_on(store_url)
    settled(store, *bot.faq.keep("shop", Known(1, "几点开门", "九点。")))
    over_ms = int(time.time() * 1000) - 1
    settled(store, bot.people.choose(PERSON, STATE, f"{over_ms} 0"))

    assert says(bot, store, "几点开门") == "人工服务结束，我回来了。\n\n九点。"
    assert says(bot, store, "几点开门") == "九点。"
