"""/sessions 历史对话: the conversations that were put away."""

import time
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import shortened
from config.wording import Texts
from handlers.choices import Choice, listed
from handlers.reply import told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("sessions", "历史对话")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it.

_TITLE_CHARS = 14
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Each with its first words and its age, the newest first."""
    texts = texts_of(bot, turn, recalled)
    older = bot.memory.older(turn.chat, recalled)
    if not older:
        return told(bot, turn, recalled, "no_sessions")
    choices = [
        Choice(
            shortened(session.history[0].question, _TITLE_CHARS),
            f"/switch {number}",
            _age(texts, time.time() - session.at_ms / 1000) if session.at_ms else "",
        )
        for number, session in enumerate(older, 1)
    ]
    return listed(bot, turn, recalled, texts.say("session_list"), choices)


def _age(texts: Texts, seconds: float) -> str:
    for unit, unit_s in (("days", _DAY_S), ("hours", _HOUR_S), ("minutes", _MINUTE_S)):
        if seconds >= unit_s:
            return texts.say(f"{unit}_ago", count=int(seconds // unit_s))
    return texts.say("just_now")
