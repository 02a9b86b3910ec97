"""The chat API: one question to one answer, within one total deadline, with every failure mapped."""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast
from urllib.parse import urlsplit

import aiohttp
import httpx2
import openai
import structlog
from aiohttp.http_exceptions import HttpProcessingError

from bot.conversation import USUAL, Wanted
from bot.errors import ModelDown, ModelError
from bot.model.call import Answer, Call, Pursuit
from bot.model.faults import AttemptError, fault_of_interruption, fault_of_status, flaw
from bot.model.loop import CallThread
from bot.model.stream import NotAStreamError, ProviderError

CONNECT_S = 10.0
USAGE_WAIT_S = 2.0
END_WAIT_S = 0.1
ERROR_BYTES = 65_536

LIBRARY_ERRORS = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    aiohttp.ClientError,
    HttpProcessingError,
    OSError,
    ValueError,
)
"""What a request can raise: openai maps neither what breaks while a body is read, nor all of aiohttp."""

log = structlog.get_logger()


class Model:
    """A chat API that speaks OpenAI's protocol; one per process, shared by all threads."""

    def __init__(
        self, *, base_url: str, api_key: str | None, model: str, deadline_s: float, connections: int
    ) -> None:
        """Nothing runs before the first ask(), so a process may still fork.

        Args:
            base_url: with or without a slash at its end.
            api_key: None sends no key.
            deadline_s: seconds for one answer in all: waiting, repeating and reading.
            connections: requests at once; more wait, within their deadline.
        """
        self._base_url = base_url
        self._api_key = api_key
        self._model = model
        # OpenAI's newer models refuse the old name, and hardly anybody else knows the new one.
        openais = urlsplit(base_url).hostname == "api.openai.com"
        self._most_name = "max_completion_tokens" if openais else "max_tokens"
        self._deadline_s = deadline_s
        self._connections = connections
        self._asks_usage = True
        self._client: openai.AsyncOpenAI | None = None
        self._thread = CallThread(end=self._disconnect)

    def ask(self, messages: Sequence[Mapping[str, str]], wanted: Wanted = USUAL) -> Call:
        """Begin to ask; *messages* as in the API (`role`, `content`). Never waits for the network."""
        pursuit = Pursuit(messages, self._deadline_s, asks_usage=self._asks_usage, wanted=wanted)
        call = Call(self._thread.cancel, pursuit)
        self._thread.run(call, lambda: self._pursue(call, pursuit))
        return call

    def close(self) -> None:
        """Stop every running call and close the connections; waits at most 5 s."""
        self._thread.close()

    async def _disconnect(self) -> None:
        if self._client is not None:
            await self._client.close()

    def _connected(self) -> openai.AsyncOpenAI:
        if self._client is None:
            self._client = _client(self._base_url, self._api_key, self._connections)
        return self._client

    async def _pursue(self, call: Call, pursuit: Pursuit) -> None:
        try:
            call.settle(await self._answer(pursuit))
        except ModelError as error:
            call.settle(error)

    async def _answer(self, pursuit: Pursuit) -> Answer:
        try:
            async with asyncio.timeout(pursuit.left_s):
                fault = await self._repeat(pursuit)
        except TimeoutError:
            fault = pursuit.overdue()
            _tell(pursuit, "deadline", again=False)
        if fault is not None:
            raise fault.raises(str(fault)) from fault
        return pursuit.answer()

    async def _repeat(self, pursuit: Pursuit) -> AttemptError | None:
        """Ask until there is an answer (None) or a fault that no repeating mends."""
        while True:
            fault = await self._attempt(pursuit)
            if fault is None:
                self._asks_usage = self._asks_usage and pursuit.asks_usage
                return None
            pause = pursuit.pause_after(fault)
            _tell(pursuit, fault.word, status=fault.status, again=pause is not None)
            if pause is None:
                return fault
            await asyncio.sleep(pause)

    async def _attempt(self, pursuit: Pursuit) -> AttemptError | None:
        pursuit.begin_attempt()
        try:
            with mapped():
                await self._read(pursuit)
        except AttemptError as fault:
            if flaw(pursuit.draft):
                return fault
            # Once text worth showing has come, a repeat would contradict it.
            _tell(pursuit, fault.word, status=fault.status, again=False)
            return None
        return flaw(pursuit.draft)

    async def _read(self, pursuit: Pursuit) -> None:
        try:
            async with asyncio.timeout(None) as rest:
                await self._stream(pursuit, rest)
        except TimeoutError:
            if not rest.expired():
                raise

    async def _stream(self, pursuit: Pursuit, rest: asyncio.Timeout) -> None:
        """Read one response to its end, or, once the model has finished, until *rest* is over."""
        now = asyncio.get_running_loop().time
        async with self._connected().chat.completions.with_streaming_response.create(
            model=pursuit.wanted.model or self._model,
            messages=(),
            # As `messages`, openai 3.52 walks through a history of 20 with 4 ms of CPU; this goes as it is.
            extra_body={"messages": pursuit.messages, **pursuit.wanted.wishes(self._most_name)},
            extra_headers=None if self._api_key else {"Authorization": openai.omit},
            stream=True,
            stream_options={"include_usage": True} if pursuit.asks_usage else openai.omit,
        ) as response:
            async for chunk in response.iter_bytes():
                pursuit.feed(chunk)
                if pursuit.draft.full:
                    return
                # The usage comes after the answer, the end mark after that; neither is worth a long wait.
                if pursuit.draft.ended:
                    rest.reschedule(now() + END_WAIT_S)
                elif pursuit.draft.finish != "cut" and rest.when() is None:
                    rest.reschedule(now() + USAGE_WAIT_S)
            pursuit.draft.close()


