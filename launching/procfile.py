"""Reads the Procfile, so that launch.py starts exactly what a platform would start."""

import shlex
import sys
from pathlib import Path

from launching.words import LaunchError, both


def read_procfile(path: Path) -> dict[str, tuple[str, ...]]:
    """Name → command of every process, each run by this Python. Raises LaunchError without a Procfile."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        raise LaunchError(
            both("这里没有 Procfile：请在应答的目录里启动", "no Procfile here: start it in Yingda's folder")
        ) from None
    entries = (line.partition(":") for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): _with_our_python(shlex.split(command)) for name, _, command in entries}


def _with_our_python(words: list[str]) -> tuple[str, ...]:
    """`python x` and `gunicorn x` as this very Python would run them: no PATH is relied on."""
    if words[:1] == ["python"]:
        return (sys.executable, *words[1:])
    if words[:1] == ["gunicorn"]:
        return (sys.executable, "-m", *words)
    return tuple(words)
