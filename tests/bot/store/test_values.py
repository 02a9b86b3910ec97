"""Stored values: what version 1 wrote is read for ever after, what is newer is refused and left alone."""

import json

import pytest
from redis import Redis

from bot.channels.base import OutText
from bot.conversation import Exchange
from bot.errors import StoreUnfit
from bot.messages import Event, InboundMessage, Person, Text
from bot.store import keys
from bot.store.dead_letters import DeadLetters
from bot.store.inbox import Turn
from bot.store.leases import UNFIT_MS, Leases
from bot.store.memory import Memory, Rest
from bot.store.scripts import Scripts
from bot.store.turns import Plan, Write
from bot.store.values import dump, read
from tests.bot.store.desk import CHAT, accept, inbox, memory_of

# As version 1 wrote them, by hand: these lines are never brought up to date.
MESSAGE = (
    '{"n":7,"v":1,"t":1700000000000,"account":"shop","peer":"oU","sender":"oU","msg_id":"m1","kind":"text",'
    '"parts":[{"as":"Text","text":"你好","menu_id":""},{"as":"Event","name":"click","key":"K"}],'
    '"created_at":1700000000}'
)
PLAN = (
    '{"v":1,"state":"answered","parts":[{"text":"好","number":"(1/2)","label":"AI","key":112}],'
    '"writes":[{"op":"set","key":"yd1:x","value":"1","life_ms":9},{"op":"del","key":"yd1:y","value":"",'
    '"life_ms":0}],"stoppable":true}'
)
MEMORY = '{"v":1,"session":3,"exchanges":[{"question":"我叫阿明","answer":"你好，阿明","tokens":12}]}'
REST = '{"v":1,"text":"后文","ai":true,"told":true}'
LETTER = (
    '{"v":1,"n":7,"t":1700000001000,"reason":"poison","message":{"v":1,"t":1700000000000,"account":"shop",'
    '"peer":"oU","sender":"oU","msg_id":"m1","kind":"image","parts":[],"created_at":1700000000}}'
)


def put(store: Redis, message: str = MESSAGE, **steps: str) -> None:
    """Have *message* wait, with *steps* of a turn that somebody handed back."""
    store.rpush(keys.inbox(CHAT), message)
    store.zadd(keys.ready, {str(CHAT): 1})
    if steps:
        store.hset(keys.turn(CHAT), mapping=steps)


def memory(store: Redis) -> Memory:
    return memory_of(store)


def test_a_message_of_version_1_is_read(store: Redis) -> None:
    """Number, time, and every kind of part."""
    put(store)
    turn = inbox(store).take(CHAT)

    parts = (Text("你好"), Event("click", "K"))
    assert turn is not None
    assert (turn.lease.n, turn.accepted_ms) == (7, 1_700_000_000_000)
    assert turn.message == InboundMessage("shop", "oU", "oU", "m1", "text", parts, 1_700_000_000)


def test_a_turn_of_version_1_is_read(store: Redis) -> None:
    """Its plan, what was sent, and the deaths and tries it has seen."""
    sends = {"send:0": "sent", "send:1": "sending", "deaths": "2", "tries": "3", "model": "abc"}
    put(store, **{"v": "1", "plan": PLAN, **sends})
    turn = inbox(store).take(CHAT)

    assert turn is not None
    steps = turn.steps
    assert (steps.sends, steps.deaths, steps.tries) == ({0: "sent", 1: "sending"}, 2, 3)
    part = OutText("好", "(1/2)", "AI", 112)
    writes = (Write("set", "yd1:x", "1", 9), Write("del", "yd1:y"))
    assert steps.plan == Plan("answered", (part,), writes, stoppable=True)


def test_a_memory_of_version_1_is_read(store: Redis) -> None:
    """Session, exchanges, and what waits behind 「继续」."""
    store.set(keys.memory(CHAT), MEMORY)
    store.set(keys.rest(CHAT), REST)
    recalled = memory(store).recall(CHAT, Person("shop", "oU"))

    assert recalled.session == 3
    assert recalled.history == (Exchange("我叫阿明", "你好，阿明", 12),)
    assert recalled.rest == Rest("后文", ai=True)


