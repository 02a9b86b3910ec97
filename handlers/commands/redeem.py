"""/redeem 兑换: a code is worth answers or tokens beyond the day's limits."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import grants
from handlers.reply import told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("redeem", "兑换")
ADMINS = False
CUTS = False
PLACE = 0  # /usage tells of it where there are codes.
TRAITS = ("numbered",)


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Once; after five wrong ones within an hour none is looked at for an hour."""
    if not argument:
        return told(bot, turn, recalled, "redeem_how")
    found = bot.codes.redeem(turn.message.person, argument[:100], turn.message.msg_id)
    if found.outcome == "pause":
        return told(bot, turn, recalled, "too_many_tries", minutes=found.wait_s // 60 + 1)
    if found.outcome == "wrong":
        return told(bot, turn, recalled, "redeem_wrong")
    amount = grants.shown(texts_of(bot, turn, recalled), found.unit, found.amount)
    return told(bot, turn, recalled, "redeemed", amount=amount)
