"""The line to the store breaks in every way while people write; outages outlast a worker's sign of life."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.figures import Figures
from tests.chaos.oracle import Oracle
from tests.chaos.outage import Crowd, ProxiedHouse, newcomer, nobody_ends, refusals, says_503
from tests.scenarios.house import House, wait_for

WORKER_LIFE_S = 10.0
"""How long a worker is taken for alive without a sign of life (bot/store/keys.py, WORKER_MS)."""
ANSWER_S = 5.0
"""What the platform waits."""


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProxiedHouse]:
    """One web process and one worker behind a line to the store."""
    with ProxiedHouse(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def house(shared_house: ProxiedHouse) -> Iterator[ProxiedHouse]:
    """The module's house, whole before and after."""
    shared_house.simulator.model.reset()
    with nobody_ends(shared_house):
        yield shared_house
        shared_house.line.heal()


def test_row_20_connections_that_are_reset_cost_nothing(house: ProxiedHouse) -> None:
    """Ten times while people write: every callback is taken at once, nothing is lost or doubled."""
    oracle = Oracle(house)
    with Crowd(oracle) as crowd:
        for _ in range(10):
            crowd.said(3)
            house.line.cut()

    verdict = oracle.judge()
    assert verdict.acknowledged == verdict.said
    assert refusals(oracle) == []


def test_row_20_connections_that_only_hear_the_end_cost_nothing(house: ProxiedHouse) -> None:
    """What is written still reaches the store, whose answers do not come back: each is done only once."""
    oracle = Oracle(house)
    with Crowd(oracle) as crowd:
        for _ in range(5):
            crowd.said(3)
            house.line.half_close()

    verdict = oracle.judge()
    assert verdict.acknowledged == verdict.said
    assert verdict.doubled == 0


def test_row_20_answers_that_break_off_cost_nothing(house: ProxiedHouse) -> None:
    """The store did what was asked but its answer is cut: asked again, it is done only once."""
    oracle = Oracle(house)
    with Crowd(oracle) as crowd:
        crowd.said(3)
        house.line.cut_after(700)
        crowd.said(6)
        house.line.heal()
        crowd.said(3)

    assert oracle.judge().doubled == 0


@pytest.mark.chaos
def test_row_20_a_line_that_passes_nothing_is_503_in_time(house: ProxiedHouse) -> None:
    """It is open and silent; when it passes again, so does everything that waited."""
    oracle = Oracle(house)
    house.line.stall()
    says_503(house, oracle, house.line.heal)

    assert max(refusals(oracle)) <= 4.0


@pytest.mark.chaos
def test_row_20_a_store_that_nobody_reaches_is_503_in_time(house: ProxiedHouse) -> None:
    """The port is closed and what was open is reset; no process ends."""
    oracle = Oracle(house)
    house.line.refuse()
    house.line.cut()
    says_503(house, oracle, house.line.heal)

    assert max(refusals(oracle)) <= 4.0


@pytest.mark.chaos
@pytest.mark.parametrize("fault", ["stall", "delay", "cut"])
def test_row_20_a_bad_line_for_eight_seconds_loses_nothing(
    house: ProxiedHouse, figures: Figures, fault: str
) -> None:
    """People write all the time: each callback is answered before the platform gives up waiting."""
    oracle = Oracle(house)
    with Crowd(oracle, 9) as crowd:
        crowd.said(6)
        until = time.monotonic() + 8.0
        if fault == "stall":
            house.line.stall()
        elif fault == "delay":
            house.line.delay(0.4)
        while time.monotonic() < until:
            threading.Event().wait(0.1)  # The length of the fault.
            if fault == "cut":
                house.line.cut()
        house.line.heal()
        crowd.said(6)

    verdict = oracle.judge(40.0)
    slowest = max(attempt.ms for delivery in oracle.deliveries for attempt in delivery.attempts) / 1000
    refusals(oracle)
    figures.put(
        f"line to the store, {fault} for 8 s: slowest callback",
        f"{slowest:.2f} s",
        f"< {ANSWER_S:g} s, lost {verdict.lost} of 0",
        verdict.acknowledged,
    )
    assert slowest < ANSWER_S


@pytest.mark.chaos
def test_row_15_an_outage_longer_than_a_workers_life_counts_no_death(tmp_path: Path) -> None:
    """Two workers hold turns while the store is away for 12 s: nobody is taken for dead, nothing is doubled.

    With one death allowed, a single one that was counted would be an apology in place of an answer.
    """
    with House(tmp_path, workers=2, environment={"YINGDA_TURN__MAX_DEATHS": "1"}) as house:
        oracle = Oracle(house)
        house.simulator.model.set(first_byte_s=2.0)
        with nobody_ends(house):
            for number in range(12):
                assert oracle.say("office" if number % 3 == 2 else "shop", newcomer()).acknowledged
            wait_for(lambda: len(house.simulator.model.calls) == 12, "the model is asked by all")
            assert held_by(house) == 2, "both workers hold turns"
            house.stop("store", signal.SIGKILL)
            threading.Event().wait(WORKER_LIFE_S + 2.0)
            house.start_store()
            verdict = oracle.judge(30.0)

        assert (verdict.model_calls, verdict.doubled, verdict.ambiguous) == (12, 0, 0)
        assert house.counts().get("settled:dead_letter", 0) == 0
        assert oracle.say("shop", newcomer()).acknowledged
        oracle.judge()


def held_by(house: House) -> int:
    """How many workers hold chats now."""
    with house.store as store:
        return len({store.hget(turn, "process") for turn in store.keys("yd1:turn:*")})
