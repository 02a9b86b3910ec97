"""Shared access_tokens on a real store: one fetch for all, one caller tries, everybody rests."""

import threading
from collections.abc import Callable

import pytest
from redis import Redis

from bot.channels.base import AccessToken
from bot.errors import AccountOnHold, PlatformAway, PlatformError, TokenRefused
from bot.store import access_tokens, keys
from bot.store.access_tokens import AccessTokens
from bot.store.scripts import Scripts
from tests.bot.store.test_inbox import TwiceScripts
from tests.bot.store.token_desk import FORCED, HASH, STEP_S, FakePlatform, pass_time, recovery_s, send, trial


def counted(store: Redis, name: str) -> int:
    return int(store.hget(keys.counts, name) or 0)


@pytest.fixture
def tokens(store: Redis) -> AccessTokens:
    return AccessTokens(Scripts(store))


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


def together(store_port: int, count: int, work: Callable[[AccessTokens], object]) -> list[object]:
    """What *work* gives in *count* threads at once, each with a client of its own."""
    barrier, found = threading.Barrier(count), []

    def run() -> None:
        with Redis(port=store_port) as client:
            own = AccessTokens(Scripts(client))
            barrier.wait()
            found.append(work(own))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_token_is_fetched_once_and_kept(store: Redis, store_port: int, platform: FakePlatform) -> None:
    """Sixteen callers start cold: one fetch, and all have the same token."""
    found = together(store_port, 16, lambda own: own.get("shop", platform.fetch))

    assert platform.fetches == [False]
    assert {AccessToken("t1")} == set(found)


def test_one_refused_token_costs_one_refresh_and_no_send(
    store: Redis, store_port: int, platform: FakePlatform, tokens: AccessTokens
) -> None:
    """Eight callers hold the same token when it is refused: one refresh, no failed send."""
    assert send(tokens, platform)
    platform.revoke()

    sent = together(store_port, 8, lambda own: send(own, platform))

    assert sent == [True] * 8
    assert len(platform.fetches) == 2
    assert counted(store, "token_refusals") == 1


def test_a_token_that_was_replaced_is_not_judged(tokens: AccessTokens, platform: FakePlatform) -> None:
    """The late refusal of the former token leaves the new one alone."""
    former = tokens.get("shop", platform.fetch)
    platform.revoke()
    assert send(tokens, platform)

    assert tokens.refused("shop", former, TokenRefused(40001)) == 0
    assert send(tokens, platform)
    assert len(platform.fetches) == 2


def test_the_refused_token_handed_out_again_is_refreshed_by_force_once(
    store: Redis, tokens: AccessTokens, platform: FakePlatform
) -> None:
    """stable_token in normal mode may hand out what was refused: force_refresh, then never in a loop."""
    platform.stubborn = True
    assert send(tokens, platform)
    platform.revoke()

    assert send(tokens, platform)
    platform.revoke()
    with pytest.raises(TokenRefused) as rest:
        send(tokens, platform)

    assert platform.fetches == [False, False, True, False]
    assert rest.value.wait_s > 0
    assert counted(store, "token_forced") == 1


def test_twenty_forced_refreshes_a_day(store: Redis, tokens: AccessTokens, platform: FakePlatform) -> None:
    """The 21st waits for the next day, over all processes."""
    platform.stubborn = True
    send(tokens, platform)
    for _ in range(20):
        pass_time(store, 600)
        platform.revoke()
        assert send(tokens, platform)
    pass_time(store, 600)
    platform.revoke()
    with pytest.raises(TokenRefused):
        send(tokens, platform)

    assert platform.fetches.count(True) == 20
    pass_time(store, 86_400)
    assert recovery_s(store, tokens, platform) <= 20


