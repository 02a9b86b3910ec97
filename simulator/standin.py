"""An OpenAI-compatible stand-in model with settable speed and faults.

Serves POST /v1/chat/completions (streaming or not, usage, include_usage) and GET /v1/models. Its words are
in `simulator.answers`; some questions get special answers, for demos and tests:

- a question with 「长文」, or that begins with "long" or asks for a "long answer": at least 9 000 bytes of
  Markdown with headings, a table, fenced code, links and ZWJ emoji;
- `echo:XYZ` (to the end of the question): exactly XYZ;
- `tool:NAME {"json": "arguments"}`, when such a tool is offered: a call of it, then its result in words;
- any token with a digit and at least four characters (`k7F3`, `nonce-12ab`) is repeated, so that a test can
  see whose answer it is;
- the question before is quoted (「你刚才问过「…」」), so that memory can be seen.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from simulator.answers import Message, answer, questions
from simulator.completions import Shape, failure, read_body, tool_call, usage
from simulator.groups import Group
from simulator.manner import Manner
from simulator.wire import Row, Wire
from simulator.words import words

SLOW_S = 8.0
HANG_S = 600.0
KEEP_CALLS = 20_000
_TOOL = re.compile(r"tool:([A-Za-z0-9_-]+)[ \t]*(\{.*\})?", re.DOTALL)

Answers = Sequence[str] | Callable[[list[Message]], str]


@dataclass(slots=True)
class Call:
    """One request to the stand-in. *ended* is `answered`, a mode's name, or `closed` by the client.

    *used* are the tokens of prompt and completion that it told the client; None while it has told none.
    """

    messages: list[Message]
    body: dict[str, Any]
    t: float
    ended: str = "running"
    answer: str = ""
    used: tuple[int, int] | None = None

    @property
    def question(self) -> str:
        """The last thing the person said."""
        asked = questions(self.messages)
        return asked[-1] if asked else ""

    @property
    def tokens(self) -> int:
        """What it says that it used."""
        return usage(self.messages, self.answer)["total_tokens"]

    def tell_usage(self) -> dict[str, int]:
        """The figures for the client, which from now on knows them."""
        told = usage(self.messages, self.answer)
        self.used = told["prompt_tokens"], told["completion_tokens"]
        return told


@dataclass(slots=True)
class _Turn:
    """One call being answered."""

    call: Call
    manner: Manner
    row: Row
    group: Group | None
    shape: Shape
    tool: tuple[str, str] | None


@dataclass
class StandIn:
    """The model. *answers*, when set, come before the built-in ones: a list is used up, a function asked."""

    wire: Wire
    manner: Manner = field(default_factory=Manner)
    calls: list[Call] = field(default_factory=list)
    answers: Answers | None = None
    _used: int = 0

    def set_answers(self, answers: Answers | None) -> None:
        self.answers, self._used = answers, 0

    async def models(self, _request: web.Request) -> web.Response:
        """GET /v1/models."""
        one = {"id": "stand-in", "object": "model", "created": 1_700_000_000, "owned_by": "yingda-simulator"}
        return web.json_response({"object": "list", "data": [one]})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/chat/completions."""
        body = await read_body(request)
        if body is None:
            return failure(400, "invalid_request_error", "messages must be a list of objects")
        turn = self._begin(body)
        try:
            return await self._serve(request, turn)
        except (ConnectionError, asyncio.CancelledError):
            turn.call.ended = "closed"
            if turn.group:
                self.wire.groups.given_up(turn.group)
            raise
        finally:
            self._end(turn)

    def _begin(self, body: dict[str, Any]) -> _Turn:
        call = Call(body["messages"], body, time.time())
        self.calls.append(call)
        del self.calls[: len(self.calls) - KEEP_CALLS]
        manner = self._manner_now()
        row = self.wire.begin("model", words("模型（替身）", "model (stand-in)"), "model", show=False)
        group = self.wire.groups.of_question(call.question)
        if group:
            row.group, row.account, row.peer = group.id, group.account, group.peer
        row.raw = json.dumps(body, ensure_ascii=False, indent=1)
        row.size = len(row.raw)
        self.wire.announce(row)
        tool = _wanted_tool(call, body)
        call.answer = "" if tool else self._words(call)
        shape = Shape(f"chatcmpl-{row.id}", int(call.t), str(body.get("model") or "stand-in"))
        return _Turn(call, manner, row, group, shape, tool)

    def _manner_now(self) -> Manner:
        manner = self.manner
        if manner.times is not None and manner.mode != "ok":
            left = manner.times - 1
            self.manner = replace(manner, times=left) if left else replace(manner, times=None, mode="ok")
        return manner

    def _words(self, call: Call) -> str:
        if callable(self.answers):
            return self.answers(call.messages)
        if self.answers and self._used < len(self.answers):
            self._used += 1
            return self.answers[self._used - 1]
        return answer(call.messages)

    def _end(self, turn: _Turn) -> None:
        call = turn.call
        if call.ended == "running":
            call.ended = "answered"
        statuses = {"answered": 200, "429": 429, "500": 500, "cut": 200}
        turn.row.response = call.answer if call.ended in ("answered", "cut") else call.ended
        self.wire.end(turn.row, ok=call.ended == "answered", status=statuses.get(call.ended, 0))
        self.wire.feed.ring()

    async def _serve(self, request: web.Request, turn: _Turn) -> web.StreamResponse:
        manner = turn.manner
        wait_s = max(manner.first_byte_s, SLOW_S) if manner.mode == "slow" else manner.first_byte_s
        if manner.mode == "429":
            turn.call.ended = "429"
            headers = {} if manner.retry_after_s is None else {"Retry-After": f"{manner.retry_after_s:g}"}
            return failure(429, "rate_limit_exceeded", "Rate limit reached (stand-in).", headers)
        if manner.mode == "500":
            turn.call.ended = "500"
            return failure(500, "server_error", "The stand-in failed on purpose.")
        if manner.mode == "hang":
            await asyncio.sleep(HANG_S)
        if turn.call.body.get("stream"):
            return await self._stream(request, turn, wait_s)
        return await self._whole(request, turn, wait_s)

    async def _whole(self, request: web.Request, turn: _Turn, wait_s: float) -> web.StreamResponse:
        pieces = turn.manner.pieces(turn.call.answer)
        pace_s = (len(pieces) - 1) / turn.manner.chunks_per_s if turn.manner.chunks_per_s else 0.0
        await asyncio.sleep(wait_s + pace_s)
        if turn.manner.mode == "cut":
            return _broken_off(request, turn)
        self._first_token(turn)
        message: dict[str, Any] = {"role": "assistant", "content": turn.call.answer or None}
        if turn.tool:
            message["tool_calls"] = [tool_call(*turn.tool)]
        reason = "tool_calls" if turn.tool else "stop"
        return web.json_response(turn.shape.whole(message, reason, turn.call.tell_usage()))

    async def _stream(self, request: web.Request, turn: _Turn, wait_s: float) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await asyncio.sleep(wait_s)
        await response.prepare(request)
        self._first_token(turn)
        if not await self._write_words(request, response, turn):
            return response
        reason = "tool_calls" if turn.tool else "stop"
        if turn.tool:
            await response.write(turn.shape.event({"tool_calls": [{"index": 0} | tool_call(*turn.tool)]}))
        await response.write(turn.shape.event({}, reason))
        options = turn.call.body.get("stream_options")
        if isinstance(options, dict) and options.get("include_usage"):
            await response.write(turn.shape.usage_event(turn.call.tell_usage()))
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def _write_words(self, request: web.Request, response: web.StreamResponse, turn: _Turn) -> bool:
        """Write the answer chunk by chunk, on a fixed timetable; False if it was cut."""
        pieces = turn.manner.pieces(turn.call.answer)
        stop = max(len(pieces) // 2, 1) if turn.manner.mode == "cut" else None
        before, after = turn.shape.event({"content": "\0"}).split(b'"\\u0000"')
        started, pace = time.perf_counter(), turn.manner.chunks_per_s
        for number, piece in enumerate(pieces):
            if number == stop:
                break
            due_s = started + number / pace - time.perf_counter() if pace else 0.0
            if due_s > 0:
                await asyncio.sleep(due_s)
            await response.write(before + json.dumps(piece, ensure_ascii=False).encode() + after)
        if stop is not None:
            _broken_off(request, turn)
        return stop is None

    def _first_token(self, turn: _Turn) -> None:
        if turn.group:
            self.wire.groups.first_token(turn.group)


def _wanted_tool(call: Call, body: dict[str, Any]) -> tuple[str, str] | None:
    asked = _TOOL.search(call.question)
    if not asked or call.messages[-1].get("role") != "user":
        return None
    offered = {
        tool.get("function", {}).get("name") for tool in body.get("tools") or [] if isinstance(tool, dict)
    }
    return (asked[1], asked[2] or "{}") if asked[1] in offered else None


def _broken_off(request: web.Request, turn: _Turn) -> web.Response:
    turn.call.ended = "cut"
    if request.transport:
        request.transport.abort()
    return web.Response()
