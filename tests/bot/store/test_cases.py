"""Cases on a real store: kept when a message is settled, and closed for good."""

from dataclasses import replace

from redis import Redis

from bot.store.cases import Case, Cases
from tests.bot.store.desk import CHAT, accept, inbox
from tests.bot.store.test_inbox import taken


def test_what_was_closed_stays_closed(store: Redis) -> None:
    """Whoever read a case before an admin closed it does not open it again, however late they settle."""
    cases, box = Cases(store), inbox(store)
    for number in ("m1", "m2", "m3"):
        accept(box, number)
    read = Case(1, "handover", 12, "我要退货", "", 1)
    turn = taken(box.take(CHAT))

    turn = taken(box.settle(turn, "command", (cases.keep("shop", read),)))
    turn = taken(box.settle(turn, "command", (cases.close("shop", read, 2),)))
    box.settle(turn, "command", (cases.keep("shop", replace(read, text="我要退货\n在吗")),))

    assert cases.all("shop") == [replace(read, done_ms=2)]


def test_of_what_was_closed_five_hundred_stay(store: Redis) -> None:
    """The oldest go, by when they were closed; what is open stays, however old it is."""
    cases, box = Cases(store), inbox(store)
    words = 'say "done_ms":9 to me'
    open_ones = [Case(number, "complaint", number, words, "", 1) for number in range(1, 31)]
    closed = [Case(number, "complaint", 7, words, "", 1, 2000 - number) for number in range(31, 560)]
    for number in ("m1", "m2"):
        accept(box, number)
    turn = taken(box.take(CHAT))
    turn = taken(box.settle(turn, "command", [cases.keep("shop", one) for one in (*open_ones, *closed)]))
    found = cases.all("shop")
    assert [one.case for one in found] == [*range(1, 31), *range(31, 531)]

    box.settle(turn, "command", (cases.close("shop", open_ones[4], 5000),))
    assert {one.case for one in cases.all("shop")} == {*range(1, 530)}
    assert cases.open_of("shop", "complaint", 5) is None
    assert cases.open_of("shop", "complaint", 6) == open_ones[5]
    assert cases.open_of("shop", "handover", 6) is None
