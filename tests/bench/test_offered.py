"""The load generator is open-loop: a server that stalls pays for everything that waited meanwhile."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bench.offered import Plan, offer

STALL_S = 0.6


class Stalling(BaseHTTPRequestHandler):
    """Answers one request at a time; the first one takes long."""

    protocol_version = "HTTP/1.0"
    first = threading.Lock()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.first.acquire(blocking=False):
            time.sleep(STALL_S)
        self.send_response(200 if self.path == "/" else 503)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    """A server that does one thing at a time."""
    Stalling.first = threading.Lock()
    with HTTPServer(("127.0.0.1", 0), Stalling) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_latency_counts_from_when_the_request_was_due(url: str) -> None:
    """Ten requests a tenth of a second apart: those behind the stall waited for its rest."""
    outcome = offer(Plan([(f"{url}/", "x")] * 10, rate=10.0))

    assert outcome.refused == 0
    assert outcome.took_ms[0] >= STALL_S * 1000
    assert outcome.took_ms[2] >= (STALL_S - 0.3) * 1000
    assert outcome.took_ms[-1] < outcome.took_ms[0]
    gaps = [later - due for due, later in zip(outcome.due, outcome.due[1:], strict=False)]
    assert gaps == pytest.approx([0.1] * 9, abs=1e-6)


def test_what_is_not_answered_well_is_counted(url: str) -> None:
    """A refusal and an address where nobody listens are no acknowledgements."""
    outcome = offer(Plan([(f"{url}/", "x"), (f"{url}/else", "x"), ("http://127.0.0.1:9/", "x")], hands=1))

    assert outcome.statuses == [200, 503, 0]
    assert outcome.refused == 2
