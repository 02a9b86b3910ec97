"""The answer inbox on a real store: an answer waits until it was handed over, and nobody gets it twice."""

import json
from dataclasses import replace
from secrets import token_hex

import pytest
from redis import Redis

from bot.store import keys
from bot.store.accepted import Accepted
from bot.store.answers import Answer, Answers, Parked, Told
from bot.store.deliveries import Deliveries
from bot.store.inbox import Inbox
from bot.store.scripts import Scripts
from tests.bot.store.desk import CHAT, MESSAGE, TYPED, TwiceScripts, accept, inbox

ANSWER = Answer("周末几点关门？", "十点。")
HOLD_S = 0.1


@pytest.fixture
def answers(store: Redis) -> Answers:
    """The answers of this store."""
    return Answers(Scripts(store))


def settled(store: Redis, answers: Answers, msg_id: str, answer: Answer | None = ANSWER) -> int:
    """Accept a message and settle it with *answer*; its inbox number."""
    box = inbox(store)
    n = accept(box, msg_id).n
    turn = box.take(CHAT)
    assert turn is not None
    box.settle(turn, "answered", (answers.put(CHAT, answer),))
    return n


def asked(store: Redis, msg_id: str = "m1", *, waits_s: float = 0.0, attempt: str = "") -> Accepted:
    """Accept a message whose request waits, as the web process does."""
    return inbox(store).accept(
        replace(MESSAGE, msg_id=msg_id),
        cuts=False,
        allowance=TYPED,
        nonce=None,
        attempt=attempt or token_hex(8),
        counted=True,
        waits_s=waits_s,
    )


def lapse(store: Redis, field: str, n: int) -> None:
    """Let what request *n* holds have ended long ago."""
    held = store.hget(keys.answers(CHAT), f"{field}:{n}")
    assert held is not None
    store.hset(keys.answers(CHAT), f"{field}:{n}", b" ".join([*held.split()[:-1], b"1000"]))


def test_an_answer_is_lent_to_one_request_at_a_time(store: Redis, answers: Answers) -> None:
    """The one that has it may ask again; the others wait until its hold has ended."""
    n = settled(store, answers, "m1")

    assert answers.claim(CHAT, n, "first", 60.0) == ANSWER
    assert answers.claim(CHAT, n, "first", 60.0) == ANSWER
    assert answers.claim(CHAT, n, "second", 60.0) == "busy"
    lapse(store, "claim", n)
    assert answers.claim(CHAT, n, "second", 60.0) == ANSWER


def test_what_was_handed_over_waits_no_longer(store: Redis, answers: Answers) -> None:
    """Whoever asks learns that it is done; the inbox is empty."""
    n = settled(store, answers, "m1")
    answers.claim(CHAT, n, "first", 60.0)
    answers.done(CHAT, n)

    assert answers.claim(CHAT, n, "second", 60.0) == "done"
    assert answers.box(CHAT, n).waiting == ()


def test_a_claim_nothing_was_heard_of_leaves_the_answer_as_perhaps_seen(
    store: Redis, answers: Answers
) -> None:
    """The process died between taking it and handing it over: nobody knows."""
    n = settled(store, answers, "m1")
    assert not answers.box(CHAT, n).waiting[0].seen
    answers.claim(CHAT, n, "first", HOLD_S)
    lapse(store, "claim", n)

    assert answers.box(CHAT, n).waiting[0].seen


def test_who_is_told_to_wait_learns_a_number_once(store: Redis, answers: Answers) -> None:
    """However often the request asks; the next question has the next number."""
    first, second = accept(inbox(store), "m1").n, accept(inbox(store), "m2").n

    assert answers.claim(CHAT, first, "r", HOLD_S) == "wait"
    assert not answers.box(CHAT, first).told
    for _ in range(2):
        assert answers.claim_or_tell(CHAT, first, "r", HOLD_S, numbered=True) == Told(1, 0.0)
    assert answers.claim_or_tell(CHAT, second, "r", HOLD_S, numbered=True) == Told(2, 0.0)
    assert answers.box(CHAT, first).told


def test_who_fetches_is_given_no_number_for_that(store: Redis, answers: Answers) -> None:
    """Numbers are for questions."""
    n = accept(inbox(store), "m1").n

    assert answers.claim_or_tell(CHAT, n, "r", HOLD_S, numbered=False) == Told(0, 0.0)


def test_the_time_to_wait_is_learned_from_recent_answers(store: Redis, answers: Answers) -> None:
    """One slow answer moves it by a fifth."""
    store.hset(keys.counts, "answer_recent_ms", 12_500)
    n = accept(inbox(store), "m1").n

    assert answers.claim_or_tell(CHAT, n, "r", HOLD_S, numbered=True) == Told(1, 12.5)


