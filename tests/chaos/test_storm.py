"""Storms: SIGKILLs on the store, the web and the workers while many people keep writing."""

import logging
import math
import random
from pathlib import Path

import pytest

from tests.chaos.books import PRICED, Books, words_of
from tests.chaos.figures import Figures
from tests.chaos.storm import Storm
from tests.scenarios.house import House

FIRST_BYTE_S = 0.2
REPLY_S = 10.0
"""From the acknowledgement to the reply, for each kill that struck in between."""
REPLY_P99_S = 5.0
P99_SAMPLES = 1000
"""In fewer, the last hundredth is the slowest few that a kill has hit."""


@pytest.fixture(autouse=True)
def quiet_simulator(caplog: pytest.LogCaptureFixture) -> None:
    """Its web server logs every connection that dies with a worker, which would bury what failed."""
    caplog.set_level(logging.CRITICAL, logger="aiohttp.server")


def people(count: int) -> list[tuple[str, str]]:
    """That many people, every other one a follower of the shop, the rest at the office."""
    return [(("shop", "office")[number % 2], f"oStorm_{number:020d}") for number in range(count)]


def percentile(values: list[float], share: float) -> float:
    """The value below which *share* of *values* lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def note(figures: Figures, storm: Storm, name: str) -> None:
    """Put down everything that the storm showed, before anything is judged."""
    verdict = storm.oracle.verdict()
    latencies = storm.oracle.latencies_s() or [math.inf]
    repeats, unexplained = storm.called_again()
    kinds = [kill.process.rstrip("0123456789") for kill in storm.kills]
    sample = f"{verdict.acknowledged} acknowledged messages, {len(kinds)} kills"
    killed = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("store", "web", "worker"))
    statuses = [delivery.statuses for delivery in storm.oracle.deliveries]
    rate = verdict.said / storm.took_s
    p99_limit = f"≤ {REPLY_P99_S:.0f} s" if len(latencies) >= P99_SAMPLES else "—"
    for what, figure, to_reach in (
        ("kills", killed, "—"),
        ("messages a second", f"{rate:.0f} for {storm.took_s:.0f} s", f"{storm.rate:g} offered"),
        ("lost", verdict.lost, "0"),
        ("chats out of order", verdict.disordered, "0"),
        ("answered twice", verdict.doubled, f"≤ {verdict.ambiguous} (ambiguous sends)"),
        ("answered twice on WeCom", verdict.doubled_wecom, "0"),
        ("model calls repeated", repeats, "only in flight at a worker's death"),
        ("model calls repeated otherwise", len(unexplained), "0"),
        ("given up by the platform, unacknowledged", verdict.said - verdict.acknowledged, "—"),
        ("delivered more than once", sum(len(one) > 1 for one in statuses), "—"),
        ("acknowledged → heard, p50", f"{percentile(latencies, 0.5):.2f} s", "—"),
        ("acknowledged → heard, p99", f"{percentile(latencies, 0.99):.2f} s", p99_limit),
        *(
            (f"the same, with {n} kills between, max", f"{s:.2f} s", f"≤ {max(n, 1) * REPLY_S:.0f} s")
            for n, s in sorted(storm.longest_s().items())
        ),
        ("CPU of simulator and writers", f"{storm.cpu_s / storm.took_s:.0%} of a core", "< 100 %"),
    ):
        figures.put(f"{name}: {what}", figure, to_reach, sample)


def hold(storm: Storm, seed: int) -> None:
    """The promises of a storm."""
    verdict = storm.oracle.verdict()
    latencies = storm.oracle.latencies_s()
    assert storm.ended_unasked() == []
    assert storm.called_again()[1] == [], f"seed {seed}: {storm.kills}"
    assert verdict.model_calls <= verdict.said + storm.called_again()[0], f"seed {seed}"
    if len(latencies) >= P99_SAMPLES:
        assert percentile(latencies, 0.99) <= REPLY_P99_S, f"seed {seed}: {storm.kills}"
    late = [(n, s) for n, s in storm.longest_s().items() if s > REPLY_S * max(n, 1)]
    assert late == [], f"seed {seed}: {storm.kills}"


def rage(storm: Storm, figures: Figures, name: str, seed: int, *, chats: int, writers: int) -> None:
    """Let it rage, wait until all is quiet, write down the figures, judge."""
    storm.house.simulator.model.set(first_byte_s=FIRST_BYTE_S)
    storm.rage(people(chats), writers)
    try:
        storm.oracle.judge(60.0)
    finally:
        note(figures, storm, name)
    hold(storm, seed)
    settle_accounts(storm, figures, name, chats)


def settle_accounts(storm: Storm, figures: Figures, name: str, chats: int) -> None:
    """The ledger holds what the model said that the answers used; only repeated calls are beside it."""
    books = Books.of(storm.house, words_of(storm.house, people(chats)))
    repeats, answers = storm.called_again()[0], f"{books.answers} answers"
    figures.put(f"{name}: tokens in the ledger", books.entered, f"{books.owed}", answers)
    figures.put(f"{name}: millionths in the ledger", books.cost, f"{books.owed_cost}", answers)
    figures.put(f"{name}: tokens of calls in flight at a kill", books.told - books.entered, "—", repeats)
    books.hold(repeats)


def test_a_small_storm_costs_nobody_an_answer(tmp_path: Path, seed: int, figures: Figures) -> None:
    """The store, a web process and a worker die while twenty people write; the ledger is right too."""
    with House(tmp_path, webs=2, workers=2, environment=PRICED) as house:
        storm = Storm(house, random.Random(seed), messages=60, kills=3, rate=15.0)
        rage(storm, figures, "small storm", seed, chats=20, writers=10)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_a_storm_of_fifty_kills_costs_nobody_an_answer(tmp_path: Path, seed: int, figures: Figures) -> None:
    """Fifty SIGKILLs over ten thousand messages of a thousand people, at a third of full load."""
    with House(tmp_path, webs=2, workers=2, environment=PRICED) as house:
        storm = Storm(house, random.Random(seed), messages=10_000, kills=50, rate=35.0)
        rage(storm, figures, "storm", seed, chats=1000, writers=100)
