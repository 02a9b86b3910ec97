"""Somebody unfollows: what is remembered ends after the set days; the running turn was cut on arrival."""

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot

KINDS = ("unsubscribe",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """Nothing is said: nobody is there to read it."""
    return Plan("ignored", writes=bot.memory.forget_later(turn.chat, recalled))
