"""Notes of callbacks: the last of each kind, cheap, and never in anybody's way."""

import threading
import time

from redis import Redis

from bot.store import keys
from bot.store.arrivals import Arrival, Arrivals
from bot.store.client import web_client
from tests.scenarios.house import wait_for


def test_the_last_of_each_kind_is_kept(store: Redis) -> None:
    """With the reason of a refusal, for a month."""
    arrivals = Arrivals(store)
    assert arrivals.of("shop") == Arrival()
    before_ms = int(time.time() * 1000)
    arrivals.seen("shop")
    arrivals.refused("shop", "stale")
    wait_for(lambda: bool(arrivals.of("shop").seen_ms and arrivals.of("shop").refused_ms), "both are kept")

    found = arrivals.of("shop")
    assert found.reason == "stale"
    assert all(before_ms <= at <= time.time() * 1000 for at in (found.seen_ms, found.refused_ms))
    assert 0 < store.pttl(keys.arrivals("shop")) <= keys.ARRIVALS_MS
    assert arrivals.of("office") == Arrival()


def test_a_flood_is_noted_once_a_second(store: Redis) -> None:
    """The store is asked once, however many come."""
    arrivals, others = Arrivals(store), threading.active_count()
    for number in range(500):
        arrivals.refused("flooded", f"reason{number}")
    wait_for(lambda: bool(store.exists(keys.arrivals("flooded"))), "the first is kept")
    wait_for(lambda: threading.active_count() <= others, "nobody writes a note any more")

    assert arrivals.of("flooded").reason == "reason0"


def test_a_store_that_is_away_is_in_nobodys_way() -> None:
    """No error, and no waiting."""
    arrivals = Arrivals(web_client("redis://127.0.0.1:9/0"))
    began = time.monotonic()
    arrivals.seen("shop")
    arrivals.refused("shop", "stale")

    assert time.monotonic() - began < 0.2
