"""/doctor 体检: what keeps this account from answering, and what to do about it."""

import time
from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import rights
from handlers.checkup.examine import examine
from handlers.checkup.finding import Line, Subject
from handlers.checkup.rendering import shown, summary
from handlers.reply import planned
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("doctor", "体检")
ADMINS = True
CUTS = False
PLACE = 240

WITHIN_S = 7.0
"""Shorter than a request of the platform can wait for the answer, if it is delivered again (protocol A4)."""


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """What is to be mended first, then what is not known, then what is well."""
    account = turn.chat.account
    texts = texts_of(bot, turn, recalled)
    subject = Subject(
        bot.settings,
        bot,
        lambda name: bot.accounts[name].system_tokens,
        time.monotonic() + WITHIN_S,
        asker=turn.message.sender,
    )
    lines = list(examine(subject, [account]))
    told = "\n".join((summary(texts, lines), *(shown(texts, line) for line in sorted(lines, key=_urgency))))
    audit = rights.audited(bot, turn, recalled, "doctor")
    return planned(bot, turn, recalled, Reply.of(told), state="command", writes=(audit,))


def _urgency(line: Line) -> int:
    return (False, None, True).index(line.finding.ok)
