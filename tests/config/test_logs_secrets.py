"""Secrets and people's words are in no line, however a library wrote them."""

import io
import json
import logging
import re
from typing import Any

import pytest
import structlog

from config.logs import short_hash


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    """Every line, read as JSON."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


SECRET_FIELDS = [
    "secret", "token", "key", "access_token", "api_key", "text", "content", "app_secret", "aes_key",
    "password", "Authorization", "metrics_token",
]  # fmt: skip


@pytest.mark.parametrize("field", SECRET_FIELDS)
def test_fields_with_a_secrets_name_are_dropped(stream: io.StringIO, field: str) -> None:
    """From our events, from tables inside of them, and from the extras of the standard library."""
    structlog.get_logger("a").info("e", **{field: "hunter2"}, table={field: "hunter2", "kept": 1})
    logging.getLogger("lib").warning("e", extra={field: "hunter2", "kept": 1})
    ours, theirs = events(stream)

    assert "hunter2" not in stream.getvalue()
    assert ours["table"] == {"kept": 1}
    assert (theirs["kept"], theirs["event"]) == (1, "e")


def test_fields_that_only_sound_alike_stay(stream: io.StringIO) -> None:
    """Counts of tokens and bytes are no secrets."""
    structlog.get_logger("a").info("e", reply_tokens=7, text_bytes=9, keys=2)

    assert {"reply_tokens": 7, "text_bytes": 9, "keys": 2}.items() <= events(stream)[0].items()


@pytest.mark.parametrize(
    "sentence",
    [
        "GET /cgi-bin/x?access_token=hunter2&a=1",
        "url: /cgi-bin/token?appid=a&secret=hunter2 (Caused by x)",
        "{'corpsecret': 'hunter2'}",
        '{"access_token":"hunter2","expires_in":7200}',
        "Authorization: Bearer hunter2",
        "redis://:hunter2@host:6379/0",
        "rediss://user:hunter2@host",
        "api_key='hunter2'",
        "bad key sk-hunter2hunter2",
        "https://qyapi.weixin.qq.com/webhook/send?key=hunter2",
    ],
)
def test_secrets_inside_of_sentences_are_blotted_out(stream: io.StringIO, sentence: str) -> None:
    """Libraries put addresses and headers into messages and exceptions."""
    logging.getLogger("lib").error("failed: %s", sentence)
    try:
        raise ValueError(sentence)
    except ValueError:
        structlog.get_logger("a").exception("e", why=sentence)

    assert "hunter2" not in stream.getvalue()
    assert stream.getvalue().count("***") >= 3


def test_unreadable_record_costs_one_line(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library's broken call prints neither a traceback nor its arguments."""
    ours = [handler for handler in logging.root.handlers if type(handler).__module__ == "config.logs"]
    monkeypatch.setattr(logging.root, "handlers", ours)
    logging.getLogger("lib").error("%d", "hunter2")
    (event,) = events(stream)

    assert (event["event"], event["logger"]) == ("log record unreadable", "lib")
    assert "hunter2" not in stream.getvalue() + capsys.readouterr().err


def test_short_hash_stands_for_an_id() -> None:
    """Eight digits, the same in every process, different for different ids."""
    assert short_hash("openid-1") == short_hash("openid-1")
    assert short_hash("openid-1") != short_hash("openid-2")
    assert re.fullmatch("[0-9a-f]{8}", short_hash("o\ud800")) is not None


def test_a_job_that_failed_names_no_chat(stream: io.StringIO) -> None:
    """RQ gives its arguments along."""
    extra = {"func": "bot.queue.wake", "arguments": [["shop:oPerson"]], "kwargs": {"a": "oPerson"}}
    logging.getLogger("rq.worker").error("Job failed", extra=extra)

    (line,) = events(stream)
    assert "oPerson" not in stream.getvalue()
    assert line["func"] == "bot.queue.wake"
