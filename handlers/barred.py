"""Who is not answered as everybody else is: who was banned, was not let in, or talks to a human."""

import re
from typing import TYPE_CHECKING

from bot.messages import OURS, Event
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import access, commands, handed, handover, moderation, rights
from handlers.choices import picked
from handlers.commands import complain
from handlers.handover import RELAYED
from handlers.reply import told

if TYPE_CHECKING:  # the web process imports handlers through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

_SAID_BY_NOBODY = frozenset({"unsubscribe", "event"})
_CLOSED = "kf_close_session"
"""The event of an agent of the platform who is done with somebody (protocol A6)."""
_COMPLAINS = re.compile(
    rf"^[^\S\n]{{0,20}}[{commands.PREFIXES}]?(?:投诉|complain)[\s:：,，](.*)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
"""As people write what they are told to send, also behind a line that it was joined to; who is not out says
such words to the AI."""


def barred(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan | None:
    """How the turn of somebody ends who is out or talks to a human; None for everybody else."""
    if turn.message.kind in OURS:
        return None
    return _out(bot, turn, recalled) or _with_a_human(bot, turn, recalled)


def _out(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan | None:
    """What they hear who were banned or not let in; what is theirs by law stays open to them.

    Who may want to end their life hears where to turn, as everybody does.
    """
    out = recalled.profile.banned or access.is_closed_to(recalled)
    if not out or turn.message.kind in _SAID_BY_NOBODY or rights.is_admin(bot, turn, recalled):
        return None
    called = commands.parse(turn.message.text) if turn.message.kind == "text" else None
    if called is not None and (commands.has(called, "right") or _fetches(called, recalled)):
        return None
    worded = _COMPLAINS.search(turn.message.text) if turn.message.kind == "text" else None
    if worded is not None:
        plan = complain.run(bot, turn, recalled, worded[1].strip())
        return moderation.heard(bot, turn, recalled, plan)
    crisis = moderation.in_crisis(bot, turn, recalled, turn.message.text)
    if crisis is not None:
        return crisis
    if recalled.profile.banned:
        return told(bot, turn, recalled, "banned")
    return access.at_the_door(bot, turn, recalled, called)


def _with_a_human(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan | None:
    """Silence: their words go to the human, until an agent of the platform ends it or they call the AI."""
    found = handed.of(recalled)
    if found is None:
        return None
    message = turn.message
    if any(isinstance(part, Event) and part.name == _CLOSED for part in message.parts):
        return handover.over(bot, turn, recalled, found)
    if message.kind not in RELAYED or (message.kind == "text" and not message.text.strip()):
        return None
    if message.kind == "text" and _is_for_the_bot(bot, turn, recalled):
        return None
    return moderation.heard(bot, turn, recalled, handover.relayed(bot, turn, recalled, found))


def _is_for_the_bot(bot: "Bot", turn: Turn, recalled: Recalled) -> bool:
    """Whether these words are meant for the bot although a human is there.

    Without a prefix only what calls a human or the AI, what is somebody's right, and what fetches something
    that waits; with one every command that asks no model.
    """
    called = commands.parse(picked(recalled, turn.message.text.strip()))
    if called is None or called.command is None:
        return False
    to_either = commands.is_named(called, {"human", "bot"}) or commands.has(called, "right")
    if to_either or _fetches(called, recalled):
        return True
    may = not called.command.ADMINS or rights.is_admin(bot, turn, recalled)
    return called.prefixed and may and not commands.has(called, "asks")


def _fetches(called: commands.Called, recalled: Recalled) -> bool:
    """Whether *called* fetches something: the bare word is talk where nothing waits."""
    waits = called.prefixed or recalled.late or recalled.rest is not None
    return waits and commands.has(called, "fetches")
