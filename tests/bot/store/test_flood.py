"""A full inbox: what is refused, what is told, and that the sum stays right."""

from dataclasses import replace
from secrets import token_hex

import pytest
from redis import Redis

from bot.messages import OURS, InboundMessage, Text
from bot.store import keys
from bot.store.accepted import Accepted
from bot.store.inbox import Inbox, Turn
from tests.bot.store.desk import CHAT, MESSAGE, TwiceScripts, accept, inbox


def counts(store: Redis) -> dict[str, int]:
    return {name.decode(): int(value) for name, value in store.hgetall(keys.counts).items()}


def drain(box: Inbox) -> list[tuple[str, str]]:
    """Settle everything that waits; kind and words of each message."""
    turn: Turn | None = box.take(CHAT)
    found = []
    while turn is not None:
        found.append((turn.message.kind, turn.message.text))
        turn = box.settle(turn, "refused" if turn.message.kind == "flood" else "answered", ())
    return found


def test_a_full_inbox_refuses_and_tells_once(store: Redis) -> None:
    """Three wait, five more come: the first of them becomes the notice right behind the head."""
    box = inbox(store, most=3)
    results = [accept(box, f"m{i}", f"q{i}") for i in range(8)]

    assert [result.full for result in results] == [False] * 3 + [True] * 5
    assert all(result.new for result in results)
    assert store.llen(keys.inbox(CHAT)) == 4
    assert counts(store) == {"accepted": 8, "settled:refused": 4}
    assert drain(box) == [("text", "q0"), ("flood", ""), ("text", "q1"), ("text", "q2")]
    done = counts(store)
    assert (done["accepted"], done["settled:refused"], done["settled:answered"]) == (8, 5, 3)


@pytest.mark.parametrize("kind", sorted(OURS))
def test_words_of_ours_are_not_what_a_person_has_waiting(store: Redis, kind: str) -> None:
    """An admin's own words are heard behind any number of them; for each other they count."""
    box = inbox(store, most=3)
    ours = replace(MESSAGE, kind=kind, parts=(Text('"kind":"text"'),))
    for i in range(3):
        assert not said(box, replace(ours, msg_id=f"o{i}")).full
    own = [accept(box, f"m{i}", '{"kind":"relay","parts":[]}') for i in range(4)]

    assert [one.full for one in own] == [False, False, False, True]
    assert said(box, replace(ours, msg_id="o3")).full


def said(box: Inbox, message: InboundMessage) -> Accepted:
    """Something that nobody typed here."""
    return box.accept(message, cuts=False, allowance=None, nonce=None, attempt=token_hex(8))


def test_the_notice_comes_at_most_once_a_minute(store: Redis) -> None:
    """The inbox may be emptied and filled again meanwhile."""
    box = inbox(store, most=1)
    for round_ in range(3):
        for i in range(3):
            accept(box, f"m{round_}.{i}", "q")
        kinds = [kind for kind, _ in drain(box)]
        assert (["text", "flood"] if round_ == 0 else ["text"]) == kinds

    assert 0 < store.pttl(keys.flood(CHAT)) <= keys.FLOOD_MS
    store.delete(keys.flood(CHAT))
    accept(box, "late1")
    assert accept(box, "late2").wake


def test_a_refused_message_is_not_accepted_when_it_is_delivered_again(store: Redis) -> None:
    """It has ended: its repeat is a repeat."""
    box = inbox(store, most=1)
    for msg_id in ("m1", "m2", "m3"):
        accept(box, msg_id)
    drain(box)

    assert not accept(box, "m3").new


def test_stop_gets_through_a_full_inbox(store: Redis) -> None:
    """Who has flooded us may still say stop, which empties the inbox; but not without end."""
    box = inbox(store, most=2)
    for i in range(3):
        accept(box, f"m{i}")
    full = [accept(box, f"s{i}", "停", cuts=True).full for i in range(4)]

    assert full == [False, True, True, True]
    assert store.llen(keys.inbox(CHAT)) == 4
    assert store.get(keys.cut(CHAT)) == b"7"


def test_others_are_not_concerned(store: Redis) -> None:
    """The limit is the chat's."""
    box = inbox(store, most=1)
    for i in range(5):
        accept(box, f"m{i}")

    assert not accept(box, "m9", peer="oOther").full


def test_the_allowance_is_granted_all_the_same(store: Redis) -> None:
    """The platform allows us to answer whoever wrote, whether we kept it or not."""
    box = inbox(store, most=1)
    accept(box, "m1")
    store.hset(keys.allowance(CHAT), "typed_left", 0)
    accept(box, "m2")

    assert store.hget(keys.allowance(CHAT), "typed_left") == b"5"


def test_refusing_twice_equals_refusing_once(store: Redis) -> None:
    """redis-py repeats a script whose answer was lost."""
    box = Inbox(TwiceScripts(store), "p1", most=1)
    for i in range(3):
        accept(box, f"m{i}")

    assert counts(store) == {"accepted": 3, "settled:refused": 1}
    assert store.llen(keys.inbox(CHAT)) == 2
