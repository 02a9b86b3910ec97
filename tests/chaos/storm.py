"""A storm: many people keep writing while processes are killed and started again, as a supervisor would."""

import random
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

from tests.chaos.oracle import Chat, Oracle
from tests.scenarios.house import House, wait_for

STORE_DOWN_S = 3.0
SUPERVISOR_S = 1.0
"""How long a killed web or worker process stays down at most before it is started."""
STAND_IN_LATE_S = 0.5
"""How long a call may lie in the stand-in's socket before it counts: its caller may have died meanwhile."""
PLATFORM_RETRY_S = 5.0
"""As the platform does it; other tests shorten it."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One SIGKILL: when (epoch seconds), what, and how long until it was started again."""

    at: float
    process: str
    down_s: float


class Storm:
    """*kills* SIGKILLs spread over *messages* messages, *rate* a second; *rng* decides what, when and how."""

    def __init__(self, house: House, rng: random.Random, *, messages: int, kills: int, rate: float) -> None:
        self.house = house
        self.oracle = Oracle(house)
        self.kills: list[Kill] = []
        self.messages = messages
        self.took_s = self.cpu_s = 0.0
        self._rng = rng
        self.rate = rate
        self._marks = [int((number + rng.random()) * messages / kills) for number in range(kills)]
        self._kinds = _kinds(rng, kills)
        self._broken = threading.Event()
        self._starts: dict[str, Future[None]] = {}
        self._futures: list[Future[None]] = []

    def rage(self, people: list[Chat], writers: int) -> None:
        """Run it: ends when everything is said and every process runs again; judging is the caller's."""
        world = self.house.simulator.world
        rules = replace(world.rules, retry_every_s=PLATFORM_RETRY_S)
        self.house.simulator.call(lambda: setattr(world, "rules", rules))
        began, cpu = time.monotonic(), time.process_time()
        with ThreadPoolExecutor(writers) as hands, ThreadPoolExecutor(8) as supervisor:
            for number in range(writers):
                share = self.messages // writers + (number < self.messages % writers)
                rng = random.Random(self._rng.random())
                self._futures.append(hands.submit(self._write, people[number::writers], share, rng))
            try:
                for mark, kind in zip(self._marks, self._kinds, strict=True):
                    self._await_mark(mark)
                    self._kill(kind, supervisor)
            except BaseException:
                self._broken.set()
                raise
        self.took_s, self.cpu_s = time.monotonic() - began, time.process_time() - cpu
        for future in self._futures:
            future.result()

    def ended_unasked(self) -> list[str]:
        """Processes that ended although nobody killed them."""
        return [name for name, process in self.house.processes.items() if process.poll() is not None]

    def called_again(self) -> tuple[int, list[tuple[float, float]]]:
        """How many model calls were repeated; both times of those repeated without a worker's death."""
        killed = [kill.at for kill in self.kills if kill.process.startswith("worker")]
        repeats = [pair for times in self.oracle.calls().values() for pair in pairwise(times)]
        return len(repeats), [
            (a, b) for a, b in repeats if not any(a - STAND_IN_LATE_S <= at <= b for at in killed)
        ]

    def longest_s(self) -> dict[int, float]:
        """By how many kills struck while a reply was waited for: the longest such wait."""
        longest: dict[int, float] = {}
        for acknowledged, heard in self.oracle.waits():
            struck = sum(acknowledged <= kill.at <= heard for kill in self.kills)
            longest[struck] = max(longest.get(struck, 0.0), heard - acknowledged)
        return longest

    def _write(self, mine: list[Chat], share: int, rng: random.Random) -> None:
        """One hand that writes for several people at its own pace; what an outage held up is caught up."""
        gap_s = self.messages / share / self.rate if share else 0.0
        due = time.monotonic() + rng.uniform(0, gap_s)
        for _ in range(share):
            # The pace is the load; nothing is waited for here.
            if self._broken.wait(max(due - time.monotonic(), 0.0)):
                return
            self.oracle.say(*rng.choice(mine))
            due += rng.uniform(0.5, 1.5) * gap_s

    def _await_mark(self, mark: int) -> None:
        def reached() -> bool:
            for future in self._futures:
                if future.done() and future.exception():
                    future.result()
            return len(self.oracle.deliveries) >= mark

        wait_for(reached, f"message {mark} of {self.messages} is delivered", 120.0)

    def _kill(self, kind: str, supervisor: ThreadPoolExecutor) -> None:
        """Kill one of *kind*, which may still be starting; the store only once it answers again."""

        def victims() -> list[str]:
            starting = {name for name, start in self._starts.items() if not start.done()}
            return sorted(n for n in list(self.house.processes) if n.startswith(kind) and n not in starting)

        wait_for(lambda: bool(victims()), f"a {kind} to kill", 60.0)
        name = self._rng.choice(victims())
        down_s = self._rng.uniform(0, STORE_DOWN_S if kind == "store" else SUPERVISOR_S)
        self.kills.append(Kill(time.time(), name, down_s))
        self.house.stop(name, signal.SIGKILL)
        self._starts[name] = supervisor.submit(self._start_again, name, down_s)
        self._futures.append(self._starts[name])

    def _start_again(self, name: str, down_s: float) -> None:
        self._broken.wait(down_s)
        if name == "store":
            self.house.start_store()
        elif name.startswith("web"):
            number = int(name.removeprefix("web"))
            self.house.start_web(number, self.house.web_ports[number])
        else:
            self.house.start_worker(int(name.removeprefix("worker")))


def _kinds(rng: random.Random, kills: int) -> list[str]:
    """Which kind each kill is for: all three in equal parts, in any order."""
    kinds = [("store", "web", "worker")[number % 3] for number in range(kills)]
    rng.shuffle(kinds)
    return kinds
