"""The proxy itself: whole when told nothing, and broken exactly as told."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.chaos.proxy import FaultProxy
from tests.scenarios.house import wait_for


class Echo:
    """Answers everything with itself."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._server.accept()
                threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with closing(line), suppress(OSError):
            while piece := line.recv(65_536):
                self.heard.append(piece)
                line.sendall(piece)

    def close(self) -> None:
        """Nobody listens any more."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    """A server to stand behind the proxy."""
    with closing(Echo()) as echo:
        yield echo


@pytest.fixture
def proxy(echo: Echo) -> Iterator[FaultProxy]:
    """A proxy that is whole."""
    with FaultProxy(echo.port) as proxy:
        yield proxy


@pytest.fixture
def line(proxy: FaultProxy) -> Iterator[socket.socket]:
    """A connection through the proxy that has worked once."""
    with closing(connect(proxy)) as line:
        assert ask(line, b"first") == b"first"
        yield line


def connect(proxy: FaultProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def ask(line: socket.socket, words: bytes) -> bytes:
    """What comes back for *words*; less where the line ends before."""
    line.sendall(words)
    found = b""
    while len(found) < len(words):
        piece = line.recv(65_536)
        if not piece:
            break
        found += piece
    return found


def test_everything_passes(proxy: FaultProxy, line: socket.socket) -> None:
    """A megabyte comes back as it was, and connections are counted."""
    words = bytes(range(256)) * 4096
    sending = threading.Thread(target=line.sendall, args=(words,))
    sending.start()
    found = b""
    while len(found) < len(words):
        found += line.recv(65_536)
    sending.join(5)

    assert found == words
    assert (proxy.open, proxy.accepted) == (1, 1)


def test_an_end_passes(line: socket.socket) -> None:
    """A client that has said all still gets its answer, then the end."""
    line.sendall(b"last")
    line.shutdown(socket.SHUT_WR)

    assert b"".join(iter(lambda: line.recv(100), b"")) == b"last"


def test_a_cut_is_a_reset(proxy: FaultProxy, line: socket.socket) -> None:
    """What was open is reset; who comes next is served."""
    proxy.cut()

    with pytest.raises(ConnectionResetError):
        line.recv(100)
    wait_for(lambda: proxy.open == 0, "nothing is open", 5)
    with closing(connect(proxy)) as other:
        assert ask(other, b"next") == b"next"


def test_a_stall_holds_everything_until_it_heals(proxy: FaultProxy, line: socket.socket, echo: Echo) -> None:
    """New connections are accepted, nothing passes; afterwards everything does, in order."""
    proxy.stall()
    line.sendall(b"held")
    line.settimeout(0.2)
    with closing(connect(proxy)) as other:
        with pytest.raises(TimeoutError):
            line.recv(100)
        assert echo.heard == [b"first"]
        proxy.heal()
        line.settimeout(5)
        assert line.recv(100) == b"held"
        assert ask(other, b"new") == b"new"


def test_a_stalled_line_can_be_cut(proxy: FaultProxy, line: socket.socket) -> None:
    """It is reset at once, and what it held comes nowhere."""
    proxy.stall()
    line.sendall(b"held")
    proxy.cut()

    with pytest.raises(ConnectionResetError):
        line.recv(100)


def test_half_a_line_goes_on(proxy: FaultProxy, line: socket.socket, echo: Echo) -> None:
    """The client reads the end, but what it writes still arrives; who comes next has a whole line."""
    proxy.half_close()
    assert line.recv(100) == b""
    line.sendall(b"into the blue")

    wait_for(lambda: b"into the blue" in echo.heard, "it arrives", 5)
    with closing(connect(proxy)) as other:
        assert ask(other, b"next") == b"next"


def test_a_delay_is_at_least_as_long_as_said(proxy: FaultProxy, line: socket.socket) -> None:
    """Every answer comes later, until it heals."""
    proxy.delay(0.5)
    began = time.monotonic()
    assert ask(line, b"slow") == b"slow"
    assert 0.5 <= time.monotonic() - began < 3
    proxy.heal()
    began = time.monotonic()
    assert ask(line, b"quick") == b"quick"
    assert time.monotonic() - began < 0.5


def test_a_refusing_port_listens_again_when_healed(proxy: FaultProxy, line: socket.socket) -> None:
    """Who is connected stays so; the port stays the same."""
    port = proxy.port
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    assert ask(line, b"still") == b"still"
    proxy.heal()

    assert proxy.port == port
    with closing(connect(proxy)) as other:
        assert ask(other, b"again") == b"again"


@pytest.mark.parametrize("gently", [False, True])
def test_an_answer_breaks_off_after_so_many_bytes(proxy: FaultProxy, echo: Echo, gently: bool) -> None:
    """So many arrive and no more: an end where gently, else a reset; the question was heard whole."""
    proxy.cut_after(3, gently=gently)
    with closing(connect(proxy)) as line:
        found = b""
        with suppress(ConnectionResetError):
            found = ask(line, b"abcdef")
        assert found[:3] == b"abc"[: len(found)]
        if gently:
            assert found == b"abc"
        else:
            wait_for(lambda: proxy.open == 0, "the line is cut", 5)
        assert echo.heard[0] == b"abcdef"
    proxy.heal()
    with closing(connect(proxy)) as line:
        assert ask(line, b"abcdef") == b"abcdef"


def test_nobody_behind_the_proxy_is_a_reset(proxy: FaultProxy, echo: Echo) -> None:
    """A target that is down looks like a line that breaks at once."""
    echo.close()

    with pytest.raises(ConnectionResetError), closing(connect(proxy)) as line:
        line.recv(100)
