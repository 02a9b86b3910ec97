"""Who has spoken, on a real store: the last first, counted once, and nobody who was erased."""

import pytest
from redis import Redis

from bot.errors import LeaseLost
from bot.messages import Person
from bot.store import keys
from bot.store.people import People
from bot.store.roster import Roster, Seen
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, TwiceScripts, accept, inbox, memory_of
from tests.bot.store.test_people import settled

XIAOYU, OTHER = Person("shop", "oU"), Person("shop", "oOther")


@pytest.fixture
def people(store: Redis) -> People:
    """Two who have spoken."""
    for person in (XIAOYU, OTHER):
        memory_of(store).recall(CHAT, person)
    return People(store, Scripts(store), audit_days=1)


@pytest.fixture
def roster(store: Redis, people: People) -> Roster:
    """The roster of this store."""
    return Roster(store, people)


def test_the_last_who_spoke_comes_first(store: Redis, roster: Roster) -> None:
    """With the messages of that day; on another day the count begins anew."""
    settled(store, *roster.spoke(XIAOYU, "2026-11-21", 1000))
    settled(store, *roster.spoke(XIAOYU, "2026-11-22", 2000))
    settled(store, *roster.spoke(OTHER, "2026-11-22", 3000))
    settled(store, *roster.spoke(XIAOYU, "2026-11-22", 4000))

    found = roster.last("shop", 10)
    assert found == [Seen(1, 4000, "2026-11-22", 2), Seen(2, 3000, "2026-11-22", 1)]
    assert [seen.today("2026-11-22") for seen in found] == [2, 1]
    assert [seen.today("2026-11-23") for seen in found] == [0, 0]
    assert roster.last("shop", 1) == found[:1]
    assert roster.last("office", 10) == []


def test_a_message_counts_once(store: Redis, roster: Roster) -> None:
    """Also where the store is told twice that it is settled."""
    box = inbox(store)
    accept(box, "m1")
    turn = box.take(CHAT)
    assert turn is not None
    box._scripts = TwiceScripts(store)
    with pytest.raises(LeaseLost):  # The second time nothing of it is ours any more.
        box.settle(turn, "answered", roster.spoke(XIAOYU, "2026-11-22", 1000))

    assert roster.last("shop", 10) == [Seen(1, 1000, "2026-11-22", 1)]


def test_who_was_erased_is_not_seen_again(store: Redis, roster: Roster) -> None:
    """The message that erases them leaves nothing behind."""
    settled(store, *roster.spoke(XIAOYU, "2026-11-22", 1000))
    gone = (keys.person(XIAOYU), keys.people("shop"))
    store.delete(gone[0])
    store.hdel(gone[1], "1")
    settled(store, *roster.spoke(XIAOYU, "2026-11-22", 2000))

    assert roster.last("shop", 10) == []
    assert not store.exists(keys.person(XIAOYU))


def test_two_hundred_are_known(store: Redis, roster: Roster) -> None:
    """More would grow for ever."""
    store.zadd(keys.active("shop"), {str(number): number for number in range(1000, 1500)})
    settled(store, *roster.spoke(XIAOYU, "2026-11-22", 9000))

    assert store.zcard(keys.active("shop")) == 200
    assert store.zrevrange(keys.active("shop"), 0, 0) == [b"1"]


def test_one_is_told_in_full(store: Redis, people: People, roster: Roster) -> None:
    """What is kept of them, and whether they were banned or let in."""
    settled(store, people.choose(XIAOYU, "role", "cook"), people.admit(XIAOYU), *people.ban(XIAOYU))
    settled(store, people.grant(XIAOYU, "answers", 3), *roster.spoke(XIAOYU, "2026-11-22", 1000))
    profile, seen = roster.profile(XIAOYU)

    assert (profile.number, profile.banned, profile.admitted, profile.paired) == (1, True, True, False)
    assert (profile.chosen, profile.granted_answers) == ({"role": "cook"}, 3)
    assert seen == Seen(1, 1000, "2026-11-22", 1)
    assert roster.profile(OTHER)[1] == Seen(2, 0, "", 0)


def test_who_was_let_in_is_recalled_and_named_nowhere(store: Redis, people: People) -> None:
    """A salted hash; dismissed, they are out."""
    settled(store, people.admit(XIAOYU))
    recall = memory_of(store).recall
    assert (recall(CHAT, XIAOYU).profile.admitted, recall(CHAT, OTHER).profile.admitted) == (True, False)
    assert b"oU" not in b"".join(store.smembers(keys.admitted("shop")))

    settled(store, people.dismiss(XIAOYU))
    assert not recall(CHAT, XIAOYU).profile.admitted
