"""A notice to everybody, handed out slice by slice into people's own inboxes, by one worker at a time.

Whoever dies over it leaves the cursor where it was: the next worker goes through the same slice again, which
changes nothing for those who have the notice already.
"""

import secrets
import time
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.messages import InboundMessage, Person, Text
from bot.store import keys
from bot.store.broadcasts import Broadcast, Fate, broadcast_id
from bot.store.inbox import Turn
from bot.store.notices import untold
from bot.store.turns import Write

if TYPE_CHECKING:  # the web process imports handlers through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

EVERY_S = 1.0
AT_ONCE = 20
"""People in one slice: 1 200 a minute are within every platform's limits (protocol B6, C7) and leave the
workers to those who ask."""
_HOLD_S = 20.0
"""Longer than a slice can take; what a worker that dies over it costs."""
_STALE_S = 20 * 3600.0
"""After so long a slice is not gone through again: its people would not be recognised (keys.SEEN_MS)."""
_AWAIT_S = 1800.0
"""So long the last ones may wait for the platform to take theirs, before the author is told without them."""
_NIGHT = (22, 8)

log = structlog.get_logger(__name__)


def is_night(zone: str, at_s: float) -> bool:
    """Whether people are not to be disturbed: from 22:00 to 8:00 on the owner's clock."""
    hour = datetime.fromtimestamp(at_s, ZoneInfo(zone)).hour
    return hour >= _NIGHT[0] or hour < _NIGHT[1]


def is_limited(bot: "Bot", account: str) -> bool:
    """Whether the platform lets *account* write only to those who wrote lately (protocol B2)."""
    typed = InboundMessage(account, "", "", "", "text", (Text(""),), 0)
    return bot.channels[account].allowance(typed) is not None


def go_on(bot: "Bot") -> None:
    """Hand out the next slice of each notice that is under way; called by a beat of every worker.

    Raises StoreError.
    """
    for account in bot.broadcasts.running():
        if account in bot.accounts and bot.broadcasts.hold(account, bot.leases.process, _HOLD_S):
            _go_on(bot, account)
            bot.broadcasts.rest(account, bot.leases.process, EVERY_S)


def _go_on(bot: "Bot", account: str) -> None:
    broadcast = bot.broadcasts.of(account)
    if broadcast is None:  # its author was erased
        bot.broadcasts.end(account, "")
        return
    still_s = time.time() - broadcast.moved_ms / 1000
    if broadcast.cursor < broadcast.last and still_s < _STALE_S:
        if not is_night(bot.settings.time.zone, time.time()):
            _hand_out(bot, account, broadcast)
    elif broadcast.settled >= broadcast.queued or still_s > _AWAIT_S:
        _end(bot, account, broadcast)


def _hand_out(bot: "Bot", account: str, broadcast: Broadcast) -> None:
    limited = is_limited(bot, account)
    found = bot.broadcasts.people(
        account, broadcast.cursor, broadcast.last, limited=limited, most=AT_ONCE, name=broadcast.name
    )
    queued = 0
    for number, person in found.people:
        queued += _accepted(
            bot, person, broadcast_id(broadcast.name, number), "broadcast", words=broadcast.words
        )
    bot.broadcasts.advance(account, broadcast, found, queued)
    log.info("notice handed out", account=account, upto=found.cursor, people=queued)


def _accepted(bot: "Bot", person: Person, msg_id: str, kind: str, *, words: str) -> bool:
    """*words* wait in that person's inbox, once for all who try; False where it has no room."""
    message = InboundMessage(
        person.account, person.sender, person.sender, msg_id, kind, (Text(words),), int(time.time())
    )
    kept = bot.inbox.accept(message, cuts=False, allowance=None, nonce=None, attempt=secrets.token_hex(8))
    return not kept.full


def _end(bot: "Bot", account: str, broadcast: Broadcast) -> None:
    """Tell the author what came of it, once, and let it be over."""
    texts, fates = bot.accounts[account].texts, broadcast.fates
    unsettled = max(0, broadcast.queued - broadcast.settled)
    words = texts.say(
        "notice_done" if 0 < broadcast.last <= broadcast.cursor else "notice_stopped",
        count=fates["reached"],
        skipped=fates["skipped"],
        unreachable=fates["unreachable"] + unsettled,
    )
    author = bot.people.find(account, str(broadcast.by))
    if author is not None:
        _accepted(bot, author[1], f"report:{broadcast.name}", "report", words=words)
    bot.broadcasts.end(account, broadcast.name)
    log.info("notice ended", account=account, **fates)


def name_of(turn: Turn) -> tuple[str, int]:
    """The notice that this turn hands over, and the short number it is for."""
    _, name, number = turn.message.msg_id.split(":")
    return name, int(number)


def fate(bot: "Bot", turn: Turn, found: Fate) -> Write:
    """This person's part of the figures."""
    return bot.broadcasts.counted(turn.chat.account, name_of(turn)[0], found)


def unreached(bot: "Bot", turn: Turn, writes: tuple[Write, ...]) -> tuple[Write, ...]:
    """*writes* of a plan whose notice the platform did not take."""
    key = keys.broadcast(turn.chat.account)
    due = writes if "sent" in turn.steps.sends.values() else untold(writes)
    return (*(write for write in due if write.key != key), fate(bot, turn, "unreachable"))
