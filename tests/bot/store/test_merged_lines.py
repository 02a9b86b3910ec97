"""Lines that are answered along with another: they wait until it is settled, and then end with it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import cast

import pytest
from redis import Redis

from bot.errors import LeaseLost, StoreError
from bot.messages import State
from bot.store import keys
from bot.store.behind import ALONG_MOST, Behind
from bot.store.dead_letters import DeadLetters
from bot.store.inbox import Inbox, Turn
from bot.store.scripts import Scripts
from bot.store.turns import Op, Write
from tests.bot.store.desk import CHAT, TwiceScripts, accept, steady


@pytest.fixture(params=[Scripts, TwiceScripts], ids=["once", "twice"])
def box(request: pytest.FixtureRequest, store: Redis) -> Inbox:
    """An inbox whose turns show what waits behind; each script runs once, or twice as after a broken line."""
    steady(store)
    return Inbox(request.param(store), "p1", most=100, along=ALONG_MOST)


def taken(turn: Turn | None) -> Turn:
    assert turn is not None
    return turn


def ends(store: Redis) -> dict[str, int]:
    """How messages ended, and how many are accepted."""
    found = {name.decode(): int(value) for name, value in store.hgetall(keys.counts).items()}
    return {name: value for name, value in found.items() if name.startswith("settled:") or name == "accepted"}


def balanced(store: Redis) -> bool:
    """Whether accepted = settled + waiting."""
    counts = ends(store)
    settled = sum(value for name, value in counts.items() if name != "accepted")
    return counts["accepted"] == settled + store.llen(keys.inbox(CHAT))


def joined(box: Inbox, words: Sequence[str]) -> Turn:
    """All of *words* wait and are one question."""
    for word in words:
        accept(box, word, word)
    turn = taken(box.take(CHAT))
    box.join(turn, turn.behind[: len(words) - 1])
    return turn


def test_a_turn_shows_what_waits_behind_it(store: Redis, box: Inbox) -> None:
    """In order, twenty at most with its own; the same when it follows another turn."""
    for i in range(30):
        accept(box, f"m{i}", f"q{i}")
    first = taken(box.take(CHAT))
    assert [one.message.text for one in first.behind] == [f"q{i}" for i in range(1, 20)]

    second = taken(box.settle(first, "answered", ()))
    assert [one.n for one in second.behind] == list(range(3, 22))
    assert balanced(store)


def test_an_inbox_that_joins_nothing_shows_nothing(store: Redis) -> None:
    """`turn.merge_waiting = false`: no line is fetched for nothing."""
    steady(store)
    plain = Inbox(Scripts(store), "p1")
    for i in range(3):
        accept(plain, f"m{i}")
    turn = taken(plain.take(CHAT))

    assert turn.behind == ()
    assert taken(plain.settle(turn, "answered", ())).behind == ()


def test_joined_lines_are_one_question(store: Redis, box: Inbox) -> None:
    """Joined by newlines; they wait on until the answer is out."""
    turn = joined(box, ["甲", "乙", "丙"])

    assert turn.message.text == "甲\n乙\n丙"
    assert store.llen(keys.inbox(CHAT)) == 3
    assert balanced(store)


def test_whoever_takes_it_up_asks_the_same(store: Redis, box: Inbox) -> None:
    """After a death: not a line less, and not the one that came meanwhile."""
    joined(box, ["甲", "乙"])
    accept(box, "丙", "丙")
    store.delete(keys.lease(CHAT))
    steady(store)

    turn = taken(Inbox(Scripts(store), "p2").take(CHAT))
    assert turn.message.text == "甲\n乙"
    assert turn.steps.deaths == 1
    following = taken(Inbox(Scripts(store), "p2").settle(turn, "answered", ()))
    assert following.message.text == "丙"
    assert ends(store) == {"accepted": 3, "settled:answered": 1, "settled:merged": 1}


@pytest.mark.parametrize("state", ["answered", "refused", "dead_letter", "command"])
def test_they_end_together(store: Redis, box: Inbox, state: State) -> None:
    """One state for each, at one moment; what waits behind them is next."""
    turn = joined(box, ["甲", "乙", "丙"])
    accept(box, "丁", "丁")
    following = box.settle(turn, state, (), "poison")

    # Run twice, the script answers the second time what is next, as it did the first time.
    assert taken(following).message.text == "丁"
    assert ends(store) == {"accepted": 4, f"settled:{state}": 1, "settled:merged": 2}
    assert balanced(store)


def test_the_chat_is_left_clean(store: Redis, box: Inbox) -> None:
    """Nothing of it stays when nothing waits."""
    turn = joined(box, ["甲", "乙"])
    with suppress(LeaseLost):  # Run twice, the script finds nothing of the turn the second time.
        assert box.settle(turn, "answered", ()) is None
    left = {key.decode() for key in store.keys("*")}

    assert not {keys.inbox(CHAT), keys.turn(CHAT), keys.lease(CHAT), keys.ready} & left


def test_a_flood_between_them_takes_nobodys_place(store: Redis) -> None:
    """Its notice is put right behind the head, among lines that are joined already."""
    steady(store)
    box = Inbox(Scripts(store), "p1", most=3, along=ALONG_MOST)
    turn = joined(box, ["甲", "乙", "丙"])
    assert accept(box, "丁", "丁").full
    store.delete(keys.lease(CHAT))
    again = taken(Inbox(Scripts(store), "p2").take(CHAT))
    assert again.message.text == turn.message.text == "甲\n乙\n丙"

    following = taken(box_of(store, "p2").settle(again, "answered", ()))
    assert following.message.kind == "flood"
    assert following.behind == ()
    assert ends(store) == {"accepted": 4, "settled:answered": 1, "settled:merged": 2}


def box_of(store: Redis, process: str) -> Inbox:
    return Inbox(Scripts(store), process, most=3, along=ALONG_MOST)


def test_a_control_word_stops_all_of_them(store: Redis, box: Inbox) -> None:
    """Each is settled as stopped; the word itself is next."""
    turn = joined(box, ["甲", "乙"])
    accept(box, "停", "停", cuts=True)
    box.record(turn, {"model": "x"})
    assert turn.lease.stopped

    assert taken(box.settle(turn, "stopped", ())).message.text == "停"
    assert ends(store) == {"accepted": 3, "settled:stopped": 2}


def test_a_line_that_came_after_the_cut_is_not_stopped(store: Redis, box: Inbox) -> None:
    """It gets its own turn: nothing is stopped that was said afterwards."""
    turn = joined(box, ["甲", "乙", "丙"])
    turn.lease.learn(3)

    assert taken(box.settle(turn, "stopped", ())).message.text == "丙"
    assert ends(store) == {"accepted": 3, "settled:stopped": 2}


def test_who_lost_the_chat_joins_nothing(store: Redis, box: Inbox) -> None:
    """Another process is at it, and decides by itself."""
    for word in ("甲", "乙"):
        accept(box, word, word)
    turn = taken(box.take(CHAT))
    store.delete(keys.lease(CHAT))
    other = taken(Inbox(Scripts(store), "p2", along=9).take(CHAT))

    with pytest.raises(LeaseLost):
        box.join(turn, turn.behind)
    assert other.steps.merged == ()
    assert [one.message.text for one in other.behind] == ["乙"]


def test_a_dead_letter_keeps_every_line(store: Redis, box: Inbox) -> None:
    """Put back it is the whole question, once."""
    turn = joined(box, ["甲", "乙"])
    with suppress(LeaseLost):
        box.settle(turn, "dead_letter", (), "poison")
    letters = DeadLetters(store, Scripts(store), most=100)
    (letter,) = letters.all()
    assert letter.message.text == "甲\n乙"

    assert letters.put_back(letter) == 3
    assert taken(box.take(CHAT)).message.text == "甲\n乙"
    assert balanced(store)


def test_a_line_of_a_newer_program_ends_what_is_shown(store: Redis, box: Inbox) -> None:
    """It is left for whoever can read it."""
    accept(box, "m1", "甲")
    accept(box, "m2", "乙")
    line = store.lindex(keys.inbox(CHAT), 1)
    assert line is not None
    store.lset(keys.inbox(CHAT), 1, line.replace(b'"v":1', b'"v":9'))

    assert taken(box.take(CHAT)).behind == ()


def test_a_question_that_was_asked_is_known_as_such(store: Redis, box: Inbox) -> None:
    """So that whoever takes it up adds nothing to it."""
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    assert not turn.steps.asked
    box.record(turn, {"model": "x"})
    store.delete(keys.lease(CHAT))

    assert taken(Inbox(Scripts(store), "p2").take(CHAT)).steps.asked


def test_what_is_shown_names_its_number(store: Redis, box: Inbox) -> None:
    """By it a joined line is found again."""
    accept(box, "m1", "甲")
    accept(box, "m2", "乙")

    (behind,) = taken(box.take(CHAT)).behind
    assert isinstance(behind, Behind)
    assert (behind.n, behind.message.text) == (2, "乙")


def test_a_program_that_knows_no_joined_lines_leaves_them_alone(box: Inbox, store: Redis) -> None:
    """It would end the first of them alone, and the others would be answered once more."""
    accept(box, "m1")
    assert box.take(CHAT) is not None

    assert int(store.hget(keys.turn(CHAT), "v") or 0) > keys.SCHEMA


def test_what_only_a_newer_program_can_carry_out_changes_nothing(box: Inbox, store: Redis) -> None:
    """The message waits, whole, for who can."""
    accept(box, "m1")
    turn = taken(box.take(CHAT))
    unknown = replace(Write("set", "yd1:rest:shop:oU", "{}", 1000), op=cast(Op, "later"))

    with pytest.raises(StoreError):
        box.settle(turn, "command", (Write("set", "yd1:picks:shop:oU", "{}", 1000), unknown))

    assert store.llen(keys.inbox(CHAT)) == 1
    assert not store.exists("yd1:picks:shop:oU")
