"""Two notices of their own kind on a real store: one digest for a day, and a crisis for each person."""

import threading

import pytest
from redis import Redis

from bot.store import keys
from bot.store.notices import Notice, Notices
from bot.store.scripts import Scripts
from tests.bot.store.desk import TwiceScripts
from tests.bot.store.test_notices import pushed

NAME = "digest:shop"


@pytest.fixture(params=[Scripts, TwiceScripts])
def notices(request: pytest.FixtureRequest, store: Redis) -> Notices:
    """The list, also where every script runs twice as after a cut connection."""
    return Notices(store, request.param(store))


def unpaced(store: Redis) -> None:
    """Ten seconds later."""
    store.delete(keys.notice_pace)


def said(notice: Notice | None) -> tuple[str, ...] | None:
    return notice.details if notice is not None else None


def test_a_day_has_one_digest_whoever_makes_it(store: Redis, notices: Notices) -> None:
    """The first text stays; once told, the same day is told no more."""
    assert notices.digested("shop") == ""
    for text in ("【昨日】一", "【昨日】二"):
        notices.digest("shop", "2026-02-03", text)
    assert notices.digested("shop") == "2026-02-03"
    assert said(pushed(notices)) == ("【昨日】一",)

    notices.digest("shop", "2026-02-03", "【昨日】三")
    unpaced(store)
    assert pushed(notices) is None


def test_the_next_day_takes_the_place_of_the_last(store: Redis, notices: Notices) -> None:
    """Told or not: who was away for a week reads one digest, the newest."""
    notices.digest("shop", "2026-02-03", "三日")
    assert said(pushed(notices)) == ("三日",)
    notices.digest("shop", "2026-02-04", "四日")
    notices.digest("shop", "2026-02-05", "五日")
    unpaced(store)
    assert said(pushed(notices)) == ("五日",)

    assert [notice.name for notice in notices.all()] == [NAME]


def test_a_digest_that_a_process_died_over_is_pushed_by_the_next_with_the_same_words(
    store: Redis, notices: Notices
) -> None:
    """The same text and key, so that a platform which knows repeats drops it."""
    notices.digest("shop", "2026-02-03", "三日")
    first = notices.next_push("p1")  # and p1 dies
    assert notices.next_push("p2") is None

    store.delete(keys.notice_pace, keys.notice_held(NAME))  # two minutes later
    second = notices.next_push("p2")
    assert first is not None
    assert second is not None
    assert (first.details, first.first_ms) == (second.details, second.first_ms)
    notices.pushed(second, "p2")
    notices.pushed(first, "p1")
    unpaced(store)
    assert pushed(notices) is None


def test_many_processes_at_once_make_one(store: Redis) -> None:
    """Sixteen threads keep a digest and push at the same moment."""
    told: list[Notice] = []
    ready = threading.Barrier(16)

    def morning(number: int) -> None:
        notices = Notices(store, Scripts(store))
        ready.wait()
        notices.digest("shop", "2026-02-03", f"第 {number} 个")
        notice = notices.next_push(f"p{number}")
        if notice is not None:
            notices.pushed(notice, f"p{number}")
            told.append(notice)

    threads = [threading.Thread(target=morning, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    unpaced(store)
    last = pushed(Notices(store, Scripts(store)))

    assert len(told) + (last is not None) == 1
    assert len(Notices(store, Scripts(store)).all()[0].details) == 1


def test_every_person_in_a_crisis_is_a_notice_of_their_own(store: Redis, notices: Notices) -> None:
    """The second of a day is told as the first is; the same one again is not."""
    for number in (12, 7, 12):
        notices.raise_("crisis", "shop", whom=number)
    heard = []
    for _ in range(3):
        unpaced(store)
        notice = pushed(notices)
        heard.append(None if notice is None else (notice.kind, notice.account, notice.whom))

    assert heard == [("crisis", "shop", 12), ("crisis", "shop", 7), None] or heard == [
        ("crisis", "shop", 7),
        ("crisis", "shop", 12),
        None,
    ]
    assert {notice.name: notice.told for notice in notices.all()} == {
        "crisis:shop:12": True,
        "crisis:shop:7": True,
    }


def test_a_digest_is_held_by_nobody_whom_it_is_not_for(notices: Notices) -> None:
    """An admin of the account in which the owner reads learns of its complaints alone."""
    notices.digest("shop", "2026-02-03", "【昨日】全部账号")
    notices.raise_("complaint", "shop", detail="T1")

    admin = notices.hold("answer:1", 3, ("shop",), digests=False)
    assert [one.kind for one in admin] == ["complaint"]
    assert [one.kind for one in notices.hold("answer:2", 3, ("shop",))] == ["digest"]
