"""A platform that hands out access_tokens, and time that passes, for the store's token tests."""

from dataclasses import dataclass, field

from redis import Redis

from bot.channels.base import AccessToken
from bot.errors import PlatformError, TokenRefused
from bot.store import keys
from bot.store.access_tokens import AccessTokens

HASH = keys.access_token("shop")
FORCED = keys.token_forced("shop")
STEP_S = 0.5


@dataclass
class FakePlatform:
    """Hands out tokens and takes those that are good.

    Attributes:
        last: the token that was handed out last.
        good: the token that is taken.
        stubborn: whether a fetch that is not forced hands out the last token again.
        refuses: every token is refused.
        error: what the token call is refused with.
    """

    last: str = "t0"
    good: str = "t0"
    stubborn: bool = False
    refuses: bool = False
    error: PlatformError | None = None
    fetches: list[bool] = field(default_factory=list)
    sends: int = 0

    def fetch(self, forced: bool) -> tuple[str, int]:
        self.fetches.append(forced)
        if self.error:
            raise self.error
        if forced or not self.stubborn:
            self.last = self.good = f"t{len(self.fetches)}"
        return self.last, 7200

    def takes(self, value: str) -> bool:
        self.sends += 1
        return not self.refuses and value == self.good

    def revoke(self) -> None:
        """What was good is refused; a stubborn platform goes on handing it out."""
        self.good = ""


def send(tokens: AccessTokens, platform: FakePlatform) -> bool:
    """One send as the channels make it: exactly one retry. Raises PlatformError while the account rests."""
    for _ in range(2):
        token = tokens.get("shop", platform.fetch, may_force=True)
        if platform.takes(token.value):
            if token.trial:
                tokens.taken("shop", token)
            return True
        if rest_s := tokens.refused("shop", token, TokenRefused(40001, "invalid credential")):
            raise TokenRefused(40001, wait_s=rest_s)
    return False


def pass_time(store: Redis, seconds: float) -> None:
    """Let everything the store knows of the account be *seconds* older."""
    ms = int(seconds * 1000)
    names = ("until", "hold_until", "rest_until", "fetched", "forced", "fresh_from")
    for name in names:
        if store.hexists(HASH, name):
            store.hincrby(HASH, name, -ms)
    times = [int(at) - ms for at in store.lrange(FORCED, 0, -1)]
    if times:
        store.delete(FORCED)
        store.rpush(FORCED, *times)


def recovery_s(store: Redis, tokens: AccessTokens, platform: FakePlatform) -> float:
    """How long until a send goes through again."""
    for step in range(100):
        try:
            if send(tokens, platform):
                return step * STEP_S
        except PlatformError:
            pass_time(store, STEP_S)
    raise AssertionError("no send in 50 s")


def trial(tokens: AccessTokens, platform: FakePlatform) -> AccessToken:
    """The successor of a refused token, as its only caller has it."""
    first = tokens.get("shop", platform.fetch)
    tokens.refused("shop", first, TokenRefused(40001))
    token = tokens.get("shop", platform.fetch)
    assert token.trial
    return token
