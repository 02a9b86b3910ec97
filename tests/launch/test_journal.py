"""What of the processes' logs reaches the terminal, and how large a log may become."""

import json
from pathlib import Path

import pytest

from launching import journal
from launching.journal import Journal, last_line


def _append(path: Path, *events: dict[str, object]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)


def test_only_errors_since_the_start_are_shown(tmp_path: Path) -> None:
    """Earlier runs, other levels and lines that are no events stay in the file."""
    log = tmp_path / "web.log"
    _append(log, {"level": "error", "event": "of yesterday"})
    seen = Journal(tmp_path)
    _append(
        log, {"level": "warning", "event": "so so"}, {"level": "error", "event": "bad", "account": "shop"}
    )
    with log.open("a") as file:
        file.write("no JSON\n[1]\n")

    assert seen.errors() == ["web ✗ bad account=shop"]
    assert seen.errors() == []


def test_an_exception_is_shown_by_its_last_line(tmp_path: Path) -> None:
    """The traceback is for the file; what went wrong is for the person."""
    seen = Journal(tmp_path)
    trace = "Traceback (most recent call last):\n  File x\nValueError: seven"
    _append(tmp_path / "web.log", {"level": "critical", "event": "broke", "exception": trace})

    assert seen.errors() == ["web ✗ broke ValueError: seven"]


def test_a_half_written_line_is_shown_once_it_is_whole(tmp_path: Path) -> None:
    """A process that is just writing is waited for."""
    log = tmp_path / "web.log"
    seen = Journal(tmp_path)
    log.write_text('{"level": "error", "ev')

    assert seen.errors() == []

    with log.open("a") as file:
        file.write('ent": "whole"}\n')

    assert seen.errors() == ["web ✗ whole"]


def test_a_flood_of_errors_does_not_flood_the_terminal(tmp_path: Path) -> None:
    """Of many errors at once the first few are shown."""
    seen = Journal(tmp_path)
    for number in range(100):
        _append(tmp_path / "web.log", {"level": "error", "event": f"e{number}"})

    assert len(seen.errors()) == journal.SHOWN_LINES


def test_a_large_log_is_moved_aside_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process goes on appending to the same, now empty, file; what it wrote is kept once."""
    monkeypatch.setattr(journal, "LARGEST_BYTES", 1000)
    log = tmp_path / "web.log"
    seen = Journal(tmp_path)
    with log.open("ab", buffering=0) as process:
        for _ in range(3):
            process.write(b"x" * 600 + b"\n")
            seen.errors()
        process.write(b"new\n")

        assert log.stat().st_size < 1000
        assert (tmp_path / "web.log.1").stat().st_size > 1000
        assert last_line(log) == "new"


def test_the_last_line_of_a_missing_log_is_empty(tmp_path: Path) -> None:
    """A process that never said anything has no last words."""
    assert last_line(tmp_path / "none.log") == ""
