"""The owner always knows: what goes wrong is raised here, in the owner's words, and told once.

It is pushed to `[owner]`, or stands before the next answer to an admin; `flask --app app notices` lists it.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.channels.base import KEYS_A_MESSAGE, NOTICE_KEY, OutText
from bot.errors import (
    PlatformError,
)
from bot.messages import Person
from bot.store.inbox import Turn
from bot.store.kinds import details_most
from bot.store.memory import Recalled
from bot.store.notices import Notice, of_notices, untold
from bot.store.turns import Write
from config.settings import Settings
from config.wording import Texts
from handlers import rights
from handlers.raising import best_effort, tell_refused
from handlers.words import texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

BEFORE_MAX = 3
"""Notices in the one message before an answer: each is under a third of what a message holds."""
BEFORE_BYTES = (2048 - 4) // BEFORE_MAX
"""So many bytes a notice may have; 2048 is the shortest limit of a channel, with blank lines between."""
_PUSH_AGAIN_S, _PUSH_AGAIN_MAX_S = 30.0, 15 * 60.0
"""The most is under half an hour, within which WeCom drops a push that was delivered after all."""
_SENDS_NEEDED = 3
"""With fewer messages left to send, a notice would take the answer's place; it waits for the next one."""
_WEIXIN = re.compile(r"(weixin):", re.IGNORECASE)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before an answer, and what makes it told when the answer is settled."""

    out: OutText
    writes: tuple[Write, ...]


def before_answer(bot: "Bot", turn: Turn, recalled: Recalled) -> Before | None:
    """What an admin is told before the answer to *turn*; None for everybody else, and mostly."""
    if not rights.is_admin(bot, turn, recalled):
        return None
    if recalled.sends_left is not None and recalled.sends_left < _SENDS_NEEDED:
        return None
    with best_effort():
        accounts, digests = _told_in(bot, turn.message.person), _reads_digests(bot, turn.message.person)
        held = bot.notices.hold(f"answer:{turn.lease.n}", BEFORE_MAX, accounts, digests=digests)
        if held:
            texts = texts_of(bot, turn, recalled)
            text = "\n\n".join(alone(bot.settings, texts, notice) for notice in held)
            writes = tuple(write for notice in held for write in bot.notices.told(notice))
            return Before(OutText(text, key=turn.lease.n * KEYS_A_MESSAGE + NOTICE_KEY, before=True), writes)
    return None


def _told_in(bot: "Bot", admin: Person) -> tuple[str, ...]:
    """Of whose people *admin* reads: their account, and those where nobody else would; the owner, all.

    Raises StoreAway.
    """
    others = (name for name in bot.accounts if name != admin.account)
    is_owner = _is_owner(bot, admin)
    return (admin.account, *(name for name in others if is_owner or not _has_admins(bot, name)))


def _reads_digests(bot: "Bot", admin: Person) -> bool:
    """Whether a digest is for *admin*: one of all accounts, where there is an owner, for the owner alone."""
    return bot.settings.owner.account is None or _is_owner(bot, admin)


def _is_owner(bot: "Bot", admin: Person) -> bool:
    owner = bot.settings.owner
    return (owner.account, owner.person) == (admin.account, admin.sender)


def _has_admins(bot: "Bot", account: str) -> bool:
    settings = bot.accounts[account].settings
    return rights.can_have_admins(settings) and bool(settings.admins or bot.people.paired(account))


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


def harmless(words: str) -> str:
    """Somebody's *words* as an admin reads them: no link of theirs is one, and no tap says what they want."""
    return _WEIXIN.sub(r"\1：", words.replace("<", "＜"))


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
    if notice.kind == "digest":  # Its text was made when it was kept, and has a head of its own.
        return what(settings, texts, notice)
    return texts.say(
        "owner_notices.told_alone",
        place=place(texts, notice),
        since=moment(settings, notice.first_ms),
        what=what(settings, texts, notice),
    )


def what(settings: Settings, texts: Texts, notice: Notice) -> str:
    """What happened, what to do about it and where to click."""
    account = settings.accounts.get(notice.account)
    where: str = account.channel if account else "model"
    if notice.kind == "crisis":
        where = "one" if notice.whom else "many"
    keys = (f"notices.{notice.kind}.{where}", f"notices.{notice.kind}", "notices.account_unfit")
    key = next(key for key in keys if key in texts.keys)
    more = notice.count > len(notice.details) >= details_most(notice.kind)
    detail = ", ".join((*notice.details, "…") if more else notice.details)
    return texts.say(key, account=notice.account, code=notice.errcode, detail=detail, number=notice.whom)


def place(texts: Texts, notice: Notice) -> str:
    """The account that *notice* is about, or what all share."""
    return notice.account or texts.say("owner_notices.the_model")


def moment(settings: Settings, at_ms: int) -> str:
    """A time on the owner's clock, to the minute."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(settings.time.zone)).strftime("%m-%d %H:%M")
