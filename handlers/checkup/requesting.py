"""Plain requests of a checkup: one connection, no redirects, and not longer than is left."""

import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import IO, Any

import certifi


class UnreachedError(Exception):
    """Nothing was answered; *reason* is what the system or the library calls it, never input."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, beginning of the body, and how long it took in milliseconds."""

    status: int
    body: bytes
    ms: int


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """None: a redirect is an answer like any other."""


def certificates(*, own: bool) -> ssl.SSLContext:
    """What a certificate is verified with: the well-known authorities; with *own*, also this machine's."""
    context = ssl.create_default_context(cafile=None if own else certifi.where())
    if own:
        context.load_verify_locations(certifi.where())
    return context


def get(url: str, timeout_s: float, most_bytes: int = 4096) -> Answer:
    """GET *url* as the platform would: past every proxy of ours. Raises UnreachedError."""
    began_s = time.monotonic()
    with opened(urllib.request.Request(url), timeout_s, proxies={}, own=False) as answer:  # noqa: S310
        body = answer.read(most_bytes)
        return Answer(answer.status, body, round((time.monotonic() - began_s) * 1000))


@contextmanager
def opened(
    asked: urllib.request.Request, timeout_s: float, *, proxies: Mapping[str, str] | None, own: bool
) -> Iterator[HTTPResponse]:
    """The answer to a request of an address from the settings, whatever its status. Raises UnreachedError.

    *proxies*: None for those of this machine. *timeout_s* is for each step of it.
    """
    opener = urllib.request.build_opener(
        _NoRedirect(),
        urllib.request.ProxyHandler(None if proxies is None else dict(proxies)),
        urllib.request.HTTPSHandler(context=certificates(own=own)),
    )
    # Some addresses' shields refuse what calls itself Python.
    asked.add_header("User-Agent", "Mozilla/4.0")
    try:
        with _answered(opener, asked, timeout_s) as answer:
            yield answer
    except urllib.error.URLError as error:
        raise UnreachedError(reason_of(error.reason)) from error
    except (OSError, HTTPException, UnicodeError) as error:
        raise UnreachedError(reason_of(error)) from error


def reason_of(error: object) -> str:
    """What went wrong on the way, in the system's own few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    return type(error).__name__


def _answered(opener: urllib.request.OpenerDirector, asked: urllib.request.Request, timeout_s: float) -> Any:
    try:
        return opener.open(asked, timeout=timeout_s)
    except urllib.error.HTTPError as refused:
        return refused
