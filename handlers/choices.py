"""A list that people choose from: with a tap where the channel has taps, with its number elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.channels.base import tappable
from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.reply import planned

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


_PICK_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """One line: the words that are *shown*, what they say when chosen (a command), and what it is *about*."""

    shown: str
    says: str
    about: str = ""


def listed(
    bot: "Bot", turn: Turn, recalled: Recalled, head: str, choices: Sequence[Choice], foot: str = ""
) -> Plan:
    """The list; a number alone chooses for five minutes, as long as nothing else was said."""
    taps = bot.channels[turn.chat.account].limits.taps
    lines = [head]
    for number, choice in enumerate(choices, 1):
        name = tappable(choice.says, choice.shown) if taps else f"{number} {choice.shown}"
        lines.append(f"{name}　{choice.about}".rstrip())
    lines += [foot] if foot else []
    writes = () if taps else (bot.memory.offer(turn.chat, [choice.says for choice in choices]),)
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command", writes=writes)


def picked(recalled: Recalled, text: str) -> str:
    """What a number alone stands for; *text* itself when it stands for nothing."""
    picks = dict(enumerate(recalled.picks, 1))
    return picks.get(int(text), text) if len(text) <= _PICK_DIGITS and text.isdecimal() else text
