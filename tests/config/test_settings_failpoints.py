"""Fail-points as they are written: a place that is not there is refused before anything starts."""

from collections.abc import Callable

import pytest

from config.places import PLACES
from config.settings import Settings


def test_places_come_from_the_toml_or_a_variable(load_toml: Callable[..., Settings], complete: str) -> None:
    """None without either; a list in the TOML, commas in the environment."""
    written = f'{complete}\n[failpoints]\narmed = ["{PLACES[0]}", "pre_send:12"]\n'
    loaded = [
        load_toml(complete),
        load_toml(written),
        load_toml(complete, {"YINGDA_FAILPOINTS__ARMED": "mid_llm, pre_done:3"}),
    ]

    found = [settings.failpoints.armed for settings in loaded]
    assert found == [(), ("pre_ingest", "pre_send:12"), ("mid_llm", "pre_done:3")]


@pytest.mark.parametrize("armed", ["nowhere", "pre_send:0", "pre_send:x", "pre_send:-1", "pre_send:", ":1"])
def test_what_names_no_place_or_hit_is_refused(
    refused: Callable[..., str], complete: str, armed: str
) -> None:
    """A test that arms nothing by mistake would prove nothing."""
    line = refused(f'{complete}\n[failpoints]\narmed = ["pre_ack", "{armed}"]\n')

    assert line.startswith("failpoints.armed must name places")
