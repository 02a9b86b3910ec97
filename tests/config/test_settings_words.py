"""Where the word lists are, and the hour of the digest: taken as written, refused in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.sections import SHIPPED_WORDS
from config.settings import Settings

Load = Callable[..., Settings]
Refusal = Callable[..., str]


def test_without_a_folder_the_shipped_lists_count(load_toml: Load) -> None:
    """They are on, and they are there."""
    words = load_toml().words

    assert words.enabled
    assert words.place == SHIPPED_WORDS
    assert (words.place / "crisis.txt").is_file()


def test_a_folder_is_found_beside_the_toml(load_toml: Load, complete: str, tmp_path: Path) -> None:
    """As the TOML or a variable names it; an absolute path stays what it is."""
    (tmp_path / "mine").mkdir()
    found = [
        load_toml(complete + '\n[words]\nfolder = "mine"\n'),
        load_toml(complete, {"YINGDA_WORDS__FOLDER": "mine"}),
        load_toml(complete, {"YINGDA_WORDS__FOLDER": str(tmp_path / "mine")}),
    ]

    assert [settings.words.place for settings in found] == [tmp_path / "mine"] * 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('folder = "nowhere77"', "words.folder names no folder; its path is relative to the TOML"),
        ('folder = "mine.toml"', "words.folder names no folder"),
        ('folder = ""', "words.folder is blank"),
        (r'folder = "a\u0000b"', "words.folder holds"),
        ("folder = 7", "words.folder "),
        ('enabled = "perhaps"', "words.enabled must be true or false"),
        ('list = "mine"', "words.list is not a key"),
    ],
)
def test_a_wrong_folder_is_refused(refused: Refusal, complete: str, words: str, told: str) -> None:
    """Nobody starts without the lists that they wrote."""
    said = refused(f"{complete}\n[words]\n{words}\n")

    assert said.startswith(told)
    assert "77" not in said


def test_a_folder_that_is_not_used_is_not_looked_for(load_toml: Load, complete: str) -> None:
    """Switched off, it may be missing."""
    assert not load_toml(complete + '\n[words]\nenabled = false\nfolder = "nowhere"\n').words.enabled


def test_a_folder_of_the_environment_is_named_by_its_variable(refused: Refusal, complete: str) -> None:
    """As its owner wrote it."""
    assert refused(complete, {"YINGDA_WORDS__FOLDER": "nowhere"}).startswith(
        "YINGDA_WORDS__FOLDER names no folder"
    )


@pytest.mark.parametrize("hour", [-1, 0, 9, 23])
def test_the_hour_of_the_digest(load_toml: Load, complete: str, hour: int) -> None:
    """Every hour of the day, or never; without one it is nine, and it needs no person."""
    assert load_toml(f"{complete}\n[owner]\ndigest_hour = {hour}\n").owner.digest_hour == hour
    assert load_toml(complete, {"YINGDA_OWNER__DIGEST_HOUR": str(hour)}).owner.digest_hour == hour
    assert load_toml(complete).owner.digest_hour == 9


@pytest.mark.parametrize(
    ("hour", "told"),
    [
        ("24", "must be at most 23"),
        ("-2", "must be at least -1"),
        ("9.5", "must be a whole number"),
        ('"nine"', "must be a whole number"),
        ('"09:00"', "must be a whole number"),
    ],
)
def test_no_hour_of_the_day_is_refused(refused: Refusal, complete: str, hour: str, told: str) -> None:
    """With what it may be."""
    assert refused(f"{complete}\n[owner]\ndigest_hour = {hour}\n").startswith(f"owner.digest_hour {told}")
