"""A notice to everybody in the store: whom it can reach, how far it has come, and nobody twice."""

from dataclasses import replace
from secrets import token_hex

import pytest
from redis import Redis

from bot.messages import Chat, Person, Text
from bot.store import keys
from bot.store.broadcasts import LOOKED_AT, Broadcast, Broadcasts, Slice, broadcast_id
from bot.store.scripts import Scripts
from bot.store.turns import Write
from tests.bot.store.desk import MESSAGE, TwiceScripts, accept, inbox

BOSS = Person("shop", "oBoss")


@pytest.fixture(params=[Scripts, TwiceScripts], ids=["once", "twice"])
def broadcasts(request: pytest.FixtureRequest, store: Redis) -> Broadcasts:
    """Each script runs once, or twice as after a broken line."""
    return Broadcasts(store, request.param(store), most=3)


def known(store: Redis, *senders: str, left: int = 5) -> None:
    """They have written; *left* messages may be sent to each."""
    now_ms = store.time()[0] * 1000
    for sender in senders:
        person, chat = Person("shop", sender), Chat("shop", sender)
        number = store.hincrby(keys.people("shop"), "last", 1)
        store.hset(keys.people("shop"), str(number), sender)
        store.hset(keys.person(person), mapping={"v": 1, "number": number, "since": 1})
        allowance = {"typed_left": left, "typed_until": now_ms + 60_000}
        store.hset(keys.allowance(chat), mapping=allowance)


def everybody(broadcasts: Broadcasts, *, limited: bool = True, most: int = 100, name: str = "") -> Slice:
    last = broadcasts.highest("shop")
    return broadcasts.people("shop", 0, last, limited=limited, most=most, name=name)


def names(found: Slice) -> list[str]:
    return [person.sender for _, person in found.people]


def apply(store: Redis, write: Write, sender: str = "oBoss") -> None:
    """*write* with the settling of a message."""
    box = inbox(store)
    accept(box, token_hex(8), peer=sender)
    turn = box.take(Chat("shop", sender))
    assert turn is not None
    box.settle(turn, "command", (write,))


def under_way(broadcasts: Broadcasts) -> Broadcast:
    found = broadcasts.of("shop")
    assert found is not None
    return found


def test_who_can_be_reached(store: Redis, broadcasts: Broadcasts) -> None:
    """With messages left, in the order of their numbers; others are counted by why not."""
    known(store, "oA", "oMuted", "oB")
    known(store, "oSpent", left=0)
    known(store, "oGone", "oLate", "oErased", "oC")
    store.hset(keys.person(Person("shop", "oMuted")), "chosen:muted", "1")
    store.delete(keys.person(Person("shop", "oGone")))
    store.hset(keys.allowance(Chat("shop", "oLate")), "typed_until", 1)
    store.hdel(keys.people("shop"), "7")

    found = everybody(broadcasts)
    assert found.people == ((1, Person("shop", "oA")), (3, Person("shop", "oB")), (8, Person("shop", "oC")))
    assert (found.cursor, found.skipped, found.unreachable) == (8, 1, 2)
    assert not store.hexists(keys.people("shop"), "5")  # oGone, of whom nothing else is kept
    assert everybody(broadcasts) == found


def test_without_a_limit_of_the_platform_the_allowance_is_not_looked_at(
    store: Redis, broadcasts: Broadcasts
) -> None:
    """A WeCom app may write at any time."""
    known(store, "oA")
    store.delete(keys.allowance(Chat("shop", "oA")))

    assert names(everybody(broadcasts, limited=False)) == ["oA"]
    assert names(everybody(broadcasts)) == []


def test_whose_inbox_is_full_is_not_reached(store: Redis, broadcasts: Broadcasts) -> None:
    """They would be told that they write too fast."""
    known(store, "oA", "oB")
    for i in range(3):
        accept(inbox(store), f"m{i}", peer="oA")

    found = everybody(broadcasts)
    assert (names(found), found.unreachable) == (["oB"], 1)


def test_who_has_it_already_is_gone_through_again(store: Redis, broadcasts: Broadcasts) -> None:
    """Whatever holds now: a slice that a dead worker had begun comes out as it was."""
    known(store, "oA", "oB", left=1)
    box = inbox(store)
    sent = replace(MESSAGE, peer="oA", sender="oA", msg_id=broadcast_id("7", 1), kind="broadcast")
    assert box.accept(sent, cuts=False, allowance=None, nonce=None, attempt="a").new
    store.hset(keys.allowance(Chat("shop", "oA")), "typed_left", 0)

    assert names(everybody(broadcasts, name="7")) == ["oA", "oB"]
    assert not box.accept(sent, cuts=False, allowance=None, nonce=None, attempt="b").new
    assert names(everybody(broadcasts, name="8")) == ["oB"]


def test_a_slice_ends_with_the_last_one_it_holds(store: Redis, broadcasts: Broadcasts) -> None:
    """The next one goes on behind them."""
    known(store, "oA", "oB", "oC")
    first = everybody(broadcasts, most=2)
    assert (names(first), first.cursor) == (["oA", "oB"], 2)

    rest = broadcasts.people("shop", first.cursor, 3, limited=True, most=2)
    assert (names(rest), rest.cursor) == (["oC"], 3)
    assert broadcasts.people("shop", 3, 3, limited=True, most=2) == Slice(3, (), 0, 0)


