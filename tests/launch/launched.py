"""launch.py run for real, in a folder with small processes in place of Yingda's."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPO = Path(__file__).parents[2]

WEB = """
import http.server, os

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
"""
WORKER = """
import json, os, signal, subprocess, sys

KEPT = ("OPENAI_", "YINGDA_", "REDIS_", "SIMULATOR_", "PORT", "NO_PROXY", "GUNICORN_")
own = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
if "grandchild" in sys.argv:
    signal.pause()
helper = subprocess.Popen([sys.executable, __file__, "grandchild"])

def end(*_):
    helper.kill()
    print(json.dumps({"ended": os.getpid()}), flush=True)
    sys.exit()

signal.signal(signal.SIGTERM, end)
print(json.dumps({"argv": sys.argv[1:], "environ": own, "helper": helper.pid}), flush=True)
signal.pause()
"""
STUBBORN = """
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{"environ": {}}', flush=True)
while True:
    signal.pause()
"""
CONFIG = """
[chat]
base_url = "http://127.0.0.1:9/v1"

[accounts.shop]
channel = "official"
encryption = "plain"
app_id = "wxb04bbe2df0945897"
app_secret = "ff3e8311e645aaeec3b663b4e614fffd"
token = "5063eb420c442f623380ef9e"
"""


def await_true(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until *holds*, and fail the test when it does not within *seconds*."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether *pid* is a process that has not ended; one that only waits to be reaped has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Launched:
    """launch.py at work in *root*."""

    def __init__(self, root: Path, words: tuple[str, ...], environ: dict[str, str]) -> None:
        self.root = root
        self._said = root / f"said-{time.monotonic_ns()}"
        with self._said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(REPO / "launch.py"), *words],
                cwd=root,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    @property
    def said(self) -> str:
        return self._said.read_text("utf-8")

    def await_said(self, words: str, times: int = 1) -> str:
        await_true(lambda: self.said.count(words) >= times or self.process.poll() is not None, 30)
        assert self.said.count(words) >= times, self.said
        return self.said

    def pids(self, folder: str = "var/demo") -> dict[str, int]:
        record = json.loads((self.root / folder / "processes.json").read_text("utf-8"))
        return {name: entry["pid"] for name, entry in record.items()}

    def heard(self, name: str) -> list[dict[str, object]]:
        """The JSON lines that process *name* has written so far."""
        lines = (self.root / "var" / "log" / f"{name}.log").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def everything(self) -> set[int]:
        """Every process below launch.py, however deep."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and is_running(int(entry.name)):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {self.process.pid}

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)


Launch = Callable[..., Launched]


def ready(launch: Launch, **variables: str) -> Launched:
    """The demo, all of whose processes have told what they were given."""
    launched = launch("demo", **variables)
    launched.await_said("Ctrl-C")
    await_true(lambda: bool(launched.heard("worker")) and bool(launched.heard("simulator")))
    return launched


def given(launched: Launched, name: str, at: int = -1) -> dict[str, str]:
    """The environment in which a start of process *name* found itself."""
    told: Any = [line["environ"] for line in launched.heard(name) if "environ" in line]
    return dict(told[at])
