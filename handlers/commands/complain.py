"""/complain 投诉: something is wrong, and a human shall see to it."""

import time
from typing import TYPE_CHECKING

from bot.store.cases import Case
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import raising
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("complain", "投诉")
ADMINS = False
CUTS = False
PLACE = 85

_WORKING_DAYS = 3
_KEPT_CHARS = 1000


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Kept with its number, their words and the last answer; the owner is told."""
    account = turn.chat.account
    last = recalled.history[-1].answer if recalled.history else ""
    number = bot.cases.next_number(account)
    now_ms = int(time.time() * 1000)
    text, answer = argument[:_KEPT_CHARS], last[:_KEPT_CHARS]
    case = Case(number, "complaint", recalled.profile.number, text, answer, now_ms)
    raising.tell_case(bot, account, f"T{number}")
    key = "complaint_kept" if argument else "complaint_kept_bare"
    return told(
        bot,
        turn,
        recalled,
        key,
        case=f"T{number}",
        days=_WORKING_DAYS,
        writes=(bot.cases.keep(account, case),),
    )
