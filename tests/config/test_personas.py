"""Personas: every file is one, and none is what a shop's assistant should not be."""

from pathlib import Path

import pytest

from config.personas import find, load_personas
from config.problems import ConfigError

GOOD = "# 厨师 · cook\n\n> 做菜\n> Cooking\n\n你是厨师。\n"


def test_there_are_a_dozen_with_names_and_lines_in_both_languages() -> None:
    """Each can be called by either name, and no two share one."""
    personas = load_personas()
    names = [name for one in personas.values() for name in (one.zh, one.en)]

    assert len(personas) >= 12
    assert len(set(names)) == len(names)
    assert all(find(personas, name) is not None for name in names)
    assert all(len(one.line_zh) <= 30 and one.line_en.isascii() for one in personas.values())


def test_none_is_a_companion_or_a_relative() -> None:
    """The law on human-like services, and decency."""
    told = "".join(f"{one.zh}{one.en}{one.system}" for one in load_personas().values())

    assert not [
        word for word in ("女友", "男友", "恋人", "伴侣", "奶奶", "爷爷", "girlfriend") if word in told
    ]


@pytest.mark.parametrize(
    "content",
    ["", "你是厨师。", GOOD.replace("> Cooking\n", ""), GOOD.replace("· cook", "· chef"), GOOD[:-8]],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, content: str) -> None:
    """An owner who writes one learns what it has to look like."""
    (tmp_path / "cook.md").write_text(content)

    with pytest.raises(ConfigError, match=r"personas/cook\.md"):
        load_personas(tmp_path)


def test_an_owner_may_add_one(tmp_path: Path) -> None:
    """A file is enough."""
    (tmp_path / "cook.md").write_text(GOOD)

    assert load_personas(tmp_path)["cook"].system == "你是厨师。"
