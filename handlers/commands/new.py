"""/new 新对话: put the conversation away and begin afresh."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.turns import Plan
from handlers.reply import planned

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("new", "新对话")
CUTS = True
PLACE = 10


def run(bot: "Bot", turn: Turn, argument: str) -> Plan:
    """The next session begins when this is settled; older messages were cut when it was accepted."""
    recalled = bot.memory.recall(turn.chat, turn.message.person)
    said = Reply.of(bot.accounts[turn.chat.account].texts.say("fresh_start"))
    writes = bot.memory.start_over(turn.chat, recalled)
    return planned(bot, turn, said, state="command", recalled=recalled, writes=writes)
