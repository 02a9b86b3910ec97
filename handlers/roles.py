"""What the assistant is for one person: itself, one of the personas, or a role they wrote."""

from typing import TYPE_CHECKING

from bot.conversation import QUESTION_TOKENS, room
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from handlers.words import language_of, texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

OWN = "own "
"""Before a role that a person wrote, where it is kept."""


def system(bot: "Bot", turn: Turn, recalled: Recalled) -> tuple[str, int]:
    """What the model is told first, and how many tokens that counts for."""
    account = bot.accounts[turn.chat.account]
    chosen = recalled.profile.chosen.get("role", "")
    if chosen.startswith(OWN):
        role = chosen.removeprefix(OWN)
    elif chosen in bot.personas:
        role = bot.personas[chosen].system
    else:
        return account.system, account.system_tokens
    added = f"\n\n{account.texts.say('role_head')}\n{role}"
    tokens = account.system_tokens + bot.tokens.count(added)
    if (
        room(tokens, bot.budget) < QUESTION_TOKENS
    ):  # the owner's own text is long: better no role than no question
        return account.system, account.system_tokens
    return account.system + added, tokens


def name(bot: "Bot", turn: Turn, recalled: Recalled) -> str:
    """What the role is called."""
    chosen = recalled.profile.chosen.get("role", "")
    if chosen.startswith(OWN):
        return texts_of(bot, turn, recalled).say("own_role")
    persona = bot.personas.get(chosen)
    if persona is None:
        return bot.accounts[turn.chat.account].settings.assistant
    return persona.name(language_of(bot, turn, recalled))
