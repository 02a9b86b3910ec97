"""What an answer is: text, finish, usage, and what of a bad stream is still worth showing."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping

import pytest

import bot.model.faults
from bot.conversation import Wanted
from bot.errors import ModelDown, ModelError, ModelRefused, ModelStopped
from bot.model import Model, Usage
from tests.bot.faulty_model import (
    Behaviour,
    Exchange,
    FaultyModel,
    answers,
    hangs,
    models_of,
    refuses,
    serving,
    streams,
)

HI = [{"role": "user", "content": "你好"}]
LONG = "春眠不觉晓" * 20
ModelWith = Callable[..., Model]


@pytest.fixture
def server() -> Iterator[FaultyModel]:
    """The provider."""
    with serving() as faulty:
        yield faulty


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it matters that something is repeated; test_model_faults.py holds the real pauses."""
    monkeypatch.setattr(bot.model.faults, "FIRST_PAUSE_S", 0.02)


@pytest.fixture
def model_with(server: FaultyModel) -> Iterator[ModelWith]:
    """Makes models that ask the provider."""
    with models_of(server) as make:
        yield make


def test_an_answer_is_the_joined_text_with_its_usage(server: FaultyModel, model_with: ModelWith) -> None:
    """Pieces are joined; tokens, attempts and times are told."""
    usage = {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}}
    server.script(answers("你", "好", "。", usage=usage))

    answer = model_with().ask(HI).result()

    assert (answer.text, answer.finish, answer.whole, answer.attempts) == ("你好。", "stop", True, 1)
    assert Usage(prompt=9, cached=4, completion=3, counted=False) == answer.usage
    assert answer.first_token_s is not None
    assert 0 < answer.first_token_s <= answer.total_s
    assert server.requests[0].body["stream_options"] == {"include_usage": True}
    assert tuple(server.requests[0].body[key] for key in ("messages", "model", "stream")) == (HI, "m", True)


def test_what_is_unset_is_not_sent(server: FaultyModel, model_with: ModelWith) -> None:
    """Some models refuse any temperature; what somebody set goes along."""
    model = model_with()
    model.ask(HI).result()
    model.ask(HI, Wanted("big", 0.0, 500)).result()

    plain, wished = (seen.body for seen in server.requests)
    assert plain["model"] == "m"
    assert not {"temperature", "max_tokens", "max_completion_tokens"} & set(plain)
    assert (wished["model"], wished["temperature"], wished["max_tokens"]) == ("big", 0.0, 500)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2, "prompt_cache_hit_tokens": 3}, Usage(5, 3, 2, False)),
        ({"prompt_tokens": 5, "completion_tokens": 2, "cached_tokens": 1}, Usage(5, 1, 2, False)),
        ({"prompt_tokens": 5, "completion_tokens": 2, "cached_tokens": 99}, Usage(5, 5, 2, False)),
        ({"prompt_tokens": "5", "completion_tokens": -2}, Usage(0, 0, 0, True)),
        ({"prompt_tokens": 0, "completion_tokens": 0}, Usage(0, 0, 0, True)),
        (None, Usage(0, 0, 0, True)),
    ],
)
def test_usage_of_every_provider_is_read(
    server: FaultyModel, model_with: ModelWith, told: Mapping[str, object] | None, expected: Usage
) -> None:
    """Cached tokens have three names; without usable numbers the caller counts."""
    server.script(answers("好。", usage=told))

    assert expected == model_with().ask(HI).result().usage


@pytest.mark.parametrize("slash", ["", "/"])
def test_base_url_may_end_with_a_slash(server: FaultyModel, model_with: ModelWith, slash: str) -> None:
    """Both spellings reach the same path."""
    model_with(base_url=server.url + slash).ask(HI).result()

    assert server.requests[0].path == "/v1/chat/completions"


def test_without_a_key_none_is_sent(
    server: FaultyModel, model_with: ModelWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the one the library would find in the environment by itself."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")

    model_with(api_key=None).ask(HI).result()
    model_with(api_key="sk-mine").ask(HI).result()

    assert [seen.headers.get("authorization") for seen in server.requests] == [None, "Bearer sk-mine"]


def test_nothing_runs_before_the_first_question(server: FaultyModel, model_with: ModelWith) -> None:
    """A process may fork after it has built its Model."""
    before = threading.active_count()
    model = model_with()

    assert before == threading.active_count()

    model.ask(HI).result()

    assert before < threading.active_count()


