"""Calls to cgi-bin through wechatpy, with shared access_tokens and one retry; owner of its errors.

wechatpy's own retry recurses without bound and its token fetch ignores every lock (protocol G2), so both are
switched off here: `auto_retry=False`, and its `fetch_access_token` raises.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ssl import SSLError
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from wechatpy.client.base import BaseWeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.channels._answers import HOLD, TELL_OWNER, TOKEN_CALL, Table, Treatment, error_for
from bot.channels.base import AccessTokens
from bot.errors import PlatformAway, PlatformError, SendUnsure, TokenRefused

TIMEOUT_S = (3.05, 10.0)
"""Seconds to connect and to wait for an answer."""
GLANCE_S = (1.0, 1.0)
"""The same for calls that only please, and must not keep an answer waiting."""

FetchToken = Callable[["Client"], Mapping[str, Any]]


class _Connection(HTTPSConnection):
    """Says that no connection came about where TLS is not reached: urllib3 takes that for a lost answer."""

    def connect(self) -> None:
        """Connect, TLS included."""
        try:
            super().connect()
        except SSLError:
            raise
        except OSError as error:
            raise NewConnectionError(self, "no TLS") from error


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class Client(BaseWeChatClient):  # type: ignore[misc]  # wechatpy carries no types
    """wechatpy's client for one account, reaching the platform only at *api_base*."""

    def __init__(self, app_id: str, api_base: str, connections: int) -> None:
        super().__init__(app_id, timeout=TIMEOUT_S, auto_retry=False)
        self.API_BASE_URL = api_base.rstrip("/") + "/cgi-bin/"
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=connections)
        adapter.poolmanager.pool_classes_by_scheme = {"http": HTTPConnectionPool, "https": _Pool}
        self._http.mount("https://", adapter)
        self._http.mount("http://", adapter)
        # Asked for once: to look through the environment at each call would cost a quarter of it (measured).
        found = self._http.merge_environment_settings(self.API_BASE_URL, {}, None, None, None)
        self._http.proxies, self._http.verify = found["proxies"], found["verify"]
        self._http.trust_env = False

    def fetch_access_token(self) -> None:
        """Never reached: tokens are shared by all processes through the store."""
        raise AssertionError("wechatpy must not fetch tokens")

    def close(self) -> None:
        """Give up the connections; for a client that made its only call."""
        self._http.close()

    def date(self, path: str, timeout_s: tuple[float, float]) -> str:
        """The `Date` of the answer to a call without an access_token, whatever it answers; "" without one."""
        answer = self._http.get(self.API_BASE_URL + path, timeout=timeout_s, allow_redirects=False)
        return str(answer.headers.get("Date", ""))

    def call(
        self,
        path: str,
        params: Mapping[str, str],
        data: Mapping[str, Any] | None = None,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> dict[str, Any]:
        """One request without an access_token of wechatpy's own; *data* is posted as raw UTF-8 JSON."""
        asked: dict[str, Any] = {"params": {"access_token": "", **params}, "timeout": timeout_s}
        result = self.get(path, **asked) if data is None else self.post(path, data=data, **asked)
        if not isinstance(result, dict):
            raise ValueError("the answer is not a JSON object")
        return result


@dataclass(frozen=True, slots=True)
class _Call:
    """One call: a GET without *data*."""

    path: str
    data: Mapping[str, Any] | None
    params: Mapping[str, str] = field(default_factory=dict)
    limit_s: tuple[float, float] = TIMEOUT_S
    aside: bool = False


class Api:
    """What a channel calls: an access_token is added, refreshed once where it is refused, errors are ours.

    *fetch* gets a token from the platform; *force*, where there is such a call, one that ends the former.
    """

    def __init__(
        self,
        account: str,
        client: Client,
        tokens: AccessTokens,
        answers: Table,
        fetch: FetchToken,
        force: FetchToken | None = None,
    ) -> None:
        self._account = account
        self._client = client
        self._tokens = tokens
        self._answers = answers
        self._fetch = fetch
        self._force = force

    def post(self, path: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """POST *data*; exactly one retry, with a new token where one is refused. Raises PlatformError."""
        return self._twice(_Call(path, data))

    def aside(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        *,
        limit_s: tuple[float, float] = TIMEOUT_S,
    ) -> dict[str, Any]:
        """The same for a call beside the answers (typing, menus), a GET without *data*: what is refused to it
        does not make the account rest. Raises PlatformError."""
        return self._twice(_Call(path, data, params or {}, limit_s, aside=True))

    def _twice(self, call: "_Call") -> dict[str, Any]:
        try:
            return self._once(call)
        except TokenRefused as error:
            if error.wait_s:
                raise
        return self._once(call)

    def glance(self, path: str) -> dict[str, Any]:
        """GET *path*, once and aside: somebody waits for what depends on it. Raises PlatformError."""
        return self._once(_Call(path, None, {}, GLANCE_S, aside=True))

    def _once(self, call: "_Call") -> dict[str, Any]:
        account = self._account
        token = self._tokens.get(account, self._fetch_token, may_force=self._force is not None)
        try:
            with platform_errors(self._answers, otherwise=TELL_OWNER, lost=SendUnsure):
                params = {"access_token": token.value, **call.params}
                answer = self._client.call(call.path, params, call.data, call.limit_s)
        except TokenRefused as error:
            rest_s = self._tokens.refused(account, token, error)
            if rest_s:
                raise TokenRefused(error.errcode, error.errmsg, wait_s=rest_s) from error
            raise
        except PlatformError as error:
            rests = error.wait_s > 0 and not call.aside
            if error.errcode and (token.trial or rests):
                self._tokens.taken(account, token, error if rests else None)
            elif token.trial:
                self._tokens.unsure(account, token)
            raise
        if token.trial:
            self._tokens.taken(account, token)
        return answer

    def _fetch_token(self, forced: bool) -> tuple[str, int]:
        return fetch_token(self._client, self._force if forced and self._force else self._fetch)


def fetch_token(client: Client, fetch: FetchToken) -> tuple[str, int]:
    """A token from the platform itself, and the seconds it lives. Raises AccountOnHold or PlatformAway."""
    with platform_errors(TOKEN_CALL, otherwise=HOLD, lost=PlatformAway):
        answer = fetch(client)
        return str(answer["access_token"]), int(answer["expires_in"])


@contextmanager
def platform_errors(answers: Table, *, otherwise: Treatment, lost: type[PlatformError]) -> Iterator[None]:
    """Map every error of wechatpy and requests; *lost* stands for an answer that never came.

    A request that could not connect was certainly not sent (PlatformAway), nor one that a proxy refused with
    4xx. An errcode that *answers* does not list is treated as *otherwise*.
    """
    try:
        yield
    except WeChatClientException as error:
        if error.errcode is None:  # an HTTP status that is no answer of the API: a proxy, a gateway
            raise (PlatformAway if _refused_on_the_way(error) else lost)(0, "HTTP status") from error
        raise error_for(answers, int(error.errcode), str(error.errmsg), otherwise) from error
    except (requests.ConnectTimeout, requests.exceptions.ProxyError, requests.exceptions.SSLError) as error:
        raise PlatformAway(0, type(error).__name__) from error
    except requests.RequestException as error:
        sent = PlatformAway if _never_connected(error) else lost
        raise sent(0, type(error).__name__) from error
    except (KeyError, TypeError, ValueError) as error:
        raise lost(0, "the answer has another form") from error


def _refused_on_the_way(error: WeChatClientException) -> bool:
    """Whether an HTTP status says that the request went no further; behind a 502 or 504 it may have."""
    return error.response is not None and error.response.status_code < 500


def _never_connected(error: requests.RequestException) -> bool:
    """Whether urllib3 says that no connection came about, so that nothing can have been delivered."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}
