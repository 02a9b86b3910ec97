"""What counts as the death of a process that held a chat, and who may take a chat from whom."""

from collections.abc import Callable

import pytest
from redis import Redis

from bot.errors import LeaseLost, StoreAway, StoreUnfit
from bot.store import keys
from bot.store.inbox import Inbox, Turn
from bot.store.leases import Leases
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, accept, inbox, steady


def taken(turn: Turn | None) -> Turn:
    assert turn is not None
    return turn


def expire_lease(store: Redis) -> None:
    """As if its holder had not renewed for five seconds."""
    store.delete(keys.lease(CHAT))


def now_ms(store: Redis) -> int:
    seconds, micros = store.time()
    return seconds * 1000 + micros // 1000


def test_each_dead_holder_counts_once(store: Redis) -> None:
    """Two processes die one after the other: the third knows of two, although their keys still stand."""
    accept(inbox(store), "m1")
    for process in ("p1", "p2"):
        store.set(keys.worker(process), "1", px=keys.WORKER_MS)
        taken(inbox(store, process).take(CHAT))
        expire_lease(store)

    assert taken(inbox(store, "p3").take(CHAT)).steps.deaths == 2


def test_handing_back_is_no_death(store: Redis) -> None:
    """SIGTERM, and a platform that refuses: no death; tries are counted apart."""
    box = inbox(store)
    accept(box, "m1")
    box.hand_back(taken(box.take(CHAT)).lease, delay_s=0)
    box.hand_back(taken(inbox(store, "p2").take(CHAT)).lease, delay_s=0, count="tries")

    steps = taken(inbox(store, "p3").take(CHAT)).steps
    assert (steps.deaths, steps.tries) == (0, 1)


def test_a_turn_that_crashes_counts(store: Redis) -> None:
    """A bug that raises each time must end as a dead letter too."""
    box = inbox(store)
    accept(box, "m1")
    box.hand_back(taken(box.take(CHAT)).lease, delay_s=0, count="deaths")

    assert taken(box.take(CHAT)).steps.deaths == 1


def test_taking_ones_own_chat_again_is_no_death(store: Redis) -> None:
    """The process lives, as it shows."""
    box = inbox(store)
    accept(box, "m1")
    taken(box.take(CHAT))
    expire_lease(store)

    assert taken(box.take(CHAT)).steps.deaths == 0


def test_the_next_message_begins_without_deaths(store: Redis) -> None:
    """What one message did is not held against the next."""
    box = inbox(store)
    accept(box, "m1")
    accept(box, "m2")
    taken(box.take(CHAT))
    expire_lease(store)
    second = inbox(store, "p2")
    taken(second.settle(taken(second.take(CHAT)), "answered", ()))
    expire_lease(store)

    assert taken(inbox(store, "p3").take(CHAT)).steps.deaths == 1


WAYS: dict[str, Callable[[Inbox, Leases, Turn], object]] = {
    "renew": lambda box, leases, turn: leases.renew(),
    "record": lambda box, leases, turn: box.record(turn, {"send:0": "sending"}),
    "settle": lambda box, leases, turn: box.settle(turn, "answered", ()),
    "hand_back": lambda box, leases, turn: box.hand_back(turn.lease, delay_s=0, count="deaths"),
}


@pytest.mark.parametrize("way", WAYS)
def test_who_wakes_up_again_had_not_died(store: Redis, way: str) -> None:
    """A process frozen for longer than its lease takes its death back by whatever it does next."""
    box, leases = inbox(store), Leases(Scripts(store), "p1")
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    expire_lease(store)
    second = inbox(store, "p2")
    assert taken(second.take(CHAT)).steps.deaths == 1

    try:
        with leases.keep(turn.lease):
            WAYS[way](box, leases, turn)
    except LeaseLost:
        assert way in {"record", "settle"}

    expire_lease(store)
    assert taken(second.take(CHAT)).steps.deaths == 0


@pytest.mark.parametrize(("error", "wait_ms"), [(StoreAway, 0), (StoreUnfit, 1000)])
def test_a_turn_that_the_store_ended_is_given_back(
    store: Redis, error: type[Exception], wait_ms: int
) -> None:
    """The process lives and says so at its next renewal: others go on at once, and count no death."""
    box, leases = inbox(store), Leases(Scripts(store), "p1")
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    with pytest.raises(error), leases.keep(turn.lease):
        raise error("gone")
    leases.renew()

    assert store.zscore(keys.ready, str(CHAT)) == pytest.approx(now_ms(store) + wait_ms, abs=500)
    store.hdel(keys.turn(CHAT), "again")
    assert taken(inbox(store, "p2").take(CHAT)).steps.deaths == 0


def test_after_an_outage_the_living_keep_their_chats(store: Redis) -> None:
    """Leases and signs of life ended while the store was away: nobody takes until all could renew."""
    box, other = inbox(store), inbox(store, "p2")
    leases = Leases(Scripts(store), "p1")
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    with leases.keep(turn.lease):
        leases.renew()
        for key in (keys.lease(CHAT), keys.worker("p1"), keys.beat):
            store.delete(key)
        assert other.take(CHAT) is None
        Leases(Scripts(store), "p2").renew()
        assert other.take(CHAT) is None
        leases.renew()

        assert not turn.lease.lost
    assert box.settle(turn, "answered", ()) is None


@pytest.mark.parametrize(
    ("since_ms", "last_ms", "takes"),
    [(60_000, 0, True), (3_100, 0, True), (2_500, 0, False), (60_000, 2_400, True), (60_000, 2_800, False)],
)
def test_a_chat_is_taken_over_while_the_beat_is_steady(
    store: Redis, since_ms: int, last_ms: int, takes: bool
) -> None:
    """Workers renewed for three seconds at least, and the last time not longer than 2.5 s ago."""
    box, other = inbox(store), inbox(store, "p2")
    accept(box, "m1")
    taken(box.take(CHAT))
    expire_lease(store)
    now = now_ms(store)
    store.set(keys.beat, f"{now - since_ms} {now - last_ms}")

    assert (other.take(CHAT) is not None) == takes


def test_a_gap_begins_the_beat_anew(store: Redis) -> None:
    """Renewals in time keep `since`, one after a gap sets it."""
    leases = Leases(Scripts(store), "p1")
    steady(store, 7)
    leases.renew()
    kept = store.get(keys.beat)
    store.set(keys.beat, f"7 {now_ms(store) - 3_000}")
    leases.renew()
    renewed = store.get(keys.beat)

    assert kept is not None
    assert renewed is not None
    assert kept.startswith(b"7 ")
    assert int(renewed.split()[0]) == int(renewed.split()[1])


def test_a_process_knows_that_it_is_at_a_chat_whose_lease_ended(store: Redis) -> None:
    """The store was away for longer than the lease: taking its own chat again would cost it the answer."""
    box = inbox(store)
    accept(box, "m1")
    lease = taken(box.take(CHAT)).lease
    leases = Leases(Scripts(store), "p1")

    with leases.keep(lease):
        expire_lease(store)
        assert leases.holds(CHAT)
        lease.learn(-1)
        assert not leases.holds(CHAT), "it was taken over"
    assert not leases.holds(CHAT)
