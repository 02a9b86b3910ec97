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


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the code: which *files* it is known by in a stack, and what was *done* about its cost."""

    name: str
    files: tuple[str, ...]
    done: str


PARTS = (
    Part(
        "model: openai, aiohttp",
        ("bot/model/",),
        "one event loop a process over the SDK's aiohttp transport; the history goes past the SDK's own walk "
        "through it (4 ms for 20 messages); no store command and no parsing into objects for a chunk",
    ),
    Part(
        "platform: wechatpy, requests",
        ("bot/channels/_api",),
        "kept connections, one a thread; the environment's proxies are read once instead of at each call "
        "(a quarter of it); no typing call for an answer that is there within 0.2 s",
    ),
    Part(
        "store: redis-py",
        ("bot/store/",),
        "hiredis; one script for all that must be atomic, EVALSHA as it stands over kept connections "
        "(160 → 95 µs); what a turn recalls is one script; one script a second renews all leases",
    ),
    Part(
        "wake-ups: rq",
        ("rq/", "bot/queue"),
        "one job for all chats of 5 ms, or of longer when jobs queue up; the sweeper needs none",
    ),
    Part("tokens: tiktoken", ("bot/tokens",), "counted once a message and kept with it"),
    Part(
        "logs: structlog, logging",
        ("structlog/", "logging/__init__"),
        "one line for each step of a message, none for a chunk; each is searched for secrets, which stays",
    ),
    Part(
        "envelope and XML",
        ("bot/channels/_wire", "bot/channels/_inbound"),
        "ElementTree and cryptography instead of wechatpy's xmltodict: half the cost",
    ),
    Part(
        "the callback and the turn",
        ("handlers/", "bot/"),
        "nothing is imported that the process does not use",
    ),
    Part("Flask, werkzeug", ("flask/", "werkzeug/"), "left: it is most of the bare route's cost too"),
    Part("gunicorn, gevent", ("gunicorn/", "gevent/"), "left; no access log"),
)
"""The first part one of whose files lies in a stack is what its time went into."""
REST = Part("threads, everything else", (), "")


@dataclass(frozen=True, slots=True)
class Profile:
    """Where the time of one kind of process went: *shares* by part, largest first, together 1."""

    what: str
    how: str
    shares: tuple[tuple[Part, float], ...]


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


def _shares(stacks: Iterable[str]) -> tuple[tuple[Part, float], ...]:
    """Each line is `frame;frame;… count`, a frame `function (file:line)`."""
    spent: Counter[Part] = Counter()
    for line in stacks:
        stack, _, samples = line.rpartition(" ")
        spent[_part(stack)] += int(samples)
    total = spent.total() or 1
    return tuple((part, number / total) for part, number in spent.most_common())


def _part(stack: str) -> Part:
    found = (part for part in PARTS if any(f"({one}" in stack or f"/{one}" in stack for one in part.files))
    return next(found, REST)
