"""Messages and inboxes for store tests."""

from dataclasses import replace
from secrets import token_hex

from redis import Redis

from bot.channels.base import Allowance
from bot.messages import InboundMessage, Text
from bot.store.inbox import Accepted, Inbox
from bot.store.scripts import Scripts

TYPED = Allowance("typed", 5, 172_800)
MESSAGE = InboundMessage("shop", "oU", "oU", "m1", "text", (Text("你好"),), 1_700_000_000)
CHAT = MESSAGE.chat


def inbox(store: Redis, process: str = "p1") -> Inbox:
    """An inbox as process *process* sees it."""
    return Inbox(Scripts(store), process)


def accept(box: Inbox, msg_id: str, text: str = "你好", *, cuts: bool = False, peer: str = "oU") -> Accepted:
    """Accept one typed text."""
    message = replace(MESSAGE, msg_id=msg_id, parts=(Text(text),), peer=peer, sender=peer)
    return box.accept(message, cuts=cuts, allowance=TYPED, nonce=None, attempt=token_hex(8))
