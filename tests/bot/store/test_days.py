"""A day in figures on a real store: what is counted, why something was not answered, and several accounts."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from redis import Redis

from bot.messages import Chat, Person
from bot.store import keys
from bot.store.days import Day, Days
from tests.bot.store.desk import CHAT, accept, inbox
from tests.bot.store.test_people import settled

ZONE = "Asia/Shanghai"
XIAOYU = Person("shop", "oU")


@pytest.fixture
def days(store: Redis) -> Days:
    """The days of this store, on Shanghai's clock."""
    return Days(store, ZONE)


def today() -> str:
    return f"{datetime.now(ZoneInfo(ZONE)):%Y-%m-%d}"


def day(**fields: object) -> Day:
    """A day with these figures and no other."""
    empty: dict[str, object] = {"people": 0, "ended": {}, "took": {}, "votes": {}, "tallies": {}, "whys": {}}
    empty |= {"scans": {}, "followed": {}, "taps": {}, "faq": 0}
    return Day(**{**empty, **fields})  # type: ignore[arg-type]


def test_everything_is_counted_with_the_message_that_it_is_about(store: Redis, days: Days) -> None:
    """States, reasons, what word lists stopped, parts that may have come twice; none runs into another."""
    settled(
        store,
        *days.count(XIAOYU, ("answered",), 1500),
        *days.count(XIAOYU, ("refused",), 10),
        *days.count(XIAOYU, ("dead_letter",), 10, reason="poison"),
        *days.count(XIAOYU, ("dead_letter",), 10, reason="PlatformAway", doubled=2),
        days.why("shop", "slow"),
        *(days.tally("shop", what) for what in ("blocked_in", "blocked_in", "blocked_out", "crisis")),
    )

    found = days.of("shop", 1)[0]
    assert found == days.on(["shop"], today())[0]
    assert found.people == 1
    assert found.ended == {"answered": 1, "refused": 1, "dead_letter": 2}
    assert found.took == {2: 1}
    assert found.whys == {"slow": 1, "gave_up": 1, "undelivered": 1}
    assert found.tallies == {"blocked_in": 2, "blocked_out": 1, "crisis": 1, "doubled": 2}
    assert (found.messages, found.failed) == (4, 3)


def test_a_day_is_read_by_its_date_for_each_account(store: Redis, days: Days) -> None:
    """One that nobody wrote on is a day of nothing."""
    store.hset(keys.day("shop", "2026-02-03"), mapping={"answered": 3, "s5": 3})
    store.hset(keys.day("office", "2026-02-03"), mapping={"answered": 1, "s60": 1})

    shop, office, gone = days.on(["shop", "office", "gone"], "2026-02-03")
    assert (shop.messages, office.messages, gone) == (3, 1, days.on(["shop"], "2026-02-04")[0])
    assert (shop + office).seconds(0.5) == 5
    assert (shop + office).seconds(0.95) == 60


def test_days_add_up() -> None:
    """Whatever either of them has."""
    total = day(people=2, ended={"answered": 3, "refused": 1}, took={5: 3}, whys={"slow": 1}) + day(
        people=1, ended={"answered": 1}, took={5: 1, 8: 1}, tallies={"crisis": 1, "doubled": 0}
    )

    assert total.people == 3
    assert total.ended == {"answered": 4, "refused": 1}
    assert total.took == {5: 4, 8: 1}
    assert total.tallies["crisis"] == 1
    assert total.whys == {"slow": 1}


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (day(), ""),
        (day(ended={"answered": 9}), ""),
        (day(ended={"refused": 2}), "other"),
        (day(ended={"refused": 3}, whys={"slow": 2}), "slow"),
        (day(ended={"refused": 4, "dead_letter": 3}, whys={"quota": 2, "undelivered": 3}), "undelivered"),
        (day(ended={"refused": 5}, whys={"quota": 2}, tallies={"blocked_in": 2, "crisis": 1}), "words"),
        (day(ended={"refused": 5}, whys={"quota": 1}, tallies={"blocked_out": 1}), "other"),
        (day(ended={"answered": 1}, tallies={"blocked_in": 2}), ""),
    ],
)
def test_the_main_reason_is_that_of_the_most(found: Day, why: str) -> None:
    """What has no reason of its own is the rest; without a failure there is none."""
    assert found.main_why() == why


def test_nothing_is_lost_while_messages_wait_are_taken_and_end(store: Redis) -> None:
    """Accepted is settled plus what is in the inboxes, at every step."""
    box = inbox(store)
    assert box.lost() == 0
    for number in range(3):
        accept(box, f"m{number}")
        accept(box, f"n{number}", peer="oOther")
        assert box.lost() == 0
    turn = box.take(CHAT)
    while turn is not None:
        assert box.lost() == 0
        turn = box.settle(turn, "answered", ())
    assert box.lost() == 0

    store.delete(keys.inbox(Chat("shop", "oOther")))
    assert box.lost() == 3


def test_a_flooded_inbox_loses_nothing(store: Redis) -> None:
    """What is not kept is settled as refused."""
    box = inbox(store, most=2)
    for number in range(8):
        accept(box, f"m{number}")

    assert box.lost() == 0
