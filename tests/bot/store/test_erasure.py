"""Erasing somebody on a real store: theirs goes, what is others' stays, and nothing brings them back."""

import time
from dataclasses import asdict

import pytest
from redis import Redis

from bot.messages import Chat, InboundMessage, Person, Text
from bot.store import keys
from bot.store.answers import Answer, Answers
from bot.store.broadcasts import Broadcasts
from bot.store.cases import Case, Cases
from bot.store.dead_letters import dump_letter
from bot.store.erasure import Erasure
from bot.store.ledger import Ledger
from bot.store.memory import Rest
from bot.store.people import People
from bot.store.scripts import Scripts
from bot.store.values import dump, read
from bot.store.voices import Heard, Voices
from tests.bot.store.desk import CHAT, memory_of
from tests.bot.store.test_people import settled

XIAOYU = Person("shop", "oU")
BOSS = Chat("shop", "oBoss")
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


MINE = (
    "#1：我的话",
    "#1：第一段\n\n第二段",
    "T3 投诉　1 号　11-22 04:55「我的话」\n#12 说的",
    "1, 11-22 04:55: q → a",
)
"""As an admin reads of number 1: what they said to a human, and lists that quote them."""
OTHERS = (
    "#12：别人的话",
    "#11：1 号那天",
    "11 号 11-22 04:55：问 → 答",
    "答案里有 1 和 #1",
    "number 11, 1, 2",
)
"""Of others, or nobody's."""


@pytest.mark.parametrize("mine", MINE)
@pytest.mark.parametrize("before", ["", *OTHERS])
@pytest.mark.parametrize("behind", ["", "#12：后来的话\n\n还有"])
def test_what_others_said_waits_on(
    store: Redis, erasure: Erasure, mine: str, before: str, behind: str
) -> None:
    """Words for an admin lie one behind the other; those of who was erased go, and nothing else."""
    if not mine.startswith("#") and before:
        return  # A list comes before what people say, never behind it.
    words, left = ("\n\n".join(filter(None, one)) for one in ((before, mine, behind), (before, behind)))
    settled(store, memory_of(store).keep_rest(BOSS, Rest(words, ai=False)))
    settled(store, Answers(Scripts(store)).put(BOSS, Answer("问", words, after_ms=2**52)))
    (field,) = (name for name in store.hkeys(keys.answers(BOSS)) if name.startswith(b"answer:"))
    erase(store, erasure)

    recalled = memory_of(store).recall(BOSS, Person("shop", "oBoss"))
    kept = store.hget(keys.answers(BOSS), field)
    if not left:
        assert (recalled.rest, kept) == (None, None)
        return
    assert recalled.rest == Rest(left, ai=False)
    assert 0 < store.pttl(keys.rest(BOSS)) <= keys.REST_MS
    assert kept is not None
    assert read(kept) == read(dump(asdict(Answer("问", left, after_ms=2**52))))


@pytest.mark.parametrize(
    ("text", "rest", "left"),
    [
        ("#1：甲", "#12：乙", ("#12：乙", "")),
        ("#12：甲", "#1 …乙", ("#12：甲", "")),
        ("#12：甲", "#12 …乙", ("#12：甲", "#12 …乙")),
        ("#1：甲", "#1 …乙", None),
    ],
)
def test_an_answer_goes_on_with_what_is_left(
    store: Redis, erasure: Erasure, text: str, rest: str, left: tuple[str, str] | None
) -> None:
    """Of what is shown first and of what waits behind it."""
    settled(store, Answers(Scripts(store)).put(BOSS, Answer("", text, rest)))
    erase(store, erasure)

    found = [(one.answer.text, one.answer.rest) for one in Answers(Scripts(store)).box(BOSS, 99).waiting]
    assert found == ([left] if left else [])


def letter(account: str, sender: str, kind: str, text: str) -> str:
    """Something that was given up."""
    message = InboundMessage(account, sender, sender, "m", kind, (Text(text),), 1)
    return dump_letter(1, message, "poison")


def test_letters_of_other_accounts_stay(store: Redis, erasure: Erasure) -> None:
    """Numbers and ids are an account's own; the list of what was given up is everybody's."""
    own = letter("shop", "oU", "text", "我的话"), letter("shop", "oBoss", "relay", "#1：我的话")
    others = (
        *(letter("office", "oU", "text", "别的话"), letter("office", "oBoss", "relay", "#1：别的话")),
        *(
            letter("shop", "oUx", "text", '"account":"shop","sender":"oU"'),
            letter("shop", "oBoss", "text", "#1"),
        ),
    )
    store.rpush(keys.dead, *own, *others)
    erase(store, erasure)

    assert store.lrange(keys.dead, 0, -1) == [one.encode() for one in others]


def test_an_old_number_is_erased_too(store: Redis, erasure: Erasure) -> None:
    """Their profile had ended, and they came back under another one."""
    memory_of(store).recall(CHAT, XIAOYU)
    store.delete(keys.person(XIAOYU))
    erase(store, erasure)

    assert store.hgetall(keys.people("shop")) == {b"last": b"2"}


def test_what_is_older_than_the_days_promised_goes_with_the_next(store: Redis) -> None:
    """Not with the list alone, which everybody's words renew."""
    voices, now_ms = Voices(store), int(time.time() * 1000)
    for days in (9, 8, 6, 0):
        settled(store, voices.keep(CHAT, Heard(now_ms - days * keys.DAY_MS, 1, f"{days} 天前", "答")))

    assert [one.question for one in voices.recent("shop", 50)] == ["0 天前", "6 天前"]
