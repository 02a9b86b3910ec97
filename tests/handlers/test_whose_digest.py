"""Whom the digest of all accounts is told."""

from redis import Redis

from tests.handlers.turns import bot_on, says

OWNER = {"YINGDA_OWNER__ACCOUNT": "shop", "YINGDA_OWNER__PERSON": "oOwner"}


def test_the_digest_of_all_accounts_is_for_the_owner_alone(store: Redis, store_url: str) -> None:
    """Another admin of the account that they read in neither sees nor spends it."""
    bot = bot_on(store_url, **OWNER, YINGDA_ACCOUNTS__SHOP__ADMINS="oBoss,oOwner")
    bot.notices.digest("shop", "2026-02-03", "【昨日】全部账号")
    bot.notices.raise_("complaint", "shop", detail="T1")

    boss = says(bot, store, "/whoami", "oBoss")
    assert "T1" in boss
    assert "【昨日】" not in boss
    assert "【昨日】全部账号" in says(bot, store, "/whoami", "oOwner")
    assert "【昨日】" not in says(bot, store, "/whoami", "oOwner")


def test_without_an_owner_the_admins_read_the_digest_of_their_account(store: Redis, store_url: str) -> None:
    """Of the other one its own read."""
    bot = bot_on(store_url)
    for account in ("shop", "office"):
        bot.notices.digest(account, "2026-02-03", f"【昨日】{account}")

    told = says(bot, store, "/whoami", "oBoss", "office")
    assert "【昨日】office" in told
    assert "【昨日】shop" not in told
