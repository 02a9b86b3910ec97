"""Events that mean nothing to us yet."""

from bot.store.inbox import Turn
from bot.store.turns import Plan
from bot.wiring.bot import Bot

KINDS = ("event", "click")


def reply(bot: Bot, turn: Turn) -> Plan:
    """Settled as ignored."""
    return Plan("ignored")
