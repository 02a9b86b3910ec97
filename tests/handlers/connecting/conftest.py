"""A simulated platform, and `flask --app app connect` on a terminal that talks to it."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.testing import Simulator
from tests.conftest import free_port
from tests.handlers.connecting.terminal import Terminal

ROOT = Path(__file__).parents[3]

Start = Callable[..., Terminal]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """The platform."""
    with Simulator() as running:
        yield running


@pytest.fixture
def port(sim: Simulator) -> int:
    """Where the platform's callbacks arrive."""
    found = free_port()
    sim.set_callback(f"http://127.0.0.1:{found}")
    return found


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """The settings file, not there yet, in a folder of its own."""
    folder = tmp_path / "settings"
    folder.mkdir()
    return folder / "yingda.toml"


@pytest.fixture
def start(sim: Simulator, port: int, toml: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts the command with the simulator as its API; everything started is ended."""
    started: list[Terminal] = []

    def run(*words: str, **environ: str) -> Terminal:
        base = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "TERM": "dumb"}
        base |= {"YINGDA_CONFIG": str(toml), "PORT": str(port), "no_proxy": "127.0.0.1", **environ}
        command = (sys.executable, "-m", "flask", "--app", "app", "connect", "--api-base", sim.base_url)
        started.append(Terminal((*command, *words), ROOT, base))
        return started[-1]

    yield run
    for terminal in started:
        terminal.__exit__(None, None, None)
