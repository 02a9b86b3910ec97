"""What launch.py says on the terminal: short lines, Chinese first, then English."""

import os
import sys


class LaunchError(Exception):
    """The start is refused; its text is the one line that the person reads."""


def both(chinese: str, english: str, fact: str = "") -> str:
    """One line in both languages, then the *fact* that needs no translation."""
    return f"{chinese} / {english}  {fact}".rstrip()


def say(line: str) -> None:
    """Print *line*; a terminal that is gone must not keep anything from being stopped."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  It replaces stdout for good.
