"""Profiles of both processes under load, taken by py-spy, and summed up by what the time went into."""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.acknowledge import warm
from bench.offered import Plan, offer
from bench.stage import stage
from tests.scenarios.house import wait_for

PYSPY = Path(sys.executable).with_name("py-spy")
SECONDS = 12.0
SAMPLES_A_SECOND = 200
WEB_RATE, CHAT_RATE = 500, 60
PARTS = (
    ("model: openai, aiohttp", ("bot/model/",)),
    ("platform: wechatpy, requests", ("bot/channels/_api",)),
    ("store: redis-py", ("bot/store/",)),
    ("wake-ups: rq", ("rq/", "bot/queue")),
    ("tokens: tiktoken", ("bot/tokens",)),
    ("logs: structlog, logging", ("structlog/", "logging/__init__")),
    ("envelope and XML", ("bot/channels/_wire", "bot/channels/_inbound")),
    ("the callback and the turn", ("handlers/", "bot/")),
    ("Flask, werkzeug", ("flask/", "werkzeug/")),
    ("gunicorn, gevent", ("gunicorn/", "gevent/")),
)
"""The first part one of whose files lies in a stack is what its time went into."""
REST = "threads, everything else"


@dataclass(frozen=True, slots=True)
class Profile:
    """Where the time of one kind of process went: *shares* by part, largest first, together 1."""

    what: str
    how: str
    shares: tuple[tuple[str, float], ...]


def profiles(scale: float) -> list[Profile]:
    """The web processes at 500 callbacks a second, and a worker at 60 chats a second."""
    return [_web(SECONDS * scale), _worker(SECONDS * scale)]


def _web(seconds: float) -> Profile:
    with stage(workers=0) as running:
        warm(running, running.web_ports[0], "web0")
        requests = running.callbacks(running.people(int(WEB_RATE * seconds)))
        stacks = _recorded(running.pid("web0"), seconds, lambda: offer(Plan(requests, rate=WEB_RATE)))
    how = f"{WEB_RATE} callbacks a second for {seconds:.0f} s and no worker"
    return Profile("web processes", how, _shares(stacks))


def _worker(seconds: float) -> Profile:
    with stage() as running:
        warm(running, running.web_ports[0], "web0")
        running.simulator.model.set(first_byte_s=0.2, chunks=4, chunks_per_s=40.0)
        chats = running.people(int(CHAT_RATE * seconds))
        requests = running.callbacks(chats)
        stacks = _recorded(running.workers[0], seconds, lambda: offer(Plan(requests, rate=CHAT_RATE)))
        wait_for(lambda: len(running.heard_at(chats)) == len(chats), "everybody is answered", 60.0)
    how = f"{CHAT_RATE} chats a second for {seconds:.0f} s, 4 chunks each"
    return Profile("a worker process", how, _shares(stacks))


def _recorded(pid: int, seconds: float, load: Callable[[], object]) -> list[str]:
    """The stacks of *pid* and its children during *load*; only threads that hold the interpreter count."""
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        line = [str(PYSPY), "record", "--pid", str(pid), "--subprocesses", "--gil", "--format", "raw"]
        line += ["--rate", str(SAMPLES_A_SECOND), "--duration", str(max(round(seconds), 1))]
        line += ["--output", str(stacks)]
        with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as recorder:
            load()
            told = recorder.communicate()[1]
        if recorder.returncode:
            raise RuntimeError(f"py-spy: {told}")
        return stacks.read_text().splitlines()


def _shares(stacks: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Each line is `frame;frame;… count`, a frame `function (file:line)`."""
    spent: Counter[str] = Counter()
    for line in stacks:
        stack, _, samples = line.rpartition(" ")
        spent[_part(stack)] += int(samples)
    total = spent.total() or 1
    return tuple((part, number / total) for part, number in spent.most_common())


def _part(stack: str) -> str:
    for part, files in PARTS:
        if any(f"({one}" in stack or f"/{one}" in stack for one in files):
            return part
    return REST
