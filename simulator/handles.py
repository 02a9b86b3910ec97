"""What tests hold in their hands: the simulator's thread, the stand-in model, the platform's faults."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from simulator.manner import Manner
from simulator.standin import Answers, Call
from simulator.world import World

Result = TypeVar("Result")
CALL_S = 60.0


class LoopThread:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="simulator", daemon=True)

    def run(self, work: Coroutine[Any, Any, Result], timeout_s: float = CALL_S) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout_s)

    def call(self, work: Callable[[], Result]) -> Result:
        """Run *work* inside the loop's thread and return what it returns."""

        async def inside() -> Result:
            return work()

        return self.run(inside())

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


class ModelHandle:
    """The stand-in model as tests steer it."""

    def __init__(self, loop: LoopThread, world: World) -> None:
        self._loop, self._world = loop, world

    @property
    def calls(self) -> list[Call]:
        """Every request so far, oldest first."""
        return list(self._world.standin.calls)

    def set(self, *, answers: Answers | None = None, **manner: Any) -> None:
        """Change how it answers: fields of `Manner`, and *answers* (a list, used up; or a function)."""

        def change() -> None:
            self._world.standin.manner = replace(self._world.standin.manner, **manner)
            if answers is not None:
                self._world.standin.set_answers(answers)

        self._loop.call(change)

    def reset(self) -> None:
        """Built-in answers at once and in one chunk; no calls remembered."""

        def change() -> None:
            self._world.standin.manner = Manner(first_byte_s=0.0, chunks_per_s=0.0)
            self._world.standin.set_answers(None)
            self._world.standin.calls.clear()

        self._loop.call(change)


class PlatformHandle:
    """The platform's faults as tests set them."""

    def __init__(self, loop: LoopThread, world: World) -> None:
        self._loop, self._world = loop, world

    @property
    def token_fetches(self) -> int:
        """How often any token endpoint gave a token."""
        return len(self._world.tokens.fetches)

    def revoke_token(self, account: str) -> None:
        """Every token of *account* is refused from now on."""
        self._loop.call(lambda: self._world.tokens.revoke(account))

    def fail_sends(self, account: str, errcode: int, times: int) -> None:
        """Refuse the next *times* sends, or calls for a menu, of *account* with *errcode*."""
        coming = self._world.faults.coming
        self._loop.call(lambda: coming.setdefault(account, deque()).extend([errcode] * times))

    def drop_answer_of_next_send(self, times: int = 1) -> None:
        """The next sends reach the person, but their answers are lost with the connection."""

        def change() -> None:
            self._world.faults.abort_sends += times

        self._loop.call(change)

    def refuse_ip(self, account: str, times: int) -> None:
        """The bot's IP is not on the list (40164; WeCom 60020) for the next *times* token or app calls."""
        self._loop.call(lambda: self._world.faults.fenced.update({account: times}))

    def set_up_console(
        self, account: str, *, replies: dict[str, Any] | None = None, menu: dict[str, Any] | None = None
    ) -> None:
        """What the owner has set up in the console, in the form in which the platform tells it."""

        def change() -> None:
            found = self._world.accounts[account]
            found.console_replies, found.console_menu = replies, menu

        self._loop.call(change)

    def menu(self, account: str) -> dict[str, Any] | None:
        """The menu that the bot has made, if any."""
        return self._world.accounts[account].menu

    def delay(self, delay_ms: int) -> None:
        """Every API answer comes that much later."""

        def change() -> None:
            self._world.faults.delay_ms = delay_ms

        self._loop.call(change)

    def shift_date(self, seconds: float) -> None:
        """The `Date` of every API answer is *seconds* ahead of our clock."""

        def change() -> None:
            self._world.faults.date_off_s = seconds

        self._loop.call(change)

    def set_kind(self, account: str, kind: str) -> None:
        """Change the account's kind, and with it what it may call."""

        def change() -> None:
            self._world.accounts[account].kind = kind

        self._loop.call(change)

    def set_agents(self, account: str, online: int | None) -> None:
        """So many agents of the platform's own customer service are there; None: it was never set up."""

        def change() -> None:
            self._world.accounts[account].agents = online

        self._loop.call(change)

    def agents_heard(self, account: str, peer: str) -> list[str]:
        """What agents heard from *peer*, in order."""
        return list(self._world.agents.heard.get((account, peer), ()))

    def exhaust_allowance(self, account: str, peer: str) -> None:
        """Use up what may still be sent to *peer*."""
        self._loop.call(lambda: self._world.allowances.exhaust((account, peer)))
