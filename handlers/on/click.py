"""A menu button was tapped that says nothing: one of another program, or of an older menu."""

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers.reply import planned
from handlers.words import texts_of

KINDS = ("click",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """What to do instead; a button that says words never comes here (bot/channels/_inbound.py)."""
    said = texts_of(bot, turn, recalled).say("unknown_button")
    return planned(bot, turn, recalled, Reply.of(said), state="refused")
