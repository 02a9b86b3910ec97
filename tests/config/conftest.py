"""A complete configuration to take away from or add to, a loader that sees nothing else, a log of our own."""

import io
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import structlog

from config.logs import configure
from config.settings import ConfigError, Settings, load

COMPLETE = """
[chat]
api_key = "sk-toml-1234567890"

[accounts.shop]
channel = "official"
app_id = "wx0123456789abcdef"
app_secret = "shop-app-secret"
token = "shoptoken"
aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

[accounts.office]
channel = "wecom"
corp_id = "ww0123456789abcdef"
agent_id = 1000002
secret = "office-secret"
token = "officetoken"
aes_key = "ABCDEFGabcdefghijklmnopqrstuvwxyz0123456789"
"""

Loader = Callable[..., Settings]


@pytest.fixture
def complete() -> str:
    """The TOML of one official account and one WeCom app."""
    return COMPLETE


@pytest.fixture
def load_toml(tmp_path: Path) -> Loader:
    """Loads a TOML text together with the given variables, and nothing from outside of the test."""

    def loader(toml: str = COMPLETE, environ: Mapping[str, str] | None = None) -> Settings:
        file = tmp_path / "mine.toml"
        file.write_text(toml, encoding="utf-8")
        return load({"YINGDA_CONFIG": str(file), **(environ or {})})

    return loader


@pytest.fixture
def refused(load_toml: Loader) -> Callable[..., str]:
    """Gives the one line that a configuration is refused with, and holds it to what holds for all."""

    def refusal(toml: str, environ: Mapping[str, str] | None = None) -> str:
        with pytest.raises(ConfigError) as caught:
            load_toml(toml, environ)
        line = str(caught.value)
        assert line.isprintable(), "one line, nothing that could colour a terminal"
        hidden = caught.value.__context__ is None or caught.value.__suppress_context__
        assert hidden, "the cause could hold values"
        return line

    return refusal


@pytest.fixture
def own_logging() -> Iterator[None]:
    """Other tests keep the logging they had; pytest's own handlers stay where they are."""
    level = logging.root.level
    structlog.reset_defaults()
    yield
    for handler in list(logging.root.handlers):
        if type(handler).__module__ == "config.logs":
            logging.root.removeHandler(handler)
    logging.root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def stream(own_logging: None) -> io.StringIO:
    """Where the lines of the log go; it is no terminal."""
    stream = io.StringIO()
    configure(stream)
    return stream
