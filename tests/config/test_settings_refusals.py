"""Every refusal is one line that names the key in full and never shows a value."""

from collections.abc import Callable

import pytest

from config.settings import Settings

Loader = Callable[..., Settings]
Refusal = Callable[..., str]

AES = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OFFICE_AES = "ABCDEFGabcdefghijklmnopqrstuvwxyz0123456789"
SHOP = "YINGDA_ACCOUNTS__SHOP__"
OFFICE = "YINGDA_ACCOUNTS__OFFICE__"


SECRETS = [
    ("OPENAI_API_KEY", 'api_key = "sk-toml-1234567890"', "chat.api_key"),
    (f"{SHOP}APP_ID", 'app_id = "wx0123456789abcdef"', "accounts.shop.app_id"),
    (f"{SHOP}APP_SECRET", 'app_secret = "shop-app-secret"', "accounts.shop.app_secret"),
    (f"{SHOP}TOKEN", 'token = "shoptoken"', "accounts.shop.token"),
    (f"{SHOP}AES_KEY", f'aes_key = "{AES}"', "accounts.shop.aes_key"),
    (f"{OFFICE}CORP_ID", 'corp_id = "ww0123456789abcdef"', "accounts.office.corp_id"),
    (f"{OFFICE}AGENT_ID", "agent_id = 1000002", "accounts.office.agent_id"),
    (f"{OFFICE}SECRET", 'secret = "office-secret"', "accounts.office.secret"),
    (f"{OFFICE}TOKEN", 'token = "officetoken"', "accounts.office.token"),
    (
        f"{OFFICE}AES_KEY",
        'aes_key = "ABCDEFGabcdefghijklmnopqrstuvwxyz0123456789"',
        "accounts.office.aes_key",
    ),
]
PLACEHOLDERS = [
    "sk-…", "sk-...", "wx…", "ww…", "…", "...", "sk-", "wx", "ww", "changeme", "CHANGE-ME", "change_this",
    "43 characters", "your-token", "your_secret", "xxxx", "wxxxxxxxxxxxxx", "sk-xxxxxxxx",
    "<token>", "${TOKEN}", "{{ token }}", "$TOKEN", "placeholder", "replace-me", "todo", "填写你的密钥",
    "00000000",
]  # fmt: skip


@pytest.mark.parametrize(("variable", "line", "key"), SECRETS)
def test_missing_is_refused(refused: Refusal, complete: str, variable: str, line: str, key: str) -> None:
    """Both names under which the key could be written are told."""
    told = refused(complete.replace(line, ""))

    assert told.startswith(f"{key} (or {variable}) is missing")


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
@pytest.mark.parametrize(("variable", "line", "key"), SECRETS)
def test_blank_is_refused(
    refused: Refusal, complete: str, variable: str, line: str, key: str, blank: str
) -> None:
    """A blank variable is a failed delivery of a secret, not a wish for the TOML's value."""
    told = refused(complete, {variable: blank})

    assert told.startswith(f"{variable} ")


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_placeholder_is_refused(refused: Refusal, complete: str, value: str) -> None:
    """The example's text is recognised in the TOML and in a variable, and not repeated."""
    toml = complete.replace('"shop-app-secret"', f'"{value}"')
    told = refused(toml)

    assert told == "accounts.shop.app_secret still holds the example's text; put your own value there"
    assert refused(complete, {"OPENAI_API_KEY": value}).startswith("OPENAI_API_KEY still holds")


@pytest.mark.parametrize(
    "value",
    [
        "secret",
        "token",
        "test-token",
        "sk-proj-xyz",
        "wx1a",
        "s.x..y",
        "wwwhatever",
        "exampletoken1",
        "my_token",
    ],
)
def test_real_looking_secrets_are_no_placeholders(load_toml: Loader, value: str) -> None:
    """Weak or short is the owner's choice; only the example's text is refused."""
    assert load_toml(environ={f"{SHOP}APP_SECRET": value}).accounts["shop"].channel == "official"


