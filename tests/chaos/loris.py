"""Clients that begin a request and never end it, as many as one likes, always."""

import socket
import threading
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Self

_BEGUN = (
    b"POST /callback/shop HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    b"POST /callback/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n<xml>",
)
"""Half of the clients are slow in the head, half in the body."""
_BETWEEN_S = 0.2


class Loris:
    """*clients* connections that send a byte now and then; whoever is thrown out comes back at once.

    *ended* counts how the server threw them out: `head closed`, `body 408` and the like.
    """

    def __init__(self, port: int, clients: int) -> None:
        self.ended: Counter[str] = Counter()
        self._port = port
        self._lines = [self._begin(number) for number in range(clients)]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._dribble, name="loris")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join(20)
        for line in self._lines:
            line.close()

    def _begin(self, number: int) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self._port), timeout=5)
        line.sendall(_BEGUN[number % 2])
        line.setblocking(False)
        return line

    def _dribble(self) -> None:
        while not self._done.wait(_BETWEEN_S):
            for number, line in enumerate(self._lines):
                ending = self._ending(line)
                if ending is not None:
                    self.ended[f"{('head', 'body')[number % 2]} {ending}"] += 1
                    line.close()
                    self._lines[number] = self._begin(number)

    @staticmethod
    def _ending(line: socket.socket) -> str | None:
        """How the server ended this connection; None while it waits."""
        with suppress(BlockingIOError):
            try:
                answer = line.recv(200)
                return answer[9:12].decode() if answer else "closed"
            except ConnectionError:
                return "closed"
        with suppress(OSError):
            line.send(b"a")
        return None
