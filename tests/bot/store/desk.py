"""Messages and inboxes for store tests."""

from collections.abc import Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Any

from redis import Redis

from bot.channels.base import Allowance
from bot.messages import InboundMessage, Text
from bot.store import keys
from bot.store.accepted import Accepted
from bot.store.inbox import Inbox
from bot.store.memory import Memory
from bot.store.people import People
from bot.store.scripts import Scripts

TYPED = Allowance("typed", 5, 172_800)
MESSAGE = InboundMessage("shop", "oU", "oU", "m1", "text", (Text("你好"),), 1_700_000_000)
CHAT = MESSAGE.chat


def inbox(store: Redis, process: str = "p1", *, most: int = 1000) -> Inbox:
    """An inbox as process *process* sees it, in a house whose workers have been renewing all the time."""
    steady(store)
    return Inbox(Scripts(store), process, most=most)


def steady(store: Redis, since_ms: int = 1) -> None:
    """As if workers had renewed without a gap since *since_ms*, the last time just now."""
    seconds, micros = store.time()
    store.set(keys.beat, f"{since_ms} {seconds * 1000 + micros // 1000}", px=keys.WORKER_MS)


def memory_of(store: Redis) -> Memory:
    """What is remembered, as a worker of its own reads it."""
    scripts = Scripts(store)
    return Memory(store, scripts, People(store, scripts, audit_days=180), days=30, forget_days=7)


def accept(box: Inbox, msg_id: str, text: str = "你好", *, cuts: bool = False, peer: str = "oU") -> Accepted:
    """Accept one typed text."""
    message = replace(MESSAGE, msg_id=msg_id, parts=(Text(text),), peer=peer, sender=peer)
    return box.accept(message, cuts=cuts, allowance=TYPED, nonce=None, attempt=token_hex(8))


class TwiceScripts(Scripts):
    """Every script runs twice and the second answer counts, as when a connection breaks after the first."""

    def run(self, name: str, keys: Sequence[str], args: Sequence[str | int | bytes]) -> Any:
        super().run(name, keys, args)
        return super().run(name, keys, args)
