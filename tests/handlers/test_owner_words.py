"""What is raised for which refusal, and what of it is fit to be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from redis import Redis

from bot.errors import (
    AccountOnHold,
    AccountUnfit,
    ContentRefused,
    ModelBusy,
    ModelDown,
    ModelError,
    ModelKeyRefused,
    ModelRefused,
    PersonUnreachable,
    PlatformAway,
    PlatformError,
    TokenRefused,
)
from bot.store import keys
from bot.store.notices import Notice, Notices
from bot.store.scripts import Scripts
from bot.wiring.bot import Bot
from config.accounts import Account
from config.settings import Settings, load
from config.wording import load_texts
from handlers import owner, raising

TOML = """
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


@dataclass
class Named:
    """An account as far as notices ask for it."""

    settings: Account


@dataclass
class Desk:
    """The part of the Bot that raising a notice touches."""

    settings: Settings
    accounts: dict[str, Named]
    notices: Notices


@pytest.fixture
def desk(store: Redis, tmp_path: Path) -> Bot:
    """Both kinds of account, and the list on a real store."""
    (tmp_path / "yingda.toml").write_text(TOML)
    settings = load({}, tmp_path / "yingda.toml")
    accounts = {name: Named(found) for name, found in settings.accounts.items()}
    return cast(Bot, Desk(settings, accounts, Notices(store, Scripts(store))))


@pytest.mark.parametrize(
    ("account", "error", "kind"),
    [
        ("shop", AccountOnHold(40164), "ip_not_allowed"),
        ("shop", AccountOnHold(61004), "ip_not_allowed"),
        ("shop", AccountOnHold(89503), "ip_needs_consent"),
        ("shop", AccountOnHold(40001), "secret_refused"),
        ("shop", AccountOnHold(40243), "secret_frozen"),
        ("shop", AccountUnfit(48001), "api_unauthorized"),
        ("shop", AccountUnfit(48004), "api_banned"),
        ("shop", AccountOnHold(45009), "quota_spent"),
        ("shop", PlatformAway(45009), "quota_spent"),
        ("shop", AccountUnfit(47001), "account_unfit"),
        ("shop", TokenRefused(40001), "token_refused"),
        ("office", AccountOnHold(60020), "ip_not_allowed"),
        ("office", AccountOnHold(40001), "secret_refused"),
        ("office", AccountUnfit(301002), "agent_refused"),
        ("office", AccountOnHold(50003), "app_disabled"),
        ("office", AccountUnfit(48002), "api_unauthorized"),
        ("office", AccountUnfit(0, "unlicenseduser"), "unlicensed"),
        ("office", AccountUnfit(40164), "account_unfit"),
    ],
)
def test_what_the_owner_must_mend_is_raised(desk: Bot, account: str, error: PlatformError, kind: str) -> None:
    """The same number may mean another thing on another platform; each kind has its words in both tongues."""
    raising.tell_refused(desk, account, error, tries=3)

    (raised,) = desk.notices.all()
    assert (kind, account, error.errcode) == (raised.kind, raised.account, raised.errcode)
    for language in ("zh", "en"):
        said = owner.alone(desk.settings, load_texts("en" if language == "en" else "zh"), raised)
        assert "{" not in said
        assert account in said


def test_an_account_found_to_be_passive_is_told_in_its_own_words(desk: Bot) -> None:
    """Nothing has to be mended; the owner learns how it answers from now on."""
    raising.tell_passive(desk, "shop", AccountUnfit(48001))

    (raised,) = desk.notices.all()
    assert (raised.kind, raised.account, raised.errcode) == ("answers_passively", "shop", 48001)


@pytest.mark.parametrize(
    "error",
    [PlatformAway(-1), PlatformAway(45011), PersonUnreachable(43004), ContentRefused(87014)],
)
def test_what_passes_or_is_one_persons_alone_is_not(desk: Bot, error: PlatformError) -> None:
    """Nobody is called because WeChat was busy or a follower has gone."""
    raising.tell_refused(desk, "shop", error, tries=50)

    assert desk.notices.all() == []


def test_a_token_that_is_refused_once_is_no_news(desk: Bot) -> None:
    """It is refreshed; only what stays is told."""
    raising.tell_refused(desk, "shop", TokenRefused(42001), tries=2)

    assert desk.notices.all() == []


