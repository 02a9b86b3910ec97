"""/requeue 重试: messages that were given up, and another try for them."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.dead_letters import DeadLetter
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import half_width, shortened
from config.wording import Texts
from handlers import rights
from handlers.owner import harmless, moment
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("requeue", "重试")
ADMINS = True
CUTS = False
PLACE = 360

_ALL = ("all", "全部", "所有")
_SHOWN = 10
_AT_ONCE = 20
"""So many are put back by one message; each is written down with it."""
_WORDS_CHARS = 20


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """What was given up on this account, the newest first; a number puts one back, `all` the oldest."""
    letters = [one for one in bot.dead_letters.all() if one.message.account == turn.chat.account]
    if not letters:
        return told(bot, turn, recalled, "dead_none")
    word = half_width(argument).strip().lstrip("#").lower()
    if not word:
        return _listed(bot, turn, recalled, letters)
    meant = [one for one in reversed(letters) if word in _ALL or str(one.n) == word][:_AT_ONCE]
    if not meant:
        return told(bot, turn, recalled, "dead_not_there", word=word[:20])
    # Put back when this message is settled: a turn that is run again puts nothing back twice.
    writes = (
        *(bot.dead_letters.requeued(one) for one in meant),
        rights.audited(bot, turn, recalled, f"requeue {word[:20]}"),
    )
    return told(bot, turn, recalled, "dead_requeued", count=len(meant), writes=writes)


def _listed(bot: "Bot", turn: Turn, recalled: Recalled, letters: list[DeadLetter]) -> Plan:
    texts = texts_of(bot, turn, recalled)
    lines = [_line(bot, texts, one) for one in letters[:_SHOWN]]
    if len(letters) > _SHOWN:
        lines.append(texts.say("todo_more", count=len(letters) - _SHOWN))
    lines.append(texts.say("dead_how", number=letters[0].n))
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command")


def _line(bot: "Bot", texts: Texts, letter: DeadLetter) -> str:
    reasons = {"poison": "dead_poison", "PlatformAway": "dead_unsent", "SendUnsure": "dead_unsent"}
    words = harmless(shortened(letter.message.text, _WORDS_CHARS)) if bot.settings.privacy.keep_text else ""
    return texts.say(
        "dead_line",
        number=letter.n,
        time=moment(bot.settings, letter.died_ms),
        reason=texts.say(reasons.get(letter.reason, "dead_refused")),
        words=texts.say("quoted", words=words) if words else "",
    ).rstrip()