def test_a_dead_letter_of_version_1_is_read_and_put_back(store: Redis) -> None:
    """Also after an upgrade."""
    store.lpush(keys.dead, LETTER)
    found = DeadLetters(store, Scripts(store), most=10)
    (letter,) = found.all()

    assert (letter.n, letter.reason, letter.message.kind) == (7, "poison", "image")
    assert found.put_back(letter) == 1


def newer(stored: str) -> str:
    return stored.replace('"v":1', '"v":2', 1)


@pytest.mark.parametrize(
    ("message", "steps"),
    [
        (newer(MESSAGE), {}),
        (MESSAGE, {"v": "2", "plan": newer(PLAN)}),
        (MESSAGE, {"v": "3", "something": "new"}),
        (MESSAGE.replace('"kind"', '"sort"'), {}),
        (MESSAGE, {"v": "2", "plan": '{"v":1,"state":"answered"}'}),
        (MESSAGE, {"v": "2", "plan": "{"}),
    ],
)
def test_a_turn_that_cannot_be_read_is_refused_and_left_as_it_was(
    store: Redis, message: str, steps: dict[str, str]
) -> None:
    """A newer program goes on with it: nothing is lost, no death counted, and the chat is not held."""
    put(store, message, **steps)

    with pytest.raises(StoreUnfit, match="value"):
        inbox(store).take(CHAT)
    left = {name.decode(): value.decode() for name, value in store.hgetall(keys.turn(CHAT)).items()}
    assert store.lrange(keys.inbox(CHAT), 0, -1) == [message.encode()]
    assert not store.exists(keys.lease(CHAT))
    assert {name: left.get(name) for name in steps} == steps
    assert not [name for name in left if name.startswith(("death", "tries", "token"))]


def test_it_is_answered_once_it_can_be_read(store: Redis) -> None:
    """What refused it has not spoiled it, and does not keep others from it for long."""
    put(store, newer(MESSAGE))
    with pytest.raises(StoreUnfit):
        inbox(store).take(CHAT)
    assert UNFIT_MS <= 1_000
    store.lset(keys.inbox(CHAT), 0, MESSAGE)
    store.hdel(keys.turn(CHAT), "again")

    assert inbox(store, "p2").take(CHAT) is not None


def test_a_newer_message_behind_ours_lets_ours_end(store: Redis) -> None:
    """Ours is settled; the chat is then given back for a program that can read the next."""
    box, leases = inbox(store), Leases(Scripts(store), "p1")
    accept(box, "m1")
    put(store, newer(MESSAGE))
    turn: Turn | None = box.take(CHAT)
    assert turn is not None
    with pytest.raises(StoreUnfit), leases.keep(turn.lease):
        box.settle(turn, "answered", ())
    leases.renew()

    assert store.llen(keys.inbox(CHAT)) == 1
    assert not store.exists(keys.lease(CHAT))
    assert store.hget(keys.counts, "settled:answered") == b"1"


@pytest.mark.parametrize(("key", "value"), [(keys.memory(CHAT), MEMORY), (keys.rest(CHAT), REST)])
def test_a_newer_memory_is_neither_read_nor_overwritten(store: Redis, key: str, value: str) -> None:
    """Forgetting what a newer program keeps would be a loss."""
    store.set(key, newer(value))

    with pytest.raises(StoreUnfit, match="newer"):
        memory(store).recall(CHAT, Person("shop", "oU"))
    assert store.get(key) == newer(value).encode()


@pytest.mark.parametrize("stored", ["", "{", "[]", "7", '"v"', "{}", '{"v":"x"}', '{"v":null}', '{"v":-1}'])
def test_what_is_no_value_of_ours_is_refused_by_name(stored: str) -> None:
    """No KeyError or JSONDecodeError gets out."""
    with pytest.raises(StoreUnfit, match="value"):
        read(stored)


def test_every_value_begins_with_its_version() -> None:
    """accept.lua writes the inbox number in front of it."""
    assert dump({"a": "ä"}) == '{"v":1,"a":"ä"}'
    assert json.loads(dump({}))["v"] == keys.SCHEMA
