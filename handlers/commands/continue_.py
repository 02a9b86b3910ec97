"""/continue 继续: the rest of an answer that was too long for the messages allowed."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.commands import fetch
from handlers.reply import lay_out, told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("continue", "继续")
ADMINS = False
CUTS = False
PLACE = 20
TRAITS = ("fetches", "numbered")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The next parts, or the word that nothing is left."""
    if recalled.late and recalled.rest is None:
        return fetch.run(bot, turn, recalled, "")
    if recalled.rest is not None:
        return lay_out(bot, turn, recalled, recalled.rest, state="command")
    return told(bot, turn, recalled, "nothing_more")
