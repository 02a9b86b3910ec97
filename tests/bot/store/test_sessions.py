"""Sessions of a chat: beginning anew puts the old one away, and the number of those is bounded."""

from redis import Redis

from bot.conversation import Exchange
from bot.messages import Chat, Person
from bot.store.memory import SESSIONS_KEPT
from bot.store.turns import Write
from tests.bot.store.desk import memory_of

CHAT, PERSON = Chat("shop", "oXiaoyu"), Person("shop", "oXiaoyu")


def apply(store: Redis, *writes: Write) -> None:
    """What settling does with *writes*."""
    for write in writes:
        if write.op == "set":
            store.set(write.key, write.value, px=write.life_ms)
        else:
            store.delete(write.key)


def test_who_begins_anew_over_and_over_fills_no_store(store: Redis) -> None:
    """The current session and the last nine are kept, each with a lifetime; the count goes on."""
    memory = memory_of(store)
    for number in range(30):
        recalled = memory.recall(CHAT, PERSON)
        apply(store, memory.remember(CHAT, recalled.session, [Exchange(f"q{number}", "a", 2)]))
        apply(store, *memory.start_over(CHAT, memory.recall(CHAT, PERSON)))

    kept = store.keys("yd1:memory:*")
    assert len(kept) == 1 + SESSIONS_KEPT
    assert memory.recall(CHAT, PERSON).session == 31
    assert all(store.pttl(key) > 0 for key in kept)


def test_forgetting_reaches_every_session_that_is_kept(store: Redis) -> None:
    """After somebody unfollows, all of them end within the days that are set."""
    memory = memory_of(store)
    for _ in range(12):
        recalled = memory.recall(CHAT, PERSON)
        apply(store, memory.remember(CHAT, recalled.session, [Exchange("q", "a", 2)]))
        apply(store, *memory.start_over(CHAT, memory.recall(CHAT, PERSON)))

    shortened = {write.key for write in memory.forget_later(CHAT, memory.recall(CHAT, PERSON))}
    assert {key.decode() for key in store.keys("yd1:memory:*")} <= shortened
