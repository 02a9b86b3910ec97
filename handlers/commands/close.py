"""/close 了结: nothing is left to do about a case."""

import time
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import half_width
from handlers import handover, rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("close", "了结")
ADMINS = True
CUTS = False
PLACE = 202


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The case with that number (`T12` or `12`); whoever talks to a human under it is the AI's again."""
    named = half_width(argument).strip().upper().removeprefix("T")
    account = turn.chat.account
    case = next((one for one in bot.cases.open(account) if str(one.case) == named), None)
    if case is None:
        return told(bot, turn, recalled, "no_such_case", word=argument[:20])
    writes = (
        bot.cases.close(account, case, int(time.time() * 1000)),
        rights.audited(bot, turn, recalled, f"close T{case.case}", case.number),
        *handover.handed_back(bot, turn, case),
    )
    return told(bot, turn, recalled, "case_closed", case=f"T{case.case}", writes=writes)