@pytest.mark.parametrize(
    ("errmsg", "address"),
    [
        ("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 65a-1", "203.0.113.7"),
        ("invalid ip 2001:db8::7 ipv6 2001:db8::7, not in whitelist", "2001:db8::7"),
        ("not allow to access from your ip, hint: [17], from ip: 203.0.113.7, more info at h", "203.0.113.7"),
        ("not allow to access, from ip: 203.0.113.7.", "203.0.113.7"),
        ("from ip: 999.0.113.7, more", ""),
        ("from ip: 203.0.113, more", ""),
        ("from ip: 203.0.113.7evil, more", ""),
        ("from ip: evil.example.com", ""),
        ("from ip: <a href='http://203.0.113.7'>", ""),
        ("your ip 203.0.113.7 is bad", ""),
        ("", ""),
    ],
)
def test_only_an_address_is_taken_from_the_platforms_sentence(errmsg: str, address: str) -> None:
    """Where the platform puts it, and only if it is one."""
    assert address == raising.address_in(errmsg)


def test_several_addresses_are_told_together(desk: Bot) -> None:
    """A machine behind several addresses needs them all allowed."""
    for last in (7, 8):
        sentence = f"not allow to access, from ip: 203.0.113.{last}, more"
        raising.tell_refused(desk, "office", AccountOnHold(60020, sentence), 0)

    said = owner.what(desk.settings, load_texts("zh"), desk.notices.all()[0])
    assert "要放行的 IP：203.0.113.7, 203.0.113.8\n" in said
    assert "企业可信IP" in said


def test_without_an_address_the_line_is_left_out(desk: Bot) -> None:
    """The rest still says where to click."""
    raising.tell_refused(desk, "shop", AccountOnHold(40164, "something else"), 0)

    said = owner.what(desk.settings, load_texts("zh"), desk.notices.all()[0])
    assert "要放行的" not in said
    assert "IP 白名单" in said


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ModelKeyRefused("invalid_api_key status=401"), "model_key_refused"),
        (ModelKeyRefused("model_not_found status=404"), "model_key_refused"),
        (ModelKeyRefused("insufficient_quota status=429"), "quota_spent"),
        (ModelKeyRefused("none status=402"), "quota_spent"),
    ],
)
def test_a_refused_key_is_told_at_once(desk: Bot, error: ModelError, kind: str) -> None:
    """Once for all accounts, with the provider's code; money has its own words."""
    raising.tell_model_failed(desk, error)

    (raised,) = desk.notices.all()
    assert (kind, "", (str(error),)) == (raised.kind, raised.account, raised.details)
    assert str(error) in owner.alone(desk.settings, load_texts("zh"), raised)


def test_a_model_that_fails_is_told_after_five_minutes(desk: Bot, store: Redis) -> None:
    """A failure or two are nothing; a question that is refused is no failure."""
    raising.tell_model_failed(desk, ModelDown("ConnectError status=0"))
    raising.tell_model_failed(desk, ModelBusy("none status=429"))
    assert desk.notices.all() == []

    store.decrby(keys.model_failing, 301_000)
    raising.tell_model_failed(desk, ModelRefused("content_filter status=400"))
    assert desk.notices.all() == []
    raising.tell_model_failed(desk, ModelDown("none status=503"))

    assert [notice.kind for notice in desk.notices.all()] == ["model_down_long"]


def test_a_notice_of_another_version_or_a_removed_account_can_still_be_told(desk: Bot) -> None:
    """A kind without words, or an account that is configured no more, stops nobody."""
    strange = Notice("dead_letter", "gone", 7, (), 0, 0, 1)
    object.__setattr__(strange, "kind", "from_tomorrow")

    said = owner.alone(desk.settings, load_texts("zh"), strange)
    assert "gone" in said
    assert "（7）" in said


def test_a_crisis_is_told_with_the_number_or_numbers(desk: Bot) -> None:
    """One person by their number; where there are too many for that, those who came later together."""
    for number in range(1, 14):
        raising.tell_crisis(desk, "shop", number)

    told = {one.whom: owner.what(desk.settings, load_texts("zh"), one) for one in desk.notices.all()}
    assert told[3].startswith("3 号说的话像是想不开")
    assert "11, 12, 13 号" in told[0]
    assert "在 shop 里发「#」" in told[0]
