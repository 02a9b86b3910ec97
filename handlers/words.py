"""The words that a person reads: in the language that they chose, else in the account's."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from bot.messages import OURS
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from config.wording import Language, Texts

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

LANGUAGES: Mapping[str, Language] = {language: language for language in get_args(Language)}
"""Those that somebody can choose."""
_SILENT = OURS | {"unsubscribe", "event"}


def language_of(bot: "Bot", turn: Turn, recalled: Recalled) -> Language:
    """The language in which who speaks is answered by everything but the model."""
    usual = bot.accounts[turn.chat.account].settings.language
    return LANGUAGES.get(recalled.profile.chosen.get("language", ""), usual)


def texts_of(bot: "Bot", turn: Turn, recalled: Recalled) -> Texts:
    """The texts of that language."""
    return bot.texts[language_of(bot, turn, recalled)]


def texts_again(bot: "Bot", turn: Turn) -> Texts:
    """The same where nothing is recalled any more: behind a plan that was saved. Raises StoreAway."""
    return texts_of(bot, turn, recall(bot, turn))


def recall(bot: "Bot", turn: Turn) -> Recalled:
    """What is known when *turn* is answered; who says nothing by it is not known from then on.

    Raises StoreAway, StoreUnfit.
    """
    return bot.memory.recall(turn.chat, turn.message.person, spoke=turn.message.kind not in _SILENT)
