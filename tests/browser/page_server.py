"""Serves the simulator's page with a canned state and a stream that tests write themselves."""

import copy
import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = Path(__file__).parents[2] / "simulator" / "page"
KEY = "test-key"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
TYPES |= {".svg": "image/svg+xml"}

Answer = tuple[int, dict[str, Any]]


class PageServer(ThreadingHTTPServer):
    """The simulator's HTTP interface, as far as the page needs it.

    Attributes:
        asked: every POST so far, as (path, body).
        answers: overrides of a POST's answer, by path.
        refusing: while true, streams are refused and state is answered with 503.
    """

    daemon_threads = True

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = copy.deepcopy(state)
        self.events: list[tuple[int, str, dict[str, Any]]] = []
        self.first = int(state["last_event"]) + 1
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], Answer]] = {}
        self.refusing = False
        self.opened = 0
        self.cuts = 0
        self.changed = threading.Condition()

    @property
    def address(self) -> str:
        """The page's address with its key."""
        return f"http://127.0.0.1:{self.server_address[1]}/?k={KEY}"

    def push(self, name: str, content: dict[str, Any]) -> None:
        """One more event for every open stream."""
        with self.changed:
            self.events.append((self.first + len(self.events), name, content))
            self.changed.notify_all()

    def cut(self) -> None:
        """Break every open stream."""
        with self.changed:
            self.cuts += 1
            self.changed.notify_all()

    def wait_for(self, met: Callable[[], bool], seconds: float = 10.0) -> bool:
        """True once *met* is; False after *seconds*."""
        with self.changed:
            return self.changed.wait_for(met, seconds)

    def saw(self, path: str) -> list[dict[str, Any]]:
        """The bodies of the POSTs to *path*."""
        return [body for asked, body in self.asked if asked == path]


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: PageServer
    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/" or url.path.startswith("/page/"):
            self._file(PAGE / (url.path.removeprefix("/page/").lstrip("/") or "index.html"))
        elif KEY not in (query.get("k"), self.headers.get("X-Key")):
            self._json(403, {"error": {"zh": "钥匙不对", "en": "wrong key"}})
        elif self.server.refusing:
            self._json(503, {})
        elif url.path == "/sim/events":
            self._stream(int(query["since"]))
        elif url.path == "/sim/state":
            self._json(200, self.server.state)
        elif url.path.startswith("/sim/rows/"):
            self._json(200, BODIES)
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if self.headers.get("X-Key") != KEY:
            self._json(403, {})
            return
        override = self.server.answers.get(self.path)
        status, answer = override(body) if override else _usual(self.path)
        self._json(status, answer)
        with self.server.changed:
            self.server.asked.append((self.path, body))
            self.server.changed.notify_all()

    def _file(self, path: Path) -> None:
        if not path.is_file() or PAGE not in path.resolve().parents:
            self._json(404, {})
            return
        self._send(200, TYPES[path.suffix], path.read_bytes())

    def _json(self, status: int, content: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(content).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(HTTPStatus(status))
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, since: int) -> None:
        server = self.server
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with server.changed:
            cuts, server.opened = server.cuts, server.opened + 1
            server.changed.notify_all()
        while True:
            with server.changed:
                waiting = [event for event in server.events if event[0] > since]
                if not waiting and server.cuts == cuts:
                    server.changed.wait(5)
                if server.cuts != cuts:
                    return
            lines = "".join(f"id: {i}\nevent: {n}\ndata: {json.dumps(c)}\n\n" for i, n, c in waiting)
            since = waiting[-1][0] if waiting else since
            try:
                self.wfile.write(lines.encode() or b": ping\n\n")
            except (ConnectionError, ValueError):
                return


def _usual(path: str) -> Answer:
    if path.endswith("/tamper"):
        return 200, {"row": "R900", "status": 403}
    if path.endswith("/resend"):
        return 200, {"row": "R901"}
    return 200, {"bubble": "B900"} if path in ("/sim/say", "/sim/event") else {}


_DECRYPTED = """<xml>
  <ToUserName><![CDATA[gh_x]]></ToUserName>
  <FromUserName><![CDATA[oXiaoyu]]></FromUserName>
  <CreateTime>1700000000</CreateTime>
  <MsgType><![CDATA[text]]></MsgType>
  <Content><![CDATA[周末几点关门？]]></Content>
  <MsgId>24000000000000001</MsgId>
</xml>"""
_RAW = """POST /callback/shop?signature=5f2c…&timestamp=1700000000&nonce=8812&encrypt_type=aes
Content-Type: text/xml

<xml><ToUserName><![CDATA[gh_x]]></ToUserName><Encrypt><![CDATA[kPq0%s]]></Encrypt></xml>"""
_WHY = {
    "zh": "微信把这条消息签名、加密后送来；5 秒内回 200 加 success 或空内容，就算收到了，不会再送。",
    "en": "WeChat signed and encrypted this; a 200 within 5 s acknowledges it.",
    "section": "A4",
}
BODIES = {
    "decrypted": _DECRYPTED,
    "raw": _RAW % ("u7Zt1Qm9" * 60),
    "response": '{"errcode": 0, "errmsg": "ok"}',
    "why": _WHY,
}
