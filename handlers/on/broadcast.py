"""A notice to everybody, on its way to one person; and what came of it, on its way to its author."""

import time
from dataclasses import replace

from bot.messages import Reply
from bot.store.broadcasts import Fate
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import access, broadcasting, passive
from handlers.commands.mute import MUTED
from handlers.reply import planned
from handlers.words import texts_of

KINDS = ("broadcast", "report")


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """`【公告】…`, or nothing where it may not go out any more; no model is asked, nothing is remembered."""
    # What waits behind 「继续」, or to be fetched, goes on waiting, and is not mentioned here.
    recalled = replace(recalled, rest=None, late=False)
    words = turn.message.text
    if turn.message.kind == "report":
        if not recalled.profile.number:
            return Plan("ignored")
        return planned(bot, turn, recalled, Reply.of(words), state="command")
    fate = _fate(bot, turn, recalled)
    writes = (broadcasting.fate(bot, turn, fate),)
    if fate != "reached":
        return Plan("ignored", writes=writes)
    said = texts_of(bot, turn, recalled).say("notice_says", words=words)
    return planned(bot, turn, recalled, Reply.of(said), state="command", writes=writes)


def _fate(bot: Bot, turn: Turn, recalled: Recalled) -> Fate:
    """As things are now: the notice may have waited."""
    if recalled.profile.number != broadcasting.name_of(turn)[1]:  # They were erased since.
        return "unreachable"
    if access.is_closed_to(recalled) or recalled.profile.banned or MUTED in recalled.profile.chosen:
        return "skipped"
    late = broadcasting.is_night(bot.settings.time.zone, time.time())
    if late or recalled.sends_left == 0 or passive.is_passive(bot, turn):
        return "unreachable"
    return "reached"
