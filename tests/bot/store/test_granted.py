"""What is granted beyond the day's limits, on a real store: used last, exactly, and only once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from redis import Redis

from bot.messages import Chat, Person
from bot.store import keys
from bot.store.ledger import Allowed, Ledger, Limits, PaidBy, Spent
from bot.store.people import People, Profile
from bot.store.scripts import Scripts
from bot.store.turns import Write
from tests.bot.store.desk import CHAT, TwiceScripts, memory_of
from tests.bot.store.test_people import settled

XIAOYU = Person("shop", "oU")
ANSWER = Spent(prompt=100, completion=50, answers=1, cost=300)
TWO_A_DAY = Limits(account_cost=0, person_answers=2)
_messages = count(1)


@pytest.fixture(params=[Scripts, TwiceScripts], ids=["once", "twice"])
def scripts(request: pytest.FixtureRequest, store: Redis) -> Scripts:
    """Scripts as they are, and each run twice."""
    made: Scripts = request.param(store)
    return made


@pytest.fixture
def people(store: Redis, scripts: Scripts) -> People:
    """The people of this store; one of them has spoken."""
    memory_of(store).recall(CHAT, XIAOYU)
    return People(store, scripts, audit_days=1)


@pytest.fixture
def ledger(store: Redis, scripts: Scripts, people: People) -> Ledger:
    """The ledger of this store."""
    return Ledger(store, scripts, people, "Asia/Shanghai")


def profile(store: Redis) -> Profile:
    """As a turn finds it."""
    return memory_of(store).recall(CHAT, XIAOYU).profile


def reserve(
    store: Redis, ledger: Ledger, chat: Chat = CHAT, n: int | None = None, limits: Limits = TWO_A_DAY
) -> Allowed:
    """Ask for the answer to message *n*, or to a new one; it may take 200 tokens."""
    return ledger.reserve(
        chat,
        XIAOYU,
        profile(store),
        n=next(_messages) if n is None else n,
        most=0,
        tokens=200,
        for_s=60.0,
        limits=limits,
    )


def entered(ledger: Ledger, store: Redis, chat: Chat, paid_by: PaidBy) -> tuple[Write, ...]:
    """What an answer leaves behind."""
    entry = ledger.enter(chat, profile(store), "gpt", ANSWER, paid_by)
    return ledger.release(chat), entry, *ledger.draw(XIAOYU, ANSWER, paid_by)


def paid(store: Redis, ledger: Ledger, limits: Limits = TWO_A_DAY) -> str | None:
    """One answer from its reservation to its settling: what it was paid by; None where there was none."""
    allowed = reserve(store, ledger, limits=limits)
    if allowed.verdict != "ok":
        return None
    settled(store, *entered(ledger, store, CHAT, allowed.paid_by))
    return allowed.paid_by


def test_the_day_pays_first_then_what_was_granted(store: Redis, people: People, ledger: Ledger) -> None:
    """Two of the day, two granted, and no fifth."""
    settled(store, people.grant(XIAOYU, "answers", 2))

    assert [paid(store, ledger) for _ in range(5)] == ["day", "day", "answers", "answers", None]
    assert profile(store).granted_answers == 0


def test_granted_tokens_pay_behind_granted_answers(store: Redis, people: People, ledger: Ledger) -> None:
    """The last answer may take more than is left, and the next grant makes up for it."""
    settled(store, people.grant(XIAOYU, "answers", 1), people.grant(XIAOYU, "tokens", 200))
    found = [paid(store, ledger) for _ in range(6)]
    assert found == ["day", "day", "answers", "tokens", "tokens", None]
    assert profile(store).granted_tokens == 200 - 2 * ANSWER.tokens

    settled(store, people.grant(XIAOYU, "tokens", 100))
    assert paid(store, ledger) is None
    settled(store, people.grant(XIAOYU, "tokens", 1))
    assert paid(store, ledger) == "tokens"


@pytest.mark.parametrize(("kind", "most"), [("tokens", 150), ("cost", 300)])
def test_a_grant_pays_whatever_limit_is_used_up(
    store: Redis, people: People, ledger: Ledger, kind: str, most: int
) -> None:
    """Also one of tokens or money."""
    limits = Limits(**{"account_cost": 0, "person_answers": 0, f"person_{kind}": most})
    settled(store, people.grant(XIAOYU, "answers", 1))

    assert [paid(store, ledger, limits) for _ in range(3)] == ["day", "answers", None]


def test_no_grant_is_a_way_around_the_accounts_money(store: Redis, people: People, ledger: Ledger) -> None:
    """What the owner pays in a day stays what it is."""
    settled(store, people.grant(XIAOYU, "answers", 5))
    limits = Limits(account_cost=300, person_answers=1)

    assert paid(store, ledger, limits) == "day"
    assert reserve(store, ledger, limits=limits).verdict == "account"


def test_what_a_grant_paid_counts_for_no_day(store: Redis, people: People, ledger: Ledger) -> None:
    """With a higher limit later that day all of it is there; the sums know of every answer."""
    settled(store, people.grant(XIAOYU, "answers", 3))
    for _ in range(5):
        assert paid(store, ledger)
    more = Limits(account_cost=0, person_answers=4)

    assert ledger.left("shop", XIAOYU, profile(store), more) == {"answers": 2}
    assert [paid(store, ledger, more) for _ in range(3)] == ["day", "day", None]
    number = profile(store).number
    everything = Spent(prompt=700, completion=350, answers=7, cost=2100)
    assert ledger.spent("shop", number=number) == everything
    assert ledger.spent("shop") == everything
    assert ledger.each("shop", 2) == {number: everything}


def test_messages_at_the_same_moment_use_no_more_than_there_is(
    store: Redis, people: People, ledger: Ledger
) -> None:
    """In twenty chats at once: two of the day, three granted, fifteen refused; settled, nothing is left."""
    settled(store, people.grant(XIAOYU, "answers", 3))
    chats = [Chat("shop", f"room{number}") for number in range(20)]
    together = Barrier(len(chats))

    def ask(chat: Chat) -> Allowed:
        together.wait()
        return reserve(store, ledger, chat)

    with ThreadPoolExecutor(len(chats)) as pool:
        found = dict(zip(chats, pool.map(ask, chats), strict=True))
    assert Counter((one.verdict, one.paid_by) for one in found.values()) == {
        ("ok", "day"): 2,
        ("ok", "answers"): 3,
        ("answers", "day"): 15,
    }
    for chat, one in found.items():
        if one.verdict == "ok":
            settled(store, *entered(ledger, store, chat, one.paid_by))
    assert profile(store).granted_answers == 0
    assert paid(store, ledger) is None


def test_tokens_that_others_may_take_are_not_given_twice(
    store: Redis, people: People, ledger: Ledger
) -> None:
    """Each answer that is made has 200 of them set aside."""
    settled(store, people.grant(XIAOYU, "tokens", 401))
    none = Limits(account_cost=0, person_answers=0, person_tokens=1)
    settled(store, ledger.enter(CHAT, profile(store), "gpt", ANSWER))
    chats = [Chat("shop", f"room{number}") for number in range(5)]

    found = [reserve(store, ledger, chat, limits=none).verdict for chat in chats]
    assert found == ["ok", "ok", "ok", "tokens", "tokens"]


def test_a_message_that_is_taken_up_again_is_paid_by_the_same(
    store: Redis, people: People, ledger: Ledger
) -> None:
    """After a crash the verdict stands, whatever was used meanwhile; and it is drawn once."""
    settled(store, people.grant(XIAOYU, "answers", 1))
    for _ in range(2):
        paid(store, ledger)
    other = Chat("shop", "room")
    assert reserve(store, ledger, n=7_000).paid_by == "answers"
    assert reserve(store, ledger, other).verdict == "answers"

    again = reserve(store, ledger, n=7_000)
    assert (again.verdict, again.paid_by) == ("ok", "answers")
    settled(store, *entered(ledger, store, CHAT, again.paid_by))
    assert profile(store).granted_answers == 0


def test_what_a_dead_process_held_is_free_again(store: Redis, people: People, ledger: Ledger) -> None:
    """Its answer, of the day or granted, is not lost for the person."""
    settled(store, people.grant(XIAOYU, "answers", 1))
    one = Limits(account_cost=0, person_answers=1)
    rooms = [Chat("shop", f"room{number}") for number in range(2)]
    assert [reserve(store, ledger, room, limits=one).paid_by for room in rooms] == ["day", "answers"]
    assert reserve(store, ledger, limits=one).verdict == "answers"
    for room, kept in store.hgetall(keys.aside("shop")).items():
        store.hset(keys.aside("shop"), room, b" ".join([b"0", b"1000", *kept.split()[2:]]))

    assert [paid(store, ledger, one) for _ in range(3)] == ["day", "answers", None]


def test_nothing_is_given_to_who_was_erased(store: Redis, people: People, ledger: Ledger) -> None:
    """What is settled behind an erasure brings no key of theirs back."""
    settled(store, people.grant(XIAOYU, "answers", 1))
    store.delete(keys.person(XIAOYU))

    settled(store, people.grant(XIAOYU, "answers", 5), *ledger.draw(XIAOYU, ANSWER, "answers"))
    assert not store.exists(keys.person(XIAOYU))


def test_what_was_granted_is_taken_back(store: Redis, people: People) -> None:
    """Both kinds."""
    settled(store, people.grant(XIAOYU, "answers", 5), people.grant(XIAOYU, "tokens", 7))
    assert (profile(store).granted_answers, profile(store).granted_tokens) == (5, 7)

    settled(store, *people.take_back(XIAOYU))
    assert (profile(store).granted_answers, profile(store).granted_tokens) == (0, 0)


def test_a_limit_goes_back_to_the_settings(store: Redis, people: People, ledger: Ledger) -> None:
    """Set from the chat, and unset; what is one's own is told."""
    limits = Limits(account_cost=9, person_answers=2)
    settled(store, ledger.limit_all("shop", "daily_cost", 5), ledger.limit_one(XIAOYU, "answers", 3))
    assert ledger.usual("shop", limits).account_cost == 5
    assert ledger.own(XIAOYU) == {"answers": 3}

    settled(store, ledger.unlimit("shop", "daily_cost"))
    assert ledger.usual("shop", limits).account_cost == 9
    assert ledger.own(Person("shop", "oOther")) == {}
    assert ledger.own(XIAOYU) == {"answers": 3}
    settled(store, ledger.unlimit("shop", "answers", XIAOYU))
    assert ledger.own(XIAOYU) == {}
