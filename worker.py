"""One worker process: RQ's non-forking worker, which hands chats to a pool of turn threads."""

import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from bot import queue
from bot.ending import Ending
from bot.errors import StoreAway, StoreError, StoreUnfit
from bot.messages import Chat
from bot.wiring.bot import Bot, build_bot
from config import logs
from config.cores import leave_no_core
from config.settings import ConfigError, load
from handlers import broadcasting, commands, digest, owner
from handlers.turn import take_turns

RENEW_S = 1.0
SWEEP_S = 0.5
PUSH_S = 1.0
BROADCAST_S = 1.0
SWEEP_MOST = 500
_FULL_S = 60.0
_START_S = 1.0
_LOOK_S = 0.1
_FILES_BESIDES = 256
"""Open files of a worker that are not a turn's: store, queue, logs, libraries."""
_FILES_A_TURN = 4
"""Sockets a turn may hold: store, model, platform, and one to spare."""

log = structlog.get_logger(__name__)


class Pool:
    """Turn threads, one a chat; full means that RQ and the inbox keep what comes."""

    def __init__(self, bot: Bot, threads: int, ending: Ending) -> None:
        """All threads start now: later a machine may have none left. Raises ConfigError where they do not."""
        self._bot = bot
        self._ending = ending
        self._free = threading.Semaphore(threads)
        self._threads = threads
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="turn")
        started, all_there = 0, threading.Event()
        try:
            while started < threads:
                self._executor.submit(all_there.wait)
                started += 1
        except RuntimeError as error:
            raise ConfigError(
                f"WORKER_THREADS={threads}: only {started} threads can be started here "
                f"(memory, or a limit of processes); set a smaller number"
            ) from error
        finally:
            all_there.set()

    def wake(self, chats: Sequence[str]) -> None:
        """Give each chat a thread; blocks while all are busy. A hint dropped here comes again."""
        give_up = time.monotonic() + _FULL_S
        for chat in chats:
            while not self._free.acquire(timeout=0.5):
                if self._ending.requested or time.monotonic() > give_up:
                    return
            self._start(chat)

    def sweep(self) -> bool:
        """Start what waits and nobody holds, hinted at or not; whether more may wait. Raises StoreAway.

        It asks for no more chats than it has threads for: the others are left to other processes.
        """
        threads = self._some_free()
        try:
            if not threads or self._ending.requested:
                return False
            chats = self._bot.inbox.due(threads)
            more = len(chats) == threads
            for chat in chats:
                self._start(chat)
                threads -= 1
            return more
        finally:
            for _ in range(threads):
                self._free.release()

    def _some_free(self) -> int:
        """Take the threads that are free, waiting for a first one; how many."""
        taken = int(self._free.acquire(timeout=SWEEP_S))
        while 0 < taken < SWEEP_MOST and self._free.acquire(blocking=False):
            taken += 1
        return taken

    def _start(self, chat: str) -> None:
        self._bot.failpoints.reach("pre_lease")
        self._executor.submit(self._turn, Chat.parse(chat)).add_done_callback(_report)

    def _turn(self, chat: Chat) -> None:
        try:
            take_turns(self._bot, chat)
        finally:
            self._free.release()

    def drain(self, limit_s: float) -> bool:
        """Wait for the running turns; whether all ended within *limit_s*, and before the end was urgent."""
        end, ended = time.monotonic() + limit_s, 0
        while ended < self._threads and time.monotonic() < end and not self._ending.urgent:
            ended += self._free.acquire(timeout=_LOOK_S)
        return ended == self._threads


def _report(turn: Future[None]) -> None:
    """A turn that broke before its own boundary: nothing else would ever tell."""
    error = turn.exception()
    if error is not None:
        log.error("turn broke", exc_info=error)


def main() -> None:
    """Run until SIGTERM or SIGINT, then let the running turns end; a second one hands them on at once."""
    logs.configure()
    commands.registry()
    leave_no_core()
    ending = Ending()
    try:
        bot = build_bot(load())
        files = _room_for(bot.settings.worker_threads)
        pool = Pool(bot, bot.settings.worker_threads, ending)
    except ConfigError as refused:
        sys.exit(f"yingda: {refused}")
    _await_store(bot)
    ending.listen()  # From here on others know of this process, and may want it to end.
    ended = threading.Event()
    for beat, every_s in (
        (bot.leases.renew, RENEW_S),
        (pool.sweep, SWEEP_S),
        (digest.Daily(bot).look, PUSH_S),
        (lambda: owner.push(bot), PUSH_S),
        (lambda: broadcasting.go_on(bot), BROADCAST_S),
    ):
        threading.Thread(target=_repeat, args=(beat, every_s, ended), daemon=True).start()
    for name, account in bot.accounts.items():
        log.info(
            "account", account=name, channel=account.settings.channel, system_tokens=account.system_tokens
        )
    log.info(
        "worker started", threads=bot.settings.worker_threads, files=files, model=bot.settings.chat.model
    )
    if bot.failpoints.armed:
        log.warning("failpoints armed", places=bot.failpoints.armed)
    queue.work(bot.queue, bot.leases.process, pool.wake, ending)
    _end(bot, pool, ended)


def _await_store(bot: Bot) -> None:
    """Wait until the store answers; one that would lose messages ends the start with one line."""
    told = False
    while True:
        try:
            bot.health.check(allow_unsafe=bot.settings.redis.allow_unsafe)
            return
        except StoreUnfit as unfit:
            sys.exit(f"yingda: {unfit}")
        except StoreAway as away:
            if not told:
                log.warning("store away", reason=str(away))
            told = True
            time.sleep(_START_S)


def _repeat(beat: Callable[[], object], every_s: float, ended: threading.Event) -> None:
    """Call *beat* now and every *every_s* seconds, at once again while it says so.

    A store that is away is met again at the next beat.
    """
    while not ended.is_set():
        try:
            if beat():
                continue
        except StoreError as error:
            log.warning("store away", error=type(error).__name__)
        ended.wait(every_s)


def _end(bot: Bot, pool: Pool, ended: threading.Event) -> None:
    """Let the running turns end within `turn.drain_s`, and hand back those that do not."""
    drained = pool.drain(bot.settings.turn.drain_s)
    ended.set()
    left = bot.leases.held
    try:
        for lease in left:
            bot.inbox.hand_back(lease, delay_s=0)
    except StoreError as error:
        log.warning("leases left to end by themselves", error=type(error).__name__)
    log.info("worker ended", drained=drained, handed_back=len(left))
    # Threads of turns that did not end would keep the process: their steps are saved, others go on with them.
    sys.stdout.flush()
    os._exit(0)


def _room_for(threads: int) -> int:
    """Raise the limit of open files as far as allowed. Raises ConfigError where *threads* would not fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65_536
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    needed = threads * _FILES_A_TURN + _FILES_BESIDES
    if soft != resource.RLIM_INFINITY and soft < needed:
        raise ConfigError(
            f"WORKER_THREADS={threads} needs {needed} open files, {soft} are allowed (ulimit -n)"
        )
    return soft


if __name__ == "__main__":
    main()
