"""Every row of the fault matrix that holds for text chat has a test that names it."""

import ast
import re
from pathlib import Path

FOLDER = Path(__file__).parent
ROWS = {*range(1, 47), *range(49, 54)}
NOT_YET = {47, 48}
"""Pictures and voice: nothing is fetched or decoded yet."""
_NAME = re.compile(r"test_row_(\d\d)_\w+")


def claimed() -> dict[int, list[str]]:
    """The rows that tests of this folder name, each with its tests."""
    found: dict[int, list[str]] = {}
    for path in sorted(FOLDER.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (name := _NAME.fullmatch(node.name)):
                found.setdefault(int(name[1]), []).append(f"{path.name}::{node.name}")
    return found


def test_every_row_has_a_test() -> None:
    """A row without a test is a promise without a proof."""
    missing = sorted(ROWS - claimed().keys())

    assert not missing, f"rows of the fault matrix without a test_row_NN_…: {missing}"


def test_no_row_is_claimed_that_is_not_there() -> None:
    """Rows 47 and 48 wait for pictures and voice; others do not exist."""
    wrong = {row: tests for row, tests in claimed().items() if row not in ROWS}

    assert not wrong, f"not rows of text chat ({sorted(NOT_YET)} are about media): {wrong}"
