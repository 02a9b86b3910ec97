"""When yesterday's digest is made and what it says: hours, zones, several accounts, days without a word."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from redis import Redis

from bot.store import keys
from bot.store.cases import Case, Cases
from bot.store.days import Days
from bot.store.inbox import Inbox
from bot.store.ledger import Ledger
from bot.store.notices import Notices
from bot.store.people import People
from bot.store.scripts import Scripts
from bot.wiring.bot import Bot
from config.prices import Price, Prices
from config.settings import Settings, load
from config.wording import Texts, load_texts
from handlers import owner
from handlers.digest import Daily, day_before, digest
from tests.bot.store.test_people import settled
from tests.handlers.test_owner_words import TOML

DATE = "2026-02-03"
YESTERDAY = {
    "answered": 400,
    "refused": 9,
    "dead_letter": 2,
    "ignored": 1,
    "s5": 380,
    "s12": 20,
    "why:slow": 2,
}


@dataclass
class Named:
    """An account as far as a digest asks for it."""

    texts: Texts


@dataclass
class Desk:
    """The part of the Bot that a digest touches."""

    settings: Settings
    accounts: dict[str, Named]
    days: Days
    ledger: Ledger
    cases: Cases
    inbox: Inbox
    notices: Notices
    prices: Prices


Make = Callable[..., Bot]


@pytest.fixture
def make(store: Redis, tmp_path: Path) -> Make:
    """A desk with the settings *more* on a real store; the price of its model is known."""

    def desk(more: str = "", zone: str = "Asia/Shanghai", model: str = "gpt-4o-mini") -> Bot:
        (tmp_path / "yingda.toml").write_text(f'{TOML}\n[time]\nzone = "{zone}"\n{more}')
        settings = load({}, tmp_path / "yingda.toml")
        scripts = Scripts(store)
        return cast(
            Bot,
            Desk(
                settings,
                {name: Named(load_texts(found.language)) for name, found in settings.accounts.items()},
                Days(store, zone),
                Ledger(store, scripts, People(store, scripts, audit_days=1), zone),
                Cases(store),
                Inbox(scripts, "p1"),
                Notices(store, scripts),
                Prices("CNY", {model: Price(1.0, 1.0, 1.0)}),
            ),
        )

    return desk


def lived(store: Redis, account: str = "shop", people: int = 3, date: str = DATE, **more: int) -> None:
    """Yesterday at *account*."""
    store.hset(keys.day(account, date), mapping={**YESTERDAY, **more})
    store.pfadd(keys.day_people(account, date), *(f"o{number}" for number in range(people)))
    store.hset(
        keys.ledger(account, date), mapping={"cost": 3_180_000, "1|gpt|prompt": 500, "1|gpt|completion": 70}
    )


def kept(bot: Bot) -> list[str]:
    """The digests that wait to be told."""
    return [notice.details[0] for notice in bot.notices.all() if notice.kind == "digest"]


def at(day: int, hour: int, minute: int = 0, zone: str = "Asia/Shanghai") -> datetime:
    return datetime(2026, 2, day, hour, minute, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("hour", "now", "due"),
    [
        (9, at(4, 8, 59), False),
        (9, at(4, 9, 0), True),
        (9, at(4, 23, 59), True),
        (0, at(4, 0, 0), True),
        (23, at(4, 22, 59), False),
        (23, at(4, 23, 0), True),
        (-1, at(4, 0, 0), False),
        (-1, at(4, 23, 59), False),
    ],
)
def test_the_digest_comes_at_its_hour_and_not_before(
    make: Make, store: Redis, hour: int, now: datetime, due: bool
) -> None:
    """From that minute on, also where all workers were away then; never where it is not wanted."""
    lived(store)
    bot = make(f"[owner]\ndigest_hour = {hour}\n")
    Daily(bot).look(now)

    assert bool(kept(bot)) is due


@pytest.mark.parametrize(
    ("zone", "now", "date"),
    [
        ("Asia/Shanghai", at(4, 9), "2026-02-03"),
        ("America/New_York", at(4, 9, zone="America/New_York"), "2026-02-03"),
        ("Pacific/Kiritimati", at(1, 9, zone="Pacific/Kiritimati"), "2026-01-31"),
        ("Europe/Berlin", datetime(2026, 3, 30, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")), "2026-03-29"),
        ("Europe/Berlin", datetime(2026, 10, 26, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")), "2026-10-25"),
        ("Asia/Shanghai", datetime(2028, 3, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai")), "2028-02-29"),
        ("Asia/Shanghai", datetime(2027, 1, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai")), "2026-12-31"),
    ],
)
def test_yesterday_is_the_owners(make: Make, store: Redis, zone: str, now: datetime, date: str) -> None:
    """Over the ends of months and years, and in nights that are an hour shorter or longer."""
    lived(store, date=date)
    bot = make("[owner]\ndigest_hour = 0\n", zone=zone)
    Daily(bot).look(now)

    assert day_before(now) == date
    assert len(kept(bot)) == 1
    assert kept(bot)[0].startswith(f"【昨日】{date[5:]}　")


def test_two_processes_and_one_that_starts_later_make_one(make: Make, store: Redis) -> None:
    """The store knows what a process that died had done."""
    lived(store)
    bot = make()
    first, second = Daily(bot), Daily(bot)
    first.look(at(4, 9))
    store.hset(keys.day("shop", DATE), "answered", 999)
    for daily in (second, first, Daily(bot)):
        daily.look(at(4, 9, 1))
    assert len(kept(bot)) == 1
    assert "999" not in kept(bot)[0]

    lived(store, date="2026-02-04", answered=5)
    for daily in (second, first):
        daily.look(at(5, 9))
    assert [text.split("　")[0] for text in kept(bot)] == ["【昨日】02-04"]


def test_a_process_whose_clock_is_behind_brings_no_older_one_back(make: Make, store: Redis) -> None:
    """The newest digest stays."""
    lived(store)
    lived(store, date="2026-02-04")
    bot = make()
    Daily(bot).look(at(5, 9))
    Daily(bot).look(at(4, 23, 59))

    assert kept(bot)[0].startswith("【昨日】02-04")


@pytest.mark.parametrize("figures", [{}, {"ignored": 7}])
def test_a_day_without_a_word_is_not_told(make: Make, store: Redis, figures: dict[str, int]) -> None:
    """A follower who left is no word."""
    if figures:
        store.hset(keys.day("shop", DATE), mapping=figures)
    bot = make()
    Daily(bot).look(at(4, 9))

    assert kept(bot) == []
    assert digest(bot, load_texts("zh"), ["shop", "office"], DATE) == ""


def test_it_reads_as_designed(make: Make, store: Redis) -> None:
    """One account: figures, times, failures with the main reason, what is still to be done."""
    lived(store)
    bot = make()
    text = digest(bot, load_texts("zh"), ["shop", "office"], DATE)
    assert text.split("\n") == [
        "【昨日】02-03　3 人 · 412 条 · ¥3.18",
        "一般 5 秒内答完，慢的 5 秒。",
        "丢失 0 · 重复 0 · 没答上 11（多半是语音、图片，或发得太快）",
    ]

    lived(store, answered=390, s60=40, doubled=1, blocked_in=3, blocked_out=1, crisis=1, **{"why:slow": 8})
    noon_ms = round(at(3, 12).timestamp() * 1000)
    old_ms, done_ms = noon_ms - keys.DAY_MS, noon_ms + 1
    cases = [
        Case(1, "complaint", 7, "", "", old_ms),
        Case(2, "complaint", 7, "", "", noon_ms, done_ms),
        Case(3, "complaint", 7, "", "", noon_ms),
    ]
    settled(store, *(bot.cases.keep("shop", case) for case in cases))
    text = digest(bot, load_texts("zh"), ["shop", "office"], DATE)
    assert text.split("\n")[1:] == [
        "一般 5 秒内答完，慢的 60 秒。",
        "丢失 0 · 重复 1 · 没答上 11（多半是模型太慢）",
        "词表拦下：问 3，答 1；可能想不开 1。",
        "转人工和投诉 2，2 个还没回 → 在 shop 里发「#待办」",
    ]

    settled(store, *(bot.cases.keep("shop", replace(case, done_ms=done_ms)) for case in cases))
    text = digest(bot, load_texts("zh"), ["shop", "office"], DATE)
    assert text.split("\n")[-1] == "转人工和投诉 2，都回了"


def test_several_accounts_are_added_up_and_listed(make: Make, store: Redis) -> None:
    """One message for the owner; English where the owner's account speaks it."""
    lived(store)
    lived(store, "office", people=2, answered=100)
    bot = make()
    lines = digest(bot, load_texts("en"), ["shop", "office"], DATE).split("\n")

    assert lines[0] == "[Yesterday] 02-03: 5 people · 524 messages · ¥6.36"
    assert lines[-2:] == ["shop: 3 people · 412 messages · ¥3.18", "office: 2 people · 112 messages · ¥3.18"]

    waits = Case(1, "handover", 7, "", "", round(at(3, 12).timestamp() * 1000))
    settled(store, *(bot.cases.keep(account, waits) for account in ("shop", "office")))
    text = digest(bot, load_texts("en"), ["shop", "office"], DATE)
    assert "For a human: 2 came; 2 still open, see /todo in shop, office" in text.split("\n")


def test_an_unknown_price_is_told_in_tokens(make: Make, store: Redis) -> None:
    """No money is invented."""
    lived(store)
    store.hdel(keys.ledger("shop", DATE), "cost")

    assert "570 词元" in digest(make(model="another"), load_texts("zh"), ["shop"], DATE)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_digest_never_outgrows_a_notice(make: Make, store: Redis, language: str) -> None:
    """Three notices fit into one message, however many accounts there are."""
    names = [f"{'a' * 60}{number:02}" for number in range(40)]
    for name in names:
        lived(store, name, blocked_in=99_999, crisis=99_999)
    text = digest(make(), load_texts("en" if language == "en" else "zh"), names, DATE)

    assert len(text.encode()) <= owner.BEFORE_BYTES
    assert names[0] in text
    assert "{" not in text


def test_a_digest_is_told_in_its_own_words_alone(make: Make, store: Redis) -> None:
    """Without the head of a notice that wants something."""
    lived(store)
    bot = make()
    Daily(bot).look(at(4, 9))
    (notice,) = bot.notices.all()

    assert owner.alone(bot.settings, load_texts("zh"), notice) == kept(bot)[0]
