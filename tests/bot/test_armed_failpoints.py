"""Fail-points: how they are written, when they strike, and that they cost nothing otherwise."""

import signal
import subprocess
import sys
import timeit

import pytest

from bot.failpoints import Failpoints
from config.places import PLACES


def test_unarmed_nothing_happens() -> None:
    """Every place is passed."""
    unarmed = Failpoints.parse(())
    for place in PLACES:
        unarmed.reach(place)

    assert not unarmed.armed


def test_unarmed_costs_next_to_nothing() -> None:
    """A microsecond at most for each message and place."""
    unarmed = Failpoints.parse(())

    assert min(timeit.repeat(lambda: unarmed.reach("pre_send"), number=10_000, repeat=5)) / 10_000 < 1e-6


@pytest.mark.parametrize(
    ("written", "armed"),
    [(("pre_send",), {"pre_send": 1}), (("pre_ack:3", "mid_llm"), {"pre_ack": 3, "mid_llm": 1})],
)
def test_a_place_is_armed_for_its_first_or_a_later_hit(
    written: tuple[str, ...], armed: dict[str, int]
) -> None:
    """`place` and `place:3`."""
    assert Failpoints.parse(written).armed == armed


@pytest.mark.parametrize(("written", "reached"), [("pre_done", 0), ("pre_done:3", 2)])
def test_the_process_dies_at_its_hit(written: str, reached: int) -> None:
    """By SIGKILL: nothing of it can clean up."""
    code = (
        "from bot.failpoints import Failpoints\n"
        f"armed = Failpoints.parse(['{written}'])\n"
        "for _ in range(9):\n"
        "    armed.reach('pre_send')\n"
        "    armed.reach('pre_done')\n"
        "    print('alive', flush=True)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (-signal.SIGKILL, reached) == (ended.returncode, ended.stdout.count("alive"))
