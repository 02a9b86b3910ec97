"""Refused access_tokens over the wire: real processes, one store, and the simulator counting the calls."""

import multiprocessing
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from bot.channels.base import OutText
from bot.channels.official import Official
from bot.channels.wecom import Wecom
from bot.errors import PlatformError, TokenRefused
from bot.store import keys
from bot.store.access_tokens import AccessTokens
from bot.store.client import worker_client
from bot.store.scripts import Scripts
from config.settings import OfficialSettings, WecomSettings
from simulator.testing import Simulator

SPAWN = multiprocessing.get_context("spawn")


def channel(account: str, fields: dict[str, Any], store_url: str) -> Official | Wecom:
    """An account as a worker process has it."""
    tokens = AccessTokens(Scripts(worker_client(store_url, 4)))
    if account == "shop":
        return Official(account, OfficialSettings.model_validate(fields), tokens, 4)
    return Wecom(account, WecomSettings.model_validate(fields), tokens, 4)


def settings(simulator: Simulator, account: str) -> dict[str, Any]:
    """What the configuration says of a simulated account."""
    found = simulator.accounts[account]
    common = {"token": found.token, "aes_key": found.aes_key, "api_base": simulator.base_url}
    if account == "shop":
        return {"channel": "official", "app_id": found.receive_id, "app_secret": found.secret, **common}
    agent = {"corp_id": found.receive_id, "agent_id": found.agent_id, "secret": found.secret}
    return {"channel": "wecom", **agent, **common}


def send_from_a_process(
    account: str, fields: dict[str, Any], store_url: str, peer: str, start: Any, results: Any
) -> None:
    """Warm up, wait for the others, send one text; its outcome goes into *results*."""
    own = channel(account, fields, store_url)
    results.put("ready")
    start.wait(60)
    try:
        own.send(peer, OutText("你好", key=17))
        results.put("sent")
    except PlatformError as error:
        results.put(type(error).__name__)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


def invite(simulator: Simulator, account: str, peer: str) -> None:
    """*peer* is known and has just written."""

    def change() -> None:
        simulator.world.person_of((account, peer))
        simulator.world.allowances.grant((account, peer), "typed")

    simulator.call(change)


def sends(simulator: Simulator) -> int:
    """How many send calls reached the platform, refused ones included."""
    return simulator.call(
        lambda: sum(row.topic in ("send", "wecom_send") for row in simulator.world.wire.rows.values())
    )


@pytest.mark.parametrize("account", ["office"])
def test_eight_processes_and_one_revoked_token_cost_one_refresh(
    simulator: Simulator, store: Redis, store_url: str, account: str
) -> None:
    """All eight hold the token when the platform ends it: one fetch, no failed reply, nobody hears twice."""
    fields, start, results = settings(simulator, account), SPAWN.Event(), SPAWN.Queue()
    peers = [f"oEight_{number}" for number in range(8)]
    for peer in (*peers, "oFirst"):
        invite(simulator, account, peer)
    channel(account, fields, store_url).send("oFirst", OutText("在", key=1))
    processes = [
        SPAWN.Process(target=send_from_a_process, args=(account, fields, store_url, peer, start, results))
        for peer in peers
    ]
    for process in processes:
        process.start()
    assert [results.get(timeout=60) for _ in peers] == ["ready"] * 8
    simulator.platform.revoke_token(account)
    before = simulator.platform.token_fetches

    start.set()

    assert [results.get(timeout=60) for _ in peers] == ["sent"] * 8
    for process in processes:
        process.join(20)
    assert simulator.platform.token_fetches - before == 1
    assert [len(simulator.replies(account, peer)) for peer in peers] == [1] * 8
    assert store.hget(keys.counts, "token_refusals") == b"1"


@pytest.mark.parametrize("account", ["shop", "office"])
def test_wechatpy_never_retries_and_never_fetches(simulator: Simulator, store_url: str, account: str) -> None:
    """Refused for ever, one send is two calls and one fetch; wechatpy alone would recurse without bound."""
    own = channel(account, settings(simulator, account), store_url)
    invite(simulator, account, "oRefused")
    own.send("oRefused", OutText("前", key=1))
    simulator.platform.revoke_token(account)
    refuse_every_token(simulator, lambda: True)
    fetched, sent = simulator.platform.token_fetches, sends(simulator)

    with pytest.raises(TokenRefused) as refused:
        own.send("oRefused", OutText("后", key=17))
    assert (simulator.platform.token_fetches - fetched, sends(simulator) - sent) == (1, 2)
    for _ in range(20):
        with pytest.raises(TokenRefused):
            own.send("oRefused", OutText("后", key=17))

    assert (simulator.platform.token_fetches - fetched, sends(simulator) - sent) == (1, 2)
    assert 0 < refused.value.wait_s <= 10


def test_a_token_handed_out_again_is_forced_once(simulator: Simulator, store_url: str) -> None:
    """stable_token gives the refused token back: force_refresh ends it, and the text arrives."""
    own = channel("shop", settings(simulator, "shop"), store_url)
    invite(simulator, "shop", "oForced")
    own.send("oForced", OutText("前", key=1))
    refused = simulator.call(lambda: simulator.world.tokens.values()[-1])
    refuse_every_token(simulator, lambda: False, always=refused)
    before = simulator.platform.token_fetches

    own.send("oForced", OutText("后", key=17))

    assert [sent.text for sent in simulator.replies("shop", "oForced")] == ["前", "后"]
    assert simulator.platform.token_fetches - before == 2


def refuse_every_token(simulator: Simulator, refuses: Callable[[], bool], always: str = "") -> None:
    """The platform refuses tokens while *refuses* says so, and the token *always* for ever."""
    tokens = simulator.world.tokens
    check = tokens.check

    def refusing(value: str, of_channel: str) -> int:
        if refuses() or value == always:
            return 40001 if of_channel == "official" else 40014
        return check(value, of_channel)

    simulator.call(lambda: setattr(tokens, "check", refusing))
