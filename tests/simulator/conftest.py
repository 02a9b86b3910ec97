"""A simulator, and a tiny real web server in the bot's place whose answers a test writes."""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulator.testing import Simulator

Answer = tuple[int, bytes]


@dataclass
class Arrived:
    """One request that the bot's place received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class BotPlace:
    """Stands where the bot's web process would; *answer* decides what each request gets."""

    answer: Callable[[Arrived], Answer] = lambda _arrived: (200, b"success")
    arrived: list[Arrived] = field(default_factory=list)
    url: str = ""


def _handler(place: BotPlace) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
            arrived = Arrived(self.command, parts.path, query, dict(self.headers), body)
            place.arrived.append(arrived)
            status, content = place.answer(arrived)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve  # noqa: N815 — the names http.server calls

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the base class's name
            return

    return Handler


@pytest.fixture
def place() -> Iterator[BotPlace]:
    """The bot's place, listening on a free port."""
    found = BotPlace()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sim(place: BotPlace) -> Iterator[Simulator]:
    """A simulator that delivers to the bot's place."""
    with Simulator() as running:
        running.set_callback(place.url)
        yield running


@dataclass(frozen=True)
class Client:
    """Calls the simulated API as a bot would."""

    base_url: str

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return self.raw("GET", f"{path}?{urllib.parse.urlencode(query)}")

    def post(self, path: str, content: object, **query: str) -> dict[str, Any]:
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        return self.raw("POST", f"{path}?{urllib.parse.urlencode(query)}", body)

    def raw(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        request = urllib.request.Request(self.base_url + path, data=body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                found = json.load(refused)
        return found


@pytest.fixture
def client(sim: Simulator) -> Client:
    return Client(sim.base_url)


@pytest.fixture
def token(sim: Simulator, client: Client) -> str:
    """A fresh token of the shop."""
    shop = sim.accounts["shop"]
    query = {"grant_type": "client_credential", "appid": shop.receive_id, "secret": shop.secret}
    found: str = client.get("/cgi-bin/token", **query)["access_token"]
    return found


@pytest.fixture
def corp_token(sim: Simulator, client: Client) -> str:
    """A fresh token of the office."""
    office = sim.accounts["office"]
    found: str = client.get("/cgi-bin/gettoken", corpid=office.receive_id, corpsecret=office.secret)[
        "access_token"
    ]
    return found
