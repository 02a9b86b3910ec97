"""Which model answers somebody, and what else is asked of it: what they chose, within the owner's bounds."""

from typing import TYPE_CHECKING

from bot.conversation import MESSAGE_TOKENS, Wanted
from bot.store.memory import Recalled

if TYPE_CHECKING:  # the web process imports this through the commands; both would bring openai along
    from bot.tokens import TokenCounter
    from bot.wiring.bot import Bot
    from handlers.asking import Asked

SHORTEST_TOKENS = 50
"""A shorter answer breaks off in its first sentence."""


def allowed(bot: "Bot", recalled: Recalled) -> tuple[str, ...]:
    """The models that people may choose now; the first is everybody's who chose none."""
    bound = bot.settings.chat.all_models
    named = recalled.changes.get("models", "").split()
    return tuple(model for model in named if model in bound) or bound


def used(bot: "Bot", recalled: Recalled) -> str:
    """The model that answers; one that may not be chosen any more is chosen by nobody."""
    models, chosen = allowed(bot, recalled), recalled.profile.chosen.get("model", "")
    return chosen if chosen in models else models[0]


def counter(bot: "Bot", recalled: Recalled) -> "TokenCounter":
    """Counts as that model does."""
    return bot.counters[used(bot, recalled)]


def prompt_tokens(bot: "Bot", question: "Asked") -> int:
    """What everything that was told to the model counts for, by its own encoding."""
    if used(bot, question.recalled) == bot.settings.chat.model:
        return question.prompt_tokens
    count = counter(bot, question.recalled).count
    return sum(count(told["content"]) + MESSAGE_TOKENS for told in question.messages(bot))


def wanted(bot: "Bot", recalled: Recalled) -> Wanted:
    """What the next answer is asked for with; what nobody set is not sent."""
    return Wanted(used(bot, recalled), temperature(bot, recalled), reply_tokens(bot, recalled))


def temperature(bot: "Bot", recalled: Recalled) -> float | None:
    """What the person set, within what the owner allows today."""
    chosen, chat = recalled.profile.chosen.get("temperature"), bot.settings.chat
    if chosen is None:
        return None
    return min(max(float(chosen), chat.temperature_min), chat.temperature_max)


def reply_tokens(bot: "Bot", recalled: Recalled) -> int | None:
    """The same for how long an answer may be."""
    chosen = recalled.profile.chosen.get("reply_tokens")
    return None if chosen is None else min(int(chosen), bot.settings.chat.reply_tokens)
