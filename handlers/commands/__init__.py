"""Chat commands, one file each, found by scanning this folder.

A command module has: `NAMES` (the English name, then the Chinese words), `ADMINS` (whether it is theirs alone
and nobody else learns of it), `CUTS` (whether it stops every older message the moment it is accepted),
`PLACE` (where it stands in a list, lowest first: below 200 in /help, below REST in `#`, from REST on in /set;
0: in none) and
`run(bot, turn, recalled, argument) -> Plan`. Its words for /help are `commands.<name>` in config/texts.
"""

import importlib
import pkgutil
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from bot.messages import OURS, InboundMessage
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import meant

if (
    TYPE_CHECKING
):  # the web process imports commands to know which of them cut; the Bot would bring openai along
    from bot.wiring.bot import Bot

FETCHING = ("answers", "continue")
ALWAYS = frozenset({"complain", "export", "forget", "mute", "unmute"})
"""What stays open to somebody who is banned, over their quota, or talks to a human."""
WORDED = frozenset({"bad", "complain", "human"})
"""What is followed by words for a human."""
ASKING = frozenset({"retry"})
"""What asks the model."""
ADMINS_OWN, REST = 200, 300
"""What has a PLACE from the first to the second is shown by a lone `#`; from there on /set lists it."""
PREFIXES = "/#／＃、"
_ADMINS_HELP, _ADMINS_COMMAND = ("#", "＃"), "commands"
_NUMBERED = re.compile(r"([^\s\d#]+)\s*#?(\d{1,6})")
_CODED = re.compile(r"(兑换)\s*([A-Za-z0-9]{5}-?[A-Za-z0-9]{5})")
_TAKE_NUMBERS = frozenset({*FETCHING, "pair", "switch", "redeem"})


class Command(Protocol):
    """What a module in this folder looks like."""

    NAMES: tuple[str, ...]
    ADMINS: bool
    CUTS: bool
    PLACE: int

    def run(self, bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
        """What is said back and kept."""


@dataclass(frozen=True, slots=True)
class Called:
    """A command line as typed: *command* is None where no command has that *word*.

    The word is empty for `#12 …` and for `#12`: an admin speaks to number 12; from anybody else it is talk.
    """

    command: Command | None
    word: str
    argument: str
    prefixed: bool


@cache
def registry() -> Mapping[str, Command]:
    """Every command by each of its names; both programs ask as they start. Raises ValueError for a name that
    two of them have.

    They are read at the first call, since some of them ask the model, and what asks it looks for commands.
    """
    found: dict[str, Command] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = cast(Command, importlib.import_module(f"{__name__}.{entry.name}"))
        for name in module.NAMES:
            if found.setdefault(name, module) is not module:
                raise ValueError(f"two commands are called {name}")
    return found


def all_commands() -> list[Command]:
    """Every command once, in the order of /help."""
    return sorted(
        {found.NAMES: found for found in registry().values()}.values(), key=lambda found: found.PLACE
    )


def shown(*, to_admins: bool) -> list[Command]:
    """Those that are taught: to everyone, or to admins alone."""
    places = range(ADMINS_OWN, REST) if to_admins else range(1, ADMINS_OWN)
    return [found for found in all_commands() if found.PLACE in places]


def rest() -> list[Command]:
    """What admins can do besides: /set lists it."""
    return [found for found in all_commands() if found.PLACE >= REST]


def is_taught(command: Command) -> bool:
    """Whether everybody may learn of *command*; who has a code knows of `pair`."""
    return not command.ADMINS and command.NAMES[0] != "pair"


def parse(text: str) -> Called | None:
    """The command that *text* calls; None when it is ordinary talk.

    With a prefix the first word names it; a lone `#` asks what admins can do. Without one only a Chinese name
    that is the whole message does, or all but a number or a code (「取 3」), so that nobody stumbles over a
    command in the middle of a sentence; and none that is for admins alone.
    """
    line = text.strip()
    if line in _ADMINS_HELP:
        return Called(registry()[_ADMINS_COMMAND], line, "", prefixed=True)
    said_to = meant.said_to(line)
    if said_to:
        return Called(registry()["say"], "", " ".join(said_to).rstrip(), prefixed=True)
    if line and line[0] in PREFIXES:
        word, argument = (*line[1:].split(None, 1), "", "")[:2]
        word = word.lower()
        return Called(registry().get(word), word, argument.strip(), prefixed=True) if _is_word(word) else None
    numbered = _NUMBERED.fullmatch(line) or _CODED.fullmatch(line)
    name, number = numbered.groups() if numbered else (line, "")
    command = None if name.isascii() else registry().get(name) or registry().get(name.lower())
    if command and not command.ADMINS and (not number or command.NAMES[0] in _TAKE_NUMBERS):
        return Called(command, name, number, prefixed=False)
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


def outlast_a_cut(message: InboundMessage) -> bool:
    """Whether *message* is carried out although a newer one stopped what is older: another control word,
    words that came from somebody else, and what is somebody's right."""
    return cuts(message) or message.kind in OURS or _named(message) in ALWAYS


def fetches(message: InboundMessage) -> bool:
    """Whether *message* asks for an answer that was promised, and so promises none of its own."""
    return _named(message) in FETCHING


def hands_over(message: InboundMessage) -> bool:
    """Whether *message* asks for a human: its request may give it to the platform's own agents."""
    return _named(message) == "human"


def is_named(called: Called, names: Collection[str]) -> bool:
    """Whether *called* calls one of the commands with these English *names*."""
    return called.command is not None and called.command.NAMES[0] in names


def _named(message: InboundMessage) -> str:
    """The English name of the command that *message* calls; empty where it calls none."""
    called = parse(message.text) if message.kind == "text" else None
    return called.command.NAMES[0] if called is not None and called.command is not None else ""
