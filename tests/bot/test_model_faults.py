"""How a model's failures are met: what is repeated, what each ends as, within bounded time and memory."""

import logging
import time
import traceback
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TypeGuard

import aiohttp
import httpx2
import openai
import pytest
import structlog
from structlog.testing import capture_logs

import bot.model.client
import bot.model.loop
from bot.conversation import Wanted
from bot.errors import ModelBusy, ModelDown, ModelError, ModelKeyRefused, ModelRefused
from bot.model import Model
from bot.model.client import mapped
from bot.model.faults import AttemptError, fault_of_status, pause_s
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

HI = [{"role": "user", "content": "我的秘密"}]
ModelWith = Callable[..., Model]


@pytest.fixture
def server() -> Iterator[FaultyModel]:
    """The provider."""
    with serving() as faulty:
        yield faulty


@pytest.fixture
def model_with(server: FaultyModel) -> Iterator[ModelWith]:
    """Makes models that ask the provider."""
    with models_of(server) as make:
        yield make


@pytest.fixture
def fresh_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loggers that no earlier test has bound to its own configuration for good."""
    for module in (bot.model.client, bot.model.loop):
        monkeypatch.setattr(module, "log", structlog.get_logger())


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
def test_a_passing_error_is_repeated(server: FaultyModel, model_with: ModelWith, status: int) -> None:
    """The person sees only the answer."""
    server.script(refuses(status), answers("好。"))

    answer = model_with().ask(HI).result()

    assert (answer.text, answer.attempts) == ("好。", 2)


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (401, {"code": "invalid_api_key"}, ModelKeyRefused),
        (402, {"message": "Insufficient Balance"}, ModelKeyRefused),
        (403, {"code": "unsupported_country_region_territory"}, ModelKeyRefused),
        (404, {"code": "model_not_found"}, ModelKeyRefused),
        (404, "model 'm' not found", ModelKeyRefused),
        (429, {"code": "insufficient_quota", "type": "insufficient_quota"}, ModelKeyRefused),
        (429, {"code": "1113", "message": "账户已欠费"}, ModelKeyRefused),
        (400, {"code": "content_filter", "message": "policy"}, ModelRefused),
        (400, {"type": "content_filter"}, ModelRefused),
        (400, {"code": "data_inspection_failed"}, ModelRefused),
        (400, {"code": "DataInspectionFailed"}, ModelRefused),
        (400, {"code": "1301"}, ModelRefused),
        (400, {"code": "invalid_request_error", "message": "Content Exists Risk"}, ModelRefused),
        (422, {"code": "sensitive_words_detected"}, ModelRefused),
        (403, {"code": "moderation_blocked"}, ModelRefused),
        (400, {"code": "context_length_exceeded", "message": "too long"}, ModelDown),
        (400, {"message": "your text 'content_filter' is odd"}, ModelDown),
        (400, None, ModelDown),
        (400, "plain words", ModelDown),
        (422, ["a list"], ModelDown),
        (409, {}, ModelDown),
        (501, {}, ModelDown),
        (307, {}, ModelDown),
    ],
)
def test_a_lasting_error_is_not_repeated(
    server: FaultyModel, model_with: ModelWith, status: int, error: object, expected: type[ModelError]
) -> None:
    """Key, content and form are told apart; one request is enough."""
    server.script(refuses(status, error, headers={"location": "/v1/elsewhere"}))

    with pytest.raises(expected) as raised:
        model_with().ask(HI).result()
    assert type(raised.value) is expected
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("error", "expected"), [({"code": "content_filter"}, ModelRefused), ({"code": 401}, ModelKeyRefused)]
)
def test_an_error_inside_the_stream_is_read_like_one_in_the_status(
    server: FaultyModel, model_with: ModelWith, error: Mapping[str, object], expected: type[ModelError]
) -> None:
    """Gateways answer 200 first and fail later."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.event({"error": error})
        await exchange.raw(b"0\r\n\r\n")

    server.script(behave)

    with pytest.raises(expected):
        model_with().ask(HI).result()


