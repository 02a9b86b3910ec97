"""The list of notices on a real store: told once, by one process at a time, again after a quiet day."""

import threading

import pytest
from redis import Redis

from bot.store import keys
from bot.store.notices import Notice, Notices
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, accept, inbox
from tests.bot.store.test_inbox import TwiceScripts, taken

NAME = "ip_not_allowed:shop"
DAY_MS = 24 * 3600 * 1000


@pytest.fixture(params=[Scripts, TwiceScripts])
def notices(request: pytest.FixtureRequest, store: Redis) -> Notices:
    """The list, also where every script runs twice as after a cut connection."""
    return Notices(store, request.param(store))


def later(store: Redis, ms: int, name: str = NAME) -> None:
    """Let *ms* go by for one notice, and for the pace of the pushes."""
    for field in ("first", "last", "after"):
        value = store.hget(keys.notice(name), field)
        if value is not None:
            store.hset(keys.notice(name), field, int(value) - ms)
    told = store.get(keys.notice_told(name))
    if told is not None:
        store.set(keys.notice_told(name), int(told) - ms, keepttl=True)
    store.delete(keys.notice_pace)


def pushed(notices: Notices, holder: str = "p1") -> Notice | None:
    """Push what is due, successfully."""
    notice = notices.next_push(holder)
    if notice is not None:
        notices.pushed(notice, holder)
    return notice


def test_a_notice_counts_how_often_it_arose(notices: Notices) -> None:
    """The same kind and account is one notice with a count, the last code and its different details."""
    new = [
        notices.raise_("ip_not_allowed", "shop", errcode=40164, detail="203.0.113.7"),
        notices.raise_("ip_not_allowed", "shop", errcode=40164, detail="203.0.113.7"),
        notices.raise_("ip_not_allowed", "shop", errcode=61004, detail="203.0.113.8"),
        notices.raise_("ip_not_allowed", "office", errcode=60020),
    ]

    found = {notice.account: notice for notice in notices.all()}
    office, shop = found["office"], found["shop"]
    assert new == [True, False, False, True]
    assert (shop.account, shop.count, shop.errcode) == ("shop", 3, 61004)
    assert shop.details == ("203.0.113.7", "203.0.113.8")
    assert shop.first_ms <= shop.last_ms
    assert (office.account, office.count, office.details) == ("office", 1, ())


def test_details_are_bounded(notices: Notices) -> None:
    """A thousand dead letters make one short notice."""
    for n in range(1000):
        notices.raise_("dead_letter", "shop", detail=str(n))

    (notice,) = notices.all()
    assert (notice.count, notice.details) == (1000, ("0", "1", "2"))


def test_a_notice_is_pushed_once(notices: Notices, store: Redis) -> None:
    """However often it arises afterwards: the same kind of the same account is not told again."""
    notices.raise_("ip_not_allowed", "shop")
    first = pushed(notices)
    for _ in range(3):
        later(store, DAY_MS - 1000)
        notices.raise_("ip_not_allowed", "shop")

    assert first is not None
    assert pushed(notices) is None
    assert [notice.told for notice in notices.all()] == [True]


def test_after_a_quiet_day_it_is_told_again(notices: Notices, store: Redis) -> None:
    """What comes back after 24 h without it is news, and begins a new count."""
    for _ in range(2):
        notices.raise_("ip_not_allowed", "shop", detail="203.0.113.7")
    pushed(notices)
    later(store, DAY_MS + 1000)
    assert pushed(notices) is None

    assert notices.raise_("ip_not_allowed", "shop")

    again = pushed(notices)
    assert again is not None
    assert (again.count, again.details) == (1, ())


def test_one_push_in_ten_seconds(notices: Notices, store: Redis) -> None:
    """Two notices are pushed one after the other, at a pace, whoever pushes."""
    notices.raise_("ip_not_allowed", "shop")
    notices.raise_("dead_letter", "shop")

    first, at_once = pushed(notices, "p1"), notices.next_push("p2")
    assert first is not None
    assert at_once is None
    assert 9_000 < store.pttl(keys.notice_pace) <= 10_000

    store.delete(keys.notice_pace)
    second = pushed(notices, "p2")
    assert second is not None
    assert {first.kind, second.kind} == {"ip_not_allowed", "dead_letter"}


