"""Harmless questions to a platform: its clock, whether it knows us, and what it lets an account do."""

import time
from collections.abc import Mapping
from contextlib import closing
from email.utils import parsedate_to_datetime

from bot.channels import official, wecom
from bot.channels._answers import OFFICIAL, TELL_OWNER
from bot.channels._api import GLANCE_S, Client, platform_errors
from bot.channels._wire import FRESH_S
from bot.errors import PlatformAway
from config.settings import OfficialSettings, WecomSettings

__all__ = ["FRESH_S", "clock_off_s", "get_token", "may_write", "url_check"]

Settings = OfficialSettings | WecomSettings


def clock_off_s(api_base: str) -> float | None:
    """How far our clock is ahead of the platform's, by the `Date` of an answer; None where it says none.

    Raises PlatformAway.
    """
    with closing(Client("", api_base, connections=1)) as client:
        began_s = time.time()
        with platform_errors(OFFICIAL, otherwise=TELL_OWNER, lost=PlatformAway):
            date = client.date("get_api_domain_ip", (GLANCE_S[0] * 3, GLANCE_S[1] * 4))
        # Whole seconds, cut off: the half of one is what is missing on average.
        ours_s = (began_s + time.time()) / 2
    try:
        return ours_s - (parsedate_to_datetime(date).timestamp() + 0.5)
    except ValueError:
        return None


def get_token(settings: Settings) -> None:
    """Fetch an access_token past every cache, which costs no other its token. Raises PlatformError."""
    if isinstance(settings, WecomSettings):
        wecom.check_token(settings)
    else:
        official.check(settings)


def may_write(settings: Settings, person: str) -> bool | None:
    """Whether the account may write by itself; None where that cannot be told without writing to somebody.

    *person* is an admin's id or empty; they see nothing of it. Raises PlatformError for anything else.
    """
    if isinstance(settings, WecomSettings):
        wecom.check(settings)
        return True
    return official.may_write(settings, person)


def url_check(settings: Settings) -> tuple[Mapping[str, str], str]:
    """The query by which the platform would check our address now, and the body that is the right answer."""
    if isinstance(settings, WecomSettings):
        return wecom.url_check(settings)
    return official.url_check(settings)
