"""What tests of a broken store share: people who go on writing, a line to break, and who must not end."""

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.testing import Delivery
from tests.chaos.oracle import Oracle, Verdict
from tests.chaos.proxy import FaultProxy
from tests.scenarios.house import House, wait_for

PACE_S = 0.15
UNANSWERED = 4
_people = itertools.count(1)


def newcomer() -> str:
    """Somebody who has never written before."""
    return f"oOutage_{next(_people):020d}"


class Crowd:
    """People who go on writing to both accounts while inside; a context manager."""

    def __init__(self, oracle: Oracle, people: int = 6) -> None:
        self.oracle = oracle
        self._people = people
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._hands = ThreadPoolExecutor(self._people)
        self._writing: list[Future[None]] = [
            self._hands.submit(self._write, number % 3 == 2) for number in range(self._people)
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._hands.shutdown()
        for writing in self._writing:
            writing.result()

    def said(self, more: int) -> None:
        """Wait until *more* words than now have been acknowledged."""
        wanted = self._acknowledged() + more
        wait_for(lambda: self._acknowledged() >= wanted, f"{more} words are acknowledged", 40.0)

    def _acknowledged(self) -> int:
        return sum(delivery.acknowledged for delivery in list(self.oracle.deliveries))

    def _write(self, office: bool) -> None:
        """One person at a human pace; the office is a new member each time, who may be sent 30 a minute.

        After their last word a follower may be sent five messages, so they have less than that unanswered.
        """
        follower, said = newcomer(), 0
        while not self._over.wait(PACE_S):
            if office:
                self.oracle.say("office", newcomer())
            elif said - len(set(self.oracle.heard("shop", follower))) < UNANSWERED:
                said += self.oracle.say("shop", follower).acknowledged


class ProxiedHouse(House):
    """A house whose web process and workers reach the store over a line that can be broken: `line`."""

    def __enter__(self) -> Self:
        self.line = FaultProxy(self.store_port)
        self.line.__enter__()
        self._environment = {
            **self._environment,
            "REDIS_URL": f"redis://127.0.0.1:{self.line.port}/0",
        }
        try:
            return super().__enter__()
        except BaseException:
            self.line.__exit__(None, None, None)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.line.__exit__(kind, error, trace)


@contextmanager
def nobody_ends(house: House) -> Iterator[None]:
    """While inside, and until the house is ready again, no web process or worker ends or is replaced."""
    before = alive(house)
    yield
    house.await_ready()
    assert alive(house) == before


def alive(house: House) -> Mapping[str, tuple[int, ...]]:
    """The process ids of every process but the store, gunicorn's own children included."""
    found = {}
    for name, process in house.processes.items():
        if name != "store":
            assert process.poll() is None, f"{name} ended: {house.log(name)[-800:]}"
            found[name] = (process.pid, *children(process.pid))
    return found


def children(pid: int) -> tuple[int, ...]:
    """The children of a process."""
    return tuple(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def saying(oracle: Oracle, account: str, peer: str) -> Future[Delivery]:
    """Somebody says something while the test goes on; its delivery comes later."""
    hand = ThreadPoolExecutor(1)
    try:
        return hand.submit(oracle.say, account, peer)
    finally:
        hand.shutdown(wait=False)


def says_503(house: House, oracle: Oracle, heal: Callable[[], None]) -> Verdict:
    """While the store takes nothing a callback gets 503; after *heal* it is taken, and everything is right.

    The house is empty before: the first 503 is seen in the log, and the delivery goes on by itself.
    """
    refused = house.log("web0").count("callback not kept")
    delivery = saying(oracle, "shop", newcomer())
    wait_for(lambda: house.log("web0").count("callback not kept") > refused, "a callback is refused", 10.0)
    heal()
    statuses = delivery.result(30).statuses
    assert statuses[0] == 503, statuses
    assert statuses[-1] == 200, statuses
    return oracle.judge()


def refusals(oracle: Oracle) -> list[float]:
    """Seconds until each answer that was not 200; a 0 stands for none within 5 s and is never allowed."""
    attempts = [attempt for delivery in list(oracle.deliveries) for attempt in delivery.attempts]
    statuses = {attempt.status for attempt in attempts}
    assert statuses <= {200, 503}, statuses
    return [attempt.ms / 1000 for attempt in attempts if attempt.status == 503]
