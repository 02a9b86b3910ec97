"""The envelope all WeChat callbacks share: signature, freshness, AES and XML (protocol A2–A3, C1, H2)."""

import base64
import binascii
import hashlib
import hmac
import os
import re
import struct
from collections.abc import Mapping
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels.base import BODY_BYTES
from bot.errors import Forged, TooLarge, Unreadable

FRESH_S = 300
_PAD_BLOCK = 32
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD_BYTES = 20  # 16 random bytes and the length of the message


def sign(*parts: str) -> str:
    """The platforms' signature: lower-case hex SHA-1 of the sorted parts joined (protocol A1)."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def check_size(body: bytes) -> None:
    """Raise TooLarge for a body longer than BODY_BYTES."""
    if len(body) > BODY_BYTES:
        raise TooLarge("size")


def fresh(query: Mapping[str, str], now_s: float) -> tuple[str, str]:
    """The query's timestamp and nonce, when they are there and at most 300 s away from our clock."""
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Unreadable("query")
    if not nonce or len(nonce) > 128:
        raise Unreadable("query")
    if abs(now_s - int(timestamp)) > FRESH_S:
        raise Forged("stale")
    return timestamp, nonce


def check_signature(given: str, *parts: str) -> None:
    """Raise Forged unless *given* signs *parts*; compared in constant time."""
    if not hmac.compare_digest(sign(*parts).encode(), given.encode("utf-8", "replace")):
        raise Forged("signature")


def fields(body: bytes | str) -> dict[str, str]:
    """The direct children of an XML document as text; the first of equal names counts.

    A DOCTYPE or entity declaration is refused before the parser sees it, and the text is always read as
    UTF-8, whatever the document declares. Raises Unreadable.
    """
    try:
        text = body.decode() if isinstance(body, bytes) else body
    except UnicodeDecodeError as error:
        raise Unreadable("encoding") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("doctype")
    if "\x00" in text:  # expat would take it for UTF-16, in which the words above look different
        raise Unreadable("encoding")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no DOCTYPE reaches it, so no entity can be declared
    except (ElementTree.ParseError, ValueError) as error:
        raise Unreadable("xml") from error
    found: dict[str, str] = {}
    for child in root:
        found.setdefault(child.tag, child.text or "")
    return found


def reply(to: str, sender: str, told: Mapping[str, str], created: int) -> str:
    """A passive reply as XML: *told* is its MsgType and what belongs to that (protocol A7)."""
    values = {"ToUserName": to, "FromUserName": sender, **told}
    inner = "".join(f"<{name}>{_cdata(value)}</{name}>" for name, value in values.items())
    return f"<xml>{inner}<CreateTime>{created}</CreateTime></xml>"


def _cdata(text: str) -> str:
    """*text* as character data: what XML 1.0 forbids is left out, and nothing in it can end the section."""
    return f"<![CDATA[{_NO_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


class Envelope:
    """Signs, encrypts and decrypts for one token, AES key and receive-id (AppID, CorpID or empty)."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        self._token = token
        self._receive_id = receive_id.encode()
        # The 43rd character may carry spare bits (Tencent's own samples do): no round trip is demanded (A3).
        key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The msg_signature of an encrypted text."""
        return sign(self._token, timestamp, nonce, encrypted)

    def encrypt(self, message: bytes, random16: bytes | None = None) -> str:
        """*message* as base64 of AES-256-CBC; *random16* is given by tests only."""
        plain = (random16 or os.urandom(16)) + struct.pack(">I", len(message)) + message + self._receive_id
        pad = _PAD_BLOCK - len(plain) % _PAD_BLOCK
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def seal(self, message: str, timestamp: str, nonce: str) -> str:
        """*message* as the platform takes it in a response (protocol A3)."""
        encrypted = self.encrypt(message.encode())
        values = (("Encrypt", encrypted), ("MsgSignature", self.sign(timestamp, nonce, encrypted)))
        inner = "".join(f"<{name}>{_cdata(value)}</{name}>" for name, value in values)
        return f"<xml>{inner}<TimeStamp>{timestamp}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"

    def open(self, encrypted: str, signature: str, timestamp: str, nonce: str) -> str:
        """Verify and decrypt. Raises Forged (signature, receive-id) or Unreadable (anything else)."""
        check_signature(signature, self._token, timestamp, nonce, encrypted)
        message, receive_id = _unpack(self._decrypt(encrypted))
        if not hmac.compare_digest(receive_id, self._receive_id):
            raise Forged("receive_id")
        try:
            return message.decode()
        except UnicodeDecodeError as error:
            raise Unreadable("encoding") from error

    def _decrypt(self, encrypted: str) -> bytes:
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unreadable("base64") from error
        if not sealed or len(sealed) % 16:
            raise Unreadable("decrypt")
        decryptor = self._cipher.decryptor()
        return decryptor.update(sealed) + decryptor.finalize()


def _unpack(plain: bytes) -> tuple[bytes, bytes]:
    """Message and receive-id of a decrypted text; the whole padding is checked, blocks are of 32 (A3)."""
    pad = plain[-1]
    if not 1 <= pad <= _PAD_BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise Unreadable("padding")
    plain = plain[:-pad]
    if len(plain) < _HEAD_BYTES:
        raise Unreadable("length")
    (length,) = struct.unpack(">I", plain[16:_HEAD_BYTES])
    if _HEAD_BYTES + length > len(plain):
        raise Unreadable("length")
    return plain[_HEAD_BYTES : _HEAD_BYTES + length], plain[_HEAD_BYTES + length :]
