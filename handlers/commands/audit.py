"""/audit 操作记录: what admins did, and when."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers.owner import moment
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("audit", "操作记录")
ADMINS = True
CUTS = False
PLACE = 390

_SHOWN = 15


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The newest first, by short numbers."""
    deeds = bot.people.deeds(turn.chat.account, _SHOWN)
    if not deeds:
        return told(bot, turn, recalled, "audit_empty")
    texts = texts_of(bot, turn, recalled)
    lines = [
        texts.say(
            "audit_line",
            time=moment(bot.settings, deed.at_ms),
            by=deed.by,
            what=deed.what,
            whom=f" → {deed.whom}" if deed.whom else "",
        ).rstrip()
        for deed in deeds
    ]
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command")
