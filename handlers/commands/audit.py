"""/audit 操作记录: what admins did, and when."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.wording import Texts
from handlers.owner import moment
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("audit", "操作记录")
ADMINS = True
CUTS = False
PLACE = 390

_SHOWN = 15


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The newest first, by short numbers."""
    deeds = bot.people.deeds(turn.chat.account, _SHOWN)
    if not deeds:
        return told(bot, turn, recalled, "audit_empty")
    texts = texts_of(bot, turn, recalled)
    lines = [
        texts.say(
            "audit_line",
            time=moment(bot.settings, deed.at_ms),
            by=deed.by,
            what=in_words(texts, deed.what),
            whom=texts.say("audit_whom", number=deed.whom) if deed.whom else "",
        ).rstrip()
        for deed in deeds
    ]
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command")


def in_words(texts: Texts, what: str) -> str:
    """A deed as people call it, by its first two words or its first; as it stands where it has no name."""
    words = what.split(" ")
    for count in (2, 1):
        key = f"deeds.{'_'.join(words[:count])}"
        if key in texts.keys:
            return " ".join((texts.say(key), *(_word(texts, word) for word in words[count:])))
    return what


def _word(texts: Texts, word: str) -> str:
    key = f"deed_words.{word}"
    return texts.say(key) if key in texts.keys else word
