"""/welcome 欢迎语: what somebody reads who follows the account or opens the app."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import rights, welcome
from handlers.reply import one_message_bytes, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("welcome", "欢迎语")
ADMINS = True
CUTS = False
PLACE = 352

_CHARACTER_BYTES = 3  # of a Chinese one
_ITSELF = ("off", "默认", "default")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """New words for it, `off` for those of the settings; without anything, how it reads now."""
    account, written = turn.chat.account, argument.strip()
    if not written:
        now = welcome.as_written(bot, turn, recalled, recalled.changes.get(welcome.WRITTEN, ""))
        return told(bot, turn, recalled, "welcome_is", words=now)
    if written.lower() in _ITSELF:
        writes = (
            bot.changes.drop(account, welcome.WRITTEN),
            rights.audited(bot, turn, recalled, "welcome off"),
        )
        words = welcome.as_written(bot, turn, recalled, "")
        return told(bot, turn, recalled, "welcome_now", words=words, writes=writes)
    if welcome.strange_braces(written):
        braces = {"assistant": "{assistant}", "title": "{title}", "examples": "{examples}"}
        return told(bot, turn, recalled, "welcome_braces", writes=(), **braces)
    words = welcome.as_written(bot, turn, recalled, written)
    # The owner reads it whole in one message, as will who is greeted: what we add and fill in takes room too.
    said, most = texts_of(bot, turn, recalled).say("welcome_now", words=words), one_message_bytes(bot, turn)
    if len(said.encode()) > most:
        fits = (most - len(said.encode()) + len(written.encode())) // _CHARACTER_BYTES
        return told(bot, turn, recalled, "welcome_long", chars=max(fits, 0))
    writes = (
        bot.changes.keep(account, welcome.WRITTEN, written),
        rights.audited(bot, turn, recalled, "welcome"),
    )
    return told(bot, turn, recalled, "welcome_now", words=words, writes=writes)
