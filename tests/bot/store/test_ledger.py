"""The ledger on a real store: sums that come out, and money that is never spent twice."""

from itertools import count

import pytest
from redis import Redis

from bot.messages import Chat, Person
from bot.store import keys
from bot.store.ledger import Allowed, Ledger, Limits, Spent
from bot.store.people import People, Profile
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, TwiceScripts
from tests.bot.store.test_people import settled

_messages = count(1)
XIAOYU = Person("shop", "oU")
PROFILE = Profile(12, 0)
ANSWER = Spent(prompt=100, cached=40, completion=50, answers=1, cost=300)


@pytest.fixture
def ledger(store: Redis) -> Ledger:
    """The ledger of this store, on Shanghai's days."""
    return Ledger(store, Scripts(store), People(store, Scripts(store), audit_days=1), "Asia/Shanghai")


def reserve(
    ledger: Ledger,
    chat: Chat = CHAT,
    most: int = 100,
    person: Person = XIAOYU,
    n: int | None = None,
    **limits: int,
) -> Allowed:
    """Ask for the answer to message *n*, or to a new one."""
    found = Limits(**{"account_cost": 0, "person_answers": 0, **limits})
    wanted = {"n": next(_messages) if n is None else n, "most": most, "tokens": 200, "for_s": 60.0}
    return ledger.reserve(chat, person, PROFILE, **wanted, limits=found)  # type: ignore[arg-type]


def test_what_is_entered_adds_up(store: Redis, ledger: Ledger) -> None:
    """By person, by model, and over days; what is counted here is marked."""
    settled(store, ledger.enter(CHAT, PROFILE, "qwen2.5:7b", ANSWER))
    settled(store, ledger.enter(CHAT, PROFILE, "gpt", ANSWER + Spent(counted=1)))
    settled(store, ledger.enter(CHAT, Profile(7, 0), "gpt", ANSWER))

    assert ledger.spent("shop") == Spent(300, 120, 150, 3, 1, 900)
    assert ledger.spent("shop", 30, number=12) == Spent(200, 80, 100, 2, 1, 600)
    assert ledger.spent("shop", number=1) == Spent()
    assert ledger.spent("office") == Spent()


def test_nothing_is_reserved_beyond_the_days_money(store: Redis, ledger: Ledger) -> None:
    """Chats that ask at the same moment cannot overspend by more than one answer."""
    chats = [Chat("shop", f"o{number}") for number in range(10)]
    verdicts = [reserve(ledger, chat, most=100, account_cost=250).verdict for chat in chats]

    assert verdicts == ["ok"] * 3 + ["account"] * 7


def test_what_was_set_aside_is_free_again(store: Redis, ledger: Ledger) -> None:
    """When its answer is settled; asking again for the same chat takes no second share."""
    for _ in range(5):
        assert reserve(ledger, most=100, account_cost=150).verdict == "ok"
    other = Chat("shop", "oOther")
    assert reserve(ledger, other, most=100, account_cost=100).verdict == "account"

    settled(store, ledger.release(CHAT))
    assert reserve(ledger, other, most=100, account_cost=100).verdict == "ok"


def test_what_a_dead_process_set_aside_ends_by_itself(store: Redis, ledger: Ledger) -> None:
    """Nobody waits for a release that never comes."""
    reserve(ledger, most=100, account_cost=100)
    store.hset(keys.aside("shop"), str(CHAT), "100 1000")

    assert reserve(ledger, Chat("shop", "oOther"), account_cost=100).verdict == "ok"


@pytest.mark.parametrize(("kind", "most"), [("answers", 1), ("tokens", 150), ("cost", 300)])
def test_a_person_has_limits_of_their_own(store: Redis, ledger: Ledger, kind: str, most: int) -> None:
    """The owner's for all, changed for all from the chat, changed for one; 0 is no limit."""
    settled(store, ledger.enter(CHAT, PROFILE, "gpt", ANSWER))
    assert reserve(ledger, **{f"person_{kind}": most}) == Allowed(kind, most, most)  # type: ignore[arg-type]
    assert reserve(ledger, **{f"person_{kind}": most + 1}).verdict == "ok"

    settled(store, ledger.limit_all("shop", kind, most))
    assert reserve(ledger).verdict == kind
    settled(store, ledger.limit_one(XIAOYU, kind, 0))
    assert reserve(ledger).verdict == "ok"


def test_the_models_of_the_sums_are_known(store: Redis, ledger: Ledger) -> None:
    """Of everybody and of one; a name may hold the sign that parts the fields."""
    settled(
        store, ledger.enter(CHAT, PROFILE, "own|7b", ANSWER), ledger.enter(CHAT, Profile(7, 0), "gpt", ANSWER)
    )

    assert ledger.models("shop", 1) == {"own|7b", "gpt"}
    assert ledger.models("shop", 30, 7) == {"gpt"}
    assert ledger.models("shop", 1, 1) == frozenset()


def test_what_is_left_today_is_told(store: Redis, ledger: Ledger) -> None:
    """Down to none; without a limit there is nothing to tell."""
    limits = Limits(account_cost=0, person_answers=2)
    assert ledger.left("shop", XIAOYU, PROFILE, limits) == {"answers": 2}
    for left in (1, 0, 0):
        settled(store, ledger.enter(CHAT, PROFILE, "gpt", ANSWER))
        assert ledger.left("shop", XIAOYU, PROFILE, limits) == {"answers": left}

    assert ledger.left("shop", XIAOYU, PROFILE, Limits(0, 0)) == {}
    every = Limits(0, 5, person_tokens=1000, person_cost=1000)
    assert ledger.left("shop", XIAOYU, PROFILE, every) == {"answers": 2, "tokens": 550, "cost": 100}
    settled(store, ledger.limit_one(XIAOYU, "tokens", 450), ledger.limit_one(XIAOYU, "cost", 0))
    assert ledger.left("shop", XIAOYU, PROFILE, every) == {"answers": 2, "tokens": 0}


def test_reserving_may_run_twice(store: Redis) -> None:
    """redis-py repeats a command whose answer was lost."""
    ledger = Ledger(store, TwiceScripts(store), People(store, Scripts(store), audit_days=1), "UTC")

    assert reserve(ledger, most=100, account_cost=100).verdict == "ok"
    assert store.hlen(keys.aside("shop")) == 1
