"""Lines that wait behind the one that is being answered, and what joins them to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.errors import StoreUnfit
from bot.messages import InboundMessage, State
from bot.store.client import text
from bot.store.values import load_message, number

ALONG_MOST = 19
"""So many lines are joined to one at most."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A message that waits behind the head; *n* is its inbox number."""

    n: int
    message: InboundMessage


def load_behind(stored: Sequence[bytes]) -> tuple[Behind, ...]:
    """In order, up to one that only another version can read: that is left for its own turn."""
    found = []
    for line in map(text, stored):
        try:
            found.append(Behind(number(line), load_message(line)[1]))
        except StoreUnfit:
            break
    return tuple(found)


def joined(head: InboundMessage, along: Iterable[Behind]) -> InboundMessage:
    """*head* with the words of all of them, in order: one question of several lines."""
    parts = (*head.parts, *(part for one in along for part in one.message.parts))
    return replace(head, parts=parts)


def dump_numbers(numbers: Iterable[int]) -> str:
    """As they are stored and told to the scripts: each with a blank behind it."""
    return "".join(f"{n} " for n in numbers)


def ended_along(numbers: Sequence[int], state: State, cut: int) -> tuple[tuple[int, ...], State]:
    """Which of the joined lines end along with a head that ends in *state*, and in what state.

    What a control word stopped is stopped with it; a line that came after that waits for its own turn.
    """
    if state == "stopped":
        return tuple(n for n in numbers if n < cut), "stopped"
    return tuple(numbers), "merged"
