"""/help 帮助: what can be said here."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.wording import Texts
from handlers import commands, rights
from handlers.reply import planned
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("help", "帮助")
ADMINS = False
CUTS = False
PLACE = 90


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """All commands in one message, or more about the one that *argument* names."""
    texts = texts_of(bot, turn, recalled)
    word = argument.strip().lstrip(commands.PREFIXES).lower()
    found = commands.registry().get(word)
    if not word:
        lines = [line_of(texts, command) for command in commands.shown(to_admins=False)]
        text = "\n".join((texts.say("help_head"), *lines, texts.say("help_foot")))
    elif found and (rights.is_admin(bot, turn, recalled) or commands.is_taught(found)):
        text = f"{line_of(texts, found)}\n{texts.say(f'commands.{found.NAMES[0]}.more')}"
    else:
        text = texts.say("help_unknown", word=word[:20])
    return planned(bot, turn, recalled, Reply.of(text), state="command")


def line_of(texts: Texts, command: commands.Command) -> str:
    """One command as /help shows it."""
    english, chinese = command.NAMES[0], command.NAMES[1]
    return f"{chinese} /{english}　{texts.say(f'commands.{english}.line')}"
