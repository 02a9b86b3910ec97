"""赞 and 踩: what a person thought of the last answer."""

import hashlib
import time
from typing import TYPE_CHECKING

from bot.conversation import Exchange
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan, Write
from bot.store.voices import Vote
from handlers.reply import told

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

VOTED = "voted"
"""Under this name the last vote is kept with a person's choices; it is no choice."""
_KEPT_CHARS = 300


def voted(bot: "Bot", turn: Turn, recalled: Recalled, reason: str, *, good: bool) -> Plan:
    """The vote is kept, where text is with what it is about; there may be nothing to vote on.

    Another one on the same answer takes its place, without being counted again.
    """
    if not recalled.history:
        return told(bot, turn, recalled, "nothing_to_vote_on")
    last, now_ms, number = recalled.history[-1], int(time.time() * 1000), recalled.profile.number
    talk = (last.question, last.answer) if bot.settings.privacy.keep_text else ("", "")
    kept = [words[:_KEPT_CHARS] for words in (reason, *talk)]
    answer = _mark(recalled.session, last)
    before = recalled.profile.chosen.get(VOTED, "").split()
    writes: tuple[Write, ...] = (
        bot.voices.vote(turn.chat, Vote(now_ms, number, good, *kept)),
        bot.people.choose(turn.message.person, VOTED, f"{answer} {now_ms} {int(good)}"),
    )
    if before[:1] != [answer]:
        writes = (*writes, bot.days.vote(turn.chat, good=good))
    else:
        at_ms, was_good = int(before[1]), before[2] == "1"
        turned = bot.days.turned(turn.chat, at_ms, good=good) if was_good != good else ()
        writes = (bot.voices.take_back(turn.chat, at_ms, number), *writes, *turned)
    return told(bot, turn, recalled, "thanks_good" if good else "thanks_bad", writes=writes)


def _mark(session: int, last: Exchange) -> str:
    """What tells an answer from the others of the same person."""
    said = f"{session}\n{last.question}\n{last.answer}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
