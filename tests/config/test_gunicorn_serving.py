"""The web server's own promises, through a real gunicorn with a tiny app behind it."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.serving import Server, command, environ, free_port


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            if server.post(b"")[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("gunicorn did not answer within 20 s")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """gunicorn with one web process, in a folder of its own."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command(), cwd=folder, env=environ(folder, port), stdout=log, stderr=log)
    try:
        served = Server(process.pid, port, folder)
        _await(served, process)
        yield served
    finally:
        process.terminate()
        process.wait(20)


def test_a_body_that_arrives_reaches_the_app_whole(server: Server) -> None:
    """The app reads the very bytes, with their true length."""
    assert server.post(b"x" * 65536) == (200, "65536 65536 /callback/shop")


def test_a_chunked_body_reaches_the_app_with_its_length(server: Server) -> None:
    """A body without a promised length is no different to the app."""
    chunks = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    assert _raw(server, b"Transfer-Encoding: chunked\r\n\r\n" + chunks) == (200, b"5 5 /callback/shop")


@pytest.mark.parametrize("size", [65537, 66560, 1_000_000])
def test_a_long_body_is_cut_one_byte_past_the_limit(server: Server, size: int) -> None:
    """The app sees one byte more than allowed, whatever came: enough to answer 413, no memory to fill."""
    with server.connect() as line:
        line.sendall(b"POST /callback/shop HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % size)
        line.sendall(b"x" * 65537)
        answer = http.client.HTTPResponse(line)
        answer.begin()

        assert answer.read() == b"65537 65537 /callback/shop"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 600\r\n\r\nhalf",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhal",
        b"Content-Length: 1\r\n\r\n",
    ],
    ids=["length", "chunked", "nothing"],
)
def test_a_slow_body_gets_408_within_four_seconds(server: Server, head: bytes) -> None:
    """A body that does not arrive is not waited for, and the connection is closed."""
    began = time.monotonic()
    with server.connect() as line:
        line.sendall(b"POST /callback/shop HTTP/1.1\r\nHost: h\r\n" + head)
        answer = http.client.HTTPResponse(line)
        answer.begin()

        assert (answer.status, answer.read(), line.recv(1)) == (408, b"", b"")
    assert 2.5 < time.monotonic() - began < 4


@pytest.mark.parametrize(
    "head",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc",
        b"Transfer-Encoding: gzip\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: \xb2\r\n\r\n",
        b"no colon\r\n\r\n",
    ],
)
def test_a_malformed_request_gets_400(server: Server, head: bytes) -> None:
    """Nothing that is sent can make the server answer 5xx."""
    assert _raw(server, head)[0] == 400


def test_a_body_that_ends_early_gets_400(server: Server) -> None:
    """A shorter body than promised never reaches the app."""
    with server.connect() as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf")
        line.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(line)
        answer.begin()

        assert answer.status == 400


def test_a_header_cannot_change_the_path(server: Server) -> None:
    """SCRIPT_NAME and PATH_INFO are no headers of ours, not even from this machine."""
    head = b"SCRIPT_NAME: /callback\r\nPATH_INFO: /x\r\nScript-Name: /y\r\n\r\n"

    assert _raw(server, head) == (200, b"0 0 /callback/shop")


def test_stalled_clients_do_not_hold_up_others(server: Server) -> None:
    """With 1 200 clients stuck in head or body, somebody else is answered at once."""
    heads = (b"POST / HT", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 600\r\n\r\nhalf")
    stalled = [server.connect() for _ in range(1200)]
    try:
        for number, line in enumerate(stalled):
            line.sendall(heads[number % 2])
        began = time.monotonic()
        answered = server.post(b"hello")[0]
        took_s = time.monotonic() - began
    finally:
        for line in stalled:
            line.close()

    assert answered == 200
    assert took_s < 1


def test_a_killed_web_process_is_replaced(server: Server) -> None:
    """gunicorn's master notices, although gevent has patched what it waits with."""
    victim = int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[0])
    os.kill(victim, signal.SIGKILL)

    deadline = time.monotonic() + 10
    status = 0
    while status != 200 and time.monotonic() < deadline:
        try:
            status = server.post(b"again")[0]
        except OSError:
            time.sleep(0.05)

    assert status == 200


def test_nothing_is_written_outside_the_folder(server: Server) -> None:
    """gunicorn's control socket, which would lie in the home directory, is off."""
    assert {entry.name for entry in server.home.iterdir()} <= {"tiny.py", "yingda.toml", "log"}


def _raw(server: Server, head: bytes) -> tuple[int, bytes]:
    """Status and body of the answer to a POST with *head*."""
    with server.connect() as line:
        line.sendall(b"POST /callback/shop HTTP/1.1\r\nHost: h\r\n" + head)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status, answer.read()
