"""Messages that we put into an inbox ourselves: once with the settling, and gone with who said them."""

import pytest
from redis import Redis

from bot.errors import LeaseLost
from bot.messages import Chat, InboundMessage, Person, Text
from bot.store import keys
from bot.store.answers import Answer, Answers
from bot.store.broadcasts import Broadcasts
from bot.store.cases import Case, Cases
from bot.store.erasure import Erasure
from bot.store.inbox import Inbox, Turn
from bot.store.ledger import Ledger
from bot.store.memory import Rest
from bot.store.people import People
from bot.store.scripts import Scripts
from bot.store.turns import Write
from bot.store.values import read
from tests.bot.store.desk import CHAT, TwiceScripts, accept, inbox, memory_of, steady

BOSS = Chat("shop", "oBoss")


def relay(text: str) -> InboundMessage:
    """Words on their way to the admin."""
    return InboundMessage("shop", "oBoss", "oBoss", "relay:m1", "relay", (Text(text),), 1_700_000_000)


def begun(box: Inbox, msg_id: str = "m1") -> Turn:
    """The turn of a new message."""
    accept(box, msg_id)
    turn = box.take(CHAT)
    assert turn is not None
    return turn


def test_words_wait_in_the_other_inbox_once(store: Redis) -> None:
    """In order, counted as accepted, and found by a sweeper at once; also when the settling runs twice."""
    steady(store)
    box = Inbox(TwiceScripts(store), "p1")
    turn = begun(box)
    accept(box, "m2")
    following = box.settle(turn, "command", (box.forward(relay("一")), box.forward(relay("二"))))

    assert following is not None
    assert str(BOSS) in inbox(store).due(10)
    first = box.take(BOSS)
    assert first is not None
    assert (first.message, store.hget(keys.counts, "accepted")) == (relay("一"), b"4")
    second = box.settle(first, "command", ())
    assert second is not None
    assert second.message.text == "二"
    assert store.llen(keys.inbox(BOSS)) == 1


def test_words_may_go_to_the_own_inbox(store: Redis) -> None:
    """They are the next message there."""
    box = inbox(store)
    own = InboundMessage("shop", "oU", "oU", "x", "handback", (), 1)
    following = box.settle(begun(box), "command", (box.forward(own),))

    assert following is not None
    assert following.message == own


def test_a_settling_that_came_too_late_forwards_nothing(store: Redis) -> None:
    """Whoever has the chat now does that."""
    box = inbox(store)
    turn = begun(box)
    store.hset(keys.turn(CHAT), "token", "another")
    store.delete(keys.lease(CHAT))
    with pytest.raises(LeaseLost):
        box.settle(turn, "command", (box.forward(relay("一")),))

    assert store.llen(keys.inbox(BOSS)) == 0


def test_an_inbox_is_not_flooded(store: Redis) -> None:
    """A thousand wait at most, and nothing is counted that does not wait."""
    box = inbox(store)
    store.rpush(keys.inbox(BOSS), *["{}"] * 1000)
    box.settle(begun(box), "command", (box.forward(relay("一")),))

    assert store.llen(keys.inbox(BOSS)) == 1000
    assert store.hget(keys.counts, "accepted") == b"1"


def test_one_person_fills_no_inbox(store: Redis) -> None:
    """Of theirs a hundred wait there; somebody else's come in, and so does what is nobody's."""
    box = inbox(store)
    of_them = [box.forward(relay(f"#1：第{index}句")) for index in range(101)]
    others = [box.forward(relay(text)) for text in ("#12：一", "#1 找回 AI 了", "#11：二", "公告发完了")]
    box.settle(begun(box), "command", (*of_them, *others))

    kept = [read(line)["parts"][0]["text"] for line in store.lrange(keys.inbox(BOSS), 0, -1)]
    assert kept == [*(f"#1：第{index}句" for index in range(100)), "#12：一", "#11：二", "公告发完了"]
    assert store.hget(keys.counts, "accepted") == b"104"


def test_what_waits_for_an_admin_is_erased_with_who_said_it(store: Redis) -> None:
    """And what others said, or the same admin asked for, stays."""
    people, box = People(store, Scripts(store), audit_days=1), inbox(store)
    memory, person = memory_of(store), Person("shop", "oU")
    recalled = memory.recall(CHAT, person)
    ledger, broadcasts = (
        Ledger(store, Scripts(store), people, "UTC"),
        Broadcasts(store, Scripts(store), most=9),
    )
    erasure = Erasure(people, Cases(store), ledger, broadcasts, {"shop": ("oBoss",)})
    answers = Answers(Scripts(store))
    store.sadd(keys.admins("shop"), "oPaired")
    letters = [
        f'{{"account":"shop","kind":"relay","parts":[{{"as":"Text","text":"#{n}：给人的话","menu_id":""}}]}}'
        for n in ("1", "12")
    ]
    store.rpush(keys.dead, *letters)
    kept = [
        memory.keep_rest(BOSS, Rest("#1：给人的话", ai=False)),
        memory.keep_rest(Chat("shop", "oPaired"), Rest("#12：别人的话", ai=False)),
        answers.put(BOSS, Answer("", "#1：给人的话")),
        Cases(store).keep("shop", Case(1, "handover", 1, "给人的话", "", 1)),
    ]
    box.settle(begun(box), "command", kept)
    n = box.settle(begun(box, "m2"), "command", (answers.put(BOSS, Answer("", "#12：别人的话")),))
    assert n is None

    box.settle(begun(box, "m3"), "command", erasure.of(person, recalled))
    assert store.lrange(keys.dead, 0, -1) == [letters[1].encode()]
    assert not store.exists(keys.rest(BOSS))
    assert store.exists(keys.rest(Chat("shop", "oPaired")))
    assert [one.answer.text for one in answers.box(BOSS, 99).waiting] == ["#12：别人的话"]
    assert Cases(store).all("shop") == []


def test_stripping_what_is_not_there_does_nothing(store: Redis) -> None:
    """Most admins have nothing waiting."""
    box = inbox(store)
    box.settle(
        begun(box),
        "command",
        (
            Write("unsay", keys.rest(BOSS), "1"),
            Write("strip", keys.dead, "x"),
        ),
    )

    assert not store.exists(keys.rest(BOSS))
