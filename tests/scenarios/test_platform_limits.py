"""Limits that only time lifts: a refused account, and WeCom's silent one. Slow; for `make chaos`."""

import time
from pathlib import Path

import pytest

from simulator.testing import Simulator
from tests.scenarios.house import APART, House, wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

PEOPLE = [f"oRefused_{number}" for number in range(5)]


def calls(simulator: Simulator, *topics: str) -> int:
    """How many calls of these kinds have reached the platform."""
    return simulator.call(lambda: sum(row.topic in topics for row in simulator.world.wire.rows.values()))


def refuse(simulator: Simulator, fault: str) -> object:
    """Refuse every token of the shop, or every call for one; what undoes it again."""
    world = simulator.world
    if fault == "call":
        simulator.platform.revoke_token("shop")
        simulator.platform.refuse_ip("shop", 10_000)
        return lambda: simulator.platform.refuse_ip("shop", 0)
    check = world.tokens.check
    simulator.platform.revoke_token("shop")
    simulator.call(lambda: setattr(world.tokens, "check", lambda value, channel: 40001))
    return lambda: simulator.call(lambda: setattr(world.tokens, "check", check))


@pytest.mark.parametrize("fault", ["tokens", "call"])
def test_a_refused_account_asks_seldom_and_answers_soon_after(tmp_path: Path, fault: str) -> None:
    """Two workers, five people, more than a minute: ≤ 4 fetches and ≤ 12 sends, then all within 20 s."""
    with House(tmp_path, workers=2) as house:
        simulator = house.simulator
        simulator.say("shop", "oBefore", "echo:前")
        simulator.wait_replies("shop", "oBefore", 1)
        house.drained()
        recover = refuse(simulator, fault)
        assert callable(recover)
        before = calls(simulator, "stable_token", "token"), calls(simulator, "send", "typing")
        began = time.monotonic()
        for peer in PEOPLE:
            simulator.say("shop", peer, f"echo:{peer}")
        wait_for(lambda: time.monotonic() - began >= 60, "a minute has passed", 70)
        fetches = calls(simulator, "stable_token", "token") - before[0]
        sends = calls(simulator, "send", "typing") - before[1]

        recover()
        recovered = time.monotonic()
        for peer in PEOPLE:
            simulator.wait_replies("shop", peer, 1, 20.0)
        took_s = time.monotonic() - recovered
        house.drained()

    assert (fetches <= 4, sends <= 12) == (True, True), (fetches, sends)
    assert took_s <= 20
    assert [len(simulator.replies("shop", peer)) for peer in PEOPLE] == [1] * len(PEOPLE)


def test_wecoms_silent_limit_drops_nothing(tmp_path: Path) -> None:
    """Forty messages of one member in a minute: the platform would drop ten in silence; all are answered."""
    with House(tmp_path, environment=APART) as house:
        simulator = house.simulator
        asked = [f"第{number}句" for number in range(40)]
        for text in asked:
            simulator.say("office", "oBusy", f"echo:{text}")
        simulator.say("office", "oCalm", "echo:我不用等")
        simulator.wait_replies("office", "oCalm", 1, 10.0)

        heard = simulator.wait_replies("office", "oBusy", 40, 100.0)
        house.drained()

        assert [sent.text.splitlines()[0] for sent in heard] == asked
        assert not any(row.topic == "wecom_dropped" for row in simulator.world.wire.rows.values())
        assert house.counts().get("settled:dead_letter", 0) == 0
