"""/stats 今日: today in figures, and the week as a line."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import digest, money
from handlers.reply import planned
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("stats", "今日")
ADMINS = True
CUTS = False
PLACE = 200

_WEEK, _MONTH = 7, 30
_BARS = "▁▂▃▄▅▆▇█"


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """People, messages, answer times, failures, what waits, votes, cost, and seven days of messages."""
    account = turn.chat.account
    texts = texts_of(bot, turn, recalled)
    week = bot.days.of(account, _WEEK)
    today = week[-1]
    lines = [texts.say("stats_people", people=today.people, messages=today.messages)]
    if today.faq:
        lines.append(texts.say("stats_faq", count=today.faq))
    if today.took:
        lines.append(texts.say("stats_times", usual=today.seconds(0.5), slow=today.seconds(0.95)))
    lines.append(texts.say("stats_failed", failed=today.failed, waiting=bot.health.counts()["waiting"]))
    if any(today.votes.values()):
        lines.append(texts.say("stats_votes", **today.votes))
    lines += digest.stopped_by_words(texts, today)
    if money.is_priced(bot):
        costs = [money.amount(bot, bot.ledger.spent(account, days).cost) for days in (1, _WEEK, _MONTH)]
        lines.append(texts.say("stats_cost", today=costs[0], week=costs[1], month=costs[2]))
        lines += filter(None, (money.uncounted(bot, texts, account, _MONTH),))
    else:
        spent = bot.ledger.spent(account)
        lines.append(texts.say("stats_tokens", tokens=spent.prompt + spent.completion))
    lines.append(texts.say("stats_week", line=_line([day.messages for day in week])))
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command")


def _line(values: list[int]) -> str:
    most = max(values)
    return "".join(_BARS[value * (len(_BARS) - 1) // most if most else 0] for value in values)
