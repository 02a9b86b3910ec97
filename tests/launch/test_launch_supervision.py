"""What launch.py does when a process ends, and when it is told to end itself."""

import json
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.launch.launched import STUBBORN, Launch, Launched, await_true, given, is_running, ready


def _redis(launched: Launched, *words: str) -> str:
    """One command to the demo's store, and the first line of its answer."""
    port = int(given(launched, "worker")["REDIS_URL"].rpartition(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(" ".join(words).encode() + b"\r\n")
        return line.recv(1000).decode()


def test_a_killed_child_is_started_again(launch: Launch) -> None:
    """SIGKILL of a worker: another one within a second or two, told in a line and in processes.json."""
    launched = ready(launch)
    killed = launched.pids()["worker"]
    os.kill(killed, signal.SIGKILL)

    await_true(lambda: launched.pids()["worker"] != killed, 5)

    launched.await_said("worker ended (signal 9), again in 0.2 s")
    assert is_running(launched.pids()["worker"])


def test_what_a_killed_child_had_started_is_gone_with_it(launch: Launch) -> None:
    """Nothing of the old worker is left to disturb the new one."""
    launched = ready(launch)
    helper: Any = launched.heard("worker")[0]["helper"]
    os.kill(launched.pids()["worker"], signal.SIGKILL)

    await_true(lambda: not is_running(helper), 5)


def test_the_store_survives_sigkill_with_its_data(launch: Launch) -> None:
    """What was answered with OK is there after a kill, at the same address."""
    launched = ready(launch)
    assert _redis(launched, "SET", "kept", "yes").startswith("+OK")
    killed = launched.pids()["store"]
    os.kill(killed, signal.SIGKILL)

    await_true(lambda: launched.pids()["store"] != killed, 5)
    launched.await_said("store ended (signal 9)")

    def answer() -> str:
        try:
            return _redis(launched, "GET", "kept")
        except OSError:
            return ""

    await_true(lambda: answer() == "$3\r\nyes\r\n", 10)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("appendonly", "yes"),
        ("appendfsync", "always"),
        ("auto-aof-rewrite-min-size", "16777216"),
        ("save", ""),
        ("maxmemory-policy", "noeviction"),
        ("bind", "127.0.0.1"),
    ],
)
def test_the_store_is_durable_and_on_loopback_only(launch: Launch, setting: str, value: str) -> None:
    """Every promise about the store's settings is one that the store itself confirms."""
    assert _redis(ready(launch), "CONFIG", "GET", setting).split("\r\n")[4] == value


def test_ctrl_c_leaves_no_process(launch: Launch) -> None:
    """Asked once, all are asked to stop, the store last, and none is left."""
    launched = ready(launch)
    everything = launched.everything()
    worker = launched.pids()["worker"]

    assert len(everything) >= 6
    assert launched.interrupt() == 0
    assert not [pid for pid in everything if is_running(pid)]
    assert {"ended": worker} in launched.heard("worker")


def test_a_second_ctrl_c_kills_at_once(launch: Launch, root: Path) -> None:
    """A worker that ignores SIGTERM is not waited for when Ctrl-C comes again."""
    (root / "worker.py").write_text(STUBBORN, "utf-8")
    launched = ready(launch)
    everything = launched.everything()
    launched.process.send_signal(signal.SIGINT)
    launched.await_said("stopping")
    launched.process.send_signal(signal.SIGINT)

    launched.process.wait(4)
    assert not [pid for pid in everything if is_running(pid)]


def test_a_worker_that_does_not_stop_is_killed_after_ten_seconds(launch: Launch, root: Path) -> None:
    """Stopping never takes longer than that, and still leaves nothing."""
    (root / "worker.py").write_text(STUBBORN, "utf-8")
    launched = ready(launch)
    everything = launched.everything()
    launched.process.send_signal(signal.SIGTERM)

    launched.process.wait(11)
    assert not [pid for pid in everything if is_running(pid)]


def test_a_killed_launch_takes_its_children_along(launch: Launch) -> None:
    """Even SIGKILL of launch.py leaves nothing running: the kernel ends them with it."""
    launched = ready(launch)
    direct = launched.pids().values()
    helpers: Any = [launched.heard(name)[0]["helper"] for name in ("worker", "simulator")]
    launched.process.kill()
    launched.process.wait(5)

    await_true(lambda: not [pid for pid in direct if is_running(pid)], 5)
    for helper in helpers:  # Of a third generation: gunicorn's own notice by themselves, these do not.
        os.kill(helper, signal.SIGKILL)


def test_errors_of_the_processes_are_shown_and_other_lines_are_not(launch: Launch, root: Path) -> None:
    """The terminal carries what went wrong; the rest is in var/log."""
    worker = root / "worker.py"
    lines = ({"level": "info", "event": "quiet"}, {"level": "error", "event": "loud", "code": 7})
    said = "".join(f"print({json.dumps(json.dumps(line))}, flush=True)\n" for line in lines)
    worker.write_text(
        worker.read_text("utf-8").replace("signal.pause()\n", f"{said}signal.pause()\n", 2), "utf-8"
    )

    launched = ready(launch)
    launched.await_said("worker ✗ loud code=7")

    assert "quiet" not in launched.said


def test_a_child_that_cannot_start_says_why_and_is_tried_less_and_less_often(
    launch: Launch, root: Path
) -> None:
    """The delay doubles, and the reason, its last line, is on the terminal."""
    (root / "worker.py").write_text("import sys\nsys.exit('no such thing as luck')\n")
    launched = launch("demo")

    for delay in ("0.2", "0.4", "0.8"):
        launched.await_said(f"worker ended (code 1), again in {delay} s")
    assert "no such thing as luck" in launched.said
