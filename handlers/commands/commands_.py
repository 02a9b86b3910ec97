"""/commands # 管理: what admins can do from the chat."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import commands
from handlers.commands.help import line_of
from handlers.reply import planned
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("commands", "管理")
ADMINS = True
CUTS = False
PLACE = 0  # `#` alone shows it.


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Every command that is theirs alone."""
    texts = texts_of(bot, turn, recalled)
    lines = [line_of(texts, command) for command in commands.shown(to_admins=True)]
    text = "\n".join((texts.say("admins_head"), *lines, texts.say("admins_foot")))
    return planned(bot, turn, recalled, Reply.of(text), state="command")
