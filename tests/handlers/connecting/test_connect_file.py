"""yingda.toml as connecting changes it: nothing else in it is lost, whatever it looks like."""

import os
import tomllib
from pathlib import Path

import pytest

from config.settings import load
from config.wording import Texts
from handlers.connecting import credentials, shapes, talk
from handlers.connecting.settings_file import SettingsFile, Table
from handlers.connecting.talk import FormError, StopError

CHAT: dict[str, Table] = {"chat": {"provider": "ollama"}}
ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A settings file that is not there yet."""
    return tmp_path / "yingda.toml"


def test_a_renewed_account_keeps_its_place_and_comments(path: Path) -> None:
    """Only the lines of the credentials change, in a file with Windows line ends as well."""
    old = credentials.sample("official") | {"title": "青禾书店"}
    lines = ["# top", "[accounts.shop]  # ours", "title = '青禾书店' # kept", "# api_base = mine"]
    lines += [f'{key} = "{value}"' for key, value in old.items() if key != "title"]
    lines += [
        "admins = [",
        '  "[not.a.table]",',
        "]",
        "",
        "# of the next",
        "[chat]",
        'provider = "ollama"',
        "",
    ]
    path.write_bytes("\r\n".join(lines).encode())
    new = credentials.sample("official")

    copy = SettingsFile(path).write("shop", new, CHAT)

    written = path.read_bytes().decode()
    found = tomllib.loads(written)
    assert found["accounts"]["shop"] == {"title": "青禾书店", "admins": ["[not.a.table]"], **new}
    assert [line for line in lines if line.startswith("#") and line not in written] == []
    assert copy is not None
    assert copy.read_bytes() == "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    "text",
    [
        "accounts = {shop = {channel = 'official'}}\n",
        "[accounts]\nshop = {channel = 'official'}\n",
        "[accounts.shop]\nchannel = 'official'\ntoken = '''\n[x]\n'''\n",
    ],
)
def test_an_unusual_file_is_left_alone(path: Path, text: str) -> None:
    """What cannot be changed for certain is said, and not changed."""
    path.write_text(text)

    with pytest.raises(StopError):
        SettingsFile(path).write("shop", credentials.sample("official"), CHAT)

    assert (os.listdir(path.parent), path.read_text()) == ([path.name], text)


def test_the_example_cannot_be_used_as_it_is(path: Path) -> None:
    """A copy of config/example.toml still holds placeholders: the first one is named."""
    path.write_text((ROOT / "config" / "example.toml").read_text())

    with pytest.raises(StopError) as stopped:
        SettingsFile(path).trial("corner", credentials.sample("official"))

    assert stopped.value.key == "file_refused"
    assert "accounts." in str(stopped.value.fields["reason"])


def test_a_second_renewal_keeps_both_former_files(path: Path) -> None:
    """No copy is ever written over."""
    file = SettingsFile(path)

    copies = [file.write("shop", credentials.sample("official"), CHAT) for _ in range(3)]

    assert [copy and copy.name for copy in copies] == [None, "yingda.toml.bak", "yingda.toml.bak1"]
    assert len({copy.read_text() for copy in copies if copy}) == 2


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    """The file behind a symbolic link is the one that changes."""
    target = tmp_path / "real.toml"
    path.symlink_to(target)
    SettingsFile(path).write("shop", credentials.sample("test"), CHAT)

    assert path.is_symlink()
    assert load({"YINGDA_CONFIG": str(target)}).accounts["shop"].aes_key is None


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """No folder is made, no traceback is shown."""
    with pytest.raises(StopError) as stopped:
        SettingsFile(tmp_path / "nowhere" / "yingda.toml").trial("shop", credentials.sample("wecom"))

    assert stopped.value.key == "file_unreachable"


@pytest.mark.parametrize("kind", credentials.KINDS)
def test_a_missing_model_is_noticed(
    path: Path, kind: credentials.Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without [chat] and without a key in the environment the model has to be asked for."""
    file, account = SettingsFile(path), credentials.sample(kind)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    without = file.trial("shop", account).lacks_model
    monkeypatch.setenv("OPENAI_API_KEY", "sk-4f0c1b7d9e2a486f")

    assert (without, file.trial("shop", account).lacks_model) == (True, False)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("https://bot.example.com/", "https://bot.example.com"),
        ("https://Bot.Example.com:443", "https://bot.example.com"),
        ("http://bot.example.com:80/wx/callback/shop", "http://bot.example.com/wx"),
        ("http://8.8.8.8", "http://8.8.8.8"),
    ],
)
def test_public_addresses_are_tidied(said: str, address: str) -> None:
    """What people paste becomes the address before /callback."""
    assert shapes.public_address(said) == address


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "wrong_address"),
        ("ftp://bot.example.com", "wrong_address"),
        ("https://bot.example.com?x=1", "wrong_address"),
        ("https://me@bot.example.com", "wrong_address"),
        ("https://bot", "wrong_address"),
        ("https://bot.example.com:x", "wrong_address"),
        ("https://你好", "wrong_address"),
        ("https://bot.example.com:80", "wrong_port"),
        ("http://bot.example.com:8000", "wrong_port"),
        ("http://10.0.0.8", "private_address"),
        ("http://127.0.0.1", "private_address"),
        ("https://nas.local", "private_address"),
    ],
)
def test_addresses_the_platform_cannot_call_are_refused(said: str, told: str) -> None:
    """Each with the sentence that names the reason."""
    with pytest.raises(FormError) as wrong:
        shapes.public_address(said)

    assert wrong.value.key == told


def test_both_languages_say_the_same() -> None:
    """Every sentence exists in Chinese and English, with the same fields."""
    folder = Path(talk.__file__).parent
    zh, en = (Texts(tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))) for name in ("zh", "en"))

    assert {key: zh.fields(key) for key in zh.keys} == {key: en.fields(key) for key in en.keys}
