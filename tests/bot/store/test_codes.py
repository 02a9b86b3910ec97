"""Codes on a real store: each is worth something once, and nobody guesses one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from redis import Redis

from bot.messages import Person
from bot.store import keys
from bot.store.codes import OPEN_MOST, WRONG_MOST, Batch, Codes, Redeemed, new_code, spelled
from bot.store.people import People
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, TwiceScripts, memory_of
from tests.bot.store.test_people import settled

XIAOYU = Person("shop", "oU")


@pytest.fixture(params=[Scripts, TwiceScripts], ids=["once", "twice"])
def codes(request: pytest.FixtureRequest, store: Redis) -> Codes:
    """The codes of this store, with each script run once, and twice."""
    scripts: Scripts = request.param(store)
    memory_of(store).recall(CHAT, XIAOYU)
    return Codes(store, scripts, People(store, scripts, audit_days=1))


def made(store: Redis, codes: Codes, count: int = 1, amount: int = 10_000) -> tuple[str, ...]:
    """Open codes, worth tokens."""
    batch = Batch(codes.next_batch("shop"), "tokens", amount, 1000, tuple(new_code() for _ in range(count)))
    settled(store, *codes.keep("shop", batch))
    return batch.codes


def granted(store: Redis, person: Person = XIAOYU) -> int:
    """The tokens that *person* has."""
    return memory_of(store).recall(CHAT, person).profile.granted_tokens


def test_a_code_is_worth_something_once(store: Redis, codes: Codes) -> None:
    """However it is spelled; the message that used it hears the same again, everybody else does not."""
    (code,) = made(store, codes)

    assert codes.redeem(XIAOYU, code.lower().replace("-", " "), "m1") == Redeemed(
        "redeemed", "tokens", 10_000
    )
    assert codes.redeem(XIAOYU, code, "m1") == Redeemed("redeemed", "tokens", 10_000)
    assert codes.redeem(XIAOYU, code, "m2").outcome == "wrong"
    assert codes.redeem(Person("shop", "oOther"), code, "m1").outcome == "wrong"
    assert granted(store) == 10_000
    assert codes.open("shop") == []


def test_of_two_who_send_it_at_once_one_has_it(store: Redis, codes: Codes) -> None:
    """Twenty people, one code."""
    (code,) = made(store, codes)
    people = [Person("shop", f"o{number}") for number in range(20)]
    for person in people:
        memory_of(store).recall(CHAT, person)
    together = Barrier(len(people))

    def redeem(person: Person) -> str:
        together.wait()
        return codes.redeem(person, code, "m1").outcome

    with ThreadPoolExecutor(len(people)) as pool:
        found = list(pool.map(redeem, people))
    assert sorted(found) == ["redeemed"] + ["wrong"] * 19
    assert sum(granted(store, person) for person in people) == 10_000


def test_after_five_wrong_tries_none_is_looked_at(store: Redis, codes: Codes) -> None:
    """Not the right one either, until an hour is over; a try that is repeated counts once."""
    (code,) = made(store, codes)
    for number in range(WRONG_MOST):
        assert codes.redeem(XIAOYU, f"WRONG-{number}", f"m{number}").outcome == "wrong"
    paused = codes.redeem(XIAOYU, code, "m9")
    assert paused.outcome == "pause"
    assert 3500 < paused.wait_s <= 3600
    assert codes.redeem(Person("shop", "oU2"), "X", "m9").outcome == "wrong"

    store.delete(*store.keys("yd1:tries:*"))  # as after an hour
    assert codes.redeem(XIAOYU, code, "m10").outcome == "redeemed"


def test_right_codes_are_no_tries(store: Redis, codes: Codes) -> None:
    """Whoever has many of them may use many."""
    found = [codes.redeem(XIAOYU, code, code).outcome for code in made(store, codes, WRONG_MOST + 3)]

    assert found == ["redeemed"] * (WRONG_MOST + 3)


def test_a_batch_is_voided_and_the_others_stay(store: Redis, codes: Codes) -> None:
    """Of the voided one what is open, not what was used."""
    first, second = made(store, codes, 3), made(store, codes, 2)
    codes.redeem(XIAOYU, first[0], "m1")
    batches = codes.open("shop")
    assert [(batch.batch, len(batch.codes), batch.amount) for batch in batches] == [
        (1, 2, 10_000),
        (2, 2, 10_000),
    ]

    settled(store, *codes.void("shop", batches[:1]))
    assert codes.redeem(XIAOYU, first[1], "m2").outcome == "wrong"
    assert codes.redeem(XIAOYU, second[0], "m3").outcome == "redeemed"
    assert granted(store) == 20_000


def test_no_code_lies_readable_in_the_store(store: Redis, codes: Codes) -> None:
    """Nor does who tried."""
    (code,) = made(store, codes)
    codes.redeem(XIAOYU, "guess", "m1")
    codes.redeem(XIAOYU, code, "m2")
    kept = [*store.keys("yd1:tries:*"), *store.keys("yd1:code_used:*")]
    everything = b"\n".join([*kept, *store.hgetall(keys.codes("shop"))])

    assert len(kept) == 2
    for word in (code, spelled(code), XIAOYU.sender):
        assert word.encode() not in everything
    assert all(0 < store.pttl(key) <= keys.DAY_MS for key in kept)


def test_a_code_is_of_one_account(store: Redis, codes: Codes) -> None:
    """Nobody carries it elsewhere."""
    (code,) = made(store, codes)

    assert codes.redeem(Person("office", "oU"), code, "m1").outcome == "wrong"


def test_a_code_for_nobody_stays_open(store: Redis, codes: Codes) -> None:
    """Who was erased in this moment gets nothing, and the code is not lost."""
    (code,) = made(store, codes)
    store.delete(keys.person(XIAOYU))

    assert codes.redeem(XIAOYU, code, "m1").outcome == "wrong"
    assert not store.exists(keys.person(XIAOYU))
    assert len(codes.open("shop")) == 1


def test_access_is_not_guessed(store: Redis, codes: Codes) -> None:
    """Five wrong tries, then some minutes of pause for this person alone."""
    for number in range(WRONG_MOST):
        assert codes.guess(XIAOYU, False, f"m{number}") == ("wrong", 0)
    outcome, wait_s = codes.guess(XIAOYU, True, "m9")
    assert outcome == "pause"
    assert 500 < wait_s <= 600

    assert codes.guess(Person("shop", "oOther"), True, "m9") == ("right", 0)


def test_new_codes_differ_and_hold_nothing_that_is_misread() -> None:
    """Neither 0 nor O, neither 1 nor I nor L."""
    found = {new_code() for _ in range(1000)}

    assert len(found) == 1000
    assert not set("".join(found)) & set("01OIL")
    assert OPEN_MOST >= 1000
