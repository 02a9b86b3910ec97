"""How much waits for an admin who cannot be written to, of what people say to a human."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from handlers import handed, passive, raising

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

_OF_ALL, _OF_ONE = (passive.HELD_MOST, 20_000), (10, 5_000)
"""So many words, and characters of them, wait: of everybody, and of one person."""

log = structlog.get_logger(__name__)


def is_enough(bot: "Bot", turn: Turn, recalled: Recalled) -> bool:
    """Whether what *turn* brings is left to the case, because as much waits as may; the owner is told.

    Raises StoreAway.
    """
    number = handed.whose(turn)
    waiting = _waiting(bot, turn, recalled)
    theirs = [words for words in waiting if re.search(rf"(?:^|\n\n)#{number}(?!\d)", words)]
    if not (_are_enough(waiting, _OF_ALL) or _are_enough(theirs, _OF_ONE)):
        return False
    log.warning("relay left to the case", account=turn.chat.account, n=turn.lease.n)
    for case in bot.cases.open(turn.chat.account):
        if (case.kind, str(case.number)) == ("handover", number):
            raising.tell_handover(bot, turn.chat.account, f"T{case.case}")
    return True


def _waiting(bot: "Bot", turn: Turn, recalled: Recalled) -> list[str]:
    """What this admin has still to read, each person's words by themselves."""
    if passive.room(bot, turn):
        box = bot.answers.box(turn.chat, turn.lease.n) if recalled.late else None
        return [f"{one.answer.text}\n{one.answer.rest}" for one in box.waiting] if box else []
    return re.split(r"\n\n(?=#\d)", recalled.rest.text) if recalled.rest else []


def _are_enough(words: Iterable[str], most: tuple[int, int]) -> bool:
    sizes = [len(one) for one in words]
    return len(sizes) >= most[0] or sum(sizes) > most[1]
