"""/recent 最近: the last questions and answers, and what people did not like."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import shortened
from config.wording import Texts
from handlers.owner import harmless, moment
from handlers.reply import planned, that_fit, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("recent", "最近")
ADMINS = True
CUTS = False
PLACE = 204

_SHOWN, _SHOWN_BAD = 10, 5
_LOOKED_AT = 200
"""Among so many votes the bad ones are looked for."""
_VOTE_CHARS = 40


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Who asked what, and what was said, the newest first, if text is kept; then who disliked what."""
    texts = texts_of(bot, turn, recalled)
    found = bot.voices.recent(turn.chat.account, _SHOWN) if bot.settings.privacy.keep_text else []
    disliked = _disliked(bot, turn, texts)
    if not found and not disliked:
        return told(bot, turn, recalled, "recent_none" if bot.settings.privacy.keep_text else "recent_off")
    lines = [
        texts.say(
            "recent_line",
            time=moment(bot.settings, heard.at_ms),
            number=heard.number,
            question=harmless(heard.question),
            answer=harmless(heard.answer),
        )
        for heard in found
    ]
    return planned(
        bot, turn, recalled, Reply.of(that_fit(bot, turn, recalled, [*lines, *disliked])), state="command"
    )


def _disliked(bot: "Bot", turn: Turn, texts: Texts) -> list[str]:
    """The last answers that somebody found bad: why is said to us, what they had asked is kept text."""
    votes = [vote for vote in bot.voices.votes(turn.chat.account, _LOOKED_AT) if not vote.good][:_SHOWN_BAD]
    keep_text = bot.settings.privacy.keep_text
    lines = [
        texts.say(
            "recent_bad",
            number=vote.number,
            time=moment(bot.settings, vote.at_ms),
            reason=harmless(shortened(vote.reason, _VOTE_CHARS)) or texts.say("recent_no_reason"),
            question=harmless(shortened(vote.question, _VOTE_CHARS)) if keep_text else "",
            answer=harmless(shortened(vote.answer, _VOTE_CHARS)) if keep_text else "",
        )
        for vote in votes
    ]
    return [texts.say("recent_bad_head"), *lines] if lines else []
