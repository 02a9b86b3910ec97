"""What the assistant is for one person: itself, one of the personas, or a role they wrote."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled

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
    return account.system + added, account.system_tokens + bot.tokens.count(added)


def name(bot: "Bot", turn: Turn, recalled: Recalled) -> str:
    """What the role is called."""
    account = bot.accounts[turn.chat.account]
    chosen = recalled.profile.chosen.get("role", "")
    if chosen.startswith(OWN):
        return account.texts.say("own_role")
    persona = bot.personas.get(chosen)
    return persona.name(account.settings.language) if persona else account.settings.assistant
