"""Builds what WeChat and WeCom send: the XML of each kind, and the signed, encrypted request around it."""

import secrets
from dataclasses import dataclass, field

from simulator.accounts import Account, Mode
from simulator.crypto import Envelope, sign
from simulator.explain import UNSUPPORTED

PICTURE = "https://mmbiz.qpic.cn/mmbiz_jpg/simulated/0"


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a person did.

    Attributes:
        fields: the XML elements after CreateTime, in order; ints are written bare, strings as CDATA.
        identity: MsgId, or what tells an event apart: the key under which repeats are one message.
        title: how the page calls it.
    """

    account: str
    peer: str
    created_at: int
    fields: tuple[tuple[str, str | int], ...]
    identity: str
    title: str

    @property
    def is_event(self) -> bool:
        """Whether nobody said it."""
        return ("MsgType", "event") in self.fields

    @property
    def is_silent(self) -> bool:
        """Whether it is an event that nobody answers; following and opening the app are greeted, a tap on
        the menu is answered, and what became of a scan nobody can tell."""
        event = dict(self.fields).get("Event")
        return event is not None and event not in ("subscribe", "enter_agent", "CLICK", "click")


@dataclass(frozen=True, slots=True)
class Packet:
    """A ready request: query in Tencent's order, body, and the XML inside."""

    query: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    inner: str = ""


def new_msg_id() -> int:
    """A 64-bit MsgId in the range real ones have."""
    return 24_000_000_000_000_000 + secrets.randbelow(900_000_000_000_000)


Fields = list[tuple[str, str | int]]


def message_fields(channel: str, kind: str, text: str, menu_id: str = "") -> Fields:
    """The elements of a message of *kind* from MsgType on, without MsgId (A5, C2)."""
    if kind == "text":
        tapped: Fields = [("bizmsgmenuid", menu_id)] if menu_id else []
        return [("MsgType", "text"), ("Content", text), *tapped]
    if kind == "sticker" and channel == "official":
        return [("MsgType", "text"), ("Content", UNSUPPORTED)]
    if kind in ("location", "link"):
        return _place_or_link(channel, kind, text)
    # A sticker of WeCom has no documented form and is sent as the picture it is.
    return _media("image" if kind == "sticker" else kind, text)


def _place_or_link(channel: str, kind: str, text: str) -> Fields:
    if kind == "link":
        told: Fields = [("Title", text or "苏州两日怎么走"), ("Description", "一篇游记")]
        return [("MsgType", "link"), *told, ("Url", "https://a.example/suzhou")]
    app: Fields = [("AppType", "wxwork")] if channel == "wecom" else []
    place: Fields = [("Location_X", "31.2990"), ("Location_Y", "120.5853"), ("Scale", 16)]
    return [("MsgType", "location"), *place, ("Label", text or "江苏省苏州市姑苏区"), *app]


def _media(kind: str, text: str) -> Fields:
    media = f"MEDIA{secrets.token_hex(8)}"
    shapes: dict[str, Fields] = {
        "image": [("PicUrl", PICTURE), ("MediaId", media)],
        "voice": [("MediaId", media), ("Format", "amr")],
        "video": [("MediaId", media), ("ThumbMediaId", media + "T")],
        "file": [
            ("Title", text or "书单.pdf"),
            ("Description", ""),
            ("FileKey", media),
            ("FileMd5", secrets.token_hex(16)),
            ("FileTotalLen", 20480),
        ],
    }
    return [("MsgType", kind), *shapes[kind]]


def event_fields(channel: str, event: str, key: str) -> list[tuple[str, str | int]]:
    """The elements of an event (A6; WeCom writes them in lower case, C2)."""
    name = event.lower() if channel == "wecom" else event
    if event.startswith("kf_"):
        return [("MsgType", "event"), ("Event", name), ("KfAccount", key)]
    found: list[tuple[str, str | int]] = [("MsgType", "event"), ("Event", name), ("EventKey", key)]
    if event.upper() == "SCAN" or key.startswith("qrscene_"):
        found.append(("Ticket", "gQ" + secrets.token_urlsafe(40)))
    return found


def inner_xml(account: Account, inbound: Inbound) -> str:
    """The decrypted XML of *inbound*."""
    head: list[tuple[str, str | int]] = [
        ("ToUserName", account.to_user),
        ("FromUserName", inbound.peer),
        ("CreateTime", inbound.created_at),
        *inbound.fields,
    ]
    if account.channel == "wecom":
        head.append(("AgentID", account.agent_id))
    return "<xml>" + "".join(_element(name, value) for name, value in head) + "</xml>"


def _element(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}>{cdata(value)}</{name}>"


def cdata(text: str) -> str:
    """*text* as a CDATA section; `]]>` inside is split over two."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a delivery is signed with; tests set parts of it to forge one."""

    timestamp: str
    nonce: str


def pack(account: Account, inbound: Inbound, stamp: Stamp, *, mode: Mode | None = None) -> Packet:
    """The signed request for *inbound* in the account's mode, or in *mode*."""
    return pack_xml(account, inner_xml(account, inbound), inbound.peer, stamp, mode=mode)


def pack_xml(account: Account, xml: str, openid: str, stamp: Stamp, *, mode: Mode | None = None) -> Packet:
    """Sign, and unless the mode is plain encrypt, any *xml* as coming from *openid* (A2, C1)."""
    chosen = mode or account.mode
    envelope = account.envelope
    if chosen == "plain" or envelope is None:
        return Packet(_plain_query(account, openid, stamp), xml.encode(), xml)
    sealed = envelope.encrypt(xml)
    signature = envelope.signature(stamp.timestamp, stamp.nonce, sealed)
    if account.channel == "wecom":
        query = {"msg_signature": signature, "timestamp": stamp.timestamp, "nonce": stamp.nonce}
        return Packet(
            query, _outer(account, sealed, f"<AgentID>{cdata(str(account.agent_id))}</AgentID>"), xml
        )
    query = _plain_query(account, openid, stamp) | {"encrypt_type": "aes", "msg_signature": signature}
    if chosen == "compat":
        both = xml.removesuffix("</xml>") + f"<Encrypt>{cdata(sealed)}</Encrypt></xml>"
        return Packet(query, both.encode(), xml)
    return Packet(query, _outer(account, sealed), xml)


def _plain_query(account: Account, openid: str, stamp: Stamp) -> dict[str, str]:
    return {
        "signature": sign(account.token, stamp.timestamp, stamp.nonce),
        "timestamp": stamp.timestamp,
        "nonce": stamp.nonce,
        "openid": openid,
    }


def _outer(account: Account, sealed: str, agent: str = "") -> bytes:
    head = f"<xml><ToUserName>{cdata(account.to_user)}</ToUserName>"
    return f"{head}{agent}<Encrypt>{cdata(sealed)}</Encrypt></xml>".encode()


def pack_verify(account: Account, echo: str, stamp: Stamp) -> tuple[dict[str, str], Envelope | None]:
    """The query of the URL check with *echo*: plain for official accounts, encrypted for WeCom (A1, C1)."""
    if account.channel == "wecom" and account.envelope:
        sealed = account.envelope.encrypt(echo)
        signature = account.envelope.signature(stamp.timestamp, stamp.nonce, sealed)
        query = {"msg_signature": signature, "timestamp": stamp.timestamp, "nonce": stamp.nonce}
        return query | {"echostr": sealed}, account.envelope
    query = {"signature": sign(account.token, stamp.timestamp, stamp.nonce)}
    return query | {"timestamp": stamp.timestamp, "nonce": stamp.nonce, "echostr": echo}, None
