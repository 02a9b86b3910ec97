"""The wake-up queue: hints do not pile up, and a signal is heard at whatever moment it comes."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from bot import queue
from bot.ending import Ending
from bot.queue import QUEUE, Hints, WakeWorker


@pytest.fixture
def signals() -> Iterator[None]:
    """Gives the process its own signal handlers back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_hints_do_not_pile_up_while_nobody_takes_them(store: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past 200 the sweepers are enough; once the queue is short again, hints are taken again."""
    monkeypatch.setattr(queue, "_LOOK_S", 0.0)
    hints = Hints(store)
    taken = [hints.put([f"shop:o{number}"]) for number in range(230)]

    assert taken == [True] * 201 + [False] * 29
    Queue(QUEUE, connection=store).empty()
    assert hints.put(["shop:o1"])


@pytest.mark.parametrize(
    ("waiting", "pace_s"),
    [
        pytest.param(0, 0.005, id="idle"),
        pytest.param(5, 0.1, id="behind"),
        pytest.param(60, 0.5, id="far behind"),
    ],
)
def test_the_more_hints_wait_the_fewer_are_made(store: Redis, waiting: int, pace_s: float) -> None:
    """What came meanwhile goes together into one hint, so that a slow queue does not grow."""
    hints = Hints(store)
    for number in range(waiting):
        Hints(store).put([f"shop:o{number}"])

    assert hints.pace_s() == pytest.approx(pace_s)


def test_the_queue_is_not_looked_at_for_every_hint(store: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A callback does not pay for it each time."""
    monkeypatch.setattr(queue, "_LOOK_S", 60.0)
    hints = Hints(store)
    hints.put(["shop:o1"])
    before = store.info("commandstats").get("cmdstat_llen", {"calls": 0})["calls"]
    for number in range(20):
        hints.put([f"shop:o{number}"])

    assert store.info("commandstats").get("cmdstat_llen", {"calls": 0})["calls"] - before <= 1


@pytest.mark.usefixtures("signals")
def test_a_signal_before_rq_listens_is_not_forgotten(store: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM while the worker registers itself: it ends at once, and not at the next signal."""
    ending = Ending()

    def interrupted(self: WakeWorker) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(WakeWorker, "subscribe", interrupted)
    queue.work(store, "w1", lambda chats: None, ending)

    assert ending.requested
    assert not ending.urgent


@pytest.mark.usefixtures("signals")
def test_work_ends_on_a_signal(store: Redis) -> None:
    """An idle worker hears SIGTERM while it blocks on the queue."""
    ending = Ending()
    Hints(store).put(["shop:o1"])

    def end(chats: object) -> None:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()

    queue.work(store, "w1", end, ending)

    assert ending.requested
    assert not ending.urgent


def test_the_end_fails_no_job(store: Redis) -> None:
    """Between two jobs a heartbeat ends the work; within one RQ would log it as failed, with its chats."""
    worker = WakeWorker([QUEUE], connection=store, name="w1", serializer=JSONSerializer)
    worker.ending = Ending()
    worker.ending.heard(signal.SIGTERM, None)
    with store.pipeline() as pipeline:
        worker.heartbeat(60, pipeline=pipeline)

    with pytest.raises(StopRequested):
        worker.heartbeat()