def test_many_people_are_looked_at_a_few_at_a_time(store: Redis) -> None:
    """Nobody is left out, and no script looks at more than it may."""
    broadcasts = Broadcasts(store, Scripts(store), most=3)
    count = 2 * LOOKED_AT + 7
    known(store, *(f"o{number}" for number in range(count)))
    cursor, found = 0, []
    while cursor < count:
        slice_ = broadcasts.people("shop", cursor, count, limited=True, most=LOOKED_AT)
        assert slice_.cursor - cursor <= LOOKED_AT
        cursor, found = slice_.cursor, [*found, *names(slice_)]

    assert found == [f"o{number}" for number in range(count)]


def test_one_notice_at_a_time(store: Redis, broadcasts: Broadcasts) -> None:
    """Its own name begins it again without a change; another one waits for its end."""
    known(store, "oA")
    assert broadcasts.begin("shop", "7", "明天休息", 1)
    assert broadcasts.begin("shop", "7", "别的话", 2)
    assert not broadcasts.begin("shop", "8", "还有", 1)
    assert broadcasts.running() == ["shop"]
    found = under_way(broadcasts)
    assert (found.name, found.words, found.by, found.last) == ("7", "明天休息", 1, 1)

    broadcasts.end("shop", "7")
    assert broadcasts.running() == []
    assert (under_way(broadcasts).ended, under_way(broadcasts).words) == (True, "")
    assert broadcasts.begin("shop", "8", "还有", 1)
    broadcasts.end("shop", "7")
    assert not under_way(broadcasts).ended, "the end of an older one is not its end"


def test_a_slice_counts_once(store: Redis, broadcasts: Broadcasts) -> None:
    """Two workers went through it: the second finds the cursor moved."""
    known(store, "oA", "oB", "oC")
    broadcasts.begin("shop", "7", "明天休息", 1)
    before = under_way(broadcasts)
    done = Slice(2, ((1, Person("shop", "oA")), (2, Person("shop", "oB"))), 4, 5)
    broadcasts.advance("shop", before, done, 1)
    assert not broadcasts.advance("shop", before, done, 2)

    after = under_way(broadcasts)
    assert (after.cursor, after.queued) == (2, 1)
    assert after.fates == {"reached": 0, "skipped": 4, "unreachable": 6}


def test_what_became_of_each_is_counted_for_its_own_notice(store: Redis, broadcasts: Broadcasts) -> None:
    """One that comes late does not change the figures of the next."""
    broadcasts.begin("shop", "7", "明天休息", 1)
    for fate in ("reached", "reached", "unreachable", "skipped"):
        apply(store, broadcasts.counted("shop", "7", fate))  # type: ignore[arg-type]
    found = under_way(broadcasts)
    assert (found.settled, found.fates) == (4, {"reached": 2, "skipped": 1, "unreachable": 1})

    broadcasts.end("shop", "7")
    broadcasts.begin("shop", "8", "后天也休息", 1)
    apply(store, broadcasts.counted("shop", "7", "reached"))
    assert under_way(broadcasts).settled == 0


def test_a_draft_is_its_authors_and_lasts_five_minutes(store: Redis, broadcasts: Broadcasts) -> None:
    """The newest one alone."""
    for words in ("一", "二"):
        apply(store, broadcasts.keep_draft(BOSS, words))
    assert broadcasts.draft(BOSS) == "二"
    assert broadcasts.draft(Person("shop", "oOther")) == broadcasts.draft(Person("office", "oBoss")) == ""
    assert 0 < store.pttl(keys.draft(BOSS)) <= 300_000

    apply(store, broadcasts.drop_draft(BOSS))
    assert broadcasts.draft(BOSS) == ""


def test_one_that_is_stopped_reaches_nobody_else(store: Redis, broadcasts: Broadcasts) -> None:
    """Its end is where it is."""
    known(store, "oA")
    broadcasts.begin("shop", "7", "明天休息", 1)
    apply(store, broadcasts.stop("shop"))

    found = under_way(broadcasts)
    assert (found.last, found.ended) == (0, False)
    assert 0 < store.pttl(keys.broadcast("shop")) <= keys.BROADCAST_MS


def test_one_worker_at_a_time_hands_out(store: Redis, broadcasts: Broadcasts) -> None:
    """Until it is done and has rested."""
    assert broadcasts.hold("shop", "p1", 20.0)
    assert not broadcasts.hold("shop", "p2", 20.0)
    assert broadcasts.hold("office", "p2", 20.0)

    broadcasts.rest("shop", "p1", 0.001)
    store.delete(keys.broadcast_held("shop"))
    assert broadcasts.hold("shop", "p2", 20.0)


def test_an_author_who_is_erased_takes_their_words_along(store: Redis, broadcasts: Broadcasts) -> None:
    """Nothing of it is left, and the account is free for another."""
    broadcasts.begin("shop", "7", "明天休息", 4)
    assert broadcasts.of_author("shop", 5) == ()
    (write,) = broadcasts.of_author("shop", 4)
    apply(store, write)
    assert broadcasts.of("shop") is None

    broadcasts.end("shop", "")
    assert broadcasts.running() == []


def test_nothing_is_left_without_an_end(store: Redis, broadcasts: Broadcasts) -> None:
    """Words and figures have a lifetime from the start."""
    known(store, "oA")
    broadcasts.begin("shop", "7", "明天休息", 1)
    apply(store, broadcasts.counted("shop", "7", "reached"))

    assert 0 < store.pttl(keys.broadcast("shop")) <= keys.BROADCAST_MS
    assert Text("明天休息").text == under_way(broadcasts).words
