"""The ledger of a send on a real store: what was certainly not sent, what waits, and the pace of a chat."""

import pytest
from redis import Redis

from bot.channels.base import Pace
from bot.errors import PlatformAway
from bot.store import keys
from bot.store.inbox import Inbox, Turn
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, accept, inbox, steady
from tests.bot.store.test_inbox import TwiceScripts, taken

PACES = (Pace(3, 60), Pace(5, 3600))


def sending(box: Inbox, turn: Turn, index: int) -> None:
    """Begin to send one part, at the pace of the chat."""
    box.record(turn, {f"send:{index}": "sending"}, spend=True, paces=PACES)


def pass_time(store: Redis, seconds: int) -> None:
    """Every send to the chat was *seconds* earlier."""
    times = [int(at) - seconds * 1000 for at in store.lrange(keys.pace(CHAT), 0, -1)]
    store.delete(keys.pace(CHAT))
    store.rpush(keys.pace(CHAT), *times)


@pytest.fixture(params=[Scripts, TwiceScripts])
def box(store: Redis, request: pytest.FixtureRequest) -> Inbox:
    """An inbox; the second time with every script run twice, as after a broken connection."""
    steady(store)
    return Inbox(request.param(store), "p1")


@pytest.fixture
def turn(box: Inbox) -> Turn:
    accept(box, "m1")
    return taken(box.take(CHAT))


def test_what_was_certainly_not_sent_is_found_planned(store: Redis, box: Inbox, turn: Turn) -> None:
    """A refused part is no ambiguity: it must neither be counted as one nor skipped as one."""
    box.record(turn, {"send:0": "sent"})
    box.record(turn, {"send:1": "sending"})
    box.record(turn, {"send:1": "planned"})
    box.record(turn, {"send:2": "sending"})
    box.hand_back(turn.lease, delay_s=0, count="tries")

    steps = taken(inbox(store, "p2").take(CHAT)).steps

    assert steps.sends == {0: "sent", 1: "planned", 2: "sending"}


def test_a_full_pace_says_how_long_to_wait_and_writes_nothing(store: Redis, box: Inbox, turn: Turn) -> None:
    """Three a minute: the fourth waits for the minute to end, and is then sent."""
    for index in range(3):
        sending(box, turn, index)
    pass_time(store, 20)

    with pytest.raises(PlatformAway) as full:
        sending(box, turn, 3)
    assert 39 < full.value.wait_s <= 40
    assert store.hget(keys.turn(CHAT), "send:3") is None
    assert store.hget(keys.allowance(CHAT), "typed_left") == b"2"

    pass_time(store, 40)
    sending(box, turn, 3)
    assert store.hget(keys.turn(CHAT), "send:3") == b"sending"


def test_the_longer_window_counts_too(store: Redis, box: Inbox, turn: Turn) -> None:
    """Five an hour, however slowly they came; more than that is not remembered."""
    for index in range(5):
        sending(box, turn, index)
        pass_time(store, 61)

    with pytest.raises(PlatformAway) as full:
        sending(box, turn, 5)

    assert 3600 - 5 * 61 - 1 < full.value.wait_s <= 3600 - 5 * 61
    pass_time(store, 3600)
    sending(box, turn, 5)
    assert store.llen(keys.pace(CHAT)) == 5
    assert 0 < store.pttl(keys.pace(CHAT)) <= 3_600_000


def test_what_was_put_off_is_left_alone_until_then(store: Redis, box: Inbox, turn: Turn) -> None:
    """Another message does not wake it early: the tries of a message would be used up at once."""
    box.hand_back(turn.lease, delay_s=60, count="tries")
    accept(box, "m2")

    assert box.take(CHAT) is None
    store.hset(keys.turn(CHAT), "again", 0)

    assert taken(box.take(CHAT)).steps.tries >= 1


def test_who_says_stop_need_not_wait(box: Inbox, turn: Turn) -> None:
    """A control word reaches what was put off."""
    box.hand_back(turn.lease, delay_s=60, count="tries")
    accept(box, "m2", "停", cuts=True)

    assert taken(box.take(CHAT)).lease.stopped
