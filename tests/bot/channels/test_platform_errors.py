"""What a broken way to the platform means for a send: certainly not delivered, or perhaps."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.channels._answers import HOLD, OFFICIAL, TELL_OWNER
from bot.channels._api import Client, fetch_token, platform_errors
from bot.errors import AccountOnHold, PlatformAway, PlatformError, SendUnsure
from tests.conftest import free_port


class Answering(ThreadingHTTPServer):
    """A platform that gives one answer: a status and a body, or none at all for status 0."""

    answer: tuple[int, bytes] = (200, b"{}")


class Handler(BaseHTTPRequestHandler):
    """Gives the server's answer to every POST."""

    server: Answering

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.server.answer
        if not status:
            self.connection.close()
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Silent."""


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def outcome(client: Client) -> type[PlatformError] | None:
    """What one send comes out as."""
    try:
        with platform_errors(OFFICIAL, otherwise=TELL_OWNER, lost=SendUnsure):
            client.call("message/custom/send", {"access_token": "t"}, {"touser": "o"})
    except PlatformError as error:
        return type(error)
    return None


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b'{"errcode":0}', None),
        (404, b"not here", PlatformAway),
        (413, b"too much", PlatformAway),
        (502, b"bad gateway", SendUnsure),
        (504, b"gateway timeout", SendUnsure),
        (200, b"<html>sign in</html>", SendUnsure),
        (200, b"[]", SendUnsure),
        (200, b"", SendUnsure),
        (200, b'{"errcode":"a word"}', SendUnsure),
        (0, b"", SendUnsure),
    ],
)
def test_only_what_certainly_was_not_sent_counts_as_such(
    server: Answering, status: int, body: bytes, error: type[PlatformError] | None
) -> None:
    """Behind a gateway that gave up, or an answer nobody understands, the message may have been delivered."""
    server.answer = (status, body)
    client = Client("wx0", f"http://127.0.0.1:{server.server_port}", 1)

    assert outcome(client) is error
    client.close()


def test_where_nobody_listens_nothing_was_sent() -> None:
    """A refused connection is tried again without being counted as ambiguous."""
    client = Client("wx0", f"http://127.0.0.1:{free_port()}", 1)

    assert outcome(client) is PlatformAway
    client.close()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b'{"errcode":40125,"errmsg":"invalid appsecret"}', AccountOnHold),
        (200, b'{"errcode":-1,"errmsg":"system error"}', PlatformAway),
        (200, b'{"expires_in":7200}', PlatformAway),
        (502, b"bad gateway", PlatformAway),
    ],
)
def test_a_token_call_never_leaves_anything_unsure(
    server: Answering, status: int, body: bytes, error: type[PlatformError]
) -> None:
    """It may be repeated: what it says is for the owner to mend, or passes."""
    server.answer = (status, body)
    client = Client("wx0", f"http://127.0.0.1:{server.server_port}", 1)

    with pytest.raises(error) as refused:
        fetch_token(client, lambda own: own.call("stable_token", {}, {"appid": "wx0"}))

    assert type(refused.value) is error
    assert refused.value.wait_s == (HOLD.rest_s if refused.value.errcode else 0)
    client.close()
