"""Yesterday in figures: kept once a day as a notice, which goes where all notices of the owner go."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.store.days import Day
from config.wording import Texts
from handlers import money
from handlers.owner import BEFORE_BYTES

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

_NAMED = 3
"""So many accounts with open cases are named; a notice has a third of a message."""

log = structlog.get_logger(__name__)


class Daily:
    """One process's look at the clock; whatever number of processes look, there is one digest a day."""

    def __init__(self, bot: "Bot") -> None:
        self._bot = bot
        self._done = ""

    def look(self, now: datetime | None = None) -> None:
        """Keep yesterday's digest once `owner.digest_hour` has come. Raises StoreError."""
        settings = self._bot.settings
        now = now or datetime.now(ZoneInfo(settings.time.zone))
        date = day_before(now)
        if not 0 <= settings.owner.digest_hour <= now.hour or date == self._done:
            return
        everything, owner = list(self._bot.accounts), settings.owner.account
        if owner is not None:
            self._keep(owner, everything, date)
        else:  # The admins of each account read of theirs.
            for account in everything:
                self._keep(account, [account], date)
        self._done = date

    def _keep(self, account: str, told_of: Sequence[str], date: str) -> None:
        bot = self._bot
        if bot.notices.digested(account) >= date:
            return
        text = digest(bot, bot.accounts[account].texts, told_of, date)
        if text:
            bot.notices.digest(account, date, text)
            log.info("digest kept", account=account, date=date, bytes=len(text.encode()))


def day_before(now: datetime) -> str:
    """The date of the day before *now*, which is a time on the owner's clock."""
    return (now - timedelta(days=1)).strftime("%Y-%m-%d")


def digest(bot: "Bot", texts: Texts, accounts: Sequence[str], date: str) -> str:
    """The day of *accounts* together, and of each where several had messages; "" where none had any.

    At most what a notice may have of a message. Raises StoreError.
    """
    days = {name: day for name, day in zip(accounts, bot.days.on(accounts, date), strict=True) if _lived(day)}
    if not days:
        return ""
    lines = list(_lines(bot, texts, reduce(add, days.values()), list(days), date))
    for name, day in days.items() if len(days) > 1 else ():
        cost = _cost(bot, texts, [name], date)
        line = texts.say("digest.account", account=name, people=day.people, messages=day.messages, cost=cost)
        if len("\n".join((*lines, line)).encode()) <= BEFORE_BYTES:
            lines.append(line)
    return "\n".join(lines)


def _lived(day: Day) -> bool:
    """Whether somebody said something; that a follower left is no message."""
    return day.messages > day.ended.get("ignored", 0)


def _lines(bot: "Bot", texts: Texts, day: Day, accounts: list[str], date: str) -> Iterator[str]:
    cost = _cost(bot, texts, accounts, date)
    yield texts.say("digest.day", date=date[5:], people=day.people, messages=day.messages, cost=cost)
    if day.took:
        yield texts.say("stats_times", usual=day.seconds(0.5), slow=day.seconds(0.95))
    why = day.main_why()
    yield texts.say(
        "digest.ended",
        lost=bot.inbox.lost(),
        doubled=day.tallies.get("doubled", 0),
        failed=day.failed,
        why=texts.say(f"digest.why_{why}") if why else "",
    ).rstrip()
    yield from stopped_by_words(texts, day)
    yield from _waiting(bot, texts, accounts, date)


def _waiting(bot: "Bot", texts: Texts, accounts: list[str], date: str) -> Iterator[str]:
    """What came for a human that day and what still waits, with where: a case is answered in its account."""
    zone = ZoneInfo(bot.settings.time.zone)
    cases = {account: bot.cases.all(account) for account in accounts}
    kept = [case for found in cases.values() for case in found]
    came = sum(f"{datetime.fromtimestamp(one.at_ms / 1000, zone):%Y-%m-%d}" == date for one in kept)
    still = sum(not case.done_ms for case in kept)
    where = [account for account, found in cases.items() if any(not case.done_ms for case in found)]
    named = ", ".join(where[:_NAMED] + ["…"] * (len(where) > _NAMED))
    if still:
        yield texts.say("digest.cases", came=came, open=still, account=named)
    elif came:
        yield texts.say("digest.cases_done", came=came)


def stopped_by_words(texts: Texts, day: Day) -> Iterator[str]:
    """What the word lists stopped that day, if anything."""
    asked, answered, crisis = (day.tallies.get(name, 0) for name in ("blocked_in", "blocked_out", "crisis"))
    if asked or answered or crisis:
        yield texts.say("stats_words", asked=asked, answered=answered, crisis=crisis)


def _cost(bot: "Bot", texts: Texts, accounts: list[str], date: str) -> str:
    """Money; tokens where the model's price is not known."""
    spent = [bot.ledger.spent_on(account, date) for account in accounts]
    cost = sum(one.cost for one in spent)
    if cost or money.is_priced(bot):
        return money.amount(bot, cost)
    return texts.say("digest.tokens", tokens=sum(one.prompt + one.completion for one in spent))
