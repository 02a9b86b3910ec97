"""The shapes of the chat completions API: frames, stream events, tool calls, usage and failures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator.answers import Message, text_of


@dataclass(frozen=True, slots=True)
class Shape:
    """What every part of one completion repeats."""

    id: str
    created: int
    model: str

    def frame(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}

    def event(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        """One server-sent chunk."""
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        return sse(self.frame("chat.completion.chunk") | {"choices": [choice]})

    def usage_event(self, usage: dict[str, int]) -> bytes:
        """The last chunk, when the client asked for it (`stream_options.include_usage`)."""
        return sse(self.frame("chat.completion.chunk") | {"choices": [], "usage": usage})

    def whole(self, message: dict[str, Any], reason: str, usage: dict[str, int]) -> dict[str, Any]:
        """The answer in one piece."""
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        return self.frame("chat.completion") | {"choices": [choice], "usage": usage}


async def read_body(request: web.Request) -> dict[str, Any] | None:
    """The request, if it is a JSON object with a list of messages."""
    try:
        found = await request.json()
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("messages"), list):
        return None
    return found if all(isinstance(message, dict) for message in found["messages"]) else None


def sse(content: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(content).encode() + b"\n\n"


def tool_call(name: str, arguments: str) -> dict[str, Any]:
    return {"id": f"call_{name}_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def tokens(text: str) -> int:
    """A rough count: one per Chinese character, one per four others."""
    wide = sum(1 for character in text if ord(character) > 0x2E80)
    return wide + (len(text) - wide + 3) // 4


def usage(messages: Sequence[Message], answer: str) -> dict[str, int]:
    asked = sum(tokens(text_of(message)) + 4 for message in messages)
    said = tokens(answer)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def failure(status: int, code: str, text: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error in the form of the API."""
    error = {"message": text, "type": code, "param": None, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)
