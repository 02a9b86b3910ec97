"""/help 帮助: what can be said here."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.turns import Plan
from config.wording import Texts
from handlers import commands
from handlers.reply import planned

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("help", "帮助")
CUTS = False
PLACE = 90


def run(bot: "Bot", turn: Turn, argument: str) -> Plan:
    """All commands in one message, or more about the one that *argument* names."""
    texts = bot.accounts[turn.chat.account].texts
    word = argument.strip().lstrip(commands.PREFIXES).lower()
    found = commands.COMMANDS.get(word)
    if not word:
        lines = [_line(texts, command) for command in commands.all_commands()]
        text = "\n".join((texts.say("help_head"), *lines, texts.say("help_foot")))
    elif found:
        text = f"{_line(texts, found)}\n{texts.say(f'commands.{found.NAMES[0]}.more')}"
    else:
        text = texts.say("help_unknown", word=word[:20])
    return planned(bot, turn, Reply.of(text), state="command")


def _line(texts: Texts, command: commands.Command) -> str:
    english, chinese = command.NAMES[0], command.NAMES[1]
    return f"{chinese} /{english}　{texts.say(f'commands.{english}.line')}"
