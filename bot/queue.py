"""RQ: the wake-up. It carries hints which chats became ready; the truth is the inbox."""

import itertools
import signal
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from bot.ending import Ending

QUEUE = "yingda"
WAKE = "bot.queue.wake"
"""The one job there is, by name; nothing is imported for it."""

_BATCH_S = 0.005
_PACE_S = 0.02
"""A job costs RQ about eight round trips, each of which waits its turn among the worker's threads."""
_SLOWEST_S = 0.5
_LONG = 200
_LOOK_S = 0.1
_BACK_OFF_S = 0.5

Wake = Callable[[Sequence[str]], None]

log = structlog.get_logger(__name__)


class Hints:
    """Puts wake-ups into the queue."""

    def __init__(self, client: Redis) -> None:
        self._queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        self._look_at_s = 0.0
        self._waiting = 0

    def put(self, chats: Sequence[str]) -> bool:
        """Hint that *chats* are ready; False when the store or a long queue did not take it: no harm done.

        Hints that nobody takes would pile up while no worker lives; the sweepers do not need them.
        """
        try:
            if self._look() > _LONG:
                return False
            self._queue.enqueue(
                WAKE, list(chats), result_ttl=0, failure_ttl=60, ttl=300, job_timeout=120, description="wake"
            )
        except RedisError as error:
            log.warning("wake-up not queued", error=type(error).__name__, chats=len(chats))
            return False
        return True

    def pace_s(self) -> float:
        """How long to gather chats for the next hint: the longer the queue, the fewer and larger they are."""
        try:
            return min(max(_BATCH_S, _PACE_S * self._look()), _SLOWEST_S)
        except RedisError:
            return _BATCH_S

    def _look(self) -> int:
        """How many hints waited when they were last counted, at most a tenth of a second ago."""
        if time.monotonic() >= self._look_at_s:
            self._waiting = len(self._queue)
            self._look_at_s = time.monotonic() + _LOOK_S
        return self._waiting


class Waker:
    """The one thread of a web process that turns accepted messages into jobs, at most one in 5 ms.

    It starts with the first message, so that it lives in the process that accepts and not in its parent.
    """

    def __init__(self, hints: Hints) -> None:
        self._hints = hints
        self._chats: dict[str, None] = {}
        self._lock = threading.Lock()
        self._some = threading.Event()
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self, chat: str) -> None:
        """Have a worker look at *chat*; returns at once."""
        with self._lock:
            self._chats[chat] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
                self._thread.start()
        self._some.set()

    def _run(self) -> None:
        while True:
            self._some.wait()
            self._pause.wait(self._hints.pace_s())
            self._some.clear()
            with self._lock:
                chats, self._chats = list(self._chats), {}
            if chats:
                self._hints.put(chats)


class UnknownJobError(Exception):
    """A job in the queue that is not ours: it is refused, not imported."""


def _job_class(wake: Wake) -> type[Job]:
    """RQ's Job, able to run *wake* and nothing else, whatever stands in the queue."""

    class WakeJob(Job):  # type: ignore[misc]  # rq carries no types
        @property
        def func(self) -> Callable[..., Any]:
            if self.func_name != WAKE:
                log.error("planted job refused", job=self.id)
                raise UnknownJobError("not a job of Yingda")
            return wake

        success_callback = failure_callback = stopped_callback = property(lambda self: None)
        """RQ would import and call whatever function the job's hash names for them."""

    return WakeJob


class WakeWorker(SimpleWorker):  # type: ignore[misc]  # rq carries no types
    """RQ's non-forking worker without its command channel, by which anybody who can publish could stop it."""

    max_connection_wait_time = 1.0
    """Seconds between two looks for a store that is away; RQ would make it a minute."""
    ending: Ending
    """What signals asked for; RQ's own loop may end for other reasons too."""

    def subscribe(self) -> None:
        """No commands are taken from the store."""

    def unsubscribe(self) -> None:
        """See subscribe."""

    def check_for_suspension(self, burst: bool) -> None:
        """Head of RQ's loop, where its handlers are in place: a signal that came before them counts too."""
        if self.ending.requested:
            raise StopRequested

    @property
    def dequeue_timeout(self) -> int:
        """Seconds that it waits for a job at a time, and so for how long it may not see that it is to end."""
        return 1

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Said before and after each wait for a job; a hint that was just taken comes again.

        Within a job, where it has a *pipeline*, RQ would take the end for a failure of that job.
        """
        if self.ending.requested and pipeline is None:
            raise StopRequested
        super().heartbeat(timeout, pipeline)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: no further job.

        RQ's own would write to the store or raise, here in the middle of whatever the main thread is at: it
        could hold the lock of the connections, for ever (measured once in forty rolling restarts).
        """
        self.ending.heard(signum, frame)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.request_force_stop)

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """The second signal: RQ would leave the turns as they are, while they can be handed on."""
        self.ending.heard(signum, frame)


def work(client: Redis, name: str, wake: Wake, ending: Ending) -> None:
    """Hand hints to *wake* until a signal asks for the *ending*; outlives a store that goes away.

    RQ's loop ends when the store fails it (measured with 2.12.0), so it is entered again. Call it from the
    main thread.
    """
    job_class = _job_class(wake)
    for attempt in itertools.count(1):
        # RQ's own handlers are installed only while its loop runs.
        ending.listen()
        try:
            _worker(client, f"{name}.{attempt}", job_class, ending).work(logging_level="WARNING")
        except StopRequested:
            ending.requested = True
        except RedisError as error:
            log.warning("queue away", error=type(error).__name__)
        ending.listen()
        if ending.requested:
            return
        time.sleep(_BACK_OFF_S)


def _worker(client: Redis, name: str, job_class: type[Job], ending: Ending) -> WakeWorker:
    worker = WakeWorker(
        [Queue(QUEUE, connection=client, serializer=JSONSerializer, job_class=job_class)],
        name=name,
        connection=client,
        serializer=JSONSerializer,
        job_class=job_class,
        worker_ttl=20,
        maintenance_interval=30,
        log_job_description=False,
    )
    worker.ending = ending
    return worker
