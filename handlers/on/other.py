"""Events that mean nothing to us yet."""

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot

KINDS = ("event",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """Settled as ignored."""
    return Plan("ignored")
