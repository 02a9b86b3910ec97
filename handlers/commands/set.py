"""/set 设置: what else admins can do, which they need rarely."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import commands
from handlers.commands.help import line_of
from handlers.reply import planned

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("set", "设置")
ADMINS = True
CUTS = False
PLACE = 299


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Every command of theirs that `#` alone does not show."""
    texts = bot.accounts[turn.chat.account].texts
    lines = [line_of(texts, command) for command in commands.rest()]
    text = "\n".join((texts.say("set_head"), *lines))
    return planned(bot, turn, recalled, Reply.of(text), state="command")
