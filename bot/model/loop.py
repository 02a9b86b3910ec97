"""One thread with an event loop that carries out calls for all other threads."""

import asyncio
import threading
from collections.abc import Callable, Coroutine

import structlog

from bot.errors import ModelDown, ModelStopped
from bot.model.call import Call

CLOSE_WAIT_S = 5.0

log = structlog.get_logger()

Step = Callable[[], Coroutine[None, None, None]]


class CallThread:
    """Starts with the first call, so that a process may fork before; *end* runs last in the loop."""

    def __init__(self, end: Step) -> None:
        self._end = end
        self._tasks: dict[Call, asyncio.Task[None]] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, call: Call, work: Step) -> None:
        """Let *work* settle *call* in the loop; after close() the call is stopped instead."""
        with self._lock:
            if self._loop is None and not self._closed:
                self._start()
        if not self._post(lambda: self._begin(call, work)):
            call.settle(ModelStopped("closed"))

    def cancel(self, call: Call) -> None:
        """End the work for *call*, if it still runs."""
        self._post(lambda: self._cancel(call))

    def close(self) -> None:
        """Stop every call and end the thread; waits at most 5 s for it."""
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
            if loop is not None:
                loop.call_soon_threadsafe(loop.stop)
        if self._thread is not None:
            self._thread.join(CLOSE_WAIT_S)

    def _start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._turn, args=(self._loop,), name="model", daemon=True)
        self._thread.start()

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_forever()
        loop.run_until_complete(self._finish())
        loop.close()

    async def _finish(self) -> None:
        running = dict(self._tasks)
        for call, task in running.items():
            call.settle(ModelStopped("closed"))
            task.cancel()
        if running:
            await asyncio.wait(running.values())
        await self._end()

    def _post(self, step: Callable[[], None]) -> bool:
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(step)
            return self._loop is not None

    def _begin(self, call: Call, work: Step) -> None:
        task = asyncio.get_running_loop().create_task(work())
        self._tasks[call] = task
        task.add_done_callback(lambda done: self._forget(call, done))

    def _cancel(self, call: Call) -> None:
        task = self._tasks.get(call)
        if task is not None:
            task.cancel()

    def _forget(self, call: Call, task: asyncio.Task[None]) -> None:
        del self._tasks[call]
        error = None if task.cancelled() else task.exception()
        # Whatever went wrong here, nobody may wait for ever, not even when the log cannot be written.
        call.settle(ModelStopped("stopped") if error is None else ModelDown("crashed"))
        if error is not None:
            log.error("model call crashed", error=type(error).__name__)
