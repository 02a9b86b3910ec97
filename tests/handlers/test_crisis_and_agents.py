"""Who wants a human and may want to end their life reads where to turn, also where agents take over."""

import pytest
from redis import Redis

from bot.wiring.bot import Bot
from handlers import at_once
from tests.handlers.turns import begun, bot_on, decided

WORDS = "/转人工 我想自杀"
WHERE_TO_TURN = "听到你这么说"


def online(monkeypatch: pytest.MonkeyPatch, bot: Bot) -> list[bool]:
    """Agents of the platform are there, and take what they are offered; whether something was."""
    offered: list[bool] = []

    def fate(*offer: object) -> str:
        offered.append(True)
        return "done"

    monkeypatch.setattr(type(bot.channels["shop"]), "agents_online", lambda channel: True)
    monkeypatch.setattr(at_once, "_fate", fate)
    return offered


@pytest.mark.parametrize("reply", ["service", "auto"])
def test_words_go_out_beside_the_transfer(
    store: Redis, store_url: str, monkeypatch: pytest.MonkeyPatch, reply: str
) -> None:
    """The request was the transfer: they are pushed, and no request is looked for again."""
    bot = bot_on(store_url, YINGDA_ACCOUNTS__SHOP__REPLY=reply)
    offered = online(monkeypatch, bot)
    turn = begun(bot, store, WORDS)
    plan = decided(bot, turn)

    (part,) = plan.parts
    assert offered == [True]
    assert part.text.startswith(WHERE_TO_TURN)
    assert part.pushed
    assert not at_once.handed_over(bot, turn, part)
    assert any(write.value.startswith("chosen:human ") for write in plan.writes)
    assert [notice.kind for notice in bot.notices.all()] == ["crisis"]


def test_a_request_that_alone_can_say_it_is_not_given_away(
    store: Redis, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the account only answers in requests the admins are called instead."""
    bot = bot_on(store_url, YINGDA_ACCOUNTS__SHOP__REPLY="passive")
    offered = online(monkeypatch, bot)
    plan = decided(bot, begun(bot, store, WORDS))

    assert offered == []
    assert any(write.op == "answer" and WHERE_TO_TURN in write.value for write in plan.writes)
    assert any(write.op == "forward" and "我想自杀" in write.value for write in plan.writes)
    assert decided(bot, begun(bot, store, "/转人工 我要退货", "oOther")).parts == ()
    assert offered == [True]
