"""People on a real store: short numbers, bans that tell nobody's name, one-time codes."""

import time
from secrets import token_hex

import pytest
from redis import Redis

from bot.messages import Person
from bot.store import keys
from bot.store.memory import Recalled
from bot.store.people import CODE_TRIES, Deed, People
from bot.store.scripts import Scripts
from bot.store.turns import Write
from tests.bot.store.desk import CHAT, TwiceScripts, accept, inbox, memory_of

XIAOYU, BOSS = Person("shop", "oU"), Person("shop", "oBoss")


@pytest.fixture
def people(store: Redis) -> People:
    """The people of this store."""
    return People(store, Scripts(store), audit_days=180)


def recall(store: Redis, person: Person = XIAOYU) -> Recalled:
    """As a turn does at its start."""
    return memory_of(store).recall(CHAT, person)


def settled(store: Redis, *writes: Write) -> None:
    """Make *writes* true, together with the settling of a message."""
    box = inbox(store)
    accept(box, token_hex(8))
    turn = box.take(CHAT)
    assert turn is not None
    box.settle(turn, "command", writes)


def test_everybody_gets_the_next_number_and_keeps_it(store: Redis, people: People) -> None:
    """By the number or by the platform's id the same person is meant."""
    assert [recall(store, one).profile.number for one in (XIAOYU, BOSS, XIAOYU)] == [1, 2, 1]
    for named in ("2", "#2", "2号", " 2 号", "oBoss"):
        assert people.find("shop", named) == (2, BOSS)
    for named in ("3", "0", "", "last", "oNobody", "-1", "2.0"):
        assert people.find("shop", named) is None
    assert people.find("other", "2") is None


def test_a_number_that_nobody_has_any_more_leads_to_nobody(store: Redis, people: People) -> None:
    """Who comes back after 400 days has another one; whoever meets the old one forgets it."""
    recall(store)
    recall(store, BOSS)
    store.delete(keys.person(XIAOYU), keys.person(BOSS))
    recall(store)
    assert people.numbers(XIAOYU) == ["1", "3"]

    assert people.find("shop", "1") is None
    assert people.find("shop", "2") is None
    assert people.find("shop", "3") == (3, XIAOYU)
    assert people.find("shop", "oU") == (3, XIAOYU)
    assert store.hgetall(keys.people("shop")) == {b"last": b"3", b"3": b"oU"}


def test_a_ban_holds_until_it_is_lifted_and_names_nobody(store: Redis, people: People) -> None:
    """What remains in the store is a salted hash."""
    recall(store)
    settled(store, *people.ban(XIAOYU))
    assert recall(store).profile.banned
    assert not recall(store, BOSS).profile.banned
    assert b"oU" not in b"".join(store.smembers(keys.bans("shop")))

    settled(store, people.unban(XIAOYU))
    assert not recall(store).profile.banned


def test_what_somebody_chooses_is_theirs(store: Redis, people: People) -> None:
    """Words of any kind come back as they were; an empty choice goes back to the owner's."""
    settled(store, people.choose(XIAOYU, "role", "own 你是\n盘点 助手"))
    assert recall(store).profile.chosen == {"role": "own 你是\n盘点 助手"}

    settled(store, people.choose(XIAOYU, "role", ""))
    assert recall(store).profile.chosen == {}


def test_a_code_makes_the_first_who_sends_it_an_admin(store: Redis, people: People) -> None:
    """It works once; whoever was paired stays it."""
    code = people.new_code("shop")

    assert people.pair(BOSS, code, "m1") == "paired"
    assert people.pair(XIAOYU, code, "m2") == "none"
    assert people.pair(BOSS, "000000", "m3") == "paired"
    assert (recall(store, BOSS).profile.paired, recall(store).profile.paired) == (True, False)


def test_five_wrong_codes_end_the_right_one(store: Redis, people: People) -> None:
    """The sixth try is refused even if it is right; a try that is repeated counts once."""
    code = people.new_code("shop")
    wrong = "999999" if code != "999999" else "000000"
    for number in range(CODE_TRIES):
        for _ in range(2):
            assert people.pair(XIAOYU, wrong, f"m{number}") in ("wrong", "none")

    assert people.pair(BOSS, code, "m9") == "none"


def test_an_old_code_is_void(store: Redis, people: People) -> None:
    """After ten minutes, or when a new one was made; and it is of one account."""
    first = people.new_code("shop")
    second = people.new_code("shop")
    assert 0 < store.pttl(keys.pairing("shop")) <= 600_000
    assert people.pair(Person("other", "oBoss"), second, "m0") == "none"
    if first != second:
        assert people.pair(BOSS, first, "m1") == "wrong"
    store.delete(keys.pairing("shop"))  # as after ten minutes

    assert people.pair(BOSS, second, "m2") == "none"


def test_no_code_lies_readable_in_the_store(store: Redis, people: People) -> None:
    """Who can read the store cannot become an admin by it."""
    code = people.new_code("shop")

    assert code.encode() not in b" ".join(store.hgetall(keys.pairing("shop")).values())


def test_the_audit_keeps_the_newest_first(store: Redis, people: People) -> None:
    """Numbers and words of ours, with a lifetime."""
    now_ms = int(time.time() * 1000)
    for number in range(3):
        settled(store, people.audited("shop", Deed(now_ms + number, 1, "ban", number)))

    assert [deed.whom for deed in people.deeds("shop", 2)] == [2, 1]
    assert 0 < store.pttl(keys.audit("shop")) <= 180 * keys.DAY_MS


def test_the_audit_keeps_every_deed_for_its_days_and_no_longer(store: Redis, people: People) -> None:
    """Thousands of replies push no ban out; what is too old is neither read nor kept beside what is new."""
    now_ms = int(time.time() * 1000)
    old, ban = Deed(now_ms - 181 * keys.DAY_MS, 1, "ban", 7), Deed(now_ms - 179 * keys.DAY_MS, 1, "ban", 8)
    settled(store, people.audited("shop", old))
    assert people.deeds("shop", 10) == []

    settled(store, people.audited("shop", ban))
    assert people.deeds("shop", 10) == [ban]
    replies = [people.audited("shop", Deed(now_ms, 1, 'say "t":1', 9)) for _ in range(2000)]
    settled(store, *replies)

    assert store.llen(keys.audit("shop")) == 2001
    assert people.deeds("shop", 3000)[-1] == ban


def test_the_audit_has_an_end(store: Redis, people: People) -> None:
    """Ten thousand lines."""
    now_ms = int(time.time() * 1000)
    store.lpush(keys.audit("shop"), *[people.audited("shop", Deed(now_ms, 1, "say", 1)).value] * 10_000)
    settled(store, people.audited("shop", Deed(now_ms, 1, "ban", 2)))

    assert store.llen(keys.audit("shop")) == 10_000
    assert people.deeds("shop", 1)[0].what == "ban"


def test_pairing_may_run_twice(store: Redis) -> None:
    """redis-py repeats a command whose answer was lost."""
    people = People(store, TwiceScripts(store), audit_days=1)
    code = people.new_code("shop")

    assert people.pair(XIAOYU, "12345x", "m1") == "wrong"
    assert store.hget(keys.pairing("shop"), "left") == b"4"
    assert people.pair(BOSS, code, "m2") == "paired"
