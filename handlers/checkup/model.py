"""The check of the model: one tiny question over plain HTTP, so that no process has to load its library."""

import ipaddress
import json
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from handlers.checkup import requesting
from handlers.checkup.finding import Finding, Subject, well, wrong

WANTED_S = 5.0
"""So long WeChat waits for an answer in its request (protocol A4)."""
_WAIT_S = 20.0
_QUESTION = "1+1=?"
"""Asked without a limit of tokens: some models refuse one, and this has a short answer."""
_MOST_BYTES = 64 * 1024
_SPENT = 402
_KEY_REFUSED = frozenset({400, 401, 403, 404})


def model(subject: Subject, _account: str) -> Finding:
    """How long the configured model takes for a few words. It costs some dozen tokens."""
    settings = subject.settings.chat
    wait_s = min(_WAIT_S, subject.left_s)
    began_s = time.monotonic()
    try:
        with requesting.opened(
            _asked(subject), wait_s, proxies=_proxies(settings.base_url), own=True
        ) as answer:
            if answer.status != 200:
                return _refused(answer.status)
            whole = _has_words(answer, began_s + wait_s)
    except requesting.UnreachedError as error:
        if error.reason == "timeout":
            return wrong("model_silent", seconds=round(wait_s))
        return wrong("model_away", host=urlsplit(settings.base_url).netloc, reason=error.reason)
    took_s = time.monotonic() - began_s
    if not whole:
        return wrong("model_silent" if took_s >= wait_s else "model_broken", seconds=round(wait_s))
    slow = took_s > WANTED_S
    return (wrong if slow else well)("model_slow" if slow else "model_good", seconds=f"{took_s:.1f}")


def _asked(subject: Subject) -> urllib.request.Request:
    settings = subject.settings.chat
    question = {"role": "user", "content": _QUESTION}
    body = json.dumps({"model": settings.model, "messages": [question], "stream": True}).encode()
    headers = {"Content-Type": "application/json"}
    if settings.api_key is not None:
        headers["Authorization"] = f"Bearer {settings.api_key.get_secret_value()}"
    return urllib.request.Request(  # noqa: S310  The address is the owner's, of http or https.
        f"{settings.base_url}/chat/completions", body, headers
    )


def _proxies(base_url: str) -> dict[str, str] | None:
    """As for answers: a proxy of this machine is asked, but not for what runs on it."""
    host = urlsplit(base_url).hostname or ""
    try:
        return {} if ipaddress.ip_address(host).is_loopback else None
    except ValueError:
        return {} if host == "localhost" else None


def _refused(status: int) -> Finding:
    """Only the number is told: what a provider writes may quote the key."""
    if status == _SPENT:
        return Finding(False, "notices.quota_spent.model", {"detail": f"status={status}"})
    if status in _KEY_REFUSED:
        return Finding(False, "notices.model_key_refused", {"detail": f"status={status}"})
    return wrong("model_busy" if status == 429 else "model_failed", status=status)


def _has_words(answer: HTTPResponse, until_s: float) -> bool:
    """Whether the stream brings words, and says itself that it ends: else it was cut off."""
    words = False
    for chunk in _chunks(answer, until_s):
        choices = chunk.get("choices") or [{}]
        said = choices[0].get("delta") or choices[0].get("message") or {}
        words = words or bool(said.get("content") or said.get("reasoning_content"))
        if choices[0].get("finish_reason"):
            return words
    return False


def _chunks(answer: HTTPResponse, until_s: float) -> Iterator[dict[str, Any]]:
    """The JSON objects of the stream; what is none is passed over."""
    read = 0
    while time.monotonic() < until_s and read < _MOST_BYTES:
        line = answer.readline(_MOST_BYTES)
        if not line or line.strip() == b"data: [DONE]":
            return
        read += len(line)
        try:
            found = json.loads(line.removeprefix(b"data:"))
        except ValueError:
            continue
        if isinstance(found, dict) and _is_chunk(found):
            yield found


def _is_chunk(found: dict[str, Any]) -> bool:
    choices = found.get("choices")
    return isinstance(choices, list) and all(isinstance(choice, dict) for choice in choices)
