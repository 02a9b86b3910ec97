"""One line per event, from ourselves and from every library: JSON, or colours on a terminal; no secrets."""

import contextlib
import hashlib
import json as json_module
import logging
import math
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRET_FIELDS = frozenset({
    "aes_key", "api_key", "apikey", "authorization", "content", "corpsecret", "key", "openai_api_key",
    "password", "secret", "text", "token",
})  # fmt: skip
_SECRET_ENDINGS = ("_secret", "_token", "_api_key", "_aes_key", "_password")

# What a library may put into a sentence: `…?access_token=…`, `'secret': '…'`, `Bearer …`, `redis://:…@`.
_SECRET_IN_TEXT = re.compile(
    r"""( (?: (?:token|secret|api_?key|aes_?key|password) | [?&]key ) ["']? \s* [=:] \s* ["']? )
            (?! bearer\b | basic\b ) [^&\s"',)}]+
      | ( \b(?:bearer|basic)\s+ ) [^\s"',)}]+
      | ( ://[^\s/@:]*: ) [^\s/@]+ (?=@)
      | ( \bsk- ) [\w-]{6,}""",
    re.VERBOSE | re.IGNORECASE,
)
_HIDDEN = "***"
_CONTROL = re.compile(
    r"[^\S ]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

# These print the addresses they call, access tokens and all, or (rq.worker) the arguments of a job.
_TALKATIVE = ("aiohttp", "httpcore", "httpx", "httpx2", "openai", "rq.worker", "urllib3", "wechatpy")


def configure(stream: TextIO | None = None, json: bool | None = None, level: str = "INFO") -> None:
    """Send every event of this process, structlog's and the standard library's, to *stream* (stderr).

    *json*: None means JSON lines unless the stream is a terminal.
    Calling it again replaces what an earlier call set up; handlers that write elsewhere are left alone.
    """
    stream = sys.stderr if stream is None else stream
    as_json = not stream.isatty() if json is None else json
    _silence_handlers()
    handler = _EventHandler(stream)
    handler.setFormatter(_formatter(as_json, stream.isatty()))
    logging.root.addHandler(handler)
    logging.root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    if not structlog.is_configured():
        _configure_structlog()


def short_hash(text: str) -> str:
    """Eight hexadecimal digits that stand for *text*: how ids of people and chats appear in logs."""
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


class _EventHandler(logging.StreamHandler[TextIO]):
    """The only handler that writes to the terminal or the log."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's own name)
        """A record that cannot be written costs one line; logging's own traceback shows arguments."""
        with contextlib.suppress(OSError, ValueError):
            event = {"ts": _moment(record.created), "level": "error", "event": "log record unreadable"}
            self.stream.write(json_module.dumps({**event, "logger": record.name}) + self.terminator)


def _silence_handlers() -> None:
    """Take away our earlier handler and whatever a library made to write to the terminal itself."""
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    for logger in loggers:
        if not isinstance(logger, logging.Logger):
            continue
        for handler in list(logger.handlers):
            if isinstance(handler, _EventHandler) or _writes_to_terminal(handler):
                logger.removeHandler(handler)
                logger.propagate = True


def _writes_to_terminal(handler: logging.Handler) -> bool:
    own = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    return isinstance(handler, logging.StreamHandler) and handler.stream in own


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _formatter(as_json: bool, coloured: bool) -> logging.Formatter:
    """Renders our events and the records of libraries in the same way."""
    console = structlog.dev.ConsoleRenderer(timestamp_key="ts", sort_keys=False, colors=coloured)
    renderer: tuple[Processor, ...] = (_line_of_json,) if as_json else (_escaped, console)
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _stamped,
            _without_secrets,
            *renderer,
        ],
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), _without_repetition],
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stamped(logger: WrappedLogger, method: str, fields: EventDict) -> EventDict:
    """Time, level, event and logger first; the marks of structlog's formatter go."""
    record: logging.LogRecord = fields.pop("_record")
    fields.pop("_from_structlog", None)
    head = {
        "ts": _moment(record.created),
        "level": record.levelname.lower(),
        "event": fields.get("event"),
        "logger": record.name,
    }
    return {**head, **{name: value for name, value in fields.items() if name not in head}}


def _without_repetition(logger: WrappedLogger, method: str, fields: EventDict) -> EventDict:
    """Another handler that formats a record before us leaves the first two on it, and they look like extras;
    the others are what RQ says of a job that failed: its arguments are chats."""
    for name in ("message", "asctime", "arguments", "kwargs"):
        fields.pop(name, None)
    return fields


def _without_secrets(logger: WrappedLogger, method: str, fields: EventDict) -> EventDict:
    """Fields with a secret's name or people's words go; secrets inside of sentences are blotted out."""
    return _clean_table(fields)


def _clean_table(table: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _clean(value) for name, value in table.items() if not _is_secret(str(name))}


def _is_secret(name: str) -> bool:
    return name.lower() in _SECRET_FIELDS or name.lower().endswith(_SECRET_ENDINGS)


def _clean(value: object) -> Any:
    """*value* as JSON can hold it, without secrets."""
    if isinstance(value, str):
        return _SECRET_IN_TEXT.sub(_blot, value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return _clean_table(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one) for one in value]
    return _clean(repr(value))


def _blot(match: re.Match[str]) -> str:
    return "".join(group for group in match.groups() if group) + _HIDDEN


def _line_of_json(logger: WrappedLogger, method: str, fields: EventDict) -> str:
    """ASCII only: every control character, line separator and lone surrogate is escaped by that."""
    return json_module.dumps(fields)


def _escaped(logger: WrappedLogger, method: str, fields: EventDict) -> EventDict:
    """For a terminal: nothing in a value may start a line or colour one; tracebacks keep their lines."""
    for name, value in fields.items():
        if name in {"exception", "stack"}:
            fields[name] = "\n".join(_escape(line) for line in str(value).split("\n"))
        elif isinstance(value, str):
            fields[name] = _escape(value)
    return fields


def _escape(text: str) -> str:
    return _CONTROL.sub(lambda match: ascii(match.group())[1:-1], text)
