"""Judges the answer to a callback: received, a reply, a failure, or unacceptable (A4, A7, S1)."""

from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from simulator.accounts import Account
from simulator.wecom import cut


@dataclass(frozen=True, slots=True)
class Verdict:
    """*outcome*: ack · reply (with *text*) · transfer (to the account's agents) · failed (sent again) ·
    unacceptable (fault notice at once)."""

    outcome: Literal["ack", "reply", "transfer", "failed", "unacceptable"]
    text: str = ""
    inner: str | None = None
    reason: str = ""


def judge(
    account: Account, peer: str, status: int, body: bytes, passive_bytes: int, *, is_event: bool = False
) -> Verdict:
    """What the platform makes of *status* and *body*; status 0 means that none came in time."""
    if status != 200:
        return Verdict("failed", reason=f"status {status}")
    if body in (b"", b"success"):
        return Verdict("ack")
    try:
        inner = _opened(account, body)
        reply = {child.tag: child for child in ElementTree.fromstring(inner)}  # noqa: S314 — our own bot wrote it
    except (ValueError, ElementTree.ParseError) as error:
        return Verdict("unacceptable", reason=f"unreadable reply: {type(error).__name__}")
    found = {tag: child.text or "" for tag, child in reply.items()}
    return _checked(account, peer, inner, found, passive_bytes, is_event=is_event)


def _opened(account: Account, body: bytes) -> str:
    """The reply's XML; decrypted and its signature checked where it is an envelope."""
    text = body.decode()
    outer = {child.tag: child.text or "" for child in ElementTree.fromstring(text)}  # noqa: S314 — see above
    if "Encrypt" not in outer:
        if account.mode == "safe":
            raise ValueError("a plain reply in safe mode")
        return text
    if account.envelope is None:
        raise ValueError("an encrypted reply in plain mode")
    signature, stamp, nonce = (outer.get(tag, "") for tag in ("MsgSignature", "TimeStamp", "Nonce"))
    return account.envelope.decrypt(outer["Encrypt"], signature, stamp, nonce)


def _checked(
    account: Account, peer: str, inner: str, reply: dict[str, str], passive_bytes: int, *, is_event: bool
) -> Verdict:
    if reply.get("ToUserName") != peer or reply.get("FromUserName") != account.to_user:
        return Verdict("unacceptable", inner=inner, reason="ToUserName and FromUserName are not swapped")
    if not reply.get("CreateTime", "").isdigit():
        return Verdict("unacceptable", inner=inner, reason="no CreateTime")
    kind = reply.get("MsgType", "")
    if kind == "transfer_customer_service":
        if account.channel == "wecom" or is_event:
            return Verdict("unacceptable", inner=inner, reason="only a follower's message is transferred")
        return Verdict("transfer", inner=inner)
    if kind != "text":
        return (
            Verdict("reply", f"〔{kind}〕", inner)
            if kind
            else Verdict("unacceptable", inner=inner, reason="no MsgType")
        )
    text = reply.get("Content", "")
    if not text:
        return Verdict("unacceptable", inner=inner, reason="empty Content")
    if account.channel == "wecom":
        return Verdict("reply", cut(text, passive_bytes + 1), inner)
    if len(text.encode()) > passive_bytes:
        return Verdict("unacceptable", inner=inner, reason="Content is too long")
    return Verdict("reply", text, inner)
