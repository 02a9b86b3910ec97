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