def test_the_models_own_refusal_is_a_refusal(server: FaultyModel, model_with: ModelWith) -> None:
    """The API has a field for it; the text stays empty then."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.delta("", "stop", refusal="I can't help with that.")
        await exchange.done()

    server.script(behave)

    with pytest.raises(ModelRefused):
        model_with().ask(HI).result()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"retry_after": "1"}, 1.0),
        ({"retry_after_ms": "900", "retry_after": "3"}, 0.9),
        ({"retry_after": "0.7"}, 0.7),
    ],
)
def test_retry_after_is_honoured(
    server: FaultyModel, model_with: ModelWith, header: Mapping[str, str], seconds: float
) -> None:
    """We come back when we were told to, hardly later."""
    server.script(refuses(429, headers=header), answers("好。"))

    answer = model_with().ask(HI).result()

    assert seconds <= answer.total_s < seconds * 1.1 + 0.4


@pytest.mark.parametrize(
    ("header", "least_s", "most_s"),
    [
        ({"retry-after": format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)}, 200, 300),
        ({"retry-after": format_datetime(datetime.now(UTC) - timedelta(minutes=5), usegmt=True)}, 0, 0),
        ({"retry-after": "Mon, 01 Jan 0001 00:00:00 -0000"}, 0, 0),
        ({"retry-after": "soon"}, 0, 0),
        ({"retry-after": "-3"}, 0, 0),
        ({"retry-after": "nan"}, 0, 0),
        ({"retry-after": "inf"}, 0, 0),
        ({"retry-after-ms": "x", "retry-after": "2"}, 2, 2),
        ({}, 0, 0),
    ],
)
def test_every_form_of_retry_after_is_read(header: dict[str, str], least_s: float, most_s: float) -> None:
    """Seconds, milliseconds and HTTP dates; nonsense counts as none."""
    assert least_s <= fault_of_status(429, {}, header).after_s <= most_s


@pytest.mark.parametrize(("status", "expected"), [(429, ModelBusy), (503, ModelDown)])
def test_a_wait_beyond_the_deadline_is_not_begun(
    server: FaultyModel, model_with: ModelWith, status: int, expected: type[ModelError]
) -> None:
    """The person hears at once instead of after the deadline."""
    server.script(refuses(status, headers={"retry_after": "60"}))
    started = time.monotonic()

    with pytest.raises(expected):
        model_with().ask(HI).result()
    assert time.monotonic() - started < 0.5


def test_429_until_the_deadline_is_busy(server: FaultyModel, model_with: ModelWith) -> None:
    """Repeated with growing pauses, then given up within the deadline."""
    server.script(refuses(429, {"code": "rate_limit_exceeded"}))
    started = time.monotonic()

    with pytest.raises(ModelBusy):
        model_with(deadline_s=1.5).ask(HI).result()
    assert time.monotonic() - started < 2
    assert 2 <= len(server.requests) <= 4


def test_pauses_double_up_to_eight_seconds() -> None:
    """With jitter, so that many chats do not come back at the same moment."""
    fault = AttemptError(ModelDown, "x", retry=True)

    for attempt, most_s in enumerate([0.5, 1, 2, 4, 8, 8], start=1):
        pauses = [pause_s(fault, attempt) for _ in range(50)]

        assert most_s / 2 <= min(pauses) < max(pauses) <= most_s
    assert pause_s(fault, 10**6) <= 8


@pytest.mark.usefixtures("fresh_logs")
@pytest.mark.parametrize("address", ["http://127.0.0.1:1/v1", "http://nowhere.invalid/v1"])
def test_an_unreachable_provider_is_down(model_with: ModelWith, address: str) -> None:
    """Connection refused and an unknown name are tried again until the deadline."""
    call = model_with(base_url=address, deadline_s=1.0).ask(HI)

    with capture_logs() as logs, pytest.raises(ModelDown):
        call.result()
    assert call.wait(0)
    assert all(line["event"] == "model call failed" for line in logs)


async def _dribbles(exchange: Exchange) -> None:
    await exchange.head()
    while True:
        await exchange.chunk(b":")
        await exchange.lull(0.3)


async def _dribbles_head(exchange: Exchange) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100:
        await exchange.raw(bytes([byte]))
        await exchange.lull(0.3)


@pytest.mark.parametrize(
    "behaviour",
    [hangs, _dribbles, _dribbles_head, streams(end="hang"), streams(b"data: {", end="hang")],
)
def test_the_deadline_is_total(server: FaultyModel, model_with: ModelWith, behaviour: Behaviour) -> None:
    """No byte, a byte now and then, or headers only: it ends at the deadline, and the line is closed."""
    server.script(behaviour)
    started = time.monotonic()

    with pytest.raises(ModelDown):
        model_with(deadline_s=1.0).ask(HI).result()
    assert 0.9 <= time.monotonic() - started <= 1.5
    assert server.requests[0].closed.wait(5)


def test_at_the_deadline_useful_text_is_shown(server: FaultyModel, model_with: ModelWith) -> None:
    """A long answer that ran out of time is better than an apology."""
    server.script(streams(b'data: {"choices":[{"delta":{"content":"\xe5\xa5\xbd. "}}]}\n\n', end="hang"))

    answer = model_with(deadline_s=0.6).ask(HI).result()

    assert (answer.text, answer.finish, answer.whole) == ("好.", "cut", False)
    assert 0.5 <= answer.total_s <= 1.1


def test_a_provider_without_stream_options_is_asked_without(
    server: FaultyModel, model_with: ModelWith
) -> None:
    """Once, at once; and it is remembered for the next question."""
    unknown = refuses(400, {"message": "Unrecognized request argument: stream_options"})
    server.script(unknown, answers("好。"))
    model = model_with()

    first, second = model.ask(HI).result(), model.ask(HI).result()

    assert (first.attempts, second.attempts) == (2, 1)
    assert first.total_s < 0.5
    assert ["stream_options" in seen.body for seen in server.requests] == [True, False, False]


def test_a_400_that_stays_is_not_asked_a_third_time(server: FaultyModel, model_with: ModelWith) -> None:
    """Leaving stream_options out is tried once only."""
    server.script(refuses(400, {"message": "stream_options: no"}))

    with pytest.raises(ModelDown):
        model_with().ask(HI).result()
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"temperature": 0.3}, "Unsupported value: 'temperature' does not support 0.3 with this model."),
        ({"most_tokens": 50}, "Unsupported parameter: 'max_tokens' is not supported with this model."),
    ],
)
def test_a_model_that_refuses_a_wish_is_asked_without(
    server: FaultyModel, model_with: ModelWith, wish: dict[str, float], message: str
) -> None:
    """Somebody's own setting must not cost them their answers; the model stays the one they chose."""
    server.script(refuses(400, {"message": message}), answers("好。"))

    answer = model_with().ask(HI, Wanted("other", **wish)).result()  # type: ignore[arg-type]

    assert (answer.text, answer.attempts) == ("好。", 2)
    sent = [{"temperature", "max_tokens"} & set(seen.body) for seen in server.requests]
    assert [len(wishes) for wishes in sent] == [1, 0]
    assert [seen.body["model"] for seen in server.requests] == ["other", "other"]


