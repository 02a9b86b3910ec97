"""/recent 最近: the last questions and answers."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.owner import harmless, moment
from handlers.reply import planned, that_fit, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("recent", "最近")
ADMINS = True
CUTS = False
PLACE = 204

_SHOWN = 10


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Who asked what, and what was said, the newest first; nothing where the owner keeps no text."""
    texts = texts_of(bot, turn, recalled)
    if not bot.settings.privacy.keep_text:
        return told(bot, turn, recalled, "recent_off")
    found = bot.voices.recent(turn.chat.account, _SHOWN)
    if not found:
        return told(bot, turn, recalled, "recent_none")
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
    return planned(bot, turn, recalled, Reply.of(that_fit(bot, turn, recalled, lines)), state="command")
