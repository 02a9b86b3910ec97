"""Deaths on purpose: processes armed to kill themselves at a named place, and how to bring them about."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from simulator.testing import Delivery
from tests.chaos.oracle import Chat, Oracle
from tests.conftest import free_port
from tests.scenarios.house import ROOT, House, wait_for

_numbers = count(100)
START_S = 40.0


def newcomer() -> str:
    """Somebody who has never written before."""
    return f"oKilled_{next(_numbers):020d}"


def armed(place: str) -> dict[str, str]:
    return {"YINGDA_FAILPOINTS__ARMED": place}


def lives(pid: int) -> bool:
    """Whether *pid* is a process that has not ended; one that only waits to be reaped has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    """The processes that *pid* has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def start_below_launch(house: House) -> int:
    """`launch.py run` as process `launch` with nothing but a worker in its Procfile; that worker's number."""
    place = house.folder / "place"
    place.mkdir(exist_ok=True)
    (place / "Procfile").write_text(f"worker: python {ROOT / 'worker.py'}\n")
    script = f'cd "{place}" && exec "{sys.executable}" "{ROOT / "launch.py"}" run'
    house._start("launch", ["sh", "-c", script], {})
    launch = house.processes["launch"].pid
    wait_for(lambda: bool(children(launch)), "launch.py starts its worker", START_S)
    (worker,) = children(launch)
    with house.store as store:
        wait_for(lambda: bool(store.keys(f"yd1:worker:worker-{worker}-*")), "launch.py's worker", START_S)
    return worker


def bury(house: House, name: str, *, group: bool = False) -> None:
    """SIGKILL to process *name*, or to its whole group, and to nothing else."""
    process = house.processes.pop(name)
    (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    process.wait(5)


class Killing:
    """Armed processes in a *house* that otherwise runs one web process which is never armed."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.oracle = Oracle(house)
        self.alive = f"http://127.0.0.1:{house.web_ports[0]}"
        self.said_at: dict[Chat, float] = {}
        self._webs: dict[str, tuple[str, int]] = {}

    def say(self, chat: Chat) -> Delivery:
        """*chat* says one word."""
        self.said_at[chat] = time.time()
        return self.oracle.say(*chat)

    def workers(self, *places: str) -> list[str]:
        """Start a worker for each of *places* ("" arms none), all at once, and wait until all listen."""
        names = []
        for place in places:
            number = next(_numbers)
            self.house.start_worker(number, armed(place) if place else {})
            names.append(f"worker{number}")
        for name, place in zip(names, places, strict=True):
            words = "failpoints armed" if place else "worker started"
            wait_for(lambda: words in self.house.log(name), f"{name} listens", START_S)  # noqa: B023
        return names

    def webs(self, *places: str) -> None:
        """Start a gunicorn for each of *places*, all at once; each of its web processes dies there."""
        for place in places:
            number, port = next(_numbers), free_port()
            self.house.start_web(number, port, armed(place))
            self._webs[place] = f"web{number}", port
        for place in places:
            self._await_web(place)

    def _await_web(self, place: str) -> None:
        name, port = self._webs[place]
        wait_for(lambda: self.house.get("/healthz", port)[0] == 200, f"web at {place}", START_S)
        assert "failpoints armed" in self.house.log(name)

    def die_in_worker(self, names: list[str], chat: Chat) -> str:
        """*chat* says one word; the name of the worker among *names* that dies of it (and leaves *names*)."""
        assert self.say(chat).acknowledged

        def dead() -> list[str]:
            return [name for name in names if self.house.processes[name].poll() is not None]

        wait_for(lambda: bool(dead()), f"a death among {names}", 20.0)
        (name,) = dead()
        names.remove(name)
        assert self.house.processes.pop(name).returncode == -signal.SIGKILL
        return name

    def die_in_web(self, place: str, chat: Chat) -> Delivery:
        """*chat* says one word to a web process that dies at *place*; the retry reaches the living one."""
        name, port = self._webs[place]
        self._await_web(place)
        deaths = self.house.log(name).count("SIGKILL")
        self.house.simulator.set_callback(f"http://127.0.0.1:{port}", self.alive)
        delivery = self.say(chat)
        self.house.simulator.set_callback(self.alive)
        wait_for(lambda: self.house.log(name).count("SIGKILL") == deaths + 1, f"one death at {place}")
        assert delivery.statuses == [0, 200]
        return delivery

    def stop(self, prefix: str, keep: Sequence[str] = ()) -> None:
        """SIGKILL every process whose name begins with *prefix*, but not those to *keep*."""
        for name in [name for name in self.house.processes if name.startswith(prefix)]:
            if name not in keep:
                self.house.stop(name, signal.SIGKILL)

    def seconds(self, chat: Chat) -> float:
        """From the moment at which *chat* began to say its only word to its first reply."""
        return self.house.simulator.replies(*chat)[0].t - self.said_at[chat]
