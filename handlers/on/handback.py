"""A human is done with somebody, who talks to the AI again."""

from bot.messages import Event
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import handed, unasked
from handlers.words import texts_of

KINDS = ("handback",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """They are told, unless they are not handed over under that case any more."""
    found = handed.of(recalled)
    of_case = (Event("handback", str(found.case)),) if found else ()
    if turn.message.parts != of_case or found is None:
        return Plan("ignored")
    words = texts_of(bot, turn, recalled).say("human_over")
    return unasked.said(bot, turn, recalled, words, (handed.ended(bot, turn.message.person),))
