"""What fuzzers throw at the callback: bytes made into requests, and a judge who shares no code with it."""

import base64
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from werkzeug.test import run_wsgi_app

from simulator.accounts import Account
from simulator.bodies import cdata
from simulator.crypto import sign

OUTER = ("body", "query", "echo", "sealed")
INNER = ("block", "inner", "fields")
"""What is mutated: the body, the query, the query of a GET and the signed `<Encrypt>`; validly signed and
encrypted: the block before AES (random bytes, length, padding), the XML in it, and the values in that XML."""

SLOW_S = 1.0
FRESH_S = 302  # the product's 300 s, and what passes between its clock and ours
ANSWERS = frozenset({200, 400, 403, 413})
FIELDS = ("FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "Event", "EventKey", "bizmsgmenuid")
TEXT = (
    "<xml><ToUserName><![CDATA[gh]]></ToUserName><FromUserName><![CDATA[oFuzz]]></FromUserName>"
    "<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[你好]]></Content><MsgId>24000000000000001</MsgId></xml>"
).encode()
EVENT = TEXT.replace(b"[text]", b"[event]").replace(b"Content>", b"Event>").replace(b"MsgId", b"EventKey")
QUERY = b"signature={s}&timestamp={t}&nonce={n}&openid=o&encrypt_type=aes&msg_signature={m}"
TOKENS: tuple[bytes, ...] = (
    *(b"<xml>", b"</xml>", b"<Encrypt>", b"</Encrypt>", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [", b"<!--"),
    *(b"<!ENTITY a 'b'>", b"&a;", b"&#0;", b"&#x41;", b"<?xml version='1.0' encoding='utf-7'?>", b"'utf-16'"),
    *(b"xmlns:a='b'", b"<a:b>", b"{t}", b"{n}", b"{s}", b"{m}", b"{e}", b"&", b"=", b"%00", b"%FF", b"[]"),
    *(b"signature", b"msg_signature", b"timestamp", b"nonce", b"echostr", b"encrypt_type=raw", b"\x00", b"+"),
    *(b"\xed\xa0\x80", b"\xef\xbb\xbf", "²٣".encode(), b"-1", b"1e9", b"9" * 40, "\u202e".encode()),
    *(b"event", b"text", b"CLICK", b"subscribe", b"unsubscribe", b"/new", "停".encode(), b"\r\n", b"a" * 200),
    *(b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x20" * 32, b"\x01", b"<a>" * 50),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One input: which account, what of its callback is replaced, and by which bytes."""

    account: str
    layer: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Shot:
    """The request that a Case becomes."""

    account: str
    method: str
    query: str
    body: bytes


def seeds(account: Account) -> dict[str, list[bytes]]:
    """Well-formed payloads by layer, from which mutation starts."""
    sealed = account.envelope.encrypt(TEXT).encode() if account.envelope else b""
    fields = b"\x00".join((b"oFuzz", b"1700000000", b"text", b"/new", b"24000000000000007"))
    event = b"\x00".join((b"oFuzz", b"1700000000", b"event", b"", b"", b"CLICK", b"key"))
    block = bytes(16) + len(TEXT).to_bytes(4, "big") + TEXT + account.receive_id.encode()
    pad = 32 - len(block) % 32
    return {
        "body": [_outer(b"{e}"), TEXT],
        "query": [QUERY, b"timestamp={t}&nonce={n}&msg_signature={m}"],
        "echo": [b"signature={s}&timestamp={t}&nonce={n}&echostr=1", QUERY + b"&echostr={e}"],
        "sealed": [sealed, sealed[:-4]],
        "block": [block + bytes([pad]) * pad, block],
        "inner": [TEXT, EVENT],
        "fields": [fields, event],
    }


def _outer(encrypted: bytes) -> bytes:
    return b"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[" + encrypted + b"]]></Encrypt></xml>"


class Gun:
    """Loads cases: whatever a case does not replace is right, signed and fresh."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self.accounts = accounts
        self.seeds = {name: seeds(account) for name, account in accounts.items()}
        self._good = {name: found["sealed"][0] for name, found in self.seeds.items()}
        self._nonces = count(random.randrange(10**9))

    def load(self, case: Case) -> Shot:
        """The request of *case*."""
        account = self.accounts[case.account]
        timestamp, nonce = str(int(time.time())), f"n{next(self._nonces)}"
        encrypted = self._encrypted(account, case)
        marks = {
            b"{t}": timestamp.encode(),
            b"{n}": nonce.encode(),
            b"{s}": sign(account.token, timestamp, nonce).encode(),
            b"{m}": sign(account.token, timestamp, nonce, encrypted.decode("utf-8", "replace")).encode(),
            b"{e}": encrypted,
        }
        asked = case.layer in ("query", "echo")
        query = case.payload if asked else QUERY
        if case.layer == "body" or (account.envelope is None and not asked):
            body = case.payload
        else:
            body = _outer(b"{e}") if account.envelope else TEXT
        for mark, value in marks.items():
            query, body = query.replace(mark, value), body.replace(mark, value)
        return Shot(case.account, "GET" if case.layer == "echo" else "POST", query.decode("latin-1"), body)

    def _encrypted(self, account: Account, case: Case) -> bytes:
        """The `<Encrypt>` of *case*."""
        if account.envelope is None or case.layer not in ("sealed", *INNER):
            return self._good[case.account]
        match case.layer:
            case "sealed":
                return case.payload
            case "block":
                return base64.b64encode(_aes(account.aes_key, case.payload))
            case "fields":
                return account.envelope.encrypt(_named(case.payload)).encode()
            case _:
                return account.envelope.encrypt(case.payload).encode()


def _named(payload: bytes) -> bytes:
    """XML whose values are the pieces of *payload*."""
    values = payload.decode("utf-8", "replace").split("\x00")
    pairs = zip(FIELDS, values, strict=False)
    return (
        "<xml>" + "".join(f"<{name}>{cdata(value)}</{name}>" for name, value in pairs) + "</xml>"
    ).encode()


def _aes(aes_key: str, block: bytes) -> bytes:
    key = base64.b64decode(aes_key + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return encryptor.update(block + bytes(-len(block) % 16)) + encryptor.finalize()


def verifies(account: Account, shot: Shot, now_s: float) -> bool:
    """Whether signature, time and receive-id of *shot* are right; decided without the product's code."""
    query = {name: values[0] for name, values in parse_qs(shot.query, keep_blank_values=True).items()}
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not timestamp.isdecimal() or abs(now_s - int(timestamp)) > FRESH_S:
        return False
    if account.envelope is None or (shot.method == "GET" and account.channel == "official"):
        return query.get("signature") == sign(account.token, timestamp, nonce)
    if shot.method == "GET":
        found = [query.get("echostr", "")]
    else:
        # As text: what an XML declaration says of the encoding is then of no account, as in the product.
        root = ElementTree.fromstring(shot.body.decode())  # noqa: S314
        found = [child.text or "" for child in root if child.tag == "Encrypt"]
    try:
        account.envelope.decrypt(found[0], query.get("msg_signature", ""), timestamp, nonce)
    except (ValueError, IndexError):
        return False
    return True


@dataclass
class Judge:
    """Fires shots at a WSGI *app* and holds what was promised of every answer."""

    app: Any
    gun: Gun
    answers: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    slowest_s: float = 0.0

    def hold(self, case: Case) -> None:
        """Fire *case*. Raises AssertionError for a 5xx, a slow answer or a forgery that was let in."""
        shot = self.gun.load(case)
        status, body, took_s = self._fire(shot)
        if took_s > SLOW_S:  # A slow input is slow again; a machine that was busy is not.
            took_s = self._fire(shot)[2]
        self.slowest_s = max(self.slowest_s, took_s)
        self.answers[f"{case.layer} {status}"] += 1
        assert status in ANSWERS, (status, case, shot)
        assert took_s <= SLOW_S, (took_s, case)
        if status == 200:
            assert verifies(self.gun.accounts[case.account], shot, time.time()), (case, shot)
            assert shot.method == "GET" or body in (b"", b"success"), (body, case)
        else:
            assert body == b"", (body, case)

    def _fire(self, shot: Shot) -> tuple[int, bytes, float]:
        environ = {
            "REQUEST_METHOD": shot.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": f"/callback/{shot.account}",
            "QUERY_STRING": shot.query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "text/xml",
            "CONTENT_LENGTH": str(len(shot.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(shot.body),
        }
        began = time.perf_counter()
        chunks, status, _ = run_wsgi_app(self.app, environ, buffered=True)
        body = b"".join(chunks)
        took_s = time.perf_counter() - began
        self.kept += shot.method == "POST" and status.startswith("200")
        return int(status[:3]), body, took_s
