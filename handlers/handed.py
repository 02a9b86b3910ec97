"""Whether somebody is handed over to a human, until when, and under which case."""

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.messages import Person
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Write
from handlers.words import texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

STATE = "human"
"""Under this name it is kept with a person's choices; it is no choice."""
_WHOSE = re.compile(r"#(\d+)")
"""What words for an admin begin with: whose they are."""
_BEGINS = re.compile(r"(?:\A|\n\n)(#\d+)(?!\d)")


@dataclass(frozen=True, slots=True)
class Handed:
    """Somebody is handed over.

    Attributes:
        until_ms: without another word of either side it ends then.
        case: number of the case that holds their words; 0 while there is none.
    """

    until_ms: int
    case: int


def of(recalled: Recalled) -> Handed | None:
    """How the person is handed over; None when they are not, or the time is over."""
    found = _kept(recalled)
    return found if found is not None and found.until_ms > time.time() * 1000 else None


def whose(turn: Turn) -> str:
    """Short number of whose words *turn* brings an admin; empty where it brings none."""
    named = _WHOSE.match(turn.message.text) if turn.message.kind == "relay" else None
    return named[1] if named else ""


def carried(said: str, left: str) -> str:
    """*left*, what an admin has still to read behind *said*, with the number in front that its paragraph
    begins with: by it erasing finds the words (lua/writes.lua, `unsay`)."""
    begun = _BEGINS.findall(said)
    return f"{begun[-1]} …{left}" if begun and left and not left.startswith("#") else left


def is_void(bot: "Bot", turn: Turn) -> bool:
    """Whether *turn* brings an admin the words of somebody who was erased since. Raises StoreAway."""
    number = whose(turn)
    return bool(number) and bot.people.find(turn.chat.account, number) is None


def kept(bot: "Bot", person: Person, case: int) -> Write:
    """*person* is handed over from now on, for another `human_minutes`."""
    minutes = bot.accounts[person.account].settings.human_minutes
    return bot.people.choose(person, STATE, f"{int((time.time() + 60 * minutes) * 1000)} {case}")


def ended(bot: "Bot", person: Person) -> Write:
    """*person* talks to the AI again."""
    return bot.people.choose(person, STATE, "")


def back(bot: "Bot", turn: Turn, recalled: Recalled) -> tuple[str, tuple[Write, ...]]:
    """What stands before the first answer after the time was over, so that nobody takes it for a human's."""
    if _kept(recalled) is None or of(recalled) is not None or turn.steps.early is not None:
        return "", ()
    words = texts_of(bot, turn, recalled).say("human_over")
    return f"{words}\n\n", (ended(bot, turn.message.person),)


def _kept(recalled: Recalled) -> Handed | None:
    until, _, case = recalled.profile.chosen.get(STATE, "").partition(" ")
    return Handed(int(until), int(case)) if until else None
