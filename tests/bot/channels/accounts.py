"""Accounts for channel tests, with the keys of a vector or of our own."""

from typing import Any

from bot.channels.official import Official
from bot.channels.wecom import Wecom
from config.settings import OfficialSettings, WecomSettings
from handlers.connect import NoTokens

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def official(
    *, token: str = "AAAAA", aes_key: str | None = KEY, app_id: str = "wxba5fad812f8e6fb9"
) -> Official:
    """An official account; plain without *aes_key*."""
    fields: dict[str, Any] = {
        "channel": "official",
        "app_id": app_id,
        "app_secret": "5ecret5ecret5ecret5ecret5ecret00",
        "token": token,
        "encryption": "safe" if aes_key else "plain",
    }
    if aes_key:
        fields["aes_key"] = aes_key
    return Official("shop", OfficialSettings.model_validate(fields), NoTokens(), 4)


def wecom(*, token: str = "QDG6eK", aes_key: str = KEY, corp_id: str = "wx5823bf96d3bd56c7") -> Wecom:
    """A WeCom app."""
    fields = {
        "channel": "wecom",
        "corp_id": corp_id,
        "agent_id": 1000002,
        "secret": "5ecret5ecret5ecret5ecret5ecret00",
        "token": token,
        "aes_key": aes_key,
    }
    return Wecom("office", WecomSettings.model_validate(fields), NoTokens(), 4)
