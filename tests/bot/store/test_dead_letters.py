"""Dead letters: kept, shown without being touched, and put back as if they had just come."""

from contextlib import suppress

import pytest
from redis import Redis

from bot.errors import LeaseLost
from bot.messages import Chat
from bot.store import keys
from bot.store.dead_letters import DeadLetter, DeadLetters
from bot.store.inbox import Inbox
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, MESSAGE, TwiceScripts, accept, inbox


def letters(store: Redis, *, most: int = 100, scripts: Scripts | None = None) -> DeadLetters:
    return DeadLetters(store, scripts or Scripts(store), most=most)


def bury(store: Redis, *msg_ids: str, peer: str = "oU") -> None:
    """Give up one message after the other."""
    box = inbox(store)
    for msg_id in msg_ids:
        accept(box, msg_id, msg_id, peer=peer)
        turn = box.take(CHAT)
        assert turn is not None
        box.settle(turn, "dead_letter", (), "poison")


def waiting(store: Redis) -> int:
    """Accepted and not settled, by the counters."""
    found = {name.decode(): int(value) for name, value in store.hgetall(keys.counts).items()}
    return found["accepted"] - sum(value for name, value in found.items() if name.startswith("settled:"))


def test_a_dead_letter_says_what_died_and_why(store: Redis) -> None:
    """The newest first, with everything of the message."""
    bury(store, "m1", "m2")

    newest, oldest = letters(store).all()
    assert (newest.n, oldest.n) == (2, 1)
    assert newest.reason == "poison"
    assert newest.message.chat == MESSAGE.chat
    assert newest.message.text == "m2"


def test_it_is_put_back_behind_what_waits(store: Redis) -> None:
    """It has a new number, none of its old steps, and the sum stays right."""
    bury(store, "m1")
    box = inbox(store)
    accept(box, "m2", "m2")
    (letter,) = letters(store).all()

    assert letters(store).put_back(letter) == 3
    assert letters(store).all() == []
    assert waiting(store) == store.llen(keys.inbox(CHAT)) == 2
    first = box.take(CHAT)
    assert first is not None
    second = box.settle(first, "answered", ())
    assert second is not None
    assert (first.message.text, second.message.text) == ("m2", "m1")
    assert (second.lease.n, second.steps.deaths, second.steps.plan) == (3, 0, None)
    assert not second.lease.stopped
    assert box.settle(second, "answered", ()) is None
    assert waiting(store) == 0


def test_a_chat_that_is_put_back_is_due_at_once(store: Redis) -> None:
    """No callback wakes a worker for it, so the sweeper does."""
    bury(store, "m1")
    letters(store).put_back(letters(store).all()[0])

    assert inbox(store).due(10) == [str(CHAT)]


def test_it_is_put_back_once(store: Redis) -> None:
    """Two operators, or a script that runs twice: one message."""
    bury(store, "m1", "m2")
    newest, oldest = letters(store).all()
    letters(store, scripts=TwiceScripts(store)).put_back(oldest)

    assert letters(store).put_back(oldest) == 0
    assert letters(store).all() == [newest]
    assert waiting(store) == store.llen(keys.inbox(CHAT)) == 1


def test_a_full_inbox_takes_none_back(store: Redis) -> None:
    """It stays a dead letter, to be tried later."""
    bury(store, "m1")
    accept(inbox(store), "m2")
    (letter,) = letters(store).all()

    assert letters(store, most=1).put_back(letter) == -1
    assert letters(store).all() == [letter]


def put_back_from_chat(store: Redis, box: Inbox, letter: DeadLetter, *, most: int = 100) -> None:
    """An admin's message puts *letter* back when it is settled."""
    accept(box, "admin", "#重试", peer="oBoss")
    turn = box.take(Chat("shop", "oBoss"))
    assert turn is not None
    with suppress(LeaseLost):  # Run twice, the script finds nothing of the turn the second time.
        box.settle(turn, "command", (letters(store, most=most).requeued(letter),))


@pytest.mark.parametrize("scripts", [Scripts, TwiceScripts])
def test_an_admin_puts_one_back_with_the_settling_of_a_message(store: Redis, scripts: type[Scripts]) -> None:
    """Once, however often the script runs; the letter is gone, and the sum stays right."""
    bury(store, "m1", "m2")
    (newest, _) = letters(store).all()
    put_back_from_chat(store, Inbox(scripts(store), "p1", most=100), newest)

    assert [letter.n for letter in letters(store).all()] == [1]
    turn = inbox(store).take(CHAT)
    assert turn is not None
    assert (turn.message, turn.lease.n) == (newest.message, 4)
    assert waiting(store) == 1
    assert store.hget(keys.counts, "requeued") == b"1"


def test_a_letter_that_is_gone_or_has_no_room_is_left(store: Redis) -> None:
    """Two admins at once, or a person who floods."""
    bury(store, "m1")
    (letter,) = letters(store).all()
    box = inbox(store)
    accept(box, "m2")
    put_back_from_chat(store, box, letter, most=1)
    assert letters(store).all() == [letter]

    assert letters(store).put_back(letter) == 4
    accept(box, "again", peer="oBoss")
    turn = box.take(Chat("shop", "oBoss"))
    assert turn is not None
    box.settle(turn, "command", (letters(store).requeued(letter),))
    assert store.llen(keys.inbox(CHAT)) == 2


def test_an_admins_own_letter_comes_back_into_the_chat_that_asks(store: Redis) -> None:
    """The list that is being settled is the list it goes to."""
    bury(store, "m1")
    (letter,) = letters(store).all()
    box = inbox(store)
    accept(box, "m2")
    turn = box.take(CHAT)
    assert turn is not None

    following = box.settle(turn, "command", (letters(store).requeued(letter),))
    assert following is not None
    assert following.message == letter.message
