"""/notice 公告: a notice to everybody who can be reached, shown and confirmed before it goes out."""

import time
from typing import TYPE_CHECKING

from bot.store.broadcasts import LOOKED_AT
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import half_width
from handlers import access, broadcasting, passive, rights
from handlers.reply import one_message_bytes, told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("notice", "公告")
ADMINS = True
CUTS = False
PLACE = 340

_SURE = ("确认", "确定", "确认发送", "好", "好的", "是", "是的", "confirm", "ok", "okay", "yes")
_CHARACTER_BYTES = 3  # of a Chinese one
_STOP = ("停", "停止", "停下", "取消", "stop", "cancel")
_SIGNS = " 。.!?,;:~、…「」“”\"'"
"""What people type around one of these words."""


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Words show how many they would reach; `confirm` sends them, `stop` ends that; alone: how far it is."""
    account, words = turn.chat.account, argument.strip()
    word = half_width(words).lower().strip(_SIGNS)
    if not bot.accounts[account].settings.notices_to_all:
        return told(bot, turn, recalled, "notice_off", account=account)
    if passive.only_answers(bot, account):
        return told(bot, turn, recalled, "notice_cannot")
    if word in _STOP:
        return _stopped(bot, turn, recalled)
    broadcast = bot.broadcasts.of(account)
    mine = broadcast is not None and broadcast.name == _name(turn)
    if broadcast is not None and not broadcast.ended and not mine:
        reached, queued = broadcast.fates["reached"], broadcast.queued
        return told(bot, turn, recalled, "notice_runs", count=reached, waiting=queued - broadcast.settled)
    if not words:
        return told(bot, turn, recalled, "notice_how")
    if broadcasting.is_night(bot.settings.time.zone, time.time()) and not mine:
        return told(bot, turn, recalled, "notice_night")
    return (_confirmed if word in _SURE else _drafted)(bot, turn, recalled, words)


def _name(turn: Turn) -> str:
    """A notice is named after the message that confirmed it, so that a turn run again begins it once."""
    return str(turn.lease.n)


def _drafted(bot: "Bot", turn: Turn, recalled: Recalled, words: str) -> Plan:
    """How many would read it; nothing goes out before the same admin says so."""
    most = one_message_bytes(bot, turn)
    # Each reads it in a language of their own, and in every one it is to be one message.
    longest = max(len(texts.say("notice_says", words=words).encode()) for texts in bot.texts.values())
    if longest > most:
        fits = (most - longest + len(words.encode())) // _CHARACTER_BYTES
        return told(bot, turn, recalled, "welcome_long", chars=fits)
    count, skipped, unreachable = _reach(bot, turn, closed=access.is_closed(recalled))
    if not count:
        return told(bot, turn, recalled, "notice_nobody")
    kept = bot.broadcasts.keep_draft(turn.message.person, words)
    figures = {"count": count, "skipped": skipped, "unreachable": unreachable}
    return told(bot, turn, recalled, "notice_sure", writes=(kept,), words=words, **figures)


def _reach(bot: "Bot", turn: Turn, *, closed: bool) -> tuple[int, int, int]:
    """How many can be reached now, want none, cannot be reached."""
    account, cursor, count, skipped, unreachable = turn.chat.account, 0, 0, 0, 0
    last, limited = bot.broadcasts.highest(account), broadcasting.is_limited(bot, account)
    while cursor < last:
        found = bot.broadcasts.people(account, cursor, last, limited=limited, most=LOOKED_AT)
        welcome = bot.people.welcome([person for _, person in found.people], closed=closed)
        cursor, count = found.cursor, count + welcome
        skipped += found.skipped + len(found.people) - welcome
        unreachable += found.unreachable
    return count, skipped, unreachable


def _confirmed(bot: "Bot", turn: Turn, recalled: Recalled, words: str) -> Plan:
    """From here on workers hand it out; what was shown last to this very admin, and nothing else."""
    person, account = turn.message.person, turn.chat.account
    broadcast = bot.broadcasts.of(account)
    begun = broadcast is not None and broadcast.name == _name(turn)  # this turn was run before
    draft = bot.broadcasts.draft(person)
    if not begun and not draft:
        return told(bot, turn, recalled, "notice_how")
    if not begun and not bot.broadcasts.begin(account, _name(turn), draft, recalled.profile.number):
        return told(bot, turn, recalled, "notice_runs", count=0, waiting=0)
    audit = rights.audited(bot, turn, recalled, f"notice {_name(turn)}")
    writes = (bot.broadcasts.drop_draft(person), audit)
    return told(bot, turn, recalled, "notice_begun", writes=writes)


def _stopped(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan:
    """Nobody else gets it; what waits in inboxes already goes out. A draft is void too."""
    account, broadcast = turn.chat.account, bot.broadcasts.of(turn.chat.account)
    drop = bot.broadcasts.drop_draft(turn.message.person)
    if broadcast is None or broadcast.ended:
        return told(bot, turn, recalled, "notice_none", writes=(drop,))
    audit = rights.audited(bot, turn, recalled, f"notice stop {broadcast.name}")
    return told(bot, turn, recalled, "notice_stops", writes=(bot.broadcasts.stop(account), drop, audit))
