"""/digest 日报: yesterday in figures, as it is told each morning."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import digest
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("digest", "日报")
ADMINS = True
CUTS = False
PLACE = 330


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Of this account alone; of the others their own admins may know."""
    account = turn.chat.account
    yesterday = digest.day_before(datetime.now(ZoneInfo(bot.settings.time.zone)))
    text = digest.digest(bot, texts_of(bot, turn, recalled), [account], yesterday)
    if not text:
        return told(bot, turn, recalled, "digest.none")
    return planned(bot, turn, recalled, Reply.of(text), state="command")
