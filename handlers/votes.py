"""赞 and 踩: what a person thought of the last answer."""

import time
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.store.voices import Vote
from handlers.reply import told

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

_KEPT_CHARS = 300


def voted(bot: "Bot", turn: Turn, recalled: Recalled, reason: str, *, good: bool) -> Plan:
    """The vote is kept, where text is with what it is about; there may be nothing to vote on."""
    if not recalled.history:
        return told(bot, turn, recalled, "nothing_to_vote_on")
    last, now_ms = recalled.history[-1], int(time.time() * 1000)
    talk = (last.question, last.answer) if bot.settings.privacy.keep_text else ("", "")
    kept = [words[:_KEPT_CHARS] for words in (reason, *talk)]
    vote = Vote(now_ms, recalled.profile.number, good, *kept)
    writes = (bot.voices.vote(turn.chat, vote), bot.days.vote(turn.chat, good=good))
    return told(bot, turn, recalled, "thanks_good" if good else "thanks_bad", writes=writes)