@pytest.mark.parametrize("fault", ["tokens", "stubborn", "stubborn later", "call"])
def test_a_permanently_refused_account_asks_seldom_and_recovers_soon(
    store: Redis, tokens: AccessTokens, platform: FakePlatform, fault: str
) -> None:
    """In any minute of four at most 4 fetches and 12 sends, and a send within 20 s of the recovery."""
    platform.stubborn = fault == "stubborn"
    assert send(tokens, platform)
    pass_time(store, 600)
    platform.revoke()
    platform.refuses = fault != "call"
    platform.error = AccountOnHold(40125, "secret", wait_s=16.0) if fault == "call" else None

    asked = []
    for second in range(240):
        platform.stubborn = platform.stubborn or (fault == "stubborn later" and second > 0)
        asked += [("fetch", second)] * (len(platform.fetches) - sum(kind == "fetch" for kind, _ in asked))
        asked += [("send", second)] * (platform.sends - sum(kind == "send" for kind, _ in asked))
        for _ in range(2):
            with pytest.raises(PlatformError):
                send(tokens, platform)
            pass_time(store, STEP_S)
    for kind, most in (("fetch", 4), ("send", 12)):
        times = [at for found, at in asked if found == kind and at > 0]
        busiest = max(sum(start <= at < start + 60 for at in times) for start in times)
        assert busiest <= most, times

    platform.refuses, platform.error = False, None
    assert recovery_s(store, tokens, platform) <= 20


def test_only_one_tries_the_new_token(
    tokens: AccessTokens, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the platform has taken it, the others wait, not for ever; without an answer it is handed on."""
    held = trial(tokens, platform)
    monkeypatch.setattr(access_tokens, "_WAIT_S", 0.2)
    with pytest.raises(PlatformAway):
        tokens.get("shop", platform.fetch)

    tokens.unsure("shop", held)
    second = tokens.get("shop", platform.fetch)
    assert second.trial
    tokens.taken("shop", second)

    assert not tokens.get("shop", platform.fetch).trial


def test_who_died_while_trying_does_not_stop_the_others(
    store: Redis, tokens: AccessTokens, platform: FakePlatform
) -> None:
    """A task is held for 15 s; what its late holder says then changes nothing."""
    dead = trial(tokens, platform)
    assert 0 < store.pttl(HASH) <= keys.TOKEN_MS
    pass_time(store, 15)
    living = tokens.get("shop", platform.fetch)

    assert living.trial
    assert tokens.refused("shop", dead, TokenRefused(40001)) == 0
    tokens.taken("shop", living)
    assert not tokens.get("shop", platform.fetch).trial


def test_a_limit_lets_the_whole_account_rest(tokens: AccessTokens, platform: FakePlatform) -> None:
    """45009: nobody asks the platform until then, and everybody learns why."""
    token = tokens.get("shop", platform.fetch)
    tokens.taken("shop", token, AccountOnHold(45009, "reach max api daily quota limit", wait_s=900))

    with pytest.raises(AccountOnHold) as rest:
        tokens.get("shop", platform.fetch)

    assert (rest.value.errcode, rest.value.errmsg) == (45009, "reach max api daily quota limit")
    assert 890 < rest.value.wait_s <= 900


def test_a_token_is_given_up_before_its_end(
    store: Redis, tokens: AccessTokens, platform: FakePlatform
) -> None:
    """Two minutes early; the successor of a token that was never refused is used by all at once."""
    tokens.get("shop", platform.fetch)
    pass_time(store, 7200 - 121)
    assert tokens.get("shop", platform.fetch).value == "t1"
    pass_time(store, 2)

    assert tokens.get("shop", platform.fetch) == AccessToken("t2")


def test_every_script_may_run_twice(store: Redis) -> None:
    """A command that redis-py repeats changes neither tokens, rests nor counts."""
    found = []
    for scripts in (Scripts(store), TwiceScripts(store)):
        store.flushall()
        platform, tokens = FakePlatform(stubborn=True), AccessTokens(scripts)
        send(tokens, platform)
        platform.revoke()
        send(tokens, platform)
        platform.revoke()
        with pytest.raises(PlatformError):
            send(tokens, platform)
        kept = store.hmget(HASH, "value", "state", "refused", "strikes", "holder")
        found.append((kept, store.hgetall(keys.counts), store.llen(FORCED), platform.fetches))

    assert found[0] == found[1]
    assert 0 < store.pttl(HASH) <= keys.TOKEN_MS
    assert 0 < store.pttl(FORCED) <= keys.TOKEN_MS
