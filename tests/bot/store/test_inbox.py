"""The inbox on a real store: nothing lost, nothing twice, one holder at a time."""

import threading
import time
from secrets import token_hex

import pytest
from redis import Redis

from bot.channels.base import Nonce, OutText
from bot.errors import Forged, LeaseLost
from bot.messages import Text
from bot.store import keys
from bot.store.inbox import Inbox, Turn
from bot.store.leases import Leases
from bot.store.scripts import Scripts
from bot.store.turns import Plan, Write
from tests.bot.store.desk import CHAT, MESSAGE, TYPED, TwiceScripts, accept, inbox


def taken(turn: Turn | None) -> Turn:
    assert turn is not None
    return turn


def test_a_message_comes_back_as_it_was_accepted(store: Redis) -> None:
    """What is taken equals what was accepted."""
    box = inbox(store)
    box.accept(MESSAGE, cuts=False, allowance=TYPED, nonce=None, attempt="a")

    assert taken(box.take(CHAT)).message == MESSAGE


def test_a_repeat_is_dropped_and_counted(store: Redis) -> None:
    """The second delivery of a MsgId changes nothing."""
    box = inbox(store)

    found = [accept(box, "m1").new, accept(box, "m1").new, accept(box, "m2").new]

    assert found == [True, False, True]
    assert store.llen(keys.inbox(CHAT)) == 2
    assert store.hget(keys.counts, "duplicates_dropped") == b"1"


