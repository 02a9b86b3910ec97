"""A folder that launch.py can be run in, and launch.py run in it."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launch.launched import CONFIG, WEB, WORKER, Launch, Launched


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder as launch.py expects it, with processes that only tell what they were given."""
    (tmp_path / "web.py").write_text(WEB, "utf-8")
    (tmp_path / "worker.py").write_text(WORKER, "utf-8")
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "__main__.py").write_text(WORKER, "utf-8")
    (tmp_path / "Procfile").write_text("web: python web.py\nworker: python worker.py\n", "utf-8")
    (tmp_path / "yingda.toml").write_text(CONFIG, "utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Two starts at the same moment would find the same port free."""
    with (Path(tempfile.gettempdir()) / "yingda-launch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def launch(root: Path) -> Iterator[Launch]:
    """Runs launch.py with the given words and variables; what still runs at the end is stopped."""
    begun: list[Launched] = []

    def start(*words: str, **variables: str) -> Launched:
        environ = {"PATH": os.environ["PATH"], "HOME": str(root), "PYTHONDONTWRITEBYTECODE": "1", **variables}
        begun.append(Launched(root, words, environ))
        return begun[-1]

    yield start
    for launched in begun:
        if launched.process.poll() is None:
            launched.process.terminate()
            launched.process.wait(20)
