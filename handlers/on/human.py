"""Words of a human, on their way to somebody: sent as they are, marked as a human's."""

from dataclasses import replace

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers.reply import planned

KINDS = ("human",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """`【人工】…`; no model is asked, and nothing of it is remembered."""
    said = bot.accounts[turn.chat.account].texts.say("human_says", words=turn.message.text)
    # What waits behind 「继续」 goes on waiting.
    return planned(bot, turn, replace(recalled, rest=None), Reply.of(said), state="command")
