"""Notices of what people bring, on a real store: complaints, calls for a human and crises are all told."""

import pytest
from redis import Redis

from bot.store import keys
from bot.store.kinds import Kind
from bot.store.notices import Notices
from bot.store.scripts import Scripts
from tests.bot.store.desk import TwiceScripts
from tests.bot.store.test_notices import later, pushed

BURST_MS, CRISIS_MS = 10 * 60_000, 60 * 60_000


@pytest.fixture(params=[Scripts, TwiceScripts])
def notices(request: pytest.FixtureRequest, store: Redis) -> Notices:
    """The list, also where every script runs twice as after a cut connection."""
    return Notices(store, request.param(store))


def told(notices: Notices) -> tuple[str, ...] | None:
    """The details of what is pushed now; None where nothing is due."""
    notice = pushed(notices)
    return None if notice is None else notice.details


@pytest.mark.parametrize("kind", ["complaint", "handover"])
def test_every_complaint_of_a_busy_account_is_told(notices: Notices, store: Redis, kind: Kind) -> None:
    """One each hour for two days: none of them waits for a quiet day."""
    heard = []
    for number in range(48):
        notices.raise_(kind, "shop", detail=f"T{number}")
        heard.append(told(notices))
        later(store, 60 * 60_000, f"{kind}:shop")

    assert heard == [(f"T{number}",) for number in range(48)]


def test_a_burst_is_told_twice(notices: Notices, store: Redis) -> None:
    """The first at once, and what came behind it in one notice, when the quiet is over."""
    notices.raise_("complaint", "shop", detail="T1")
    assert told(notices) == ("T1",)
    for number in (2, 3):
        notices.raise_("complaint", "shop", detail=f"T{number}")
    later(store, BURST_MS // 2, "complaint:shop")
    assert told(notices) is None
    notices.raise_("complaint", "shop", detail="T4")
    assert told(notices) is None
    later(store, BURST_MS // 2, "complaint:shop")

    assert told(notices) == ("T2", "T3", "T4")
    notices.raise_("complaint", "shop", detail="T5")
    assert told(notices) is None
    later(store, BURST_MS + 1000, "complaint:shop")
    assert told(notices) == ("T5",)


def test_what_was_not_told_gathers(notices: Notices, store: Redis) -> None:
    """However long nobody reads it, it stays one notice."""
    for number in range(1, 4):
        notices.raise_("complaint", "shop", detail=f"T{number}")
        later(store, 2 * keys.DAY_MS, "complaint:shop")

    (notice,) = notices.all()
    assert (notice.details, notice.count, notice.told) == (("T1", "T2", "T3"), 3, False)


def test_who_says_more_to_the_same_complaint_is_heard(notices: Notices, store: Redis) -> None:
    """However often within the quiet, once, when it is over."""
    notices.raise_("complaint", "shop", detail="T1")
    assert told(notices) == ("T1",)
    for _ in range(3):
        notices.raise_("complaint", "shop", detail="T1")
    assert told(notices) is None
    later(store, BURST_MS + 1000, "complaint:shop")

    assert told(notices) == ("T1",)
    later(store, BURST_MS + 1000, "complaint:shop")
    assert told(notices) is None


def test_a_complaint_that_comes_while_one_is_told_is_told_too(notices: Notices, store: Redis) -> None:
    """Whoever is about to tell the first does not know of the second."""
    notices.raise_("complaint", "shop", detail="T1")
    telling = notices.next_push("p1")
    assert telling is not None
    notices.raise_("complaint", "shop", detail="T2")
    notices.pushed(telling, "p1")
    store.delete(keys.notice_pace)

    again = told(notices)
    assert again is not None
    assert "T2" in again
    store.delete(keys.notice_pace)
    assert told(notices) is None


def test_the_next_crisis_of_a_person_is_told(notices: Notices, store: Redis) -> None:
    """Not again within the hour, but when it is over; the next day too, without a quiet day between."""
    name, heard = "crisis:shop:12", []
    for after_ms in (0, CRISIS_MS - 60_000, 120_000, 23 * 60 * 60_000):
        later(store, after_ms, name)
        notices.raise_("crisis", "shop", whom=12)
        notice = pushed(notices)
        heard.append(notice is not None and notice.whom == 12)

    assert heard == [True, False, True, True]


def test_what_is_broken_still_waits_for_a_quiet_day(notices: Notices, store: Redis) -> None:
    """An address that is refused every hour is told once."""
    notices.raise_("ip_not_allowed", "shop", detail="203.0.113.7")
    assert told(notices) == ("203.0.113.7",)
    for _ in range(30):
        later(store, 60 * 60_000)
        notices.raise_("ip_not_allowed", "shop", detail="203.0.113.8")
        assert told(notices) is None


def test_people_without_end_are_a_bounded_number_of_notices(notices: Notices, store: Redis) -> None:
    """Whoever is erased comes back under another number: past ten a day one notice stands for all."""
    for number in range(1, 101):
        notices.raise_("crisis", "shop", whom=number)
    for number in (7, 8):
        notices.raise_("crisis", "office", whom=number)

    found = {notice.name: notice for notice in notices.all()}
    own = {f"crisis:shop:{number}" for number in range(1, 11)}
    assert set(found) == {*own, "crisis:shop", "crisis:office:7", "crisis:office:8"}
    assert (found["crisis:shop"].whom, found["crisis:shop"].details) == (
        0,
        tuple(str(number) for number in range(11, 31)),
    )
    notices.raise_("crisis", "shop", whom=3)
    assert next(one.count for one in notices.all() if one.name == "crisis:shop:3") == 2

    for name in own:
        store.zincrby(keys.notices, -keys.DAY_MS, name)
    notices.raise_("crisis", "shop", whom=200)
    assert "crisis:shop:200" in {notice.name for notice in notices.all()}