def _tell(pursuit: Pursuit, code: str, *, status: int = 0, again: bool) -> None:
    log.warning("model call failed", attempt=pursuit.attempts, status=status, code=code, again=again)


@contextmanager
def mapped() -> Iterator[None]:
    """Turn everything a request can raise into a AttemptError.

    The library's error is left out of the chain: its text may quote the question, the address or the key.
    """
    try:
        yield
    except openai.APIStatusError as error:
        raise fault_of_status(error.status_code, error.body, error.response.headers) from None
    except NotAStreamError as error:
        raise AttemptError(ModelDown, str(error)) from None
    except ProviderError as error:
        raise fault_of_interruption(error.error) from None
    except openai.APIConnectionError as error:
        raise AttemptError(ModelDown, _cause(error), retry=True) from None
    except LIBRARY_ERRORS as error:
        passing = isinstance(
            error, (httpx2.TransportError, aiohttp.ClientError, HttpProcessingError, OSError)
        )
        raise AttemptError(ModelDown, _cause(error), retry=passing) from None


def _cause(error: BaseException) -> str:
    """The name of the lowest error: `ClientConnectorDNSError` says more than `APIConnectionError`."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__


class _Head(httpx2.AsyncByteStream):
    """The beginning of an error's body: the library would read all of it, however long."""

    def __init__(self, whole: httpx2.AsyncByteStream) -> None:
        self._whole = whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read_bytes = 0
        async for chunk in self._whole:
            read_bytes += len(chunk)
            yield chunk
            if read_bytes >= ERROR_BYTES:
                return

    async def aclose(self) -> None:
        await self._whole.aclose()


async def _bound(response: httpx2.Response) -> None:
    """Keep what is read in memory small. We ask for no compression, so nothing is ever inflated."""
    response.headers.pop("content-encoding", None)
    if not response.is_success:
        response.stream = _Head(cast(httpx2.AsyncByteStream, response.stream))


def _client(base_url: str, api_key: str | None, connections: int) -> openai.AsyncOpenAI:
    # openai and httpx2 log requests with their texts at DEBUG and addresses at INFO.
    for name in ("openai", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    http_client = openai.DefaultAioHttpClient(
        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
        timeout=httpx2.Timeout(None, connect=CONNECT_S),
        follow_redirects=False,  # The key and people's words go to the configured address only.
        trust_env=not _is_loopback(base_url),
        event_hooks={"response": [_bound]},
    )
    return openai.AsyncOpenAI(
        base_url=base_url,
        api_key=api_key or "none",  # Without one the library would look into the environment.
        max_retries=0,
        timeout=httpx2.Timeout(None, connect=CONNECT_S),
        default_headers={"Accept-Encoding": "identity"},
        http_client=http_client,
    )


def _is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
