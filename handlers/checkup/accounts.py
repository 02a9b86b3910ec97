"""Checks that ask the platform: its clock, an access_token, and what the account may do."""

from contextlib import suppress
from typing import Literal
from urllib.parse import urlsplit

from bot.channels import checkup
from bot.channels.checkup import FRESH_S
from bot.errors import PlatformError, StoreError
from handlers import raising
from handlers.checkup.finding import Finding, Subject, unknown, well, wrong

NEAR_S = 60
"""A clock that is off by more will soon be too far off."""


def clock(subject: Subject, account: str) -> Finding:
    """Our clock against the `Date` of the platform's answers: callbacks are fresh for 300 s (protocol A2)."""
    off_s = checkup.clock_off_s(subject.account(account).api_base)
    if off_s is None:
        return unknown("clock_unknown")
    seconds = round(abs(off_s))
    if seconds > NEAR_S:
        return wrong("clock_off", seconds=seconds, most=FRESH_S)
    return well("clock_good", seconds=seconds)


def token(subject: Subject, account: str) -> Finding:
    """ID and secret are right, and our address is allowed."""
    checkup.get_token(subject.account(account))
    return well("token_good")


def permission(subject: Subject, account: str) -> Finding:
    """Whether the account may write by itself; what was learned of it before is learned anew."""
    settings = subject.account(account)
    may = checkup.may_write(settings, _admin(subject, account))
    if settings.channel == "wecom":
        return unknown("permission_app")  # To try sending would take somebody to send to.
    if settings.reply == "auto" and subject.stored is not None:
        # Without the store nothing can be learned, but what was found out is told all the same.
        with suppress(StoreError):
            return _relearned(subject, account, may)
    if may is None:
        return unknown("permission_unknown")
    if not may and settings.reply == "service":
        return wrong("permission_missing", account=account)
    return well("permission_writes" if may else "permission_answers")


def refusal(subject: Subject, account: str, error: PlatformError) -> Finding:
    """What a refusal means, in the words of the notices; busy or away, where it is no refusal."""
    settings = subject.account(account)
    kind = raising.kind_of(settings.channel, error)
    if kind is not None:
        detail = raising.address_in(error.errmsg)
        fields = {"code": error.errcode, "account": account, "detail": detail}
        return Finding(False, raising.key_of(kind, settings.channel), fields)
    if error.errcode:
        return wrong("platform_busy", code=error.errcode)
    host = urlsplit(settings.api_base).netloc
    return wrong("platform_away", host=host, reason=error.errmsg, account=account)


def _relearned(subject: Subject, account: str, may: bool | None) -> Finding:
    deliveries = subject.store.deliveries
    before = deliveries.of(account)
    if may is None:
        # What nobody can tell now, the next late answer finds out.
        if before != "passive":
            return unknown("permission_unknown")
        deliveries.forget(account)
        return unknown("permission_forgotten")
    found: Literal["service", "passive"] = "service" if may else "passive"
    deliveries.learn(account, found)
    key = "permission_writes" if may else "permission_answers"
    return well(f"{key}_now" if before and before != found else key)


def _admin(subject: Subject, account: str) -> str:
    """An admin by the platform's id; empty where none is known."""
    known = (subject.asker, *subject.account(account).admins)
    named = next(filter(None, known), "")
    if named or subject.stored is None:
        return named
    return min(subject.stored.people.paired(account), default="")