ENVIRONMENT = [
    ("PORT", "http"), ("PORT", "0"), ("PORT", "65536"), ("PORT", ""), ("WEB_CONCURRENCY", "0"),
    ("WEB_CONCURRENCY", "2.5"), ("WORKER_THREADS", "-77"), ("WORKER_THREADS", "99999999999999999999999"),
    ("REDIS_URL", "host:6379"), ("REDIS_URL", "valkey://h"), ("REDIS_URL", ""), ("OPENAI_BASE_URL", "h/v77"),
    ("OPENAI_BASE_URL", "ftp://h"), ("OPENAI_BASE_URL", "https://:77"), ("OPENAI_BASE_URL", "http://h:x77/"),
    ("OPENAI_BASE_URL", "http://[h"), ("OPENAI_BASE_URL", "http://h/?q77=1"), ("OPENAI_BASE_URL", ""),
    ("OPENAI_MODEL", " "), ("YINGDA_CHAT__PROVIDER", "acme77"), ("YINGDA_CHAT__DEADLINE_S", "nan"),
    ("YINGDA_CHAT__DEADLINE_S", "inf"), ("YINGDA_CHAT__DEADLINE_S", "0"), ("YINGDA_CHAT__DEADLINE_S", "soon"),
    ("YINGDA_CHAT__WINDOW_TOKENS", "many"), ("YINGDA_CHAT__REPLY_TOKENS", "8192"),
    ("YINGDA_CHAT__TEMPERATURE_MAX", "2.77"), ("YINGDA_CHAT__TEMPERATURE_MIN", "1.77"),
    ("YINGDA_CHAT__TEMPERATURE_MIN", "-0.77"), ("YINGDA_CHAT__MODELS", "one, two words77"),
    ("YINGDA_MEMORY__DAYS", "0"), ("YINGDA_MEMORY__BUDGET_TOKENS", "-77"),
    ("YINGDA_MEMORY__FORGET_AFTER_UNFOLLOW_DAYS", "-77"), ("YINGDA_TURN__MERGE_WAITING", "perhaps"),
    ("YINGDA_TURN__MAX_DEATHS", "0"), ("YINGDA_TURN__ON_AMBIGUOUS", "pray"), ("YINGDA_TURN__DRAIN_S", "-77"),
    ("YINGDA_REPLY__FIRST_PART_S", "-77"), ("YINGDA_WEB__PUBLIC_URL", "bot.acme77"),
    ("YINGDA_WEB__METRICS_TOKEN", "…"), ("YINGDA_WEB__METRICS_TOKEN", "a b77"),
    ("YINGDA_TIME__ZONE", "Asia/Nowhere"), ("YINGDA_TIME__ZONE", "America"), ("YINGDA_TIME__ZONE", "../etc"),
    ("YINGDA_TIME__ZONE", "/etc/localtime"), ("YINGDA_REDIS__ALLOW_UNSAFE", "perhaps"),
    (f"{SHOP}AES_KEY", AES[:42]), (f"{SHOP}AES_KEY", AES + "A"), (f"{SHOP}AES_KEY", "-" + AES[1:]),
    (f"{SHOP}AES_KEY", "é" + AES[1:]), (f"{SHOP}TOKEN", "two words77"), (f"{SHOP}TOKEN", "to\u200bken77"),
    (f"{SHOP}API_BASE", "weixin77"), (f"{SHOP}REPLY", "loud"), (f"{SHOP}LANGUAGE", "fr"),
    (f"{SHOP}AUDIENCE", "all77"), (f"{SHOP}ENCRYPTION", "none77"), (f"{SHOP}ENCRYPTION", "compat"),
    (f"{SHOP}LABEL_AI", "perhaps"), (f"{SHOP}TITLE", "店" * 61), (f"{SHOP}TITLE", "a\nb77"),
    (f"{SHOP}ASSISTANT", ""), (f"{SHOP}ASSISTANT", "答" * 21), (f"{SHOP}EXAMPLES", "a,b,c,d,e,f,g"),
    (f"{SHOP}EXAMPLES", "问" * 61), (f"{SHOP}ADMINS", "zhang san77"), (f"{SHOP}ABOUT", "nowhere77.md"),
    (f"{OFFICE}AGENT_ID", "first"), (f"{OFFICE}AGENT_ID", "-77"), (f"{SHOP}CHANNEL", "telegram"),
    (f"{SHOP}CHANNEL", ""), (f"{SHOP}CORP_ID", "ww77"),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "value"), ENVIRONMENT)
def test_wrong_variable_is_named_without_its_value(
    refused: Refusal, complete: str, variable: str, value: str
) -> None:
    """A value that is out of bounds or of the wrong kind is refused under the name it was written with."""
    told = refused(complete, {variable: value})

    assert told.startswith(f"{variable} ")
    assert len(value) < 3 or value not in told.removeprefix(variable)


