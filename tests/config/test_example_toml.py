"""config/example.toml against the settings classes: every key, no other, true defaults, loadable."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import config
from config.settings import ConfigError, OfficialSettings, Settings, WecomSettings

Loader = Callable[..., Settings]

EXAMPLE = (Path(config.__file__).parent / "example.toml").read_text(encoding="utf-8")
COMMENTED_KEY = re.compile(r"^# (?=[a-z_]+ = \S)", re.MULTILINE)
FILLED_IN = {
    '"sk-…"': '"sk-1234567890"',
    '"wx…"': '"wx0123456789abcdef"',
    '"ww…"': '"ww0123456789abcdef"',
    '"…"': '"0123456789abcdef"',
    '"43 characters"': '"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"',
}
NO_DEFAULT = {
    *("url", "provider", "api_key", "public_url", "metrics_token", "about", "label_ai", "account", "person"),
    "folder",
}


def filled_in(text: str) -> str:
    """The example with a value in every place that waits for one."""
    for placeholder, value in FILLED_IN.items():
        text = text.replace(placeholder, value)
    return text


def everything() -> dict[str, Any]:
    """The example with its optional lines active."""
    return tomllib.loads(COMMENTED_KEY.sub("", EXAMPLE))


def section_classes() -> dict[str, type[BaseModel]]:
    """The class of each table of the TOML."""
    fields = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        name: kind for name, kind in fields.items() if isinstance(kind, type) and issubclass(kind, BaseModel)
    }


def test_every_key_is_there_and_no_other() -> None:
    """Each key of each class stands in the example, active or commented out."""
    found = everything()

    assert set(found) == set(Settings.model_fields)
    for name, kind in section_classes().items():
        assert set(found[name]) == set(kind.model_fields), name
    assert set(found["accounts"]["shop"]) == set(OfficialSettings.model_fields)
    assert set(found["accounts"]["office"]) == set(WecomSettings.model_fields)


def test_commented_values_are_the_defaults() -> None:
    """An optional line shows what holds without it, unless it says that there is no default."""
    found = everything()
    tables = [(found[name], kind) for name, kind in section_classes().items()]
    tables += [(found["accounts"]["shop"], OfficialSettings), (found["accounts"]["office"], WecomSettings)]
    tables += [({name: found[name] for name in ("port", "web_concurrency", "worker_threads")}, Settings)]

    for table, kind in tables:
        for key, value in table.items():
            default = kind.model_fields[key].default
            if key not in NO_DEFAULT and default not in (PydanticUndefined, None):
                assert (tuple(value) if isinstance(value, list) else value) == default, key


def test_the_example_itself_is_refused_for_its_placeholders(load_toml: Loader) -> None:
    """Copied and not filled in, it names the first key to fill in."""
    with pytest.raises(ConfigError, match=r"^accounts\.shop\.\w+ still holds the example's text"):
        load_toml(EXAMPLE)


def test_the_filled_in_example_loads(load_toml: Loader, tmp_path: Path) -> None:
    """It loads as it is, and also with every optional line active (but a key fit for one mode only)."""
    settings = load_toml(filled_in(EXAMPLE))
    (tmp_path / "about.md").write_text("9 点到 21 点", encoding="utf-8")
    (tmp_path / "words").mkdir()
    complete = load_toml(filled_in(COMMENTED_KEY.sub("", EXAMPLE)))

    assert set(settings.accounts) == {"shop", "office"}
    assert complete.accounts["office"].about_text == "9 点到 21 点"


def test_every_key_has_a_comment_in_both_languages() -> None:
    """Each paragraph with a key begins with Chinese and English; the second account refers to the first."""
    for paragraph in re.split(r"\n\s*\n", EXAMPLE):
        comment = "\n".join(
            line for line in paragraph.splitlines() if line.startswith("# ") and not COMMENTED_KEY.match(line)
        )
        tables_only = all(line.startswith(("[", "channel")) for line in paragraph.splitlines())
        assert tables_only or re.search(r"[\u4e00-\u9fff]", comment), paragraph
        assert tables_only or re.search(r"[A-Za-z]{3}", comment), paragraph
