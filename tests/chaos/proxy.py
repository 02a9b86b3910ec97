"""A TCP proxy that breaks connections on purpose: cuts, stalls, half-closes, delays and refuses them."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from simulator.handles import LoopThread

HOST = "127.0.0.1"
_NO_LINGER = struct.pack("ii", 1, 0)
"""Closing sends RST instead of FIN."""


class _Line:
    """One client and its own connection to the target."""

    def __init__(self, task: asyncio.Task[None], client: asyncio.StreamWriter) -> None:
        self.task = task
        self.client = client
        self.target: asyncio.StreamWriter | None = None
        self.answered = 0
        self.halved = False

    @property
    def ends(self) -> list[asyncio.StreamWriter]:
        return [self.client, *([self.target] if self.target else [])]

    def reset(self) -> None:
        """Both sides see a connection reset, and nothing more is passed on."""
        self.abort()
        self.task.cancel()

    def abort(self) -> None:
        """Both sides see a connection reset."""
        for end in self.ends:
            with suppress(OSError):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            end.transport.abort()

    def half_close(self) -> None:
        """The client reads the end; what it writes goes on to the target, whose answers are dropped."""
        self.halved = True
        if not self.client.transport.is_closing():
            self.client.write_eof()


class FaultProxy:
    """Passes everything on to *target_port* of this machine until told otherwise; a context manager.

    Runs in a thread of its own; every method may be called from any thread and has worked when it returns.
    `cut` and `half_close` are over at once; `stall`, `delay`, `refuse` and `cut_after` hold until `heal`.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._loop = LoopThread()
        self._lines: set[_Line] = set()
        self._server: asyncio.Server | None = None
        self._flow = asyncio.Event()
        self._flow.set()
        self._delay_s = 0.0
        self._cut_after: int | None = None
        self._gently = False
        self.port = 0
        self.accepted = 0
        """How many connections there have been."""

    def __enter__(self) -> Self:
        self._loop.thread.start()
        self._loop.run(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run(self._end())
        self._loop.stop()

    @property
    def open(self) -> int:
        """How many connections are open."""
        return self._loop.call(lambda: len(self._lines))

    def cut(self) -> None:
        """Reset every open connection, on both sides."""
        self._loop.call(lambda: self._each(_Line.reset))

    def half_close(self) -> None:
        """Every client that is connected reads the end, but may go on writing."""
        self._loop.call(lambda: self._each(_Line.half_close))

    def stall(self) -> None:
        """Connections are accepted and stay open, but nothing is passed on; `heal` lets it through."""
        self._loop.call(self._flow.clear)

    def delay(self, seconds: float) -> None:
        """Every piece of an answer comes *seconds* later."""
        self._delay_s = seconds

    def cut_after(self, answered: int, *, gently: bool = False) -> None:
        """Cut each connection once *answered* bytes have come back over it; *gently* is FIN, else RST."""
        self._cut_after, self._gently = answered, gently

    def refuse(self) -> None:
        """Nobody listens: new connections are refused, open ones go on."""
        self._loop.run(self._close())

    def heal(self) -> None:
        """Pass everything on again, listen again, and let through what was held."""

        async def inside() -> None:
            self._delay_s, self._cut_after = 0.0, None
            self._flow.set()
            await self._open()

        self._loop.run(inside())

    def _each(self, act: Callable[[_Line], None]) -> None:
        for line in list(self._lines):
            act(line)

    async def _open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, HOST, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _end(self) -> None:
        await self._close()
        lines = list(self._lines)
        for line in lines:
            line.reset()
        await asyncio.gather(*(line.task for line in lines), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        line = _Line(task, client)
        self._lines.add(line)
        self.accepted += 1
        try:  # Where nobody listens, the client sees its connection reset.
            answers, line.target = await asyncio.open_connection(HOST, self._target_port)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._ask(line, reader))
                both.create_task(self._answer(line, answers))
        except* OSError:
            line.abort()
        except* asyncio.CancelledError:
            pass  # The line was reset.
        finally:
            self._lines.discard(line)
            for end in line.ends:
                end.close()

    async def _ask(self, line: _Line, reader: asyncio.StreamReader) -> None:
        assert line.target is not None
        while piece := await reader.read(65_536):
            await self._flow.wait()
            line.target.write(piece)
            await line.target.drain()
        await self._flow.wait()
        line.target.write_eof()

    async def _answer(self, line: _Line, answers: asyncio.StreamReader) -> None:
        while piece := await answers.read(65_536):
            await self._flow.wait()
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            if line.halved:
                continue
            cut_after = self._cut_after
            if cut_after is not None:
                piece = piece[: max(0, cut_after - line.answered)]
            line.answered += len(piece)
            line.client.write(piece)
            await line.client.drain()
            if cut_after is not None and line.answered >= cut_after:
                self._break(line)
        await self._flow.wait()
        if not line.halved:
            line.client.write_eof()

    def _break(self, line: _Line) -> None:
        if self._gently:
            line.half_close()
        else:
            line.reset()
