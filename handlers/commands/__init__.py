"""Chat commands, one file each, found by scanning this folder.

A command module has: `NAMES` (the English name, then the Chinese words), `ADMINS` (whether it is theirs alone
and nobody else learns of it), `CUTS` (whether it stops every older message the moment it is accepted),
`PLACE` (where it stands in a list, lowest first: below 200 in /help, below REST in `#`, from REST on in /set;
0: in none) and `run(bot, turn, recalled, argument) -> Plan`; a few have `TRAITS`, what others must know of
them besides (see Trait). Its words for /help are `commands.<name>` in config/texts.
"""

import importlib
import pkgutil
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol, cast

from bot.messages import OURS, InboundMessage
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import meant

if (
    TYPE_CHECKING
):  # the web process imports commands to know which of them cut; the Bot would bring openai along
    from bot.wiring.bot import Bot

Trait = Literal["right", "fetches", "to_people", "asks", "numbered"]
"""Of a command: it stays open to somebody who is banned, over their quota, or talks to a human; asks for an
answer that was promised; is followed by words for a human; asks the model; is called without a prefix also
with a number or a code behind its Chinese name (「取 3」).
"""
ADMINS_OWN, REST = 200, 300
"""What has a PLACE from the first to the second is shown by a lone `#`; from there on /set lists it."""
PREFIXES = "/#／＃、"
_ADMINS_HELP, _ADMINS_COMMAND = ("#", "＃"), "commands"
_NUMBERED = re.compile(r"([^\s\d#]+)\s*#?(\d{1,6})")
_CODED = re.compile(r"(兑换)\s*([A-Za-z0-9]{5}-?[A-Za-z0-9]{5})")


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
    if command and not command.ADMINS and (not number or "numbered" in traits(command)):
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
    return cuts(message) or message.kind in OURS or _is(message, "right")


def fetches(message: InboundMessage) -> bool:
    """Whether *message* asks for an answer that was promised, and so promises none of its own."""
    return _is(message, "fetches")


def hands_over(message: InboundMessage) -> bool:
    """Whether *message* asks for a human: its request may give it to the platform's own agents."""
    called = parse(message.text) if message.kind == "text" else None
    return called is not None and is_named(called, {"human"})


def is_named(called: Called, names: Collection[str]) -> bool:
    """Whether *called* calls one of the commands with these English *names*."""
    return called.command is not None and called.command.NAMES[0] in names


def has(called: Called, trait: Trait) -> bool:
    """Whether *called* calls a command with that *trait*."""
    return called.command is not None and trait in traits(called.command)


def traits(command: Command) -> Sequence[Trait]:
    """Those of *command*; most have none."""
    found: Sequence[Trait] = getattr(command, "TRAITS", ())
    return found


def _is(message: InboundMessage, trait: Trait) -> bool:
    """Whether *message* calls a command with that *trait*."""
    called = parse(message.text) if message.kind == "text" else None
    return called is not None and has(called, trait)
