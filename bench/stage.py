"""Where measurements are made: real store, web processes, workers and simulator."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from bench.offered import Request
from tests.conftest import free_port
from tests.scenarios.house import House, wait_for

WEB_PROCESSES = 2
"""As WEB_CONCURRENCY is without a setting."""
FILLER = "今天想请教一下怎么把这段话写得更顺一些，谢谢。"
"""Makes a body of about 600 bytes."""

Chat = tuple[str, str]


class Stage(House):
    """A house with the product's own number of web processes, and room for a baseline beside it."""

    numbers = count()

    def start_web(self, number: int, port: int, environment: Mapping[str, str] | None = None) -> None:
        """Start gunicorn with as many processes as the product has."""
        super().start_web(number, port, {"WEB_CONCURRENCY": str(WEB_PROCESSES), **(environment or {})})

    def start_bare(self) -> int:
        """Start the bare Flask route under the same settings; its port."""
        port = free_port()
        line = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "bench.bare:app"]
        self._start("bare", line, {"PORT": str(port), "WEB_CONCURRENCY": str(WEB_PROCESSES)})
        wait_for(lambda: self.get("/healthz", port)[0] == 200, "the bare route", 30.0)
        return port

    def pid(self, name: str) -> int:
        """The process that was started as *name*."""
        return self.processes[name].pid

    @property
    def workers(self) -> list[int]:
        """The worker processes."""
        return [process.pid for name, process in self.processes.items() if name.startswith("worker")]

    def people(self, how_many: int, account: str = "") -> list[Chat]:
        """New people of *account*; without one half are followers of the shop, half are at the office."""
        accounts = (account or "shop", account or "office")
        chats = [(accounts[n % 2], f"oBench_{next(self.numbers):021d}") for n in range(how_many)]
        world = self.simulator.world
        self.simulator.call(lambda: [world.person_of(chat) for chat in chats])
        return chats

    def callbacks(self, chats: Sequence[Chat], text: str = FILLER, port: int = 0) -> list[Request]:
        """A fresh callback of each chat, signed and encrypted as the platform does it; they all wrote now."""
        self.simulator.call(lambda: self._let_reply(chats))
        ready = []
        for account, peer in chats:
            packet = self.simulator.packet(account, peer, text)
            base = f"http://127.0.0.1:{port or self.web_ports[0]}/callback/{account}"
            ready.append((f"{base}?{urlencode(packet.query)}", packet.body.decode()))
        return ready

    def await_accepted(self, how_many: int) -> None:
        """Wait until that many more messages than were settled are kept."""
        wait_for(lambda: self.counts().get("accepted", 0) - self.settled() >= how_many, "all accepted", 30.0)

    def _let_reply(self, chats: Sequence[Chat]) -> None:
        for chat in chats:
            self.simulator.world.allowances.grant(chat, "typed")

    def heard_at(self, chats: Sequence[Chat], replies: int = 1) -> list[float]:
        """When each chat had its *replies*-th message (epoch seconds); those that have not are left out."""
        heard = [self.simulator.replies(*chat) for chat in chats]
        return [sent[replies - 1].t for sent in heard if len(sent) >= replies]


@contextmanager
def stage(
    *, workers: int = 1, threads: int = 200, environment: Mapping[str, str] | None = None
) -> Iterator[Stage]:
    """A stage in a folder of its own, gone afterwards."""
    settings = {"WORKER_THREADS": str(threads), **(environment or {})}
    with (
        tempfile.TemporaryDirectory() as folder,
        Stage(Path(folder), workers=workers, environment=settings) as running,
    ):
        yield running
