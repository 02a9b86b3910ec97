"""The whole house for scenario tests: a store, gunicorn, workers and the simulator, all real processes."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from redis import Redis

from launching.store import command, find_binary
from simulator.testing import Simulator
from tests.conftest import await_store, free_port

ROOT = Path(__file__).parents[2]
READY_S = 40.0
APART = {"YINGDA_TURN__MERGE_WAITING": "false"}
"""For tests that count one reply, or one model call, for each message: no lines are answered together."""


def wait_for(condition: Callable[[], bool], what: str, limit_s: float = 15.0) -> None:
    """Wait until *condition* holds; fails saying *what* did not happen."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"not within {limit_s} s: {what}"
        time.sleep(0.02)


def link_of(text: str) -> str:
    """What the link in *text* says when it is tapped."""
    found = re.search(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^&"]+)&', text)
    assert found, text
    return unquote(found[1])


class House:
    """Everything that runs for real; a context manager. Logs lie in its folder, one file a process."""

    def __init__(
        self,
        folder: Path,
        *,
        mode: Any = "safe",
        extra: str = "",
        workers: int = 1,
        webs: int = 1,
        environment: Mapping[str, str] | None = None,
        page_key: str = "",
    ) -> None:
        self.folder = folder
        self.simulator = Simulator(mode=mode, key=page_key)
        self._extra = extra
        self._workers = workers
        self._webs = webs
        self._environment = environment or {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.store_port = free_port()
        self.web_ports = [free_port() for _ in range(webs)]

    def __enter__(self) -> Self:
        self.simulator.__enter__()
        try:
            (self.folder / "store").mkdir(exist_ok=True)
            (self.folder / "yingda.toml").write_text(self.simulator.config_toml(self._extra))
            self.start_store()
            self.start_webs()
            for number in range(self._workers):
                self.start_worker(number)
            self.simulator.set_callback(*(f"http://127.0.0.1:{port}" for port in self.web_ports))
            self.await_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(list(self.processes)):
            self.stop(name, signal.SIGKILL)
        self.simulator.__exit__(kind, error, trace)

    def start_store(self) -> None:
        """Start the store on its data and wait for it."""
        binary = command(find_binary(), self.store_port, self.folder / "store")
        self._start("store", list(binary), {})
        await_store(self.store_port)

    def start_webs(self) -> None:
        """Start each gunicorn."""
        for number, port in enumerate(self.web_ports):
            self.start_web(number, port)

    def start_web(self, number: int, port: int, environment: Mapping[str, str] | None = None) -> None:
        """Start one gunicorn."""
        arguments = ["-m", "gunicorn", "-c", "config/gunicorn.py", "app:app"]
        own = {"PORT": str(port), "WEB_CONCURRENCY": "1", **(environment or {})}
        self._start(f"web{number}", [sys.executable, *arguments], own)

    def start_worker(self, number: int = 0, environment: Mapping[str, str] | None = None) -> None:
        """Start one worker process."""
        self._start(f"worker{number}", [sys.executable, "worker.py"], environment or {})

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM, limit_s: float = 40.0) -> int:
        """Send a signal to a process and its group, and wait for its end; its exit status."""
        process = self.processes.pop(name)
        if number is signal.SIGKILL:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.send_signal(number)
        return process.wait(limit_s)

    def await_ready(self) -> None:
        """Wait until every web process answers and knows of every worker."""
        wanted = sum(1 for name in self.processes if name.startswith("worker"))
        end = time.monotonic() + READY_S
        while any(self.get("/readyz", port)[1].get("workers", -1) < wanted for port in self.web_ports):
            logs = {name: self.log(name)[-800:] for name in self.processes}
            ended = [name for name, process in self.processes.items() if process.poll() is not None]
            assert not ended, f"ended: {ended} {logs}"
            assert time.monotonic() < end, f"not ready: {logs}"
            time.sleep(0.05)

    def get(self, path: str, port: int | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of a GET to a web process; status 0 while it does not answer."""
        url = f"http://127.0.0.1:{port or self.web_ports[0]}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")
        except OSError:
            return 0, {}

    def get_forwarded(self, path: str) -> int:
        """The status of a GET that comes through a proxy."""
        url = f"http://127.0.0.1:{self.web_ports[0]}{path}"
        request = urllib.request.Request(url, headers={"X-Forwarded-For": "203.0.113.9"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def try_start(
        self, process: str, environment: Mapping[str, str], within: Sequence[str] = ()
    ) -> tuple[int, str]:
        """Start a process that should refuse, *within* another command; its status and what it printed."""
        name = f"refused-{process}-{free_port()}"
        web = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "app:app"]
        arguments = web if process == "web" else [sys.executable, "worker.py"]
        self._start(name, [*within, *arguments], {"PORT": str(free_port()), **environment})
        status = self.processes.pop(name).wait(READY_S)
        return status, self.log(name)

    def text(self, path: str) -> str:
        """The body of a GET."""
        url = f"http://127.0.0.1:{self.web_ports[0]}{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())

    def log(self, name: str) -> str:
        """What a process has logged so far."""
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    @property
    def store(self) -> Redis:
        """A client of the house's store."""
        return Redis(port=self.store_port)

    def counts(self) -> dict[str, int]:
        """The counters in the store."""
        with self.store as client:
            return {name.decode(): int(value) for name, value in client.hgetall("yd1:counts").items()}

    def settled(self, counts: Mapping[str, int] | None = None) -> int:
        """How many messages have ended; as *counts* say, if they were read before."""
        found = self.counts() if counts is None else counts
        return sum(value for name, value in found.items() if name.startswith("settled:"))

    def drained(self) -> None:
        """The oracle: everything accepted is settled, nothing waits, no lease is left."""
        left: list[bytes] = []

        def all_settled() -> bool:
            counts = self.counts()
            if counts.get("accepted", 0) != self.settled(counts):
                return False
            counts, left[:] = self._counts_and_work()
            return counts.get("accepted", 0) == self.settled(counts)

        wait_for(all_settled, f"settled: {self.counts()}", 20.0)
        assert left == []

    def _counts_and_work(self) -> tuple[dict[str, int], list[bytes]]:
        """The counters and the keys of messages, turns and leases, of one moment: at the next one more may be
        accepted, such as a notice to everybody."""
        with self.store as client, client.pipeline() as reading:
            reading.hgetall("yd1:counts")
            for pattern in ("yd1:inbox:*", "yd1:turn:*", "yd1:lease:*", "yd1:ready"):
                reading.keys(pattern)
            counts, *keys = reading.execute()
        return {name.decode(): int(value) for name, value in counts.items()}, list(itertools.chain(*keys))

    def _start(self, name: str, arguments: list[str], more: Mapping[str, str]) -> None:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("YINGDA", "OPENAI"))},
            "REDIS_URL": f"redis://127.0.0.1:{self.store_port}/0",
            "YINGDA_CONFIG": str(self.folder / "yingda.toml"),
            "WORKER_THREADS": "120",
            "GUNICORN_CMD_ARGS": "",
            **self._environment,
            **more,
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                arguments, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