def test_a_turn_without_an_answer_releases_its_request(store: Redis, answers: Answers) -> None:
    """Nothing to say is nothing to wait for."""
    n = settled(store, answers, "m1", None)

    assert answers.claim(CHAT, n, "r", HOLD_S) == "done"


def test_the_inbox_keeps_the_fifty_last_answers(store: Redis, answers: Answers) -> None:
    """Somebody who never fetches anything fills no store."""
    numbers = [settled(store, answers, f"m{index}") for index in range(53)]

    assert [one.n for one in answers.box(CHAT, numbers[-1]).waiting] == numbers[3:]
    assert store.hlen(keys.answers(CHAT)) == 50


def test_what_is_taken_along_by_another_answer_is_gone(store: Redis, answers: Answers) -> None:
    """It becomes true when that answer is settled."""
    settled(store, answers, "m1")
    (waiting,) = answers.box(CHAT, 0).waiting
    box = inbox(store)
    accept(box, "m2")
    turn = box.take(CHAT)
    assert turn is not None
    box.settle(turn, "command", (answers.take(CHAT, waiting),))

    assert answers.box(CHAT, 0).waiting == ()


def test_an_answer_that_a_request_may_still_carry_is_not_to_be_fetched(
    store: Redis, answers: Answers
) -> None:
    """Until its time is over, unless the person was told to wait; nor while a request has it in its hands."""
    seconds, _ = store.time()
    soon = Answer("q", "a", after_ms=seconds * 1000 + 60_000)
    first, told = settled(store, answers, "m1", soon), accept(inbox(store), "m2").n
    answers.claim_or_tell(CHAT, told, "r", HOLD_S, numbered=True)
    turn = inbox(store).take(CHAT)
    assert turn is not None
    inbox(store).settle(turn, "answered", (answers.put(CHAT, soon),))
    assert [one.n for one in answers.box(CHAT, 0).waiting] == [told]

    answers.claim(CHAT, told, "r", 60.0)
    assert answers.box(CHAT, 0).waiting == ()
    assert first != told


def test_a_message_that_ended_without_a_word_to_anybody_is_done(store: Redis, answers: Answers) -> None:
    """Its answer went another way: who still waits for it is let go."""
    n = accept(inbox(store), "m1").n
    turn = inbox(store).take(CHAT)
    assert turn is not None
    inbox(store).settle(turn, "answered", ())

    assert answers.claim_or_tell(CHAT, n, "r", HOLD_S, numbered=True) == "done"


def test_the_rest_of_an_answer_is_to_be_fetched_once_it_was_read(store: Redis, answers: Answers) -> None:
    """As it was written, with what it was; not before."""
    n = settled(store, answers, "m1", Answer("q", "第一页", rest="第二页「“\n", ai=True))
    assert store.get(keys.rest(CHAT)) is None
    answers.claim(CHAT, n, "r", 60.0)
    answers.done(CHAT, n)

    assert json.loads(store.get(keys.rest(CHAT)) or "") == {
        "v": 1, "text": "第二页「“\n", "ai": True, "told": True,
    }  # fmt: skip
    assert 0 < store.pttl(keys.rest(CHAT)) <= keys.REST_MS


def test_what_was_handed_over_lives_no_longer_than_it_was_to(store: Redis, answers: Answers) -> None:
    """The answer that says that somebody was erased ends in a minute, read or not."""
    box = inbox(store)
    n = accept(box, "m1").n
    turn = box.take(CHAT)
    assert turn is not None
    box.settle(turn, "command", (replace(answers.put(CHAT, ANSWER), life_ms=60_000),))
    answers.claim(CHAT, n, "r", 60.0)
    answers.done(CHAT, n)

    assert 0 < store.pttl(keys.answers(CHAT)) <= 60_000


def test_an_older_request_brings_nobody_back_who_was_erased(store: Redis, answers: Answers) -> None:
    """Its answer was handed over when nothing was kept of them any more."""
    n = settled(store, answers, "m1", Answer("q", "第一页", rest="第二页"))
    answers.claim(CHAT, n, "r", 60.0)
    store.delete(keys.answers(CHAT))  # as when they are erased
    answers.done(CHAT, n)

    assert not store.exists(keys.answers(CHAT), keys.rest(CHAT))


def test_an_offer_reaches_only_a_request_that_waits(store: Redis, answers: Answers) -> None:
    """Without one, or with one that is about to end, the answer has to go another way."""
    unheard, parked = accept(inbox(store), "m1").n, asked(store, "m2", waits_s=60.0).n

    assert answers.offer(CHAT, unheard, ANSWER) == "none"
    assert answers.offer(CHAT, parked, ANSWER) == "offered"
    claimed = answers.claim(CHAT, parked, "r", 60.0)
    assert isinstance(claimed, Answer)
    assert claimed.text == ANSWER.text
    assert answers.offer(CHAT, parked, ANSWER) == "busy"
    answers.done(CHAT, parked)
    assert answers.offer(CHAT, parked, ANSWER) == "done"


