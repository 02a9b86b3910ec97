"""Open-loop load from a process of its own: requests leave when they are due, answered or not.

`python -m bench.offered` reads a plan as JSON and writes what came of it. A latency counts from the moment
the request was due, so that a server that stalls is not spared what waited meanwhile.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 30.0
_HEADERS = {"Content-Type": "text/xml"}

Request = tuple[str, str]
"""Address and body of one POST."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is offered.

    Attributes:
        rate: requests a second; 0 = all at once.
        hands: closed loop instead: that many connections, each of which sends when it was answered.
    """

    requests: Sequence[Request]
    rate: float = 0.0
    hands: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan, one entry a request.

    Attributes:
        due: when each was to leave, epoch seconds.
        took_ms: from then to its answer.
        statuses: HTTP statuses; 0 where none came.
        lasted_s: from the first to the last.
    """

    due: list[float]
    took_ms: list[float]
    statuses: list[int]
    lasted_s: float

    @property
    def refused(self) -> int:
        """How many were not answered with 200."""
        return sum(status != 200 for status in self.statuses)


def offer(plan: Plan) -> Outcome:
    """Run *plan* in a process where nothing else runs."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.offered"],
        cwd=ROOT,
        input=json.dumps(asdict(plan)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Outcome(**json.loads(done.stdout))


class _Load:
    def __init__(self, plan: Plan, session: aiohttp.ClientSession) -> None:
        self._plan = plan
        self._session = session
        self._statuses = [0] * len(plan.requests)
        self._took_ms = [0.0] * len(plan.requests)
        self._due = [0.0] * len(plan.requests)

    async def run(self) -> Outcome:
        began, at = time.perf_counter(), time.time()
        await (self._closed(began) if self._plan.hands else self._open(began))
        lasted_s = time.perf_counter() - began
        return Outcome([at + due - began for due in self._due], self._took_ms, self._statuses, lasted_s)

    async def _open(self, began: float) -> None:
        tasks = []
        for index in range(len(self._plan.requests)):
            due = began + (index / self._plan.rate if self._plan.rate else 0.0)
            wait_s = due - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            tasks.append(asyncio.create_task(self._post(index, due)))
        await asyncio.gather(*tasks)

    async def _closed(self, began: float) -> None:
        left = iter(range(len(self._plan.requests)))

        async def hand() -> None:
            for index in left:
                await self._post(index, time.perf_counter())

        await asyncio.gather(*(hand() for _ in range(self._plan.hands)))

    async def _post(self, index: int, due: float) -> None:
        url, body = self._plan.requests[index]
        self._due[index] = due
        try:
            async with self._session.post(url, data=body, headers=_HEADERS) as response:
                await response.read()
                self._statuses[index] = response.status
        except (aiohttp.ClientError, TimeoutError):
            pass  # The status stays 0, which is counted.
        self._took_ms[index] = (time.perf_counter() - due) * 1000


async def _run(plan: Plan) -> Outcome:
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=4)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        return await _Load(plan, session).run()


def main() -> None:
    """See above."""
    asked = json.load(sys.stdin)
    plan = Plan([(url, body) for url, body in asked["requests"]], asked["rate"], asked["hands"])
    gc.disable()
    json.dump(asdict(asyncio.run(_run(plan))), sys.stdout)


if __name__ == "__main__":
    main()