def test_parallel_repeats_are_accepted_once(store: Redis) -> None:
    """Sixteen processes accept the same 200 ids at once: each id goes in exactly once."""
    box, results = inbox(store), []
    barrier = threading.Barrier(16)

    def deliver() -> None:
        barrier.wait()
        results.extend(accept(box, f"m{i}").new for i in range(200))

    threads = [threading.Thread(target=deliver) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(results) == 200
    assert store.llen(keys.inbox(CHAT)) == 200


def test_only_one_process_holds_a_chat(store: Redis) -> None:
    """While one process has a chat, another gets nothing; afterwards it does."""
    first, second = inbox(store, "p1"), inbox(store, "p2")
    accept(first, "m1")
    turn = taken(first.take(CHAT))

    assert second.take(CHAT) is None
    first.hand_back(turn.lease, delay_s=0)
    assert second.take(CHAT) is not None


def test_messages_are_settled_in_order_and_the_chat_is_left_clean(store: Redis) -> None:
    """Three messages: each settle shows the next; after the last nothing of the chat remains waiting."""
    box = inbox(store)
    for i in range(3):
        accept(box, f"m{i}", f"q{i}")
    turn: Turn | None = taken(box.take(CHAT))
    said = []
    while turn is not None:
        said.append(turn.message.text)
        turn = box.settle(turn, "answered", ())

    assert said == ["q0", "q1", "q2"]
    left = {key.decode() for key in store.keys("*")}
    assert not {keys.inbox(CHAT), keys.turn(CHAT), keys.lease(CHAT), keys.ready} & left


def test_settling_twice_equals_settling_once(store: Redis) -> None:
    """redis-py repeats a script whose answer was lost: the second run must not eat the next message."""
    box = inbox(store)
    accept(box, "m1")
    accept(box, "m2")
    turn = taken(box.take(CHAT))

    box.settle(turn, "answered", (Write("set", "yd1:x", "1", 1000),))
    turn.lease.n = 1
    box.settle(turn, "answered", (Write("set", "yd1:x", "2", 1000),))

    assert store.llen(keys.inbox(CHAT)) == 1
    assert store.get("yd1:x") == b"1"
    assert store.hget(keys.counts, "settled:answered") == b"1"


def test_a_saved_plan_and_its_parts_are_found_again(store: Redis) -> None:
    """After a crash the next holder sees the plan, which parts are out, and that the process died."""
    box = inbox(store, "p1")
    Leases(Scripts(store), "p1").renew()
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    plan = Plan("answered", (OutText("一", "(1/2)"), OutText("二", "(2/2)")), (Write("del", "yd1:r"),), True)
    box.save(turn, plan)
    box.record(turn, {"send:0": "sent"})
    box.record(turn, {"send:1": "sending"})
    box.record(turn, {"send:2": "planned"})
    store.delete(keys.lease(CHAT))

    steps = taken(inbox(store, "p2").take(CHAT)).steps

    assert (plan, {0: "sent", 1: "sending", 2: "planned"}, 1) == (steps.plan, steps.sends, steps.deaths)


def test_who_lost_a_chat_can_write_nothing(store: Redis) -> None:
    """After a take-over every write of the former holder is refused."""
    old = inbox(store, "p1")
    accept(old, "m1")
    turn = taken(old.take(CHAT))
    store.delete(keys.lease(CHAT))
    taken(inbox(store, "p2").take(CHAT))

    with pytest.raises(LeaseLost):
        old.record(turn, {"send:0": "sending"})
    with pytest.raises(LeaseLost):
        old.settle(turn, "answered", ())
    assert store.llen(keys.inbox(CHAT)) == 1


def test_a_lease_that_ended_is_taken_up_again_unless_someone_else_has_the_chat(store: Redis) -> None:
    """A store that was away for longer than a lease costs no second model call."""
    scripts, box = Scripts(store), inbox(store, "p1")
    leases = Leases(scripts, "p1")
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    with leases.keep(turn.lease):
        store.delete(keys.lease(CHAT))
        leases.renew()
        assert not turn.lease.lost
        assert store.exists(keys.lease(CHAT))

        store.delete(keys.lease(CHAT))
        taken(inbox(store, "p2").take(CHAT))
        leases.renew()
        assert turn.lease.lost


def test_a_control_word_cuts_what_is_older(store: Redis) -> None:
    """The cut reaches the holder at the next renewal and calls what stops the model."""
    box, stopped = inbox(store), threading.Event()
    leases = Leases(Scripts(store), "p1")
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    with leases.keep(turn.lease), turn.lease.stops(stopped.set):
        leases.renew()
        assert not stopped.is_set()
        accept(box, "m2", "停", cuts=True)
        leases.renew()
        assert stopped.is_set()

    following = taken(box.settle(turn, "stopped", ()))
    assert not following.lease.stopped


def test_the_sweeper_sees_what_nobody_holds_once_in_a_while(store: Redis) -> None:
    """A waiting chat is due after 1.5 s, is told to one sweeper, and not while it is held."""
    box = inbox(store)
    accept(box, "m1")
    assert box.due(10) == []

    store.zadd(keys.ready, {str(CHAT): 0})
    assert [str(CHAT)] == box.due(10)
    assert box.due(10) == []

    box.take(CHAT)
    store.zadd(keys.ready, {str(CHAT): 0})
    assert box.due(10) == []


def test_a_held_chat_is_looked_at_when_its_lease_would_end(store: Redis) -> None:
    """A dead process costs its chats the life of a lease and not a sweeper's pause on top."""
    box = inbox(store)
    accept(box, "m1")
    box.take(CHAT)
    store.zadd(keys.ready, {str(CHAT): 0})
    store.pexpire(keys.lease(CHAT), 300)
    box.due(10)

    seconds, microseconds = store.time()
    left_ms = store.zscore(keys.ready, str(CHAT)) - seconds * 1000 - microseconds // 1000
    assert 200 < left_ms <= 301


def test_the_allowance_is_granted_and_spent(store: Redis) -> None:
    """Five for a typed message; beginning a send spends one, recording it again does not."""
    box = inbox(store)
    accept(box, "m1")
    turn = taken(box.take(CHAT))

    for _ in range(2):
        box.record(turn, {"send:0": "sending"}, spend=True)
    box.record(turn, {"send:0": "sent"})
    box.record(turn, {"send:1": "sending"}, spend=True)

    assert store.hget(keys.allowance(CHAT), "typed_left") == b"3"


def test_one_nonce_buys_one_body(store: Redis) -> None:
    """Plain mode: the same nonce with the same body is a repeat, with another body it is forged."""
    box = inbox(store)
    box.accept(MESSAGE, cuts=False, allowance=None, nonce=Nonce("1:n", "aa"), attempt=token_hex(8))

    again = box.accept(MESSAGE, cuts=False, allowance=None, nonce=Nonce("1:n", "aa"), attempt=token_hex(8))
    assert not again.new
    with pytest.raises(Forged):
        box.accept(MESSAGE, cuts=False, allowance=None, nonce=Nonce("1:n", "bb"), attempt=token_hex(8))


def test_accepted_is_always_settled_and_waiting(store: Redis) -> None:
    """The sum holds at every step."""
    box = inbox(store)
    for i in range(5):
        accept(box, f"m{i}")
    turn: Turn | None = taken(box.take(CHAT))
    for settled in range(1, 6):
        assert turn is not None
        turn = box.settle(turn, "answered", ())
        counts = {name.decode(): int(value) for name, value in store.hgetall(keys.counts).items()}
        assert counts["accepted"] == 5
        assert settled == counts["settled:answered"]
        assert 5 - settled == store.llen(keys.inbox(CHAT))


def test_every_key_has_a_lifetime_or_stands_on_the_list(store: Redis) -> None:
    """Nothing stays in the store for ever by oversight."""
    box = inbox(store)
    leases = Leases(Scripts(store), "p1")
    accept(box, "m1")
    accept(box, "m2", "停", cuts=True)
    turn = taken(box.take(CHAT))
    box.record(turn, {"model": "asked"}, count="model_calls")
    with leases.keep(turn.lease):
        leases.renew()

    endless = [key.decode().removeprefix(keys.PREFIX) for key in store.keys("*") if store.pttl(key) == -1]

    assert [key for key in endless if not key.startswith(keys.FOREVER)] == []


def test_a_dead_letter_is_kept_with_its_message(store: Redis) -> None:
    """What could not be delivered is not lost either."""
    box = inbox(store)
    accept(box, "m1", "救命")
    box.settle(taken(box.take(CHAT)), "dead_letter", (), "PersonUnreachable")

    (letter,) = store.lrange(keys.dead, 0, -1)
    assert "救命" in letter.decode()
    assert "PersonUnreachable" in letter.decode()


def test_the_parts_of_a_message_survive_the_store(store: Redis) -> None:
    """Emoji, newlines, quotes and what looks like Lua or JSON come back unchanged."""
    odd = 'a"b\\c\n👩‍👩‍👧‍👦 %d {"n":9} ]]>\u2028\x7f'
    box = inbox(store)
    accept(box, "m1", odd)

    assert (Text(odd),) == taken(box.take(CHAT)).message.parts
    assert time.time() * 1000 - taken_ms(store) < 5_000


def taken_ms(store: Redis) -> int:
    """When the head was accepted, by its own record."""
    head = store.lindex(keys.inbox(CHAT), 0)
    assert head is not None
    return int(head.decode().split('"t":')[1].split(",")[0])


def talk(store: Redis, scripts: Scripts) -> dict[str, object]:
    """Two messages from acceptance to the end; what the store holds afterwards, by key."""
    store.flushall()
    box, leases = Inbox(scripts, "p1"), Leases(scripts, "p1")
    for msg_id in ("m1", "m2"):
        accept(box, msg_id)
    turn: Turn | None = taken(box.take(CHAT))
    while turn is not None:
        with leases.keep(turn.lease):
            leases.renew()
        box.save(
            turn, Plan("answered", (OutText("一"),), (Write("set", "yd1:x", str(turn.lease.n), 60_000),))
        )
        box.record(turn, {"send:0": "sending"}, spend=True, count="ambiguous_sends")
        box.record(turn, {"send:0": "sent"})
        try:
            turn = box.settle(turn, "answered", turn.steps.plan.writes if turn.steps.plan else ())
        except LeaseLost:  # the answer of the last settling was lost: all is done, nobody holds the chat
            turn = None
    counts = {name: value for name, value in store.hgetall(keys.counts).items() if b"answer" not in name}
    return {
        "counts": counts,
        "keys": sorted(store.keys("*")),
        "left": store.hget(keys.allowance(CHAT), "typed_left"),
        "x": store.get("yd1:x"),
    }


def test_every_script_may_run_twice(store: Redis) -> None:
    """redis-py repeats a command whose answer was lost: the outcome is that of running it once."""
    once = talk(store, Scripts(store))

    assert talk(store, TwiceScripts(store)) == once
