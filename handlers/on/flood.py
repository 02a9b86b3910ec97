"""Somebody wrote more than their inbox holds: they are told, at most once a minute."""

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers.reply import planned
from handlers.words import texts_of

KINDS = ("flood",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """How many are answered; this message stands for the first that was not kept."""
    count = bot.settings.turn.inbox_most
    said = texts_of(bot, turn, recalled).say("too_fast", count=count)
    return planned(bot, turn, recalled, Reply.of(said), state="refused")
