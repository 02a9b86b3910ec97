"""What models cost, from config/prices.toml; a model that is not there is counted in tokens only."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from config.checks import Section
from config.problems import ConfigError

FILE = Path(__file__).with_name("prices.toml")
MICROS = 1_000_000
"""Money is counted in millionths of the currency, so that sums are exact."""

_Rate = Annotated[float, Field(ge=0, le=1_000_000)]


class _Model(Section):
    currency: str
    prompt: _Rate
    cached: _Rate
    completion: _Rate


class _File(Section):
    currency: str
    currencies: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    models: dict[str, _Model] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Price:
    """Of one model, in the ledger's currency for a million tokens; *cached* is of what the provider knew."""

    prompt: float
    cached: float
    completion: float

    def micros(self, prompt: int, cached: int, completion: int) -> int:
        """What an answer cost; *cached* is part of *prompt*."""
        return round((prompt - cached) * self.prompt + cached * self.cached + completion * self.completion)


@dataclass(frozen=True, slots=True)
class Prices:
    """The currency that everything is told in, and the models whose price is known."""

    currency: str
    models: Mapping[str, Price]


def load_prices(file: Path = FILE) -> Prices:
    """The prices of *file*. Raises ConfigError, one line that names what is wrong there."""
    try:
        found = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ConfigError(f"config/{file.name}: {where} is missing or no price") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"config/{file.name} cannot be read: {error}") from None
    worth = {found.currency: 1.0, **found.currencies}
    models = {}
    for name, model in found.models.items():
        if model.currency not in worth:
            raise ConfigError(f"config/{file.name}: {name} is in {model.currency}; add it to [currencies]")
        rate = worth[model.currency]
        models[name] = Price(model.prompt * rate, model.cached * rate, model.completion * rate)
    return Prices(found.currency, models)