async def _bytewise(exchange: Exchange) -> None:
    body = 'data: {"choices":[{"delta":{"content":"龙🐉。"},"finish_reason":"stop"}]}\r\n\r\ndata: [DONE]\n\n'
    await exchange.head()
    for byte in body.encode():
        await exchange.chunk(bytes([byte]))
    await exchange.raw(b"0\r\n\r\n")


async def _split_emoji(exchange: Exchange) -> None:
    await exchange.head()
    for piece in ("龙", "\ud83d", "\udc09", "。"):
        await exchange.delta(piece)
    await exchange.delta("", "stop")
    await exchange.done()


@pytest.mark.parametrize("behaviour", [_bytewise, _split_emoji])
def test_characters_split_anywhere_are_whole_again(
    server: FaultyModel, model_with: ModelWith, behaviour: Behaviour
) -> None:
    """UTF-8 cut between two reads, and an emoji cut between two events."""
    server.script(behaviour)

    assert model_with().ask(HI).result().text == "龙🐉。"


def test_half_an_emoji_becomes_a_replacement_mark(server: FaultyModel, model_with: ModelWith) -> None:
    """A lone surrogate cannot be sent on: the text is always valid UTF-8."""
    server.script(answers("龙\ud83d。"))

    assert model_with().ask(HI).result().text == "龙\ufffd。"


async def _reasoning(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.event({"choices": [], "prompt_filter_results": []})
    await exchange.event({"choices": [{"delta": {"content": None, "reasoning_content": "嗯"}}]})
    await exchange.delta("晴。", "stop")
    await exchange.done()


@pytest.mark.parametrize(
    "behaviour",
    [_reasoning, answers("<think>嗯，", "先想想</think>\n\n", "晴。"), answers("\n<think>\n</think>晴。")],
)
def test_thinking_is_never_part_of_the_text(
    server: FaultyModel, model_with: ModelWith, behaviour: Behaviour
) -> None:
    """Neither as a field of its own nor as a block at the beginning; Azure's first event has no choice."""
    server.script(behaviour)

    assert model_with().ask(HI).result().text == "晴。"


def test_think_later_in_the_text_stays(server: FaultyModel, model_with: ModelWith) -> None:
    """A person may ask about the mark itself."""
    server.script(answers("标签 <think>x</think> 是什么。"))

    assert model_with().ask(HI).result().text == "标签 <think>x</think> 是什么。"


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (answers("半句", finish="length"), ("半句", "length", False)),
        (answers("半句", finish="content_filter"), ("半句", "content_filter", False)),
        (answers("一句。", finish="eos"), ("一句。", "stop", True)),
        (answers("一句。又半", finish="insufficient_system_resource"), ("一句。又半", "cut", False)),
        (answers("", finish="content_filter"), ModelRefused),
        (answers("", finish="sensitive"), ModelRefused),
        (answers("<think>想完了额度", finish="length"), ModelDown),
    ],
)
def test_the_finish_reason_decides(
    server: FaultyModel, model_with: ModelWith, behaviour: Behaviour, expected: object
) -> None:
    """Text that came is shown; without any the error says why; none of these is asked twice."""
    server.script(behaviour)
    call = model_with().ask(HI)

    assert expected == _outcome(call.result)
    assert len(server.requests) == 1


@pytest.mark.parametrize("blank", ["", "  \n\n ", "<think>嗯</think>  "])
def test_an_empty_answer_is_asked_once_more(server: FaultyModel, model_with: ModelWith, blank: str) -> None:
    """And then given up, however much time is left."""
    server.script(answers(blank), answers("好。"), answers(blank))
    model = model_with()

    assert (lambda answer: (answer.text, answer.attempts))(model.ask(HI).result()) == ("好。", 2)
    with pytest.raises(ModelDown, match="empty"):
        model.ask(HI).result()
    assert len(server.requests) == 4


def _delta(text: str, finish: str = "null") -> bytes:
    return f'data: {{"choices":[{{"delta":{{"content":"{text}"}},"finish_reason":{finish}}}]}}\n\n'.encode()


@pytest.mark.parametrize("end", ["cut", "reset", "end"])
@pytest.mark.parametrize("text", [LONG, "一句。又半"])
def test_a_stream_cut_after_useful_text_is_shown_and_not_repeated(
    server: FaultyModel, model_with: ModelWith, end: str, text: str
) -> None:
    """A repeat would contradict what was said; the answer is marked as not whole."""
    server.script(streams(_delta(text), end=end))

    answer = model_with().ask(HI).result()

    assert (text, "cut", False, 1) == (answer.text, answer.finish, answer.whole, answer.attempts)
    assert answer.usage.counted


