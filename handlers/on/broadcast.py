"""A notice to everybody, on its way to one person; and what came of it, on its way to its author."""

import time
from dataclasses import replace

from bot.messages import Reply
from bot.store.broadcasts import Fate
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan, Write
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
        return planned(bot, turn, recalled, Reply.of(words), state="command")
    if _is_somebody_else(turn, recalled):
        return Plan("ignored", writes=_without_a_trace(bot, turn, recalled))
    fate = _fate(bot, turn, recalled)
    writes = (broadcasting.fate(bot, turn, fate),)
    if fate != "reached":
        return Plan("ignored", writes=writes)
    said = texts_of(bot, turn, recalled).say("notice_says", words=words)
    return planned(bot, turn, recalled, Reply.of(said), state="command", writes=writes)


def _fate(bot: Bot, turn: Turn, recalled: Recalled) -> Fate:
    """As things are now: the notice may have waited."""
    if access.is_closed_to(recalled) or recalled.profile.banned or MUTED in recalled.profile.chosen:
        return "skipped"
    late = broadcasting.is_night(bot.settings.time.zone, time.time())
    if late or recalled.sends_left == 0 or passive.is_passive(bot, turn):
        return "unreachable"
    return "reached"


def _is_somebody_else(turn: Turn, recalled: Recalled) -> bool:
    """Whether the person was erased since, and has another number."""
    return recalled.profile.number != broadcasting.name_of(turn)[1]


def _without_a_trace(bot: Bot, turn: Turn, recalled: Recalled) -> tuple[Write, ...]:
    """Who was erased is not known again for a notice that waited for them; who came back by themselves is."""
    writes = (broadcasting.fate(bot, turn, "unreachable"),)
    came_back = recalled.history or recalled.session > 1 or recalled.profile.since_ms < turn.accepted_ms
    return writes if came_back else (*bot.erasure.of(turn.message.person, recalled), *writes)
