"""Which of two values wins."""

from collections.abc import Callable
from typing import Any

import pytest

from config import sources
from config.presets import PRESETS
from config.settings import Settings

Loader = Callable[..., Settings]


BARE = [
    ("REDIS_URL", "YINGDA_REDIS__URL", "redis", "url", "redis://{}/0"),
    ("OPENAI_BASE_URL", "YINGDA_CHAT__BASE_URL", "chat", "base_url", "http://{}/v1"),
    ("OPENAI_MODEL", "YINGDA_CHAT__MODEL", "chat", "model", "model-{}"),
]
TOP = [
    ("PORT", "YINGDA_PORT", "port"),
    ("WEB_CONCURRENCY", "YINGDA_WEB_CONCURRENCY", "web_concurrency"),
    ("WORKER_THREADS", "YINGDA_WORKER_THREADS", "worker_threads"),
]


@pytest.mark.parametrize(("bare", "prefixed", "section", "key", "value"), BARE)
def test_bare_name_wins_over_prefixed_and_toml(
    load_toml: Loader,
    complete: str,
    bare: str,
    prefixed: str,
    section: str,
    key: str,
    value: str,
) -> None:
    """For each pair: the bare name, then YINGDA_…, then the TOML."""
    others = complete.replace("[chat]\n", "") if section == "chat" else complete
    toml = f'[{section}]\n{key} = "{value.format("toml")}"\n{others}'
    environ = {prefixed: value.format("prefixed")}

    def read(**variables: str) -> Any:
        return getattr(getattr(load_toml(toml, variables), section), key)

    assert read() == value.format("toml")
    assert read(**environ) == value.format("prefixed")
    assert read(**environ, **{bare: value.format("bare")}) == value.format("bare")


@pytest.mark.parametrize(("bare", "prefixed", "key"), TOP)
def test_numbers_of_processes_have_the_same_order(
    load_toml: Loader, complete: str, bare: str, prefixed: str, key: str
) -> None:
    """PORT and the two counts can stand at the top of the TOML and follow the same order."""
    toml = f"{key} = 11\n{complete}"

    assert getattr(load_toml(toml), key) == 11
    assert getattr(load_toml(toml, {prefixed: "12"}), key) == 12
    assert getattr(load_toml(toml, {prefixed: "12", bare: "13"}), key) == 13


def test_api_key_has_the_same_order(load_toml: Loader) -> None:
    """OPENAI_API_KEY wins over YINGDA_CHAT__API_KEY, and that over the TOML."""
    environ = {"YINGDA_CHAT__API_KEY": "sk-prefixed-123"}

    def key(variables: dict[str, str]) -> str:
        secret = load_toml(environ=variables).chat.api_key
        assert secret is not None
        return secret.get_secret_value()

    assert key({}) == "sk-toml-1234567890"
    assert key(environ) == "sk-prefixed-123"
    assert key({**environ, "OPENAI_API_KEY": "sk-bare-123"}) == "sk-bare-123"


@pytest.mark.parametrize("provider", sorted(PRESETS))
def test_provider_fills_in_address_and_model(load_toml: Loader, provider: str) -> None:
    """A preset gives both, and each explicit value wins over it, whatever source it comes from."""
    environ = {"YINGDA_CHAT__PROVIDER": provider}
    chat = load_toml(environ=environ).chat

    assert (chat.base_url, chat.model) == PRESETS[provider]
    assert load_toml(environ={**environ, "OPENAI_MODEL": "mine"}).chat.model == "mine"
    assert load_toml(environ={**environ, "OPENAI_BASE_URL": "http://h/v1/"}).chat.base_url == "http://h/v1"


def test_presets_need_no_key_except_for_openai(load_toml: Loader, complete: str) -> None:
    """Only api.openai.com insists on a key; a local model has none."""
    toml = complete.replace('api_key = "sk-toml-1234567890"', 'provider = "ollama"')

    assert load_toml(toml).chat.api_key is None


def test_every_bare_name_means_an_existing_key() -> None:
    """The table of well-known variables fits the classes."""
    for path in sources.BARE.values():
        section = Settings.model_fields[path[0]]
        assert len(path) == 1 or path[1] in section.annotation.model_fields  # type: ignore[union-attr]
