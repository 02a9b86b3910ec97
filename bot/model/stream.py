"""One streamed chat answer, read within fixed bounds: bytes in, a draft out; knows no HTTP library."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

TEXT_CHARACTERS = 200_000
LINE_BYTES = 1_000_000
BODY_BYTES = 32_000_000
WORTH_CHARACTERS = 80

Finish = Literal["stop", "length", "content_filter", "cut"]

_FINISHES: dict[str, Finish] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "error": "cut",
    "network_error": "cut",
    "insufficient_system_resource": "cut",
}
"""Every other reason (`stop`, `tool_calls`, `eos` …) means that the model had finished."""

_THINKING = re.compile(r"\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_SENTENCE_END = re.compile(r"[。！？!?…\n]|\.(?=\s|\Z)")


class NotAStreamError(Exception):
    """What came is no chat stream; the text is a constant word."""


class ProviderError(Exception):
    """The provider reported an error inside the stream.

    Attributes:
        error: what the provider wrote, as parsed.
    """

    def __init__(self, error: object) -> None:
        super().__init__("error_in_stream")
        self.error = error


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, as the provider counted them; *cached* is part of *prompt*.

    *counted* is true when the provider gave none: all are zero and the caller counts.
    """

    prompt: int
    cached: int
    completion: int
    counted: bool


UNCOUNTED = Usage(0, 0, 0, counted=True)


@dataclass(slots=True)
class Draft:
    """The answer as far as it has been read.

    Attributes:
        finish: why the model ended; `cut` until it says so.
        ended: the stream's end mark was read, or the text is full: nothing more is wanted.
        full: the text has reached its greatest length.
        refused: the model declined in the API's own refusal field.
        usage: tokens, once the provider has told them.
    """

    finish: Finish = "cut"
    ended: bool = False
    full: bool = False
    refused: bool = False
    usage: Usage = UNCOUNTED
    _pieces: list[str] = field(default_factory=list)
    _characters: int = 0
    _rest: bytes = b""
    _body_bytes: int = 0
    _is_stream: bool = False

    @property
    def begun(self) -> bool:
        """Whether any text has come."""
        return self._characters > 0

    @property
    def text(self) -> str:
        """The text so far, valid Unicode, without a `<think>` block at its beginning."""
        raw = "".join(self._pieces)
        # Some providers split one emoji into two \\u escapes of different events: only joined are they valid.
        joined = raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        thinking = _THINKING.match(joined)
        return joined[thinking.end() if thinking else 0 :].strip()

    @property
    def worth_showing(self) -> bool:
        """Whether a text that broke off still helps: a whole sentence or 80 characters."""
        text = self.text
        return len(text) >= WORTH_CHARACTERS or _SENTENCE_END.search(text) is not None

    def feed(self, chunk: bytes) -> None:
        """Read the next bytes of the body, cut anywhere. Raises NotAStreamError, ProviderError."""
        self._body_bytes += len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if self._body_bytes > BODY_BYTES or len(self._rest) > LINE_BYTES:
            raise NotAStreamError("too_long")
        for line in lines:
            self._read_line(line)
        # A page is not worth reading further; counting its lines would only keep other calls waiting.
        if self._body_bytes > LINE_BYTES and not self._is_stream:
            raise NotAStreamError("no_event_stream")

    def close(self) -> None:
        """The body is over. Raises NotAStreamError when it held something, but no event; ProviderError."""
        with suppress(NotAStreamError):  # Half a line is what a cut leaves behind, not a wrong form.
            self._read_line(self._rest)
        self._rest = b""
        if self._body_bytes and not self._is_stream:
            raise NotAStreamError("no_event_stream")

    def _read_line(self, line: bytes) -> None:
        self._is_stream = self._is_stream or line.startswith((b"data:", b"event:", b":"))
        if self.ended or not line.startswith(b"data:"):
            return
        payload = line[len(b"data:") :].strip()
        if payload.startswith(b"[DONE]"):
            self.ended = True
            return
        try:
            event = json.loads(payload)
        except (ValueError, RecursionError):
            raise NotAStreamError("bad_json") from None  # The parser's error holds the whole text.
        self._take(event)

    def _take(self, event: object) -> None:
        if not isinstance(event, dict):
            raise NotAStreamError("bad_schema")
        if event.get("error"):
            raise ProviderError(event["error"])
        choices = event.get("choices")
        if choices is None and "usage" not in event:
            raise NotAStreamError("bad_schema")
        self._take_usage(event.get("usage"))
        # An empty list is normal: Azure's first event and the one that holds the usage.
        if choices:
            self._take_choice(choices[0] if isinstance(choices, list) else None)

    def _take_choice(self, choice: object) -> None:
        if not isinstance(choice, dict):
            raise NotAStreamError("bad_schema")
        delta = choice.get("delta") or {}
        if not isinstance(delta, dict) or not isinstance(delta.get("content"), str | None):
            raise NotAStreamError("bad_schema")
        self.refused = self.refused or bool(delta.get("refusal"))
        self._take_usage(choice.get("usage"))  # Moonshot puts it here.
        self._append(delta.get("content") or "")
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason and not self.ended:
            self.finish = _FINISHES.get(reason.lower(), "stop")

    def _append(self, content: str) -> None:
        piece = content[: TEXT_CHARACTERS - self._characters]
        self._pieces.append(piece)
        self._characters += len(piece)
        if len(piece) < len(content):
            self.finish, self.ended, self.full = "length", True, True

    def _take_usage(self, usage: object) -> None:
        if not isinstance(usage, dict):
            return
        prompt, completion = _tokens(usage, "prompt_tokens"), _tokens(usage, "completion_tokens")
        if not prompt and not completion:
            return
        details = usage.get("prompt_tokens_details")
        cached = _tokens(details if isinstance(details, dict) else {}, "cached_tokens")
        # DeepSeek and Moonshot have fields of their own for the cached part.
        cached = cached or _tokens(usage, "prompt_cache_hit_tokens") or _tokens(usage, "cached_tokens")
        self.usage = Usage(prompt, min(cached, prompt), completion, counted=False)


def _tokens(usage: dict[str, object], name: str) -> int:
    count = usage.get(name)
    return count if isinstance(count, int) and count > 0 else 0
