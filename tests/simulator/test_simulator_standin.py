"""The stand-in model: honest, deterministic, quick or slow, and broken on demand."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.answers import answer, long_answer
from simulator.testing import Simulator

Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(sim: Simulator) -> Ask:
    """Post a chat of the given sayings of the person."""

    def post(*said: str, **more: Any) -> requests.Response:
        messages: list[dict[str, str]] = [{"role": "system", "content": "be kind"}]
        for one in said:
            messages += [{"role": "user", "content": one}, {"role": "assistant", "content": "…"}]
        body = {"model": "stand-in", "messages": messages[:-1]} | more
        return requests.post(f"{sim.base_url}/v1/chat/completions", json=body, timeout=10)

    return post


def content(answer: requests.Response) -> str:
    found: str = answer.json()["choices"][0]["message"]["content"]
    return found


def chunks(answer: requests.Response) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def test_it_says_what_it_is_in_the_language_asked(ask: Ask) -> None:
    """A Chinese question gets a Chinese answer, and both say that this is no real AI."""
    assert "不是真 AI" in content(ask("你好"))
    assert "not a real AI" in content(ask("Hello"))


def test_it_shows_that_it_remembers(ask: Ask) -> None:
    """The question before is quoted; the very first has none."""
    assert "你刚才问过「苏州怎么玩」" in content(ask("苏州怎么玩", "那天气呢"))
    assert "你刚才问过" not in content(ask("苏州怎么玩"))


def test_it_repeats_a_mark(ask: Ask) -> None:
    """So a test sees whose answer it is."""
    assert "k7F3-9" in content(ask("记号是k7F3-9，记得带上"))


def test_echo_is_exact(ask: Ask) -> None:
    """Everything after echo:, line breaks included."""
    assert content(ask("echo:**a**\n- b")) == "**a**\n- b"


@pytest.mark.parametrize("chinese", [True, False])
def test_the_long_answer_has_everything_that_is_hard_to_cut(chinese: bool) -> None:
    """9 000 bytes with headings, table, code, links and joined emoji."""
    text = long_answer(chinese=chinese)

    assert len(text.encode()) >= 9000
    assert all(piece in text for piece in ("# ", "|---|", "```python", "](https://", "👩‍👩‍👧‍👦"))
    assert answer([{"role": "user", "content": "写一篇长文" if chinese else "long please"}]) == text


def test_a_stream_adds_up_to_the_answer(sim: Simulator, ask: Ask) -> None:
    """Chunks, a finish_reason, the usage that was asked for, [DONE]."""
    sim.model.set(chunks_per_s=1000)

    parts = chunks(ask("你好", stream=True, stream_options={"include_usage": True}))
    text = "".join(part["choices"][0]["delta"].get("content", "") for part in parts if part["choices"])

    assert text == sim.model.calls[0].answer
    assert len(parts) > 5
    assert parts[-2]["choices"][0]["finish_reason"] == "stop"
    assert parts[-1]["choices"] == []
    assert parts[-1]["usage"]["total_tokens"] > 0


def test_without_being_asked_there_is_no_usage_chunk(ask: Ask) -> None:
    """As the real interface does it."""
    assert all(part["choices"] for part in chunks(ask("你好", stream=True)))


def test_the_pace_is_kept(sim: Simulator, ask: Ask) -> None:
    """First byte and chunks a second together give the time."""
    sim.model.set(first_byte_s=0.2, chunks_per_s=40, chunks=9, answers=["一二三四五六七八九"])
    began = time.perf_counter()
    ask("你好", stream=True)

    assert 0.39 <= time.perf_counter() - began < 1.5


def test_answers_can_be_given(sim: Simulator, ask: Ask) -> None:
    """A list is used up, a function is asked every time."""
    sim.model.set(answers=["一"])
    assert content(ask("a")) == "一"
    assert "stand-in" in content(ask("a"))

    sim.model.set(answers=lambda messages: messages[-1]["content"].upper())
    assert content(ask("a")) == "A"
    assert [call.question for call in sim.model.calls] == ["a", "a", "a"]


def test_429_says_when_to_come_back(sim: Simulator, ask: Ask) -> None:
    """Retry-After, for as many calls as it was told."""
    sim.model.set(mode="429", times=1, retry_after_s=2)

    refused, answered = ask("你好"), ask("你好")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert answered.status_code == 200
    assert [call.ended for call in sim.model.calls] == ["429", "answered"]


def test_500_is_an_error_of_the_api(sim: Simulator, ask: Ask) -> None:
    """In the API's own form."""
    sim.model.set(mode="500")

    assert ask("你好").json()["error"]["type"] == "server_error"


@pytest.mark.parametrize("streams", [True, False])
def test_cut_breaks_off_half_way(sim: Simulator, ask: Ask, streams: bool) -> None:
    """The connection ends without [DONE]."""
    sim.model.set(mode="cut", chunks_per_s=1000)

    with pytest.raises(requests.exceptions.RequestException):
        ask("你好", stream=streams)

    assert sim.model.calls[0].ended == "cut"


def test_hang_never_answers_and_notices_the_hang_up(sim: Simulator) -> None:
    """A client that gives up ends the call."""
    sim.model.set(mode="hang")
    body = {"messages": [{"role": "user", "content": "你好"}]}
    with pytest.raises(requests.exceptions.Timeout):
        requests.post(f"{sim.base_url}/v1/chat/completions", json=body, timeout=0.2)

    end = time.monotonic() + 5
    while sim.model.calls[0].ended != "closed" and time.monotonic() < end:
        sim.call(lambda: None)

    assert sim.model.calls[0].ended == "closed"


def test_it_calls_a_tool_that_is_offered(ask: Ask) -> None:
    """tool:NAME asks for the tool; what is not offered is not called."""
    offered = [{"type": "function", "function": {"name": "clock", "parameters": {}}}]

    called = ask('tool:clock {"zone":"UTC"}', tools=offered).json()["choices"][0]
    not_offered = ask("tool:rocket", tools=offered).json()["choices"][0]

    assert called["finish_reason"] == "tool_calls"
    assert called["message"]["tool_calls"][0]["function"] == {"name": "clock", "arguments": '{"zone":"UTC"}'}
    assert not_offered["finish_reason"] == "stop"


def test_a_bad_request_is_refused(sim: Simulator) -> None:
    """400, and no call is counted."""
    answer = requests.post(f"{sim.base_url}/v1/chat/completions", data="{", timeout=5)

    assert answer.status_code == 400
    assert sim.model.calls == []


def test_models_are_listed(sim: Simulator) -> None:
    """GET /v1/models names the stand-in."""
    assert requests.get(f"{sim.base_url}/v1/models", timeout=5).json()["data"][0]["id"] == "stand-in"
