"""The owner always knows: what goes wrong is raised here, in the owner's words, and told once.

It is pushed to `[owner]`, or stands before the next answer to an admin; `flask --app app notices` lists it.
"""

import ipaddress
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.channels.base import KEYS_A_MESSAGE, NOTICE_KEY, OutText
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
from bot.store.memory import Recalled
from bot.store.notices import Kind, Notice, of_notices, untold
from bot.store.turns import Write
from config.accounts import AccountSettings, OfficialSettings
from config.settings import Settings
from config.wording import Texts

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

MODEL_DOWN_S = 300.0
BEFORE_MAX = 3
"""Notices in the one message before an answer: each is under a third of what a message holds."""
_PUSH_AGAIN_S, _PUSH_AGAIN_MAX_S = 30.0, 15 * 60.0
"""The most is under half an hour, within which WeCom drops a push that was delivered after all."""
_TOKEN_TRIES = 3
_SENDS_NEEDED = 3
"""With fewer messages left to send, a notice would take the answer's place; it waits for the next one."""

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


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before an answer, and what makes it told when the answer is settled."""

    out: OutText
    writes: tuple[Write, ...]


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
    person's alone. Never fails."""
    kind = _PUT_ASIDE.get(reason)
    if kind is not None:
        _raise(bot, kind, turn.chat.account, detail=str(turn.lease.n))


def tell_passive(bot: "Bot", account: str, error: AccountUnfit) -> None:
    """Raise that *account* may not write by itself, and answers in the platform's requests. Never fails."""
    _raise(bot, "answers_passively", account, errcode=error.errcode)


def tell_model_failed(bot: "Bot", error: ModelError) -> None:
    """Raise a refused key at once, a model that gives no answer after five minutes of that. Never fails."""
    if isinstance(error, ModelKeyRefused):
        told = str(error)  # the provider's code and the HTTP status, never a sentence
        _raise(bot, "quota_spent" if _SPENT.search(told) else "model_key_refused", "", detail=told)
    elif isinstance(error, ModelDown | ModelBusy):
        with _best_effort():
            failing_s = bot.notices.model_failed()
            if failing_s >= MODEL_DOWN_S:
                _raise(bot, "model_down_long", "", detail=str(error))


def before_answer(bot: "Bot", turn: Turn, recalled: Recalled) -> Before | None:
    """What an admin is told before the answer to *turn*; None for everybody else, and mostly."""
    account = bot.accounts[turn.chat.account]
    if not _is_admin(account.settings, turn):
        return None
    if recalled.sends_left is not None and recalled.sends_left < _SENDS_NEEDED:
        return None
    with _best_effort():
        held = bot.notices.hold(f"answer:{turn.lease.n}", BEFORE_MAX)
        if held:
            text = "\n\n".join(alone(bot.settings, account.texts, notice) for notice in held)
            writes = tuple(write for notice in held for write in bot.notices.told(notice))
            return Before(OutText(text, key=turn.lease.n * KEYS_A_MESSAGE + NOTICE_KEY, before=True), writes)
    return None


def push(bot: "Bot") -> None:
    """Push at most one notice to the owner; called by a beat of every worker. Raises StoreError.

    One process at a time, at most one in 10 s. What cannot be delivered is tried again, ever more rarely.
    """
    owner = bot.settings.owner
    if owner.account is None or owner.person is None:
        return
    holder = secrets.token_hex(8)
    notice = bot.notices.next_push(holder)
    if notice is None:
        return
    text = alone(bot.settings, bot.accounts[owner.account].texts, notice)
    try:
        bot.channels[owner.account].send(owner.person, OutText(text, key=notice.first_ms))
    except PlatformError as error:
        delay_s = min(_PUSH_AGAIN_MAX_S, _PUSH_AGAIN_S * 2 ** min(notice.tries, 10))
        bot.notices.put_off(notice, holder, delay_s)
        log.warning("notice not pushed", kind=notice.kind, code=error.errcode, delay_s=delay_s)
        tell_refused(bot, owner.account, error, notice.tries)
    else:
        bot.notices.pushed(notice, holder)
        log.info("notice pushed", kind=notice.kind, account=notice.account)


def is_before(part: OutText) -> bool:
    """Whether *part* is a notice that stands before an answer, and not of the answer."""
    return part.before


def told_writes(writes: Iterable[Write], sent: int) -> tuple[Write, ...]:
    """What *writes* of a plan leave of the notices before it when *sent* of its parts went out; with none
    the notices are due again at once."""
    return of_notices(writes if sent else untold(writes))


def alone(settings: Settings, texts: Texts, notice: Notice) -> str:
    """*notice* as a message of its own: without what changes each time it arises, so that a platform that
    can recognises a push that is repeated."""
    return texts.say(
        "owner_notices.told_alone",
        place=place(texts, notice),
        since=moment(settings, notice.first_ms),
        what=what(settings, texts, notice),
    )


def what(settings: Settings, texts: Texts, notice: Notice) -> str:
    """What happened, what to do about it and where to click."""
    account = settings.accounts.get(notice.account)
    where = account.channel if account else "model"
    keys = (f"notices.{notice.kind}.{where}", f"notices.{notice.kind}", "notices.account_unfit")
    key = next(key for key in keys if key in texts.keys)
    return texts.say(key, account=notice.account, code=notice.errcode, detail=", ".join(notice.details) or "")


def place(texts: Texts, notice: Notice) -> str:
    """The account that *notice* is about, or what all share."""
    return notice.account or texts.say("owner_notices.the_model")


def moment(settings: Settings, at_ms: int) -> str:
    """A time on the owner's clock, to the minute."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(settings.time.zone)).strftime("%m-%d %H:%M")


def address_in(errmsg: str) -> str:
    """The IP address that the platform says it saw; nothing else of its sentence is ever told."""
    found = _IP.search(errmsg)
    try:
        return str(ipaddress.ip_address(found[1].rstrip("."))) if found else ""
    except ValueError:
        return ""


def _kind(channel: str, error: PlatformError, tries: int) -> Kind | None:
    if isinstance(error, TokenRefused):
        return "token_refused" if tries >= _TOKEN_TRIES else None
    known = _KINDS[channel].get(error.errcode)
    if isinstance(error, AccountUnfit):
        return known or "account_unfit"
    return known if known == "quota_spent" else None


def _is_admin(settings: AccountSettings, turn: Turn) -> bool:
    """Whether a verified admin speaks, alone with us: a plain signature does not cover who sent the body."""
    message = turn.message
    plain = isinstance(settings, OfficialSettings) and settings.encryption == "plain"
    return not plain and message.peer == message.sender and message.sender in settings.admins


def _raise(bot: "Bot", kind: Kind, account: str, *, errcode: int = 0, detail: str = "") -> None:
    with _best_effort():
        if bot.notices.raise_(kind, account, errcode=errcode, detail=detail):
            log.warning("owner has to act", kind=kind, account=account, code=errcode)


@contextmanager
def _best_effort() -> Iterator[None]:
    """A notice must not cost anybody their answer."""
    try:
        yield
    except StoreError as error:
        log.warning("notice not kept", error=type(error).__name__)
