"""/language 语言: in Chinese or in English."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.choices import Choice, listed
from handlers.reply import planned, told
from handlers.words import LANGUAGES, language_of, texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("language", "语言")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it.

SHOWN = {"zh": "中文", "en": "English"}
_CALLED = {
    **dict.fromkeys(("zh", "中文", "汉语", "chinese"), "zh"),
    **dict.fromkeys(("en", "英文", "英语", "english"), "en"),
}


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The one that is named, from the next words on; without a name both. Answers follow the question."""
    texts = texts_of(bot, turn, recalled)
    if not argument:
        choices = [Choice(SHOWN[language], f"/language {language}") for language in LANGUAGES]
        now = SHOWN[language_of(bot, turn, recalled)]
        return listed(bot, turn, recalled, texts.say("language_list", language=now), choices)
    chosen = _CALLED.get(argument.lower())
    if chosen is None:
        return told(bot, turn, recalled, "no_such_language", word=argument[:20])
    write = bot.people.choose(turn.message.person, "language", chosen)
    said = Reply.of(bot.texts[LANGUAGES[chosen]].say("language_now"))
    return planned(bot, turn, recalled, said, state="command", writes=(write,))