UNKNOWN = [
    ("YINGDA_CHTA__MODEL", "YINGDA_CHAT__MODEL"), ("YINGDA_CHAT__MODLE", "YINGDA_CHAT__MODEL"),
    ("YINGDA_CHAT_MODEL", "YINGDA_CHAT__MODEL"), (f"{SHOP}TOKN", f"{SHOP}TOKEN"),
    ("yingda_port", "YINGDA_PORT"),
    ("YINGDA_CONFIGS", "YINGDA_CONFIG"), ("YINGDA_", ""), ("YINGDA_REDIS", ""), ("YINGDA_ACCOUNTS", ""),
    ("YINGDA_ACCOUNTS__SHOP", ""), ("YINGDA_ACCOUNTS__TOKEN", ""), ("YINGDA_CHAT__MODEL__X", ""),
    (f"{SHOP}ABOUT_TEXT", ""), ("YINGDA_ZZZ", ""),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "meant"), UNKNOWN)
def test_unknown_variable_is_refused(refused: Refusal, complete: str, variable: str, meant: str) -> None:
    """A YINGDA_ variable that means nothing is a mistake, and the nearest name is offered."""
    told = refused(complete, {variable: "value77"})

    assert told.startswith(f"{variable} is not a variable that Yingda knows")
    assert meant in told
    assert "value77" not in told


TOML = [
    ("tokn = 'v77'\n[chat]", "[chat]", "tokn"), ("[chat]\nmodle = 'v77'", "[chat]", "chat.modle"),
    ("[chta]\na = 'v77'\n[chat]", "[chat]", "chta"), ("chat = 'v77'\n[other]", "[chat]", "chat"),
    ("[accounts.shop]\nsecrte = 'v77'", "[accounts.shop]", "accounts.shop.secrte"),
    ("[accounts.shop]\nabout_text = 'v77'", "[accounts.shop]", "accounts.shop.about_text"),
    ("[accounts.Shop]", "[accounts.shop]", "accounts.Shop"),
    ("[accounts.1]", "[accounts.shop]", "accounts.1"),
    ("[accounts.'my shop']", "[accounts.shop]", "accounts.my shop"),
    ("[accounts.'店']", "[accounts.shop]", "accounts.店"), ("[accounts.'']", "[accounts.shop]", "accounts."),
    ("[accounts.\"a\\nb\"]", "[accounts.shop]", "accounts.a\\nb"),
    ("[accounts]\nx = 'v77'\n[accounts.shop]", "[accounts.shop]", "accounts.x"),
    ("", 'channel = "official"', "accounts.shop.channel"), ("channel = 7777", 'channel = "official"',
                                                            "accounts.shop.channel"),
    ("app_id = 7777", 'app_id = "wx0123456789abcdef"', "accounts.shop.app_id"),
    ("token = ['v77']", 'token = "shoptoken"', "accounts.shop.token"),
    ("token = 't77x'\nadmins = [7777]", 'token = "shoptoken"', "accounts.shop.admins"),
    ("token = 't77x'\nadmins = 7777", 'token = "shoptoken"', "accounts.shop.admins"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "old", "key"), TOML)
def test_wrong_toml_is_named_by_its_key(
    refused: Refusal, complete: str, new: str, old: str, key: str
) -> None:
    """A key the TOML should not have, or of the wrong kind, is named with all its tables."""
    told = refused(complete.replace(old, new))

    assert told.startswith(f"{key} ")
    for value in ("v77", "7777", "t77x"):
        assert value not in told


@pytest.mark.parametrize("channel", ["kf", "aibot"])
def test_later_channels_say_so(refused: Refusal, complete: str, channel: str) -> None:
    """Kinds of account that are still to come are no spelling mistakes."""
    told = refused(complete.replace('channel = "official"', f'channel = "{channel}"'))

    assert told.startswith("accounts.shop.channel names a kind of account that is not available yet")


def test_plain_forbids_a_key(refused: Refusal, complete: str) -> None:
    """Plain mode has to be written, and then a key is a contradiction."""
    told = refused(complete, {f"{SHOP}ENCRYPTION": "plain"})

    assert told.startswith('accounts.shop.aes_key has no use with encryption = "plain"')


@pytest.mark.parametrize("toml", ["", "[chat]\napi_key = 'sk-1234567'", "[accounts]"])
def test_no_account_says_what_to_do(refused: Refusal, toml: str) -> None:
    """An installation without accounts is told how to get one, before anything else."""
    told = refused(toml)

    assert told.startswith("accounts: no account is configured")
    assert "`make demo`" in told
    assert "`flask --app app connect`" in told


def test_several_mistakes_are_counted(refused: Refusal, complete: str) -> None:
    """The first is told in full, the others by their number."""
    told = refused(complete, {"PORT": "x", f"{SHOP}TOKEN": "", f"{OFFICE}TOKEN": "…"})

    assert told.startswith(f"{SHOP}TOKEN is blank")
    assert told.endswith("(and 2 more to mend after this)")
