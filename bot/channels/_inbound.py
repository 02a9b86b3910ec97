"""From the fields of a verified XML message to an InboundMessage (protocol A5, A6, C2)."""

import hashlib
from collections.abc import Mapping

from bot.channels.base import SAYS, TAPPED
from bot.errors import Unreadable
from bot.messages import Event, InboundMessage, Part, Text

_PLAIN_KINDS = frozenset({"image", "voice", "video", "location", "link", "file"})
_KINDS = {"shortvideo": "video", "emotion": "sticker", "sticker": "sticker"}
_EVENT_KINDS = frozenset({"subscribe", "unsubscribe", "enter_agent", "scan", "click"})
_UNSUPPORTED = "【收到不支持的消息类型"
"""How stickers and other kinds that a platform does not pass on arrive: as a text (protocol A5)."""
_ID_CHARS = 128


def inbound(account: str, found: Mapping[str, str]) -> InboundMessage:
    """The message in *found*. Raises Unreadable when a field that every message has is missing or absurd."""
    sender = found.get("FromUserName", "")
    created, kind = (found.get(name, "").strip() for name in ("CreateTime", "MsgType"))
    # Never stripped: an id with a blank is nobody's, and least of all the admin's whom it resembles.
    if not sender or len(sender) > _ID_CHARS or not sender.isprintable() or " " in sender:
        raise Unreadable("sender")
    if not (created.isascii() and created.isdigit() and len(created) <= 12):
        raise Unreadable("created")
    if not kind:
        raise Unreadable("kind")
    shown_kind, part = _event(found) if kind.lower() == "event" else _message(kind.lower(), found)
    return InboundMessage(
        account, sender, sender, _dedupe_id(found, kind), shown_kind, (part,) if part else (), int(created)
    )


def _message(kind: str, found: Mapping[str, str]) -> tuple[str, Part | None]:
    if kind == "text":
        text = found.get("Content", "")
        if text.startswith(_UNSUPPORTED):
            return "unsupported", None
        return "text", Text(text, found.get("bizmsgmenuid", ""))
    known = _KINDS.get(kind, kind)
    return (known if known in _PLAIN_KINDS or known == "sticker" else "unsupported"), None


def _event(found: Mapping[str, str]) -> tuple[str, Part | None]:
    # The official account writes CLICK and SCAN, WeCom click: names are compared in lower case (protocol C2).
    name, key = found.get("Event", "").lower(), found.get("EventKey", "")
    if name == "click" and key.startswith(SAYS) and key.removeprefix(SAYS).strip():
        # From here on nothing tells these words from typed ones, but what a tap allows us to send.
        return "text", Text(key.removeprefix(SAYS), TAPPED)
    return (name if name in _EVENT_KINDS else "event"), Event(name, key)


def _dedupe_id(found: Mapping[str, str], kind: str) -> str:
    """MsgId with its sender, since it is not unique across people; events have none (protocol A4)."""
    sender, msg_id = found["FromUserName"], found.get("MsgId", "").strip()
    if msg_id and kind.lower() != "event":
        parts: tuple[str, ...] = ("m", sender, msg_id)
    else:
        parts = ("e", sender, found["CreateTime"], kind, found.get("Event", ""), found.get("EventKey", ""))
    return hashlib.blake2s("\x00".join(parts).encode(), digest_size=16).hexdigest()
