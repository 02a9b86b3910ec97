"""/me 我的: what is one's own, about as taps."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import commands, models
from handlers.choices import Choice, listed
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("me", "我的")
ADMINS = False
CUTS = False
PLACE = 70

_MINE = ("usage", "sessions", "language", "set", "good", "bad", "whoami", "export", "forget", "about")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Each with what it does."""
    texts = texts_of(bot, turn, recalled)
    names = (*_MINE[:3], "model", *_MINE[3:]) if len(models.allowed(bot, recalled)) > 1 else _MINE
    found = [commands.registry()[name] for name in names]
    choices = [
        Choice(command.NAMES[1], f"/{command.NAMES[0]}", texts.say(f"commands.{command.NAMES[0]}.line"))
        for command in found
    ]
    return listed(bot, turn, recalled, texts.say("mine"), choices)