@pytest.mark.parametrize(
    "broken",
    [
        streams(_delta("半"), end="cut"),
        streams(_delta("半"), end="reset"),
        streams(_delta("半"), b"data: [DONE]\n\n"),
        streams(b": keep-alive\n\n"),
        streams(),
        streams(b'data: {"choices":[{"del', end="end"),
        streams(b'data: {"error":{"message":"busy","code":502}}\n\n'),
        streams(b'event: error\ndata: {"error":"overloaded"}\n\n'),
    ],
)
def test_a_stream_cut_before_useful_text_is_repeated(
    server: FaultyModel, model_with: ModelWith, broken: Behaviour
) -> None:
    """Nothing of the first attempt is in the answer; a missing finish reason is a cut as well."""
    server.script(broken, answers("全句。"))

    answer = model_with().ask(HI).result()

    assert (answer.text, answer.attempts, answer.whole) == ("全句。", 2, True)


@pytest.mark.parametrize("end", ["end", "cut", "hang"])
def test_an_answer_with_a_finish_reason_needs_no_end_mark(
    server: FaultyModel, model_with: ModelWith, end: str
) -> None:
    """Not all providers send [DONE]; one that leaves the line open costs 2 s, not the deadline."""
    server.script(streams(_delta("好。", '"stop"'), end=end))
    started = time.monotonic()

    answer = model_with().ask(HI).result()

    assert (answer.text, answer.whole) == ("好。", True)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Login</body></html>\n",
        b'{"id": "x", "choices": []}',
        b"data: {broken\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"data: \xff\xfe\xff\n\n",
        b"data: []\n\n",
        b'data: {"foo": 1}\n\n',
        b'data: {"choices": ["x"]}\n\n',
        b'data: {"choices": {"a": 1}}\n\n',
        b'data: {"choices": [{"delta": {"content": [1]}}]}\n\n',
        b'data: {"choices": [{"delta": "x"}]}\n\n',
    ],
)
def test_what_is_no_chat_stream_ends_as_model_down(
    server: FaultyModel, model_with: ModelWith, body: bytes
) -> None:
    """HTML, broken JSON and wrong shapes, all with status 200, are not asked again."""
    server.script(streams(body))

    with pytest.raises(ModelDown):
        model_with().ask(HI).result()
    assert len(server.requests) == 1


def test_stop_ends_the_call_at_once_and_hangs_up(server: FaultyModel, model_with: ModelWith) -> None:
    """The person who said stop waits for nothing, and the provider stops writing."""
    server.script(streams(_delta(LONG), end="hang"), answers("好。"))
    model = model_with()
    call = model.ask(HI)
    assert server.arrived.acquire(timeout=5)
    other = model.ask(HI)

    started = time.monotonic()
    call.stop()
    call.stop()
    with pytest.raises(ModelStopped):
        call.result()
    took_s = time.monotonic() - started

    assert took_s < 1
    assert server.requests[0].closed.wait(5)
    assert other.result().text == "好。"


@pytest.mark.parametrize("behaviour", [hangs, refuses(503)])
def test_stop_ends_every_stage(server: FaultyModel, model_with: ModelWith, behaviour: Behaviour) -> None:
    """Also while no byte has come, and between two attempts."""
    server.script(behaviour)
    call = model_with().ask(HI)
    assert server.arrived.acquire(timeout=5)

    call.stop()

    with pytest.raises(ModelStopped):
        call.result()


def test_stop_after_the_answer_changes_nothing(server: FaultyModel, model_with: ModelWith) -> None:
    """What is done is done."""
    call = model_with().ask(HI)
    call.result()

    call.stop()

    assert call.result().text == "好。"


def test_close_stops_what_runs_and_what_comes(server: FaultyModel, model_with: ModelWith) -> None:
    """Nobody waits for a model that is gone."""
    server.script(hangs)
    model = model_with()
    running = model.ask(HI)
    assert server.arrived.acquire(timeout=5)

    model.close()
    model.close()

    for call in (running, model.ask(HI)):
        with pytest.raises(ModelStopped):
            call.result()
    assert server.requests[0].closed.wait(5)


def _outcome(result: Callable[[], object]) -> object:
    try:
        answer = result()
    except ModelError as error:
        return type(error)
    return tuple(getattr(answer, name) for name in ("text", "finish", "whole"))
