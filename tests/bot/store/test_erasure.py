"""Erasing somebody on a real store: what is theirs goes, what is others' stays, and nothing brings them back."""

import pytest
from redis import Redis

from bot.messages import Person
from bot.store import keys
from bot.store.broadcasts import Broadcasts
from bot.store.cases import Case, Cases
from bot.store.erasure import Erasure
from bot.store.ledger import Ledger
from bot.store.people import People
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, memory_of
from tests.bot.store.test_people import settled

XIAOYU = Person("shop", "oU")
CASE = Case(1, "handover", 1, "给人的话", "", 1)


@pytest.fixture
def erasure(store: Redis) -> Erasure:
    """As a worker of its own erases; oBoss is an admin by the settings."""
    scripts = Scripts(store)
    people = People(store, scripts, audit_days=1)
    ledger, broadcasts = Ledger(store, scripts, people, "UTC"), Broadcasts(store, scripts, most=9)
    return Erasure(people, Cases(store), ledger, broadcasts, {"shop": ("oBoss",)})


def erase(store: Redis, erasure: Erasure) -> None:
    """oU says so twice."""
    settled(store, *erasure.of(XIAOYU, memory_of(store).recall(CHAT, XIAOYU)))


def test_words_of_ours_make_nobody_known(store: Redis) -> None:
    """Whoever has no number gets none, and nothing of theirs is kept."""
    recalled = memory_of(store).recall(CHAT, XIAOYU, spoke=False)

    assert recalled.profile.number == 0
    assert not store.exists(keys.person(XIAOYU), keys.people("shop"))


def test_only_who_speaks_is_known_for_longer(store: Redis) -> None:
    """The days of a profile begin with what they said last."""
    memory = memory_of(store)
    memory.recall(CHAT, XIAOYU)
    store.pexpire(keys.person(XIAOYU), 1000)
    assert memory.recall(CHAT, XIAOYU, spoke=False).profile.number == 1
    assert 0 < store.pttl(keys.person(XIAOYU)) <= 1000

    memory.recall(CHAT, XIAOYU)
    assert store.pttl(keys.person(XIAOYU)) > 1000


def test_a_case_that_is_closed_too_late_stays_erased(store: Redis, erasure: Erasure) -> None:
    """The admin's turn was decided before, and settled afterwards; a case that is there is closed."""
    cases, closed = Cases(store), Cases(store).close("shop", CASE, 5)
    settled(store, cases.keep("shop", CASE))
    settled(store, closed)
    assert [case.done_ms for case in cases.all("shop")] == [5]

    erase(store, erasure)
    settled(store, closed)
    assert cases.all("shop") == []
