"""Kinds that are not understood yet: a friendly sentence, neither silence nor the model."""

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers.reply import planned
from handlers.words import texts_of

KINDS = ("voice", "image", "video", "location", "link", "file", "sticker", "unsupported")


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """What to do instead."""
    said = texts_of(bot, turn, recalled).say(f"not_yet_{turn.message.kind}")
    return planned(bot, turn, recalled, Reply.of(said), state="refused")
