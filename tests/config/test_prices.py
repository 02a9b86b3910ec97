"""Prices: what an answer costs, and what is said of a file that is wrong."""

from pathlib import Path

import pytest

from config.prices import MICROS, load_prices
from config.problems import ConfigError

GOOD = """
currency = "CNY"
[currencies]
USD = 7.0
[models.m]
currency = "USD"
prompt = 1.0
cached = 0.5
completion = 2.0
"""


def test_the_file_that_comes_along_is_right() -> None:
    """The stand-in has a price, so that the demo can show one."""
    prices = load_prices()

    assert prices.currency == "CNY"
    assert "stand-in" in prices.models


def test_a_million_of_each_costs_what_is_written(tmp_path: Path) -> None:
    """In the ledger's currency; what the provider had cached is cheaper and part of the prompt."""
    (tmp_path / "prices.toml").write_text(GOOD)
    price = load_prices(tmp_path / "prices.toml").models["m"]

    assert price.micros(MICROS, 0, 0) == 7 * MICROS
    assert price.micros(MICROS, MICROS, 0) == 3.5 * MICROS
    assert price.micros(0, 0, MICROS) == 14 * MICROS
    assert price.micros(0, 0, 0) == 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (GOOD.replace("USD = 7.0", ""), "add it to"),
        (GOOD.replace("prompt = 1.0", ""), "models.m.prompt"),
        (GOOD.replace("prompt = 1.0", "prompt = -1.0"), "models.m.prompt"),
        (GOOD.replace("prompt = 1.0", 'prompt = "cheap"'), "models.m.prompt"),
        (GOOD + "surprise = 1", "models.m.surprise"),
        ("currency = ", "cannot be read"),
    ],
)
def test_a_wrong_file_is_explained_in_one_line(tmp_path: Path, wrong: str, named: str) -> None:
    """The key is named in full."""
    (tmp_path / "prices.toml").write_text(wrong)

    with pytest.raises(ConfigError, match=named) as told:
        load_prices(tmp_path / "prices.toml")
    assert "\n" not in str(told.value)
