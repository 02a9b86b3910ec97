"""Words of a human, on their way to somebody: sent as they are, marked as a human's."""

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import handed, unasked
from handlers.words import texts_of

KINDS = ("human",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """`【人工】…`; no model is asked, and nothing of it is remembered. A hand-over lasts anew.

    Who was erased since is not known again for it, and hears nothing.
    """
    if not recalled.profile.number:
        return Plan("ignored")
    words = texts_of(bot, turn, recalled).say("human_says", words=turn.message.text)
    found = handed.of(recalled)
    writes = (handed.kept(bot, turn.message.person, found.case),) if found else ()
    return unasked.said(bot, turn, recalled, words, writes)
