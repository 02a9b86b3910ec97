"""/limit 封顶: the most money that the account may spend in a day."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.prices import MICROS
from handlers import amounts, money, rights
from handlers.reply import told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("limit", "封顶")
ADMINS = True
CUTS = False
PLACE = 312

_KIND = "daily_cost"
_MOST = 1_000_000 * MICROS


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """`30`, `off`, `default` (as in the settings); without anything, what holds and what is spent."""
    account, written = turn.chat.account, argument.strip().lower()
    if not money.is_priced(bot):
        return told(bot, turn, recalled, "limit_no_price")
    texts, free = texts_of(bot, turn, recalled), "、".join(money.unpriced(bot))
    but = texts.say("limit_but", models=free) if free else ""
    if not written:
        most = bot.ledger.usual(account, money.limits(bot)).account_cost
        spent = money.amount(bot, bot.ledger.spent(account).cost)
        return told(
            bot,
            turn,
            recalled,
            "limit_shown",
            most=money.limited(bot, texts, {"cost": most}),
            today=spent,
            but=but,
        )
    if written in amounts.USUAL:
        write, most = bot.ledger.unlimit(account, _KIND), money.limits(bot).account_cost
    else:
        try:
            found = amounts.read(written, "cost", bot.prices.currency)
        except amounts.ForeignMoney:
            return told(bot, turn, recalled, "foreign_money", amount=money.amount(bot, 30 * MICROS))
        most = found[1] if found and found[0] == "cost" else 0
        if written not in amounts.OFF and not 0 < most < _MOST:
            return told(bot, turn, recalled, "limit_how")
        write = bot.ledger.limit_all(account, _KIND, most)
    audit = rights.audited(bot, turn, recalled, f"limit {amounts.in_a_word(written)}")
    return told(
        bot,
        turn,
        recalled,
        "limit_set",
        most=money.limited(bot, texts, {"cost": most}),
        but=but,
        writes=(write, audit),
    )
