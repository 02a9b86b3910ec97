"""Words of a human, on their way to somebody: sent as they are, marked as a human's."""

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
    return planned(bot, turn, recalled, Reply.of(said), state="command")
