"""What the owner has to know of is raised here, when it happens; handlers/owner.py tells it, once."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from bot.errors import (
    AccountUnfit,
    ModelBusy,
    ModelDown,
    ModelError,
    ModelKeyRefused,
    PlatformError,
    StoreError,
    TokenRefused,
)
from bot.store.inbox import Turn
from bot.store.kinds import Kind
from config.prices import MICROS

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

MODEL_DOWN_S = 300.0
_TOKEN_TRIES = 3
_KINDS: Mapping[str, Mapping[int, Kind]] = {
    "official": {
        **dict.fromkeys((40164, 61004), "ip_not_allowed"),
        **dict.fromkeys((89501, 89503, 89506, 89507), "ip_needs_consent"),
        **dict.fromkeys((40001, 40013, 40125, 41002, 41004), "secret_refused"),
        40243: "secret_frozen",
        **dict.fromkeys((40200, 48001, 48008), "api_unauthorized"),
        48004: "api_banned",
        45009: "quota_spent",
    },
    "wecom": {
        0: "unlicensed",
        60020: "ip_not_allowed",
        **dict.fromkeys((40001, 40013, 40091, 41002, 41004), "secret_refused"),
        **dict.fromkeys((40056, 41011, 301002), "agent_refused"),
        50003: "app_disabled",
        48002: "api_unauthorized",
        45009: "quota_spent",
    },
}
"""What an errcode means to the owner (protocol B1, B2, C4); an unfit account with another: account_unfit."""

_PUT_ASIDE: Mapping[str, Kind] = {
    "poison": "dead_letter",
    "PlatformAway": "undelivered",
    "SendUnsure": "undelivered",
}
"""Reasons of dead letters (handlers.turn) that the owner is told of."""

_IP = re.compile(r"\b(?:from ip:|invalid ip) ([0-9A-Fa-f:.]{3,45})(?![\w:.])")
"""`…, from ip: 1.2.3.4, …` (WeCom), `invalid ip 1.2.3.4 ipv6 …` (official): the address to allow."""
_SPENT = re.compile(r"quota|balance|arrear|billing|\b1113\b|status=402")

log = structlog.get_logger(__name__)


def tell_refused(bot: "Bot", account: str, error: PlatformError, tries: int) -> None:
    """Raise what the owner of *account* has to mend, if *error* is of that kind. Never fails.

    *tries*: how often it was tried before; a token that is refused passes mostly, and is told when it stays.
    """
    kind = _kind(bot.accounts[account].settings.channel, error, tries)
    if kind is not None:
        detail = address_in(error.errmsg) if kind == "ip_not_allowed" else ""
        _raise(bot, kind, account, errcode=error.errcode, detail=detail)


def tell_put_aside(bot: "Bot", turn: Turn, reason: str) -> None:
    """Raise that a message became a dead letter, by its inbox number; other reasons were told or are one
    person's alone, unless somebody believes that a human reads them. Never fails."""
    kind = _PUT_ASIDE.get(reason, "undelivered" if turn.message.kind in ("human", "relay") else None)
    if kind is not None:
        _raise(bot, kind, turn.chat.account, detail=str(turn.lease.n))


def tell_passive(bot: "Bot", account: str, error: AccountUnfit) -> None:
    """Raise that *account* may not write by itself, and answers in the platform's requests. Never fails."""
    _raise(bot, "answers_passively", account, errcode=error.errcode)


def tell_spending(bot: "Bot", account: str, spent: int, limit: int) -> None:
    """Raise that most, or all, of what *account* may cost in a day is spent (millionths). Never fails."""
    detail = f"{spent / MICROS:.2f} / {limit / MICROS:.2f} {bot.prices.currency}"
    _raise(bot, "money_spent" if spent >= limit else "money_runs_out", account, detail=detail)


def tell_case(bot: "Bot", account: str, case: str) -> None:
    """Raise that somebody complained, by the number of the *case*. Never fails."""
    _raise(bot, "complaint", account, detail=case)


def tell_handover(bot: "Bot", account: str, case: str) -> None:
    """Raise that somebody waits for a human, by the number of the *case*. Never fails."""
    _raise(bot, "handover", account, detail=case)


def tell_crisis(bot: "Bot", account: str, number: int) -> None:
    """Raise that the person with that short *number* may want to end their life. Never fails."""
    _raise(bot, "crisis", account, whom=number)


def tell_model_failed(bot: "Bot", error: ModelError) -> None:
    """Raise a refused key at once, a model that gives no answer after five minutes of that. Never fails."""
    if isinstance(error, ModelKeyRefused):
        told = str(error)  # the provider's code and the HTTP status, never a sentence
        _raise(bot, "quota_spent" if _SPENT.search(told) else "model_key_refused", "", detail=told)
    elif isinstance(error, ModelDown | ModelBusy):
        with best_effort():
            failing_s = bot.notices.model_failed()
            if failing_s >= MODEL_DOWN_S:
                _raise(bot, "model_down_long", "", detail=str(error))


def address_in(errmsg: str) -> str:
    """The IP address that the platform says it saw; nothing else of its sentence is ever told."""
    found = _IP.search(errmsg)
    try:
        return str(ipaddress.ip_address(found[1].rstrip("."))) if found else ""
    except ValueError:
        return ""


def kind_of(channel: str, error: PlatformError) -> Kind | None:
    """What *error* means to the owner if it is for them to mend, however seldom it was met; else None."""
    return _kind(channel, error, _TOKEN_TRIES)


def key_of(kind: Kind, channel: str) -> str:
    """The sentence of config/texts for a notice of *kind* about an account of *channel*."""
    return f"notices.{kind}" if kind == "account_unfit" else f"notices.{kind}.{channel}"


def _kind(channel: str, error: PlatformError, tries: int) -> Kind | None:
    if isinstance(error, TokenRefused):
        return "token_refused" if tries >= _TOKEN_TRIES else None
    known = _KINDS[channel].get(error.errcode)
    if isinstance(error, AccountUnfit):
        return known or "account_unfit"
    return known if known == "quota_spent" else None


def _raise(
    bot: "Bot", kind: Kind, account: str, *, errcode: int = 0, detail: str = "", whom: int = 0
) -> None:
    with best_effort():
        if bot.notices.raise_(kind, account, errcode=errcode, detail=detail, whom=whom):
            log.warning("owner has to act", kind=kind, account=account, code=errcode)


@contextmanager
def best_effort() -> Iterator[None]:
    """A notice must not cost anybody their answer."""
    try:
        yield
    except StoreError as error:
        log.warning("notice not kept", error=type(error).__name__)
