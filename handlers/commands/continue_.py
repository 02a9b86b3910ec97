"""/continue 继续: the rest of an answer that was too long for the messages allowed."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.turns import Plan
from handlers.commands import fetch
from handlers.reply import lay_out, planned

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("continue", "继续")
CUTS = False
PLACE = 20


def run(bot: "Bot", turn: Turn, argument: str) -> Plan:
    """The next parts, or the word that nothing is left."""
    recalled = bot.memory.recall(turn.chat, turn.message.person)
    if recalled.late and recalled.rest is None:
        return fetch.run(bot, turn, "")
    if recalled.rest is not None:
        return lay_out(bot, turn, recalled.rest, state="command", recalled=recalled)
    said = Reply.of(bot.accounts[turn.chat.account].texts.say("nothing_more"))
    return planned(bot, turn, said, state="command", recalled=recalled)
