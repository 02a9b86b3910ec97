"""access_tokens shared by all processes: one fetch for everybody, and a rest after refusals (design §6).

A token that the platform refuses is replaced at once. Its successor is on trial: one caller sends with it
while the others wait, and only when the platform has taken it may all use it. If it is refused as well,
everybody rests; then at most four tokens a minute are fetched, and a send in eight seconds tries the last.
"""

import secrets
import time
from collections.abc import Callable, Mapping

from bot.channels.base import AccessToken
from bot.errors import AccountOnHold, PlatformAway, PlatformError, TokenRefused
from bot.store import keys
from bot.store.client import text
from bot.store.scripts import Scripts
from bot.store.values import dump, read

FetchToken = Callable[[bool], tuple[str, int]]

FETCH_PAUSE_S = 16.0
"""Between fetches while tokens are refused: four a minute, and an answer within 20 s of the recovery."""
_FETCH_PAUSE_FORCED_S = 20.0
"""The same within a minute of a forced refresh, which cost a fetch more."""
_REST_S, _REST_MIN_S = 8.0, 4.0
"""After a token on trial was refused; what is tried next may be the same token."""
_FRESH = 3
"""Refusals in a minute of tokens that had worked, which are each met with a fetch at once."""
_FORCE_PAUSE_S, _FORCE_PAUSE_REFUSED_S, _FORCE_A_DAY = 60.0, 1800.0, 20
"""Forced refreshes: the platform allows 20 a day and one in 30 s (protocol B1); where even a forced token was
refused, forcing does not help and is tried seldom."""
_MARGIN_S = 120
"""A token is given up this long before its end: the platform hands out the next one five minutes before."""
_LIFE_MIN_S = 30
_RESTS: Mapping[str, type[PlatformError]] = {
    "token": TokenRefused,
    "hold": AccountOnHold,
    "away": PlatformAway,
}
"""Why an account rests, as it is stored."""
_WAIT_S = 6.0
_LOOK_S, _LOOK_MAX_S = 0.03, 0.4


class AccessTokens:
    """The provider that channels get their access_token from (see bot.channels.base.AccessTokens)."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def get(self, account: str, fetch: FetchToken, *, may_force: bool = False) -> AccessToken:
        """The current token; one caller of all fetches or tries it, the others wait for at most 6 s.

        Raises TokenRefused, AccountOnHold or PlatformAway with `wait_s` while the account rests.
        """
        me = secrets.token_hex(8)
        give_up, look_s = time.monotonic() + _WAIT_S, _LOOK_S
        while time.monotonic() < give_up:
            verdict, *found = self._scripts.run(
                "token_ask",
                [keys.access_token(account)],
                [
                    me,
                    keys.TOKEN_HOLD_MS,
                    _ms(FETCH_PAUSE_S),
                    _ms(_FETCH_PAUSE_FORCED_S),
                    _FRESH,
                    keys.TOKEN_MS,
                ],
            )
            if verdict == b"rest":
                raise _refusal(found[0], int(found[1]))
            if verdict in (b"use", b"try"):
                return AccessToken(text(found[0]), me if verdict == b"try" else "")
            if verdict in (b"fetch", b"force"):
                force = verdict == b"force"
                token = self._fetch(account, fetch, me, force=force, may_force=may_force)
                if token is not None:
                    return token
            time.sleep(look_s)
            look_s = min(_LOOK_MAX_S, look_s * 1.5)
        raise PlatformAway(0, "waited for an access_token", wait_s=1.0)

    def taken(self, account: str, token: AccessToken, refusal: PlatformError | None = None) -> None:
        """The platform knows *token*; *refusal* with `wait_s` lets the whole account rest that long."""
        self._tell(account, token, "taken", refusal)

    def unsure(self, account: str, token: AccessToken) -> None:
        """No answer came while *token* was on trial: somebody else may try it."""
        self._tell(account, token, "unsure", None)

    def refused(self, account: str, token: AccessToken, refusal: PlatformError) -> float:
        """The platform refused *token*, which is given up unless it was replaced already.

        Returns the seconds that the account rests now; 0 where another token may be asked for at once.
        """
        rest = TokenRefused(refusal.errcode, refusal.errmsg, wait_s=_REST_S)
        return self._tell(account, token, "refused", rest)

    def _tell(self, account: str, token: AccessToken, outcome: str, refusal: PlatformError | None) -> float:
        rest_ms = self._scripts.run(
            "token_told",
            [keys.access_token(account), keys.counts],
            [
                *(token.trial, token.value, outcome, _ms(refusal.wait_s) if refusal else 0),
                *(_dump(refusal) if refusal else "", _ms(FETCH_PAUSE_S), _ms(_FETCH_PAUSE_FORCED_S)),
                *(_ms(_REST_MIN_S), keys.TOKEN_MS),
            ],
        )
        return int(rest_ms) / 1000

    def _fetch(
        self, account: str, fetch: FetchToken, me: str, *, force: bool, may_force: bool
    ) -> AccessToken | None:
        """A token from the platform, by force where it hands out the refused one; None: ask again.

        Raises what the platform says, after which the account rests.
        """
        for forced in (True,) if force else (False, True):
            try:
                value, life_s = fetch(forced)
            except PlatformError as error:
                self._keep(account, me, refusal=error)
                raise
            handed_back = TokenRefused(0, "the refused access_token was handed out again", wait_s=_REST_S)
            verdict, *rest_ms = self._keep(
                account,
                me,
                refusal=handed_back,
                value=value,
                life_s=life_s,
                may_force=may_force and not forced,
            )
            if verdict == b"rest":
                raise TokenRefused(0, handed_back.errmsg, wait_s=int(rest_ms[0]) / 1000)
            if verdict in (b"use", b"try"):
                return AccessToken(value, me if verdict == b"try" else "")
            if verdict == b"lost":
                break
        return None

    def _keep(
        self,
        account: str,
        me: str,
        *,
        refusal: PlatformError,
        value: str = "",
        life_s: int = 0,
        may_force: bool = False,
    ) -> list[bytes]:
        life_s = max(_LIFE_MIN_S, life_s - min(_MARGIN_S, life_s // 2))
        rest_s = max(_REST_MIN_S, refusal.wait_s)
        found: list[bytes] = self._scripts.run(
            "token_got",
            [keys.access_token(account), keys.token_forced(account), keys.counts],
            [
                *(me, secrets.token_hex(8), value, life_s * 1000, _dump(refusal), _ms(rest_s)),
                *(keys.TOKEN_HOLD_MS, keys.TOKEN_MS, int(may_force)),
                *(_ms(_FORCE_PAUSE_S), _ms(_FORCE_PAUSE_REFUSED_S), _FORCE_A_DAY),
            ],
        )
        return found


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _dump(refusal: PlatformError) -> str:
    kinds = (name for name, error in _RESTS.items() if isinstance(refusal, error))
    return dump({"as": next(kinds, "away"), "code": refusal.errcode, "msg": refusal.errmsg})


def _refusal(stored: bytes, rest_ms: int) -> PlatformError:
    fields = read(stored)
    return _RESTS[fields["as"]](fields["code"], fields["msg"], wait_s=rest_ms / 1000)
