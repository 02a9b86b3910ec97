"""Words of somebody who talks to a human, on their way to an admin, who answers with `#12 …`."""

import re
from collections.abc import Iterable

import structlog

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import handed, passive, raising, rights, unasked

KINDS = ("relay",)

_OF_ALL, _OF_ONE = (passive.HELD_MOST, 20_000), (10, 5_000)
"""So many words, and characters of them, wait for an admin who cannot be written to: of everybody, and of one
person. What is said beyond is in the case alone."""

log = structlog.get_logger(__name__)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """As `handlers.handover` wrote them, if it is still for this admin to read them; no model is asked.

    Nobody reads words of who was banned since.
    """
    if handed.is_void(bot, turn) or not rights.is_admin(bot, turn, recalled):
        return Plan("ignored")
    account, number = turn.chat.account, handed.whose(turn)
    found = bot.people.find(account, number) if number else None
    if found is not None and not bot.people.welcome([found[1]], closed=False):
        return Plan("ignored")
    waiting = _waiting(bot, turn, recalled)
    theirs = [words for words in waiting if re.search(rf"(?:^|\n\n)#{number}(?!\d)", words)]
    if _are_enough(waiting, _OF_ALL) or _are_enough(theirs, _OF_ONE):
        log.warning("relay left to the case", account=account, n=turn.lease.n)
        for case in bot.cases.open(account):
            if (case.kind, str(case.number)) == ("handover", number):
                raising.tell_handover(bot, account, f"T{case.case}")
        return Plan("command")
    return unasked.said(bot, turn, recalled, turn.message.text)


def _waiting(bot: Bot, turn: Turn, recalled: Recalled) -> list[str]:
    """What this admin has still to read, each person's words by themselves."""
    if passive.room(bot, turn):
        box = bot.answers.box(turn.chat, turn.lease.n) if recalled.late else None
        return [f"{one.answer.text}\n{one.answer.rest}" for one in box.waiting] if box else []
    return re.split(r"\n\n(?=#\d)", recalled.rest.text) if recalled.rest else []


def _are_enough(words: Iterable[str], most: tuple[int, int]) -> bool:
    sizes = [len(one) for one in words]
    return len(sizes) >= most[0] or sum(sizes) > most[1]
