"""/say #12 好的…: an admin speaks to somebody, who reads it as a human's words."""

import secrets
import time
from typing import TYPE_CHECKING

from bot.messages import InboundMessage, Text
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import meant, passive, rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("say", "回复")
ADMINS = True
CUTS = False
PLACE = 203


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The words wait in that person's inbox like a message: they come in order, once, and survive a crash."""
    named, words = meant.somebody(argument)
    account = turn.chat.account
    found = bot.people.find(account, named)
    if found is None:
        return told(bot, turn, recalled, "who_is_meant", word=named[:40])
    number, person = found
    if not words:
        return told(bot, turn, recalled, "say_how", number=number)
    # Named after this message, so that a turn that is taken up again says it once.
    said = InboundMessage(
        account,
        person.sender,
        person.sender,
        f"human:{turn.message.msg_id}",
        "human",
        (Text(words),),
        int(time.time()),
    )
    holds = passive.room(bot, turn) and len(bot.answers.box(said.chat, 0).waiting)
    if holds >= passive.HELD_MOST:  # More would push out what waits for them unread.
        return told(bot, turn, recalled, "say_full", number=number)
    kept = bot.inbox.accept(said, cuts=False, allowance=None, nonce=None, attempt=secrets.token_hex(8))
    if kept.full:
        return told(bot, turn, recalled, "say_full", number=number)
    audit = rights.audited(bot, turn, recalled, "say", number)
    return told(bot, turn, recalled, "said", number=number, writes=(audit,))