def test_an_offer_is_withdrawn_when_its_request_ends(store: Redis, answers: Answers) -> None:
    """Taken by nobody it is sent another way; taken by one that is gone, nobody knows."""
    for taken, fate in ((False, "none"), (True, "unsure")):
        n = asked(store, f"m{fate}", waits_s=60.0, attempt=fate).n if taken else asked(store, waits_s=60.0).n
        answers.offer(CHAT, n, ANSWER)
        if taken:
            answers.claim(CHAT, n, "r", 60.0)
            lapse(store, "claim", n)
        else:
            lapse(store, "parked", n)
        assert answers.offer(CHAT, n, ANSWER) == fate
        assert answers.box(CHAT, n).waiting == ()
        store.flushall()


def test_every_delivery_is_counted_once(store: Redis) -> None:
    """A try that is repeated because the store's answer was lost is no delivery of its own."""
    first = asked(store, attempt="a")
    again = asked(store, attempt="a")
    second = asked(store, attempt="b")

    assert [(one.n, one.new, one.attempts) for one in (first, again, second)] == [
        (1, True, 1),
        (1, True, 1),
        (1, False, 2),
    ]


def test_a_message_that_an_older_version_accepted_is_a_repeat(store: Redis) -> None:
    """It kept the attempt without the inbox number: there is nothing to wait for."""
    store.set(keys.seen(MESSAGE.account, MESSAGE.msg_id), "attempt")

    assert asked(store) == Accepted(False, 0, False, attempts=1)


@pytest.fixture
def parked(store: Redis, store_port: int) -> Parked:
    """Requests that wait in this process, with a connection of their own."""
    return Parked(Redis(port=store_port))


def test_a_request_is_woken_by_its_answer_and_by_no_other(
    store: Redis, answers: Answers, parked: Parked
) -> None:
    """Also by an answer from before anybody listened: who begins to listen looks once."""
    with parked.waits(CHAT) as woken:
        assert woken.wait(5.0), "nobody looked when the listening began"
        woken.clear()
        store.publish("yd1:answers:shop:oOther", "1")
        assert not woken.wait(0.2)
        settled(store, answers, "m1")
        assert woken.wait(5.0)


def test_many_requests_wait_on_one_connection(store: Redis, answers: Answers, parked: Parked) -> None:
    """All deliveries of a chat are woken together."""
    listening = sum(int(client["psub"]) for client in store.client_list())
    with parked.waits(CHAT) as first, parked.waits(CHAT) as second:
        assert first.wait(5.0)
        second.clear()
        first.clear()
        settled(store, answers, "m1")
        assert first.wait(5.0)
        assert second.wait(5.0)
        assert sum(int(client["psub"]) for client in store.client_list()) == listening + 1


@pytest.mark.parametrize("learned", ["service", "passive"])
def test_what_an_account_may_do_is_learned_for_all_processes(store: Redis, learned: str) -> None:
    """It is kept seven days, and each account has its own."""
    Deliveries(store).learn("shop", learned)  # type: ignore[arg-type]

    assert Deliveries(store).of("shop") == learned
    assert Deliveries(store).of("other") == ""
    assert 0 < store.pttl(keys.delivery("shop")) <= 7 * keys.DAY_MS


def story(store: Redis, scripts: Scripts) -> dict[bytes, bytes]:
    """An answer told, put, claimed and handed over, another one offered; the hash afterwards."""
    store.flushall()
    box, answers = Inbox(scripts, "p1", most=1000), Answers(scripts)
    for msg_id in ("m1", "m2"):
        accept(box, msg_id)
    answers.claim_or_tell(CHAT, 1, "r", 60.0, numbered=True)
    turn = box.take(CHAT)
    assert turn is not None
    box.settle(turn, "answered", (answers.put(CHAT, ANSWER),))
    answers.claim(CHAT, 1, "r", 60.0)
    answers.done(CHAT, 1)
    answers.offer(CHAT, 2, ANSWER)
    found: dict[bytes, bytes] = store.hgetall(keys.answers(CHAT))
    return found


def test_every_script_of_the_inbox_may_run_twice(store: Redis) -> None:
    """redis-py repeats a command whose answer was lost: the outcome is that of running it once."""
    once = story(store, Scripts(store))

    assert once
    assert story(store, TwiceScripts(store)) == once


def test_nothing_of_it_stays_for_ever(store: Redis, answers: Answers) -> None:
    """Every key it writes has a lifetime."""
    asked(store, waits_s=1.0)
    settled(store, answers, "m2")
    Deliveries(store).learn("shop", "passive")
    written = [keys.answers(CHAT), keys.attempts("shop", "m1"), keys.delivery("shop")]

    assert [store.pttl(key) > 0 for key in written] == [True] * 3
