"""One line per event, whoever writes it, and nothing in it that should not leave the process."""

import io
import json
import logging
import re
import subprocess
import sys
import warnings
from typing import Any

import pytest
import structlog

from config.logs import configure

pytestmark = pytest.mark.usefixtures("own_logging")

NASTY = 'a\r\n\x1b[31m{"event": "forged"}\x85\u2028\u202e\x00b'


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """A terminal it is."""
        return True


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    """Every line, read as JSON."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_event_is_one_object_with_its_fields(stream: io.StringIO) -> None:
    """Time in UTC, level, event, logger, then what was passed."""
    structlog.get_logger("bot.turn").info("reply sent", account="shop", parts=2, took_s=0.5)
    (event,) = events(stream)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["ts"])
    assert list(event.items())[1:] == [
        ("level", "info"), ("event", "reply sent"), ("logger", "bot.turn"),
        ("account", "shop"), ("parts", 2), ("took_s", 0.5),
    ]  # fmt: skip


def test_logger_without_a_name_is_called_after_its_module(stream: io.StringIO) -> None:
    """`get_logger()` is enough."""
    structlog.get_logger().warning("here")

    assert events(stream)[0]["logger"] == __name__


@pytest.mark.parametrize(
    "value",
    [
        NASTY,
        [NASTY],
        {"a": NASTY},
        NASTY.encode(),
        ValueError(NASTY),
        pytest.param("\ud800", id="half a sign"),
    ],
)
def test_one_line_per_event_whatever_it_holds(
    stream: io.StringIO, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can forge a line or colour a terminal through a value, an event or a library's message."""
    # pytest-xdist cannot hand on what pytest keeps of a log with half a sign in it.
    ours = [handler for handler in logging.root.handlers if type(handler).__module__ == "config.logs"]
    monkeypatch.setattr(logging.root, "handlers", ours)
    structlog.get_logger("a").info(NASTY, value=value)
    logging.getLogger("rq.worker").warning("%s", value)
    lines = stream.getvalue()

    assert len(lines.splitlines()) == 2
    assert all(" " <= character <= "~" or character == "\n" for character in lines)
    assert events(stream)[0]["event"] == NASTY


def test_one_line_per_event_on_a_terminal() -> None:
    """Colours are ours alone, and a value cannot break the line."""
    terminal = Terminal()
    configure(terminal)
    structlog.get_logger("a").info(NASTY, value=NASTY)
    printed = terminal.getvalue()

    assert "\x1b[" in printed
    assert "\x1b[31m{" not in printed
    assert "\\x1b[31m" in printed
    assert len(printed.splitlines()) == 1


def test_json_can_be_chosen_against_the_stream() -> None:
    """JSON on a terminal, plain words in a file."""
    terminal, file = Terminal(), io.StringIO()
    configure(terminal, json=True)
    structlog.get_logger("a").info("one")
    configure(file, json=False)
    structlog.get_logger("a").info("two")

    assert json.loads(terminal.getvalue())["event"] == "one"
    assert "two" in file.getvalue()
    assert "\x1b" not in file.getvalue()


def test_exception_is_part_of_its_line(stream: io.StringIO) -> None:
    """A traceback is a field, in ours as in the standard library's events."""
    try:
        raise LookupError("gone")
    except LookupError:
        structlog.get_logger("a").exception("ours")
        logging.getLogger("lib").exception("theirs")

    for event in events(stream):
        assert event["level"] == "error"
        assert event["exception"].endswith("LookupError: gone")


@pytest.mark.parametrize(
    "name", ["rq.worker", "gunicorn.error", "werkzeug", "openai", "wechatpy", "py.anything"]
)
def test_standard_library_is_routed(stream: io.StringIO, name: str) -> None:
    """Lines of every library have our shape."""
    logging.getLogger(name).warning("listening on %s", 8000)
    (event,) = events(stream)

    assert list(event) == ["ts", "level", "event", "logger"]
    assert (event["level"], event["event"], event["logger"]) == ("warning", "listening on 8000", name)


@pytest.mark.parametrize(
    "name", ["httpx2", "openai", "urllib3.connectionpool", "wechatpy.client", "rq.worker"]
)
def test_talkative_libraries_are_quiet(name: str) -> None:
    """Below a warning they print addresses with access tokens, or a job's arguments."""
    stream = io.StringIO()
    configure(stream, level="DEBUG")
    logging.getLogger(name).info("GET https://…")
    logging.getLogger("quiet.others").debug("told")

    assert [event["logger"] for event in events(stream)] == ["quiet.others"]


def test_no_field_is_there_twice(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that formats a record before ours leaves its message on it."""
    first = logging.StreamHandler(io.StringIO())
    monkeypatch.setattr(logging.root, "handlers", [first, *logging.root.handlers])
    logging.getLogger("lib").warning("once")

    assert "message" not in events(stream)[0]


def test_level_holds_for_everyone() -> None:
    """What is below the level is not written."""
    stream = io.StringIO()
    configure(stream, level="WARNING")
    structlog.get_logger("a").info("no")
    logging.getLogger("lib").info("no")
    structlog.get_logger("a").warning("yes")

    assert [event["event"] for event in events(stream)] == ["yes"]


def test_handlers_that_libraries_put_on_the_terminal_are_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    """A library's own handler would double its lines in another shape."""
    stream, library = io.StringIO(), logging.getLogger("library.with.handler")
    library.addHandler(logging.StreamHandler(sys.stderr))
    library.propagate = False
    configure(stream)
    configure(stream)
    library.error("once")

    assert [event["event"] for event in events(stream)] == ["once"]
    assert capsys.readouterr().err == ""


def test_warnings_become_events(stream: io.StringIO) -> None:
    """Python's warnings, which span lines, are events too."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        configure(stream)
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)

    assert events(stream)[0]["logger"] == "py.warnings"


def test_closed_stream_harms_nobody(stream: io.StringIO) -> None:
    """Logging never fails the work it tells of."""
    stream.close()
    structlog.get_logger("a").info("nobody listens")


def test_a_whole_process_writes_nothing_but_objects() -> None:
    """By default, to a pipe: JSON lines on stderr, from two kinds of logging."""
    code = (
        "import logging, structlog; from config.logs import configure; configure();"
        "structlog.get_logger('a').info('ours'); logging.getLogger('b').warning('theirs')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert ended.stdout == ""
    assert [json.loads(line)["event"] for line in ended.stderr.splitlines()] == ["ours", "theirs"]
