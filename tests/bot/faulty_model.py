"""A chat API on a real socket that answers each request by a script: well, badly or never."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.model import Model


@dataclass
class Request:
    """One request as it arrived; *closed* is set once the caller hangs up while we still answer."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, object]
    closed: threading.Event = field(default_factory=threading.Event)


class Exchange:
    """One request and the pen to answer it with."""

    def __init__(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._reader = reader
        self._writer = writer

    async def raw(self, data: bytes) -> None:
        """Write *data* as it is."""
        self._writer.write(data)
        await self._writer.drain()

    async def head(self, status: int = 200, **headers: str) -> None:
        """Status line and headers of a chunked answer."""
        headers = {"content_type": "text/event-stream", "transfer_encoding": "chunked"} | headers
        lines = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in headers.items())
        await self.raw(f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode())

    async def chunk(self, data: bytes) -> None:
        """One chunk of the body."""
        await self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    async def event(self, event: object) -> None:
        """One event of the stream."""
        await self.chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

    async def delta(self, text: str, finish: str | None = None, **fields: str) -> None:
        """One piece of the answer."""
        delta = {"content": text, **fields}
        await self.event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": None})

    async def done(self) -> None:
        """The end mark, and the end of the body."""
        await self.chunk(b"data: [DONE]\n\n")
        await self.raw(b"0\r\n\r\n")

    async def until_closed(self) -> None:
        """Wait until the caller hangs up."""
        while await self._reader.read(4096):
            pass
        self.request.closed.set()

    async def lull(self, within_s: float) -> None:
        """Let *within_s* seconds pass; ends the exchange as soon as the caller hangs up."""
        try:
            gone = await asyncio.wait_for(self._reader.read(4096), within_s) == b""
        except TimeoutError:
            return
        if gone:
            raise ConnectionResetError

    def cut(self, *, reset: bool = False) -> None:
        """End the connection in the middle: FIN, or RST."""
        if reset:
            connection: socket.socket = self._writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.close()


Behaviour = Callable[[Exchange], Awaitable[None]]


def answers(*pieces: str, finish: str = "stop", usage: Mapping[str, object] | None = None) -> Behaviour:
    """Stream *pieces* as every provider does."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        for piece in pieces:
            await exchange.delta(piece)
        await exchange.delta("", finish)
        if usage is not None:
            await exchange.event({"choices": [], "usage": usage})
        await exchange.done()

    return behave


def refuses(status: int, error: object = None, *, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer an HTTP error with *error* as its JSON; names of *headers* have `_` for `-`."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head(status, content_type="application/json", **(headers or {}))
        await exchange.chunk(json.dumps({"error": error}).encode())
        await exchange.raw(b"0\r\n\r\n")

    return behave


def streams(*chunks: bytes, end: str = "end") -> Behaviour:
    """Send *chunks* as the body, then `end` it, `cut` it (FIN), `reset` it (RST) or `hang`."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        for chunk in chunks:
            await exchange.chunk(chunk)
        if end == "end":
            await exchange.raw(b"0\r\n\r\n")
        elif end == "hang":
            await exchange.until_closed()
        else:
            exchange.cut(reset=end == "reset")

    return behave


async def hangs(exchange: Exchange) -> None:
    """Never send a byte."""
    await exchange.until_closed()


class FaultyModel:
    """The server, on a thread of its own. The last behaviour of the script repeats for ever."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.arrived = threading.Semaphore(0)
        """One for each request read to its end."""
        self.url = ""
        self._script: list[Behaviour] = [answers("好。")]
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="faulty-model")
        self._thread.start()
        self._ready.wait(5)

    def script(self, *behaviours: Behaviour) -> None:
        """What the next requests meet, in order."""
        self._script = list(behaviours)

    def close(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        serve = asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024, limit=2**20)
        server = self._loop.run_until_complete(serve)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._finish())
        self._loop.close()

    async def _finish(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                request = await _read(reader)
                self.requests.append(request)
                self.arrived.release()
                behave = self._script.pop(0) if len(self._script) > 1 else self._script[0]
                await behave(Exchange(request, reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            if self.requests:
                self.requests[-1].closed.set()
        except asyncio.CancelledError:
            # The event loop would report a connection that is cancelled while the server closes.
            return
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(first.split()[1], headers, json.loads(body))


@contextmanager
def serving() -> Iterator[FaultyModel]:
    """A fresh server that says 好。 until it is told otherwise."""
    faulty = FaultyModel()
    try:
        yield faulty
    finally:
        faulty.close()


@contextmanager
def models_of(server: FaultyModel) -> Iterator[Callable[..., Model]]:
    """Make models that ask the server; arguments replace the usual ones."""
    models: list[Model] = []

    def make(**changes: object) -> Model:
        usual = {"base_url": server.url, "api_key": "sk-canary", "model": "m", "deadline_s": 5.0}
        model = Model(**({**usual, "connections": 300} | changes))  # type: ignore[arg-type]
        models.append(model)
        return model

    try:
        yield make
    finally:
        for model in models:
            model.close()