def test_many_workers_push_it_once(notices: Notices) -> None:
    """Sixteen workers look at the same time: one of them gets the notice."""
    notices.raise_("ip_not_allowed", "shop")
    barrier, found = threading.Barrier(16), []

    def look(holder: str) -> None:
        barrier.wait()
        found.append(notices.next_push(holder))

    threads = [threading.Thread(target=look, args=(f"p{n}",)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(notice is not None for notice in found) == 1


def test_a_worker_that_dies_while_it_pushes_leaves_the_notice_to_the_next(
    notices: Notices, store: Redis
) -> None:
    """After two minutes another worker has it, and the dead one can end nothing any more."""
    notices.raise_("ip_not_allowed", "shop")
    old = notices.next_push("p1")
    assert old is not None
    assert notices.next_push("p2") is None
    assert 110_000 < store.pttl(keys.notice_held(NAME)) <= 120_000
    store.delete(keys.notice_held(NAME), keys.notice_pace)
    new = notices.next_push("p2")
    assert new is not None

    notices.pushed(old, "p1")
    assert not notices.all()[0].told
    notices.pushed(new, "p2")
    assert notices.all()[0].told


def test_a_push_that_failed_is_due_again_later(notices: Notices, store: Redis) -> None:
    """Not before its delay, and it knows how often it was tried; another notice does not wait for it."""
    notices.raise_("ip_not_allowed", "shop")
    failed = notices.next_push("p1")
    assert failed is not None
    notices.put_off(failed, "p1", 60.0)
    store.delete(keys.notice_pace)
    assert notices.next_push("p1") is None
    notices.raise_("dead_letter", "office")
    other = pushed(notices)
    assert other is not None
    assert other.kind == "dead_letter"

    later(store, 61_000)
    again = notices.next_push("p1")
    assert again is not None
    assert again.tries == 1


def test_an_answer_that_holds_a_notice_keeps_it_from_the_push(notices: Notices, store: Redis) -> None:
    """Only one of the two tells it; the same answer finds it again when it is made a second time."""
    notices.raise_("ip_not_allowed", "shop")

    (held,) = notices.hold("answer:1", 3, ("shop",))
    assert notices.hold("answer:1", 3, ("shop",)) == [held]
    assert notices.hold("answer:2", 3, ("shop",)) == []
    assert notices.next_push("p1") is None
    store.delete(keys.notice_held(NAME))
    assert notices.next_push("p1") is not None


def test_a_notice_is_told_together_with_the_settling(notices: Notices, store: Redis) -> None:
    """The writes of the answer make it told; an answer that was never settled does not."""
    box = inbox(store)
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    notices.raise_("ip_not_allowed", "shop")
    (held,) = notices.hold("answer:1", 3, ("shop",))
    assert not notices.all()[0].told

    box.settle(turn, "answered", notices.told(held))

    assert notices.all()[0].told
    assert notices.hold("answer:2", 3, ("shop",)) == []


def test_a_notice_lives_a_month_and_leaves_nothing(notices: Notices, store: Redis) -> None:
    """Every key ends by itself, and a name without its notice is cleared away."""
    notices.raise_("ip_not_allowed", "shop")
    pushed(notices)
    notices.model_failed()
    assert all(store.pttl(key) > 0 for key in store.keys("*"))
    store.delete(keys.notice(NAME))

    assert notices.all() == []
    store.delete(keys.notice_pace)
    assert notices.next_push("p1") is None
    assert not store.exists(keys.notices)


def test_a_model_fails_in_a_row_until_it_answers(notices: Notices, store: Redis) -> None:
    """The row begins with the first failure and ends with an answer, or by itself after half an hour."""
    assert notices.model_failed() < 1
    store.decrby(keys.model_failing, 301_000)
    assert 301 <= notices.model_failed() < 310
    assert 0 < store.pttl(keys.model_failing) <= 30 * 60_000

    box = inbox(store)
    accept(box, "m1")
    box.settle(taken(box.take(CHAT)), "answered", (notices.model_works(),))

    assert notices.model_failed() < 1


def test_an_answer_holds_the_notices_of_some_accounts(notices: Notices) -> None:
    """And what is broken anywhere; the others go on waiting for who reads them."""
    notices.raise_("complaint", "shop", detail="T1")
    notices.raise_("crisis", "office", whom=7)
    notices.raise_("model_down_long", "")
    notices.raise_("secret_refused", "shop")

    found = notices.hold("answer:1", 9, ("office",))
    assert {one.name for one in found} == {"crisis:office:7", "model_down_long:", "secret_refused:shop"}
    assert [one.kind for one in notices.hold("answer:2", 3, ("shop",))] == ["complaint"]
