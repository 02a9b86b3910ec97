"""access_tokens shared by all processes: one fetch for everybody, and a rest after a refusal (design §6)."""

import json
import secrets
import time
from collections.abc import Callable

from bot.errors import AccountUnfit, PlatformAway, PlatformError
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.scripts import Scripts

FetchToken = Callable[[], tuple[str, int]]

_WAIT_S = 6.0
_LOOK_S = 0.05
_MARGIN_S = 120
"""A token is given up this long before its end: the platform hands out the next one five minutes before."""


class AccessTokens:
    """The provider that channels get their access_token from (see bot.channels.base.AccessTokens)."""

    def __init__(self, client: Client, scripts: Scripts) -> None:
        self._client = client
        self._scripts = scripts

    def get(self, account: str, fetch: FetchToken) -> str:
        """The current token. One process fetches it, the others wait for at most 6 s.

        Raises PlatformAway while it cannot be had, and the last refusal again for 10 s after it.
        """
        give_up = time.monotonic() + _WAIT_S
        while time.monotonic() < give_up:
            with store_errors():
                token, refusal = self._client.mget(keys.token(account), keys.token_rest(account))
            if token is not None:
                return text(token)
            if refusal is not None:
                raise _refusal(refusal)
            mine = secrets.token_hex(8)
            with store_errors():
                fetching = self._client.set(keys.token_lock(account), mine, nx=True, px=keys.TOKEN_LOCK_MS)
            if fetching:
                return self._fetch(account, fetch, mine)
            time.sleep(_LOOK_S)
        raise PlatformAway(0, "waited for an access_token")

    def drop(self, account: str, token: str) -> None:
        """Forget *token*, unless another process has replaced it already."""
        self._scripts.run("drop", [keys.token(account)], [token])

    def _fetch(self, account: str, fetch: FetchToken, mine: str) -> str:
        try:
            token, life_s = fetch()
        except PlatformError as error:
            stored = json.dumps(
                {"v": 1, "unfit": not error.retry, "code": error.errcode, "msg": error.errmsg}
            )
            with store_errors():
                self._client.set(keys.token_rest(account), stored, px=keys.TOKEN_REST_MS)
            raise
        else:
            with store_errors():
                pipeline = self._client.pipeline()
                pipeline.set(keys.token(account), token, px=max(30, life_s - _MARGIN_S) * 1000)
                pipeline.hincrby(keys.counts, "token_fetches", 1)
                pipeline.execute()
            return token
        finally:
            self._scripts.run("drop", [keys.token_lock(account)], [mine])


def _refusal(stored: bytes | str) -> PlatformError:
    value = json.loads(stored)
    error = AccountUnfit if value["unfit"] else PlatformAway
    return error(value["code"], value["msg"])
