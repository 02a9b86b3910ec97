"""Files that are missing, foreign or not well-formed: refused in one line, with the line of the file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import ConfigError, load

Refusal = Callable[..., str]


def test_no_toml_at_all_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default file may be missing; then there is simply no account."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match="accounts: no account is configured"):
        load({})


@pytest.mark.parametrize("name", ["nowhere77.toml", "", " ", "."])
def test_named_toml_has_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A file that is named but missing, blank or a folder is refused under the variable's name."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match="YINGDA_CONFIG") as caught:
        load({"YINGDA_CONFIG": name})
    assert "nowhere77" not in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("a = 1\nb = sk-77\n", 2), ("a = 1\n\n[chat\n", 3), ("a = “v77”", 1), ("a = 1\na = 2\n", 2),
        ("a = 1\nb = [1, 2", 2), ("a = 'v77", 1), ("[a]\n[b]\n[a]\n", 3),
    ],
)  # fmt: skip
def test_toml_mistake_is_told_with_its_line(refused: Refusal, toml: str, line: int) -> None:
    """The line is named, its content is not."""
    told = refused(toml)

    assert f"line {line}: not valid TOML" in told
    assert "77" not in told


def test_toml_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    """Chinese Windows saves in GBK."""
    file = tmp_path / "gbk.toml"
    file.write_bytes("[accounts.shop]\ntitle = '青禾书店'\n".encode("gbk"))

    with pytest.raises(ConfigError, match="line 2: not UTF-8 text"):
        load({"YINGDA_CONFIG": str(file)})


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"x" * 70_000])
def test_about_has_to_be_a_short_text_file(
    refused: Refusal, complete: str, tmp_path: Path, content: bytes | None
) -> None:
    """A missing, foreign or huge file is refused under the account's key."""
    if content is not None:
        (tmp_path / "about77.md").write_bytes(content)
    toml = complete.replace('token = "shoptoken"', 'token = "shoptoken"\nabout = "about77.md"')
    told = refused(toml)

    assert told.startswith("accounts.shop.about names ")
    assert "77" not in told
