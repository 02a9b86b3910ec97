"""/codes 兑换码: one-time codes to give away, each worth answers or tokens."""

import re
import time
from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.codes import OPEN_MOST, Batch, new_code
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import grants, rights
from handlers.owner import moment
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("codes", "兑换码")
ADMINS = True
CUTS = False
PLACE = 311

_NEW = re.compile(r"(?:new|新建|新)\s+(\d{1,3})\s+(\S.*)")
_VOID = re.compile(r"(?:void|作废)\s+#?(\d{1,6}|all|全部)")
_MOST = 50
"""So many stand in one message."""
_SHOWN = 10


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """`new 20 10000 tokens`, `void 3`; without anything the open ones."""
    words = argument.strip().lower()
    made, voided = _NEW.fullmatch(words), _VOID.fullmatch(words)
    worth = grants.read(made[2], "tokens") if made else None
    if made and worth and 0 < int(made[1]) <= _MOST:
        unit, amount = worth
        codes = tuple(new_code() for _ in range(int(made[1])))
        batch = Batch(0, unit, amount, int(time.time() * 1000), codes)
        return _new(bot, turn, recalled, batch)
    if voided:
        return _void(bot, turn, recalled, voided[1])
    if words:
        return told(bot, turn, recalled, "codes_how", most=_MOST)
    return _open(bot, turn, recalled)


def _new(bot: "Bot", turn: Turn, recalled: Recalled, made: Batch) -> Plan:
    """Shown this once: the store knows them by their hashes alone."""
    account, texts = turn.chat.account, texts_of(bot, turn, recalled)
    count = len(made.codes)
    if sum(len(batch.codes) for batch in bot.codes.open(account)) + count > OPEN_MOST:
        return told(bot, turn, recalled, "codes_full", most=OPEN_MOST)
    batch = Batch(bot.codes.next_batch(account), made.unit, made.amount, made.at_ms, made.codes)
    audit = rights.audited(bot, turn, recalled, f"codes new {count} {batch.amount} {batch.unit}")
    worth = grants.shown(texts, batch.unit, batch.amount)
    head = texts.say("codes_new", batch=batch.batch, count=count, amount=worth)
    text = "\n".join((head, *batch.codes))
    writes = (*bot.codes.keep(account, batch), audit)
    return planned(bot, turn, recalled, Reply.of(text), state="command", writes=writes)


def _void(bot: "Bot", turn: Turn, recalled: Recalled, named: str) -> Plan:
    found = bot.codes.open(turn.chat.account)
    if named.isdecimal():
        found = [batch for batch in found if batch.batch == int(named)]
    count = sum(len(batch.codes) for batch in found)
    if not count:
        return told(bot, turn, recalled, "codes_none")
    audit = rights.audited(bot, turn, recalled, f"codes void {named}")
    writes = (*bot.codes.void(turn.chat.account, found), audit)
    return told(bot, turn, recalled, "codes_void", count=count, writes=writes)


def _open(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan:
    texts, found = texts_of(bot, turn, recalled), bot.codes.open(turn.chat.account)
    lines = [
        texts.say(
            "codes_line",
            batch=batch.batch,
            count=len(batch.codes),
            amount=grants.shown(texts, batch.unit, batch.amount),
            time=moment(bot.settings, batch.at_ms),
        )
        for batch in found[-_SHOWN:]
    ]
    text = "\n".join((*lines, texts.say("codes_how", most=_MOST)))
    return planned(bot, turn, recalled, Reply.of(text), state="command")
