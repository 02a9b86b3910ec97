"""Rows 27 and 28: the platform refuses an access_token, once or for ever, to one process or to eight."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from wechatpy.client.base import BaseWeChatClient

from bot.channels._api import Client
from bot.channels.base import OutText
from bot.errors import TokenRefused
from simulator.testing import Simulator
from tests.bot.channels.test_refused_tokens import channel, invite, settings
from tests.bot.faulty_model import Exchange, answers, serving
from tests.chaos.far_side import calls, heard, revoke
from tests.chaos.figures import Figures
from tests.chaos.oracle import Oracle
from tests.scenarios.house import House, wait_for

PROCESSES = 8
FETCHES, TOKEN_SENDS = ("stable_token", "token"), ("send", "typing")
SENDS = ("send", "wecom_send", "wecom_repeat")
PARAGRAPHS = [f"第{number}段说书店在哪里、几点开门、怎么来，写得长一点。" * 8 for number in range(5)]
REFUSALS = [("shop", 40001), ("shop", 42001), ("shop", 40014), ("office", 42001), ("office", 40014)]
"""On WeCom 40001 is the secret, not the token."""

_people = count(1)


@pytest.fixture
def house(shared: House) -> House:
    """The house as new: it has no token."""
    shared.simulator.model.reset()
    with shared.store as store:
        store.delete("yd1:access_token:shop", "yd1:access_token:office")
        store.hdel("yd1:counts", "token_refusals")
    return shared


@pytest.fixture
def peer() -> str:
    """Somebody new."""
    return f"oToken_{next(_people):018d}"


@pytest.mark.parametrize(("account", "errcode"), REFUSALS)
def test_row_27_a_token_refused_between_two_parts_costs_one_refresh(
    house: House, peer: str, account: str, errcode: int
) -> None:
    """The second part is sent again with a new token: one fetch, every part once, one model call."""
    simulator = house.simulator
    said = "\n\n".join(PARAGRAPHS)
    simulator.model.set(answers=lambda messages: said)
    once = [lambda: revoke(simulator, account, errcode)]
    simulator.call(
        lambda: simulator.world.phones.heard.append(
            lambda: once.pop()() if once and simulator.replies(account, peer) else None
        )
    )
    fetched, sent = simulator.platform.token_fetches, len(calls(simulator, *SENDS))

    simulator.say(account, peer, "讲讲")
    wait_for(lambda: "".join(said.split()) in heard(house, account, peer), "every part is there")
    house.drained()

    parts = len(simulator.replies(account, peer))
    assert parts >= 2
    assert heard(house, account, peer) == "".join(said.split())
    assert calls(simulator, *SENDS)[sent:] == [0, errcode, *[0] * (parts - 1)]
    first = simulator.platform.token_fetches - fetched - 1  # the house as new has none, for its first send
    assert (first, house.counts()["token_refusals"]) == (1, 1)
    assert house.counts().get("ambiguous_sends", 0) == 0
    assert len(simulator.model.calls) == 1
    assert {source for _, source in simulator.world.tokens.fetches} <= {"stable", "gettoken"}


@pytest.fixture
def alone() -> Iterator[Simulator]:
    """The platform without a house."""
    with Simulator() as running:
        yield running


@pytest.mark.parametrize(("account", "errcode"), REFUSALS)
def test_row_27_wechatpys_own_retry_and_fetch_are_never_reached(
    alone: Simulator, store_url: str, monkeypatch: pytest.MonkeyPatch, account: str, errcode: int
) -> None:
    """Whatever is refused, wechatpy asks for no token, and never begins a request within a request."""
    own = channel(account, settings(alone, account), store_url)
    reached: list[str] = []

    def noting(name: str) -> Callable[[BaseWeChatClient], None]:
        return lambda self, *args: reached.append(name)

    handle, depth = BaseWeChatClient._handle_result, [0]

    def counted(self: BaseWeChatClient, *args: object, **more: object) -> object:
        depth[0] += 1
        assert depth[0] == 1, "wechatpy asks again by itself"
        try:
            return handle(self, *args, **more)
        finally:
            depth[0] -= 1

    for name in ("fetch_access_token", "_fetch_access_token"):
        monkeypatch.setattr(BaseWeChatClient, name, noting(name))
    monkeypatch.setattr(Client, "fetch_access_token", noting("fetch_access_token"))
    monkeypatch.setattr(BaseWeChatClient, "access_token", property(noting("access_token")))
    monkeypatch.setattr(BaseWeChatClient, "_handle_result", counted)
    invite(alone, account, "oRefused")
    own.send("oRefused", OutText("前", key=1))
    alone.platform.revoke_token(account)
    alone.call(lambda: setattr(alone.world.tokens, "check", lambda value, of: errcode))

    for _ in range(3):
        with pytest.raises(TokenRefused):
            own.send("oRefused", OutText("后", key=17))

    assert reached == []
    assert calls(alone, *SENDS) == [0, errcode, errcode]


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("account", ["shop", "office"])
def test_row_28_eight_processes_and_one_revoked_token_cost_one_refresh(
    tmp_path: Path, figures: Figures, account: str
) -> None:
    """All eight are about to send four answers each when the token ends: one fetch, and every answer once."""
    people = [f"oStampede_{number:02d}" for number in range(PROCESSES * 4)]
    model_answers = threading.Event()

    async def behave(exchange: Exchange) -> None:
        while not model_answers.is_set():
            await exchange.lull(0.05)
        await answers("好。")(exchange)

    with serving() as model:
        model.script(behave)
        settings = {"YINGDA_CHAT__BASE_URL": model.url, "WORKER_THREADS": "4"}
        with House(tmp_path, workers=0, environment=settings) as house:
            start_workers(house)
            simulator = house.simulator
            model_answers.set()
            simulator.say(account, "oFirst", "在吗")
            simulator.wait_replies(account, "oFirst", 1)
            house.drained()
            model_answers.clear()
            for person in people:
                assert simulator.say(account, person, "在吗").acknowledged
            wait_for(lambda: len(model.requests) > len(people), "every process has four questions", 60.0)
            simulator.platform.revoke_token(account)
            fetched, sent = simulator.platform.token_fetches, len(calls(simulator, *SENDS, "typing"))

            model_answers.set()
            for person in people:
                simulator.wait_replies(account, person, 1, 40.0)
            house.drained()

            refreshes = simulator.platform.token_fetches - fetched
            refused = sum(code != 0 for code in calls(simulator, *SENDS, "typing")[sent:])
            copies = [len(simulator.replies(account, person)) for person in people]
            assert all('"event": "sent"' in house.log(f"worker{number}") for number in range(PROCESSES))
            put_off = sum(house.log(f"worker{number}").count("send put off") for number in range(PROCESSES))
    figures.put(f"refreshes, 8 processes, one revoked token ({account})", refreshes, "1", len(people))
    figures.put(f"failed replies meanwhile ({account})", copies.count(0), "0", len(people))
    assert refreshes == 1
    assert copies == [1] * len(people)
    assert 1 <= refused <= len(people)
    assert put_off == 0


def start_workers(house: House) -> None:
    """Eight worker processes, all ready."""
    for number in range(PROCESSES):
        house.start_worker(number)
    for number in range(PROCESSES):
        name = f"worker{number}"
        wait_for(lambda name=name: "worker started" in house.log(name), f"{name} starts", 90.0)  # type: ignore[misc]


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", ["every token", "every call for one"])
def test_row_28_a_platform_that_refuses_for_ever_is_asked_seldom(
    tmp_path: Path, figures: Figures, fault: str
) -> None:
    """Eight processes, sixteen people, a minute: ≤ 4 fetches and ≤ 12 sends; then all within 20 s."""
    with House(tmp_path, workers=0) as house:
        start_workers(house)
        simulator, oracle = house.simulator, Oracle(house)
        oracle.say("shop", "oBefore")
        oracle.judge()
        recover = refuse_for_ever(simulator, fault)
        fetched, sent = (len(calls(simulator, *topics)) for topics in (FETCHES, TOKEN_SENDS))
        began = time.monotonic()
        for number in range(2 * PROCESSES):
            oracle.say("shop", f"oRefused_{number}")
        wait_for(lambda: time.monotonic() - began >= 60, "a minute has passed", 70)
        fetches = len(calls(simulator, *FETCHES)) - fetched
        sends = len(calls(simulator, *TOKEN_SENDS)) - sent

        recover()
        recovered = time.monotonic()
        wait_for(oracle.answered, "everybody is answered", 60.0)
        took_s = time.monotonic() - recovered
        verdict = oracle.judge()

    people = verdict.acknowledged - 1
    figures.put(f"token fetches a minute while {fault} is refused", fetches, "≤ 4", people)
    figures.put(f"sends and typings a minute while {fault} is refused", sends, "≤ 12", people)
    figures.put(f"last reply after recovery, {fault} refused, s", f"{took_s:.1f}", "≤ 20", people)
    assert (fetches <= 4, sends <= 12, took_s <= 20) == (True, True, True), (fetches, sends, took_s)
    assert (verdict.doubled, verdict.ambiguous) == (0, 0)


def refuse_for_ever(simulator: Simulator, fault: str) -> Callable[[], None]:
    """Refuse every token of the shop, or every call for one; what ends that."""
    tokens = simulator.world.tokens
    check = tokens.check
    simulator.platform.revoke_token("shop")
    if fault == "every token":
        simulator.call(lambda: setattr(tokens, "check", lambda value, of: 40001))
        return lambda: simulator.call(lambda: setattr(tokens, "check", check))
    simulator.platform.refuse_ip("shop", 10_000)
    return lambda: simulator.platform.refuse_ip("shop", 0)
