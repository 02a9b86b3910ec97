"""/complain 投诉: something is wrong, and a human shall see to it."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.store.cases import WORDS_BYTES, Case, ending
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import fitting
from handlers import raising
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("complain", "投诉")
ADMINS = False
CUTS = False
PLACE = 85
TRAITS = ("right", "to_people")

_WORKING_DAYS = 3
_ANSWER_CHARS = 1000


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Kept with its number, their words and the last answer; the owner is told.

    While one of theirs is open, what they say belongs to it; a tap that says nothing new is told to nobody.
    """
    account, number = turn.chat.account, recalled.profile.number
    kept = bot.cases.open_of(account, "complaint", number)
    if kept is None:
        last = recalled.history[-1].answer[:_ANSWER_CHARS] if recalled.history else ""
        case_number, now_ms = bot.cases.next_number(account), int(time.time() * 1000)
        case = Case(case_number, "complaint", number, fitting(argument, WORDS_BYTES), last, now_ms)
    else:
        words = "\n".join(filter(None, (kept.text, argument)))
        case = replace(kept, text=ending(words, WORDS_BYTES))
    if case != kept:
        raising.tell_case(bot, account, f"T{case.case}")
    return told(
        bot,
        turn,
        recalled,
        "complaint_kept" if argument else "complaint_kept_bare",
        case=f"T{case.case}",
        days=_WORKING_DAYS,
        writes=(bot.cases.keep(account, case),) if case != kept else (),
    )
