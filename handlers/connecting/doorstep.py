"""Serves one callback address, and says who knocks: the platform's URL check, or what went wrong with it."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bot.channels.base import Channel
from bot.errors import CallbackRefused
from config.problems import shown

_PATH_CHARS = 60


@dataclass(frozen=True, slots=True)
class Knock:
    """One request that arrived.

    Attributes:
        passed: it was the platform's check, and has been answered rightly.
        reason: else a CallbackRefused's reason, or `elsewhere` for another path.
        path: what was asked for, fit to be printed.
        off_s: how far its time is behind our clock, where that was the reason.
    """

    passed: bool
    reason: str = ""
    path: str = ""
    off_s: int = 0


class Doorstep:
    """Listens for *channel*'s URL check on *port*; needs no store."""

    def __init__(self, channel: Channel, port: int) -> None:
        self._channel = channel
        self._knocks: SimpleQueue[Knock] = SimpleQueue()
        self._listener = _listening(port)
        self._server: BaseWSGIServer = make_server(
            "0.0.0.0",  # noqa: S104  The platform calls it from outside.
            port,
            self._app(),
            threaded=True,
            request_handler=_Quiet,
            fd=self._listener.fileno(),
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._listener.close()

    def wait(self, timeout_s: float) -> Knock | None:
        """The next request, once it is answered; None after *timeout_s*."""
        try:
            return self._knocks.get(timeout=max(timeout_s, 0.0))
        except Empty:
            return None

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        app.add_url_rule(f"/callback/{self._channel.account}", "verify", self._verify)
        app.register_error_handler(404, self._elsewhere)
        return app

    def _verify(self) -> Response:
        try:
            echo = self._channel.verify(request.args, time.time())
        except CallbackRefused as refused:
            return self._answer("", refused.status, Knock(False, refused.reason, off_s=_off_s()))
        if not request.args.get("echostr"):
            return self._answer("", 400, Knock(False, "query"))
        return self._answer(echo, 200, Knock(True))

    def _elsewhere(self, _error: Exception) -> Response:
        path = shown(request.path)[:_PATH_CHARS]
        return self._answer("", 404, Knock(False, "elsewhere", path))

    def _answer(self, body: str, status: int, knock: Knock) -> Response:
        """The knock counts once its answer is out: whoever hears of it may end the process."""
        answer = Response(body, status=status, content_type="text/plain; charset=utf-8")
        answer.call_on_close(lambda: self._knocks.put(knock))
        return answer


@contextmanager
def quiet_logs() -> Iterator[None]:
    """No log line disturbs the conversation."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


class _Quiet(WSGIRequestHandler):
    """Prints nothing."""

    timeout = 10.0

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  werkzeug's own name
        """Nothing: the conversation tells what arrives."""


def _listening(port: int) -> socket.socket:
    """werkzeug would end the process where the port is taken. Raises OSError."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", port))  # noqa: S104  The platform calls it from outside.
        listener.listen(64)
    except OSError:
        listener.close()
        raise
    return listener


def _off_s() -> int:
    timestamp = request.args.get("timestamp", "")
    usable = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return round(time.time() - int(timestamp)) if usable else 0
