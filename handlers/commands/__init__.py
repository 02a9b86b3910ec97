"""Chat commands, one file each, found by scanning this folder.

A command module has: `NAMES` (the English name, then the bare Chinese words), `CUTS` (whether it stops every
older message the moment it is accepted), `PLACE` (where it stands in /help, lowest first) and
`run(bot, turn, argument) -> Plan`. Its words for /help are `commands.<name>` in config/texts.
"""

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from bot.messages import InboundMessage
from bot.store.inbox import Turn
from bot.store.turns import Plan

if (
    TYPE_CHECKING
):  # the web process imports commands to know which of them cut; the Bot would bring openai along
    from bot.wiring.bot import Bot

FETCHING = ("answers", "continue")
PREFIXES = "/#／＃、"
_NUMBERED = re.compile(r"([^\s\d#]+)\s*#?(\d{1,5})")


class Command(Protocol):
    """What a module in this folder looks like."""

    NAMES: tuple[str, ...]
    CUTS: bool
    PLACE: int

    def run(self, bot: "Bot", turn: Turn, argument: str) -> Plan:
        """What is said back and kept."""


@dataclass(frozen=True, slots=True)
class Called:
    """A command line as typed: *command* is None where no command has that *word*."""

    command: Command | None
    word: str
    argument: str
    prefixed: bool


def _scan() -> dict[str, Command]:
    modules = (
        cast(Command, importlib.import_module(f"{__name__}.{found.name}"))
        for found in pkgutil.iter_modules(__path__)
    )
    return {name: module for module in modules for name in module.NAMES}


def all_commands() -> list[Command]:
    """Every command once, in the order of /help."""
    return sorted({id(found): found for found in COMMANDS.values()}.values(), key=lambda found: found.PLACE)


def parse(text: str) -> Called | None:
    """The command that *text* calls; None when it is ordinary talk.

    With a prefix the first word names it. Without one only a Chinese name that is the whole message does, or
    all but a number (「取 3」), so that nobody stumbles over a command in the middle of a sentence.
    """
    line = text.strip()
    if line and line[0] in PREFIXES:
        word, argument = (*line[1:].split(None, 1), "", "")[:2]
        word = word.lower()
        return Called(COMMANDS.get(word), word, argument.strip(), prefixed=True) if _is_word(word) else None
    numbered = _NUMBERED.fullmatch(line)
    name, number = numbered.groups() if numbered else (line, "")
    takes_number = not number or (name in COMMANDS and COMMANDS[name].NAMES[0] in FETCHING)
    if not name.isascii() and name in COMMANDS and takes_number:
        return Called(COMMANDS[name], name, number, prefixed=False)
    return None


def _is_word(word: str) -> bool:
    """Whether *word* could name a command: a path, a number, a hashtag sentence or a bare 、 could not."""
    return 0 < len(word) <= 20 and word.replace("_", "").replace("-", "").isalnum() and not word.isdigit()


def cuts(message: InboundMessage) -> bool:
    """Whether *message* stops the older messages of its chat as soon as it is accepted."""
    if message.kind != "text":
        return message.kind == "unsubscribe"
    called = parse(message.text)
    return called is not None and called.command is not None and called.command.CUTS


def fetches(message: InboundMessage) -> bool:
    """Whether *message* asks for an answer that was promised, and so promises none of its own."""
    called = parse(message.text) if message.kind == "text" else None
    return called is not None and called.command is not None and called.command.NAMES[0] in FETCHING


COMMANDS: Mapping[str, Command] = _scan()