def test_a_400_about_a_wish_nobody_had_is_not_repeated(server: FaultyModel, model_with: ModelWith) -> None:
    """There is nothing to leave out."""
    server.script(refuses(400, {"message": "temperature is odd"}))

    with pytest.raises(ModelDown):
        model_with().ask(HI).result()
    assert len(server.requests) == 1


async def _bad_framing(exchange: Exchange) -> None:
    # One write: aiohttp 3.14 sees bad framing only in what comes together with the head.
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    await exchange.raw(head + b"zz\r\nnot a chunk\r\n")
    await exchange.until_closed()


async def _bad_framing_later(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.delta("好")
    await exchange.raw(b"zz\r\nnot a chunk\r\n")
    await exchange.until_closed()


async def _bad_status_line(exchange: Exchange) -> None:
    await exchange.raw(b"HELLO\r\n\r\n")
    exchange.cut()


@pytest.mark.parametrize("behaviour", [_bad_framing, _bad_status_line])
def test_broken_http_is_repeated(server: FaultyModel, model_with: ModelWith, behaviour: Behaviour) -> None:
    """What the library leaves unmapped is a passing failure too."""
    server.script(behaviour, answers("好。"))

    assert model_with().ask(HI).result().text == "好。"


def test_broken_framing_within_a_stream_ends_at_the_deadline(
    server: FaultyModel, model_with: ModelWith
) -> None:
    """aiohttp then reports nothing at all; the total deadline does not need it to."""
    server.script(_bad_framing_later)
    began = time.monotonic()

    with pytest.raises(ModelDown):
        model_with(deadline_s=1.0).ask(HI).result()
    assert time.monotonic() - began < 2.0


def _flood(chunk: bytes, *, status: int = 200, chunks: int = 3_200) -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        await exchange.head(status)
        for _ in range(chunks):
            await exchange.chunk(chunk)
        await exchange.raw(b"0\r\n\r\n")

    return behave


def _gzip_bomb(status: int) -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        packer = zlib.compressobj(9, wbits=31)
        million = bytes(1_000_000)
        packed = b"".join(packer.compress(million) for _ in range(200)) + packer.flush()
        await exchange.head(status, content_encoding="gzip")
        await exchange.chunk(packed)
        await exchange.raw(b"0\r\n\r\n")

    return behave


async def _endless_line(exchange: Exchange) -> None:
    await exchange.head()
    await exchange.chunk(b": here\n\ndata: ")
    for _ in range(3_200):
        await exchange.chunk(b"x" * 65_536)


@pytest.mark.parametrize(
    "behaviour",
    [
        _flood(b"x" * 65_536),
        _flood(b"<p>\n" * 16_384),
        _flood(b"x" * 65_536, status=400),
        _endless_line,
        _gzip_bomb(200),
        _gzip_bomb(400),
        _flood(b'data: {"choices":[{"delta":{"reasoning_content":"' + b"x" * 65_000 + b'"}}]}\n\n'),
    ],
    ids=["page", "lines", "error body", "endless event", "bomb", "bomb in an error", "thinking"],
)
def test_a_huge_body_takes_little_memory(
    server: FaultyModel, model_with: ModelWith, behaviour: Behaviour
) -> None:
    """200 MB are neither kept nor read to the end."""
    server.script(behaviour)
    tracemalloc.start()
    try:
        with pytest.raises(ModelDown):
            model_with().ask(HI).result()
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak_bytes < 12_000_000


def test_a_text_without_end_is_cut_at_the_cap(server: FaultyModel, model_with: ModelWith) -> None:
    """200 000 characters are shown, the rest is not read."""
    server.script(_flood(b'data: {"choices":[{"delta":{"content":"' + b"x" * 9_999 + b'"}}]}\n\n'))

    answer = model_with().ask(HI).result()

    assert (len(answer.text), answer.finish, answer.whole) == (200_000, "length", False)
    assert server.requests[0].closed.wait(5)


def test_two_hundred_questions_at_once_get_their_own_answers(
    server: FaultyModel, model_with: ModelWith
) -> None:
    """One thread carries them all, none waits for another, none is mixed up."""

    async def echo(exchange: Exchange) -> None:
        messages = exchange.request.body["messages"]
        await exchange.head()
        for _ in range(5):
            await exchange.lull(0.1)
            await exchange.delta(f"{messages[0]['content']},")  # type: ignore[index]
        await exchange.delta("", "stop")
        await exchange.done()

    server.script(echo)
    model = model_with()
    started = time.monotonic()
    calls = [model.ask([{"role": "user", "content": f"nonce{number}"}]) for number in range(200)]

    assert [call.result().text for call in calls] == [f"nonce{number}," * 5 for number in range(200)]
    assert time.monotonic() - started < 3


@pytest.mark.usefixtures("fresh_logs")
def test_a_log_that_cannot_be_written_leaves_nobody_waiting(
    server: FaultyModel, model_with: ModelWith
) -> None:
    """The pipe behind the log may be gone; the call still ends, with an error."""

    def broken_pipe(*_: object) -> Mapping[str, object]:
        raise BrokenPipeError

    server.script(refuses(400))
    before = structlog.get_config()
    structlog.configure(processors=[broken_pipe])
    try:
        call = model_with().ask(HI)
        assert call.wait(2)
    finally:
        structlog.configure(**before)

    with pytest.raises(ModelDown, match="crashed"):
        call.result()


@pytest.mark.usefixtures("fresh_logs")
def test_no_log_line_and_no_error_tells_secrets(
    server: FaultyModel, model_with: ModelWith, caplog: pytest.LogCaptureFixture
) -> None:
    """Not the key, not the words, not the address, though the provider quotes them all."""
    quoting = {"code": "我的秘密", "message": f"bad key sk-canary at {server.url}: 我的秘密"}
    server.script(refuses(503, quoting), refuses(400, quoting))
    with caplog.at_level(logging.DEBUG), capture_logs() as logs, pytest.raises(ModelDown) as raised:
        model_with().ask(HI).result()

    told = repr(logs) + caplog.text + "".join(traceback.format_exception(raised.value))

    assert [(line["event"], line["status"], line["attempt"]) for line in logs] == [
        ("model call failed", 503, 1),
        ("model call failed", 400, 2),
    ]
    for secret in ("sk-canary", "我的秘密", server.url):
        assert secret not in told


def _all_errors() -> list[Exception]:
    request = httpx2.Request("POST", "http://x")
    response = httpx2.Response(400, request=request)
    roots = (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, aiohttp.ClientError)
    kinds = [kind for root in roots for kind in _family(root)]
    kinds += [each for each in map(openai.__dict__.get, openai.__all__) if _is_error(each)]
    errors = []
    for kind in dict.fromkeys(kinds):
        error = kind.__new__(kind)
        # Constructors differ; what the mapping reads is set by hand.
        vars(error).update(request=request, response=response, status_code=400, body=None)
        errors.append(error)
    return errors


def _is_error(each: object) -> TypeGuard[type[Exception]]:
    return isinstance(each, type) and issubclass(each, Exception)


def _family(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


@pytest.mark.parametrize("error", _all_errors(), ids=lambda error: type(error).__name__)
def test_every_error_of_the_library_is_mapped(error: Exception) -> None:
    """A new release that adds one fails here, or is mapped already."""
    with pytest.raises(AttemptError) as raised, mapped():
        raise error

    assert issubclass(raised.value.raises, ModelError)
