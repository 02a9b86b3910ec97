"""When gunicorn refuses to start, and how it says so."""

import subprocess
from pathlib import Path

from tests.config.serving import command, environ, free_port


def test_a_refused_configuration_ends_the_start_with_one_line(tmp_path: Path) -> None:
    """No traceback, no loop of web processes: one line that names the key."""
    variables = environ(tmp_path, free_port(), YINGDA_CHAT__NONSENSE="1")

    ended = subprocess.run(
        command(), cwd=tmp_path, env=variables, capture_output=True, timeout=20, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.count(b"\n") == 1
    assert b"YINGDA_CHAT__NONSENSE" in ended.stderr


def test_without_a_store_the_web_refuses_to_start(tmp_path: Path) -> None:
    """Started on its own it needs an address; only launch.py brings a store."""
    variables = environ(tmp_path, free_port())
    del variables["REDIS_URL"]

    ended = subprocess.run(
        command(), cwd=tmp_path, env=variables, capture_output=True, timeout=20, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith(b"REDIS_URL")
    assert ended.stderr.count(b"\n") == 1


def test_a_low_limit_of_open_files_is_said_with_its_number(tmp_path: Path) -> None:
    """Fewer files than connections: fewer connections, said; far too few: no start."""
    words = ["sh", "-c", 'ulimit -n 300 && exec "$@"', "sh", *command()]

    ended = subprocess.run(
        words,
        cwd=tmp_path,
        env=environ(tmp_path, free_port()),
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert ended.returncode == 1
    assert b"at most 300 open files" in ended.stderr
