"""The owner's list on a real store: every process knows whether its copy is current."""

from secrets import token_hex

import pytest
from redis import Redis

from bot.errors import StoreUnfit
from bot.likeness import Known, Questions
from bot.store import keys
from bot.store.faq import VERSION, Faq
from bot.store.turns import Write
from tests.bot.store.desk import CHAT, MESSAGE, accept, inbox, memory_of


class Counting(Faq):
    """Counts how often the store is asked for the whole list."""

    reads = 0

    def _read(self, account: str) -> Questions:
        self.reads += 1
        return super()._read(account)


@pytest.fixture
def faq(store: Redis) -> Counting:
    """The lists as one process keeps them."""
    return Counting(store)


def change(store: Redis, faq: Faq, entry: Known) -> str:
    """Keep *entry* as a turn does; the version that others read afterwards."""
    return settled(store, faq.keep("shop", entry))


def settled(store: Redis, writes: tuple[Write, ...]) -> str:
    box = inbox(store)
    accept(box, token_hex(8))
    turn = box.take(CHAT)
    assert turn is not None
    box.settle(turn, "command", writes)
    return memory_of(store).recall(CHAT, MESSAGE.person).changes[VERSION]


def test_a_list_is_read_once_for_each_of_its_versions(store: Redis, faq: Counting) -> None:
    """An account without one is never asked for it."""
    assert faq.of("shop", "").entries == ()
    assert faq.reads == 0
    version = change(store, faq, Known(1, "几点开门", "九点"))
    for _ in range(3):
        assert faq.of("shop", version).entries == (Known(1, "几点开门", "九点"),)
    assert faq.reads == 1

    version = change(store, faq, Known(1, "几点开门", "十点", ("开门",)))
    assert faq.of("shop", version).entries == (Known(1, "几点开门", "十点", ("开门",)),)
    version = settled(store, faq.drop("shop", 1))
    assert faq.of("shop", version).entries == ()
    assert faq.reads == 3


def test_two_who_add_at_once_lose_nothing(store: Redis, faq: Counting) -> None:
    """Each has a number of its own, and whoever settles last leaves a version that nobody has read."""
    numbers = [faq.next_number("shop") for _ in range(2)]
    versions = [change(store, Faq(store), Known(number, f"问{number}", "答")) for number in numbers]

    assert numbers == [1, 2]
    assert versions[0] != versions[1]
    assert [entry.number for entry in faq.of("shop", versions[1]).entries] == [1, 2]
    assert faq.next_number("shop") == 3


def test_accepting_a_message_tells_the_version(store: Redis, faq: Counting) -> None:
    """Also of a repeat, and not of another account."""
    assert accept(inbox(store), "m1").faq == ""
    version = change(store, faq, Known(1, "几点开门", "九点"))

    assert accept(inbox(store), "m2").faq == version
    assert accept(inbox(store), "m2").faq == version
    assert memory_of(store).recall(CHAT, MESSAGE.person).changes == {VERSION: version}


def test_what_a_newer_program_wrote_is_not_misread(store: Redis, faq: Counting) -> None:
    """The turn is left to that program."""
    store.hset(keys.faq("shop"), "1", '{"v":9,"question":"q"}')

    with pytest.raises(StoreUnfit):
        faq.of("shop", "1")
