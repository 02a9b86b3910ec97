"""/usage 用量: what one has used, and what is left today."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.wording import Texts
from handlers import grants, money
from handlers.reply import planned
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("usage", "用量")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it.

_DAYS = 30


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Answers and tokens of today and of thirty days; money where the model's price is known."""
    account, profile = turn.chat.account, recalled.profile
    texts = texts_of(bot, turn, recalled)
    lines = []
    for key, days in (("usage_today", 1), ("usage_days", _DAYS)):
        spent = bot.ledger.spent(account, days, profile.number)
        tokens = spent.prompt + spent.completion
        cost = money.amount(bot, spent.cost) if money.is_priced(bot) else ""
        lines.append(texts.say(key, days=days, answers=spent.answers, tokens=tokens, cost=cost))
    lines += filter(None, (money.uncounted(bot, texts, account, _DAYS, profile.number),))
    left = bot.ledger.left(account, turn.message.person, profile, money.limits(bot))
    lines.append(_left(bot, texts, left))
    if granted := grants.balance(texts, profile):
        lines.append(texts.say("usage_granted", granted=granted))
    if bot.codes.open(account):
        lines.append(texts.say("usage_redeem"))
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command")


def _left(bot: "Bot", texts: Texts, left: dict[str, int]) -> str:
    """Of everything that is limited, for what is used up first ends the day."""
    if list(left) == ["answers"]:
        return texts.say("usage_left", count=left["answers"])
    shown = [
        money.amount(bot, rest) if kind == "cost" else texts.say(f"amount_{kind}", count=rest)
        for kind, rest in left.items()
        if kind != "cost" or money.is_priced(bot)
    ]
    return (
        texts.say("usage_left_of", left=grants.BETWEEN.join(shown)) if shown else texts.say("usage_unlimited")
    )
