"""What is read from where, and which of two values wins."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import ConfigError, OfficialSettings, Settings, WecomSettings, load

Loader = Callable[..., Settings]


def test_defaults_are_the_documented_ones(load_toml: Loader) -> None:
    """A configuration with only what is needed has the documented defaults."""
    settings = load_toml()

    assert (settings.redis.url, settings.redis.allow_unsafe) == (None, False)
    assert settings.chat.base_url == "https://api.openai.com/v1"
    assert (settings.chat.model, settings.chat.provider) == ("gpt-4o-mini", None)
    assert (settings.chat.deadline_s, settings.chat.window_tokens, settings.chat.reply_tokens) == (
        120.0,
        8192,
        1024,
    )
    assert tuple(settings.memory.model_dump().values()) == (3000, 30, 7)
    assert tuple(settings.turn.model_dump().values()) == (True, 8, "resend", 25.0, 100)
    assert (settings.reply.first_part_s, settings.time.zone) == (6.0, "Asia/Shanghai")
    assert (settings.web.public_url, settings.web.metrics_token) == (None, None)
    assert (settings.port, settings.web_concurrency, settings.worker_threads) == (8000, 2, 200)


def test_accounts_are_told_apart_by_their_channel(load_toml: Loader) -> None:
    """Each account gets the settings of its channel, with that channel's defaults."""
    shop, office = (load_toml().accounts[name] for name in ("shop", "office"))

    assert isinstance(shop, OfficialSettings)
    assert isinstance(office, WecomSettings)
    assert (shop.api_base, shop.audience, shop.encryption) == ("https://api.weixin.qq.com", "public", "safe")
    assert (office.api_base, office.audience) == ("https://qyapi.weixin.qq.com", "internal")
    assert (shop.reply, shop.language, shop.admins, shop.assistant) == ("auto", "zh", (), "小答")
    assert (shop.title, shop.examples, shop.about, shop.about_text, shop.label_ai) == ("", (), None, "", None)


def test_variable_changes_one_key_of_an_account(load_toml: Loader) -> None:
    """A variable of an account leaves its other keys as the TOML has them."""
    shop = load_toml(environ={"YINGDA_ACCOUNTS__SHOP__APP_SECRET": "from-environment"}).accounts["shop"]

    assert isinstance(shop, OfficialSettings)
    assert shop.app_secret.get_secret_value() == "from-environment"
    assert shop.token.get_secret_value() == "shoptoken"


def test_account_may_come_from_the_environment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No TOML is needed: containers set variables only; double underscores belong to the name."""
    monkeypatch.chdir(tmp_path)
    prefix = "YINGDA_ACCOUNTS__MY__SHOP__"
    environ = {
        "CHANNEL": "official",
        "APP_ID": "wx1",
        "APP_SECRET": "s1",
        "TOKEN": "t1",
        "ENCRYPTION": "plain",
    }
    settings = load(
        {**{prefix + key: value for key, value in environ.items()}, "OPENAI_API_KEY": "sk-1234567"}
    )

    assert list(settings.accounts) == ["my__shop"]


def test_lists_are_comma_separated_in_the_environment(load_toml: Loader) -> None:
    """Blanks around the entries and empty entries do not count."""
    account = load_toml(
        environ={
            "YINGDA_ACCOUNTS__SHOP__ADMINS": "openid-a, openid-b,",
            "YINGDA_ACCOUNTS__SHOP__EXAMPLES": "周末几点关门？, 推荐三本书",
        }
    ).accounts["shop"]

    assert account.admins == ("openid-a", "openid-b")
    assert account.examples == ("周末几点关门？", "推荐三本书")


def test_environment_of_the_process_is_the_default(
    load_toml: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`load()` reads this process's environment and ./yingda.toml."""
    load_toml()
    (tmp_path / "mine.toml").rename(tmp_path / "yingda.toml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("YINGDA_CONFIG", raising=False)
    monkeypatch.setenv("OPENAI_MODEL", "from-process")

    assert load().chat.model == "from-process"


def test_settings_read_nothing_unless_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings made by hand do not look at the environment."""
    monkeypatch.setenv("PORT", "1")
    account = {"channel": "official", "app_id": "wx1", "app_secret": "s", "token": "t", "encryption": "plain"}
    settings = Settings.model_validate({"accounts": {"shop": account}, "chat": {"api_key": "sk-1234567"}})

    assert settings.port == 8000


def test_about_is_read_beside_the_toml(load_toml: Loader, complete: str, tmp_path: Path) -> None:
    """The file is found from the TOML's folder, and a byte-order mark is no part of it."""
    (tmp_path / "about.md").write_bytes("\ufeff周一到周日 9 点到 21 点\n".encode())
    toml = complete.replace('token = "shoptoken"', 'token = "shoptoken"\nabout = "about.md"')
    shop = load_toml(toml).accounts["shop"]

    assert shop.about == Path("about.md")
    assert shop.about_text == "周一到周日 9 点到 21 点"


def test_toml_may_begin_with_a_byte_order_mark(load_toml: Loader, complete: str) -> None:
    """Windows' Notepad writes one."""
    assert load_toml("\ufeff" + complete).port == 8000


def test_spare_bits_of_an_aes_key_need_not_be_zero(load_toml: Loader) -> None:
    """Tencent's own sample keys do not survive a round trip and are accepted."""
    key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
    shop = load_toml(environ={"YINGDA_ACCOUNTS__SHOP__AES_KEY": key}).accounts["shop"]

    assert shop.aes_key is not None
    assert shop.aes_key.get_secret_value() == key


def test_copied_blanks_around_a_secret_go(load_toml: Loader) -> None:
    """A line break at the end comes with a secret read from a file."""
    shop = load_toml(environ={"YINGDA_ACCOUNTS__SHOP__TOKEN": " abc123\r\n"}).accounts["shop"]

    assert shop.token.get_secret_value() == "abc123"


def test_no_secret_is_printed(load_toml: Loader) -> None:
    """Neither `repr` nor `str` of the settings holds a secret or the store's password."""
    settings = load_toml(
        environ={"REDIS_URL": "redis://:hunter2@host/0", "YINGDA_WEB__METRICS_TOKEN": "mtoken1"}
    )
    printed = f"{settings!r} {settings}"

    for secret in (
        "sk-toml",
        "shop-app-secret",
        "shoptoken",
        "office-secret",
        "abcdefghij",
        "hunter2",
        "mtoken1",
    ):
        assert secret not in printed


def test_settings_cannot_be_changed(load_toml: Loader) -> None:
    """What has been checked stays as it is."""
    settings = load_toml()

    with pytest.raises(ValueError, match="frozen"):
        settings.chat.model = "other"


@pytest.mark.parametrize(
    "url",
    ["redis://h:6379/0", "rediss://u:p@h/1", "unix:///run/redis.sock", "redis+sentinel://a:1,b:2/main/0"],
)
def test_store_addresses(load_toml: Loader, url: str) -> None:
    """Plain, managed and Sentinel addresses are taken as they are."""
    assert load_toml(environ={"REDIS_URL": url}).redis.url == url


def test_plain_account_without_key(load_toml: Loader, complete: str) -> None:
    """A test account has no key and says so."""
    key = 'aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"'
    shop = load_toml(complete.replace(key, 'encryption = "plain"')).accounts["shop"]

    assert shop.aes_key is None


def test_config_error_is_one_line() -> None:
    """Whatever a key is called, its line stays one line without control characters."""
    assert str(ConfigError("a\nb\x1b[31m\u2028c 中")) == "a\\nb\\x1b[31m\\u2028c 中"
