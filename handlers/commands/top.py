"""/top 排行: who used most, today and in seven days."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.ledger import Spent
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import money
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("top", "排行")
ADMINS = True
CUTS = False
PLACE = 301

_SHOWN = 5
_WEEK = 7
_BY: dict[str, Callable[[Spent], int]] = {
    **dict.fromkeys(("", "answers", "次"), lambda spent: spent.answers),
    **dict.fromkeys(("token", "tokens", "词元"), lambda spent: spent.tokens),
    **dict.fromkeys(("cost", "money", "钱", "费用"), lambda spent: spent.cost),
}


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """By answers; `tokens` and `cost` (钱) order it anew."""
    texts, account = texts_of(bot, turn, recalled), turn.chat.account
    by = _BY.get(argument.strip().lower())
    if by is None:
        return told(bot, turn, recalled, "top_how")
    lines = []
    for key, days in (("top_today", 1), ("top_week", _WEEK)):
        found = sorted(bot.ledger.each(account, days).items(), key=lambda one: by(one[1]), reverse=True)
        lines += [texts.say(key)] if found else []
        for number, spent in found[:_SHOWN]:
            cost = money.amount(bot, spent.cost) if money.is_priced(bot) else ""
            used = {"answers": spent.answers, "tokens": spent.tokens, "cost": cost}
            lines.append(texts.say("top_line", number=number, **used).rstrip())
    lines += filter(None, (money.uncounted(bot, texts, account, _WEEK),))
    text = "\n".join(lines) or texts.say("top_none")
    return planned(bot, turn, recalled, Reply.of(text), state="command")
