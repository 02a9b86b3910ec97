"""The envelope against every published and own vector, and against wechatpy."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels import _wire
from bot.errors import CallbackRefused, Forged, TooLarge, Unreadable

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "vectors.json").read_text())
POSITIVE = [v for v in VECTORS["vectors"] if v["kind"] in ("inbound", "outbound")]
PLAIN = [v for v in VECTORS["vectors"] if v["kind"] == "plain_signature"]
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def envelope(vector: dict[str, Any]) -> _wire.Envelope:
    return _wire.Envelope(vector["token"], vector["encoding_aes_key"], vector["receiveid"])


def ids(vectors: list[dict[str, Any]]) -> list[str]:
    return [vector["id"] for vector in vectors]


@pytest.mark.parametrize("vector", PLAIN, ids=ids(PLAIN))
def test_plain_signature_vectors(vector: dict[str, Any]) -> None:
    """The plain signature of Tencent's documents comes out to the letter."""
    assert vector["signature"] == _wire.sign(vector["token"], vector["timestamp"], vector["nonce"])


@pytest.mark.parametrize("vector", POSITIVE, ids=ids(POSITIVE))
def test_positive_vectors_open_and_encrypt_again(vector: dict[str, Any]) -> None:
    """Each vector opens to its plaintext, and encrypting with its random bytes gives the same text."""
    found = envelope(vector).open(
        vector["encrypt"], vector["msg_signature"], vector["timestamp"], vector["nonce"]
    )

    assert vector["plaintext"] == found
    random16 = vector["random16"].encode()
    if len(random16) != 16:
        return
    assert vector["encrypt"] == envelope(vector).encrypt(found.encode(), random16)


@pytest.mark.parametrize("vector", VECTORS["negative"], ids=ids(VECTORS["negative"]))
def test_negative_vectors_are_refused(vector: dict[str, Any]) -> None:
    """A wrong signature, nonce, receive-id, base64, block, key, length or padding opens nothing."""
    with pytest.raises(CallbackRefused):
        envelope(vector).open(
            vector["encrypt"], vector["msg_signature"], vector["timestamp"], vector["nonce"]
        )


@settings(max_examples=200, deadline=None)
@given(message=st.text(max_size=600), app_id=st.from_regex(r"wx[0-9a-f]{16}", fullmatch=True))
def test_wechatpy_reads_what_we_write(message: str, app_id: str) -> None:
    """Differential: wechatpy opens our envelopes, and we open wechatpy's."""
    message = message.encode("utf-8", "ignore").decode()
    ours = _wire.Envelope("token", KEY, app_id)
    theirs = WeChatCrypto("token", KEY, app_id)
    encrypted = ours.encrypt(message.encode())
    signature = ours.sign("1700000000", "nonce", encrypted)

    body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    assert message == theirs.decrypt_message(body, signature, "1700000000", "nonce")
    sealed = _wire.fields(theirs.encrypt_message(message, "nonce", "1700000000"))
    assert message == ours.open(sealed["Encrypt"], sealed["MsgSignature"], "1700000000", "nonce")


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """No body makes the parser raise anything but Unreadable."""
    with suppress(Unreadable):
        assert isinstance(_wire.fields(body), dict)


@settings(max_examples=300, deadline=None)
@given(plain=st.integers(1, 10).flatmap(lambda n: st.binary(min_size=16 * n, max_size=16 * n)))
def test_signed_garbage_is_refused(plain: bytes) -> None:
    """Bytes that were encrypted with our key but are no envelope are refused, never a crash."""
    seal = _wire.Envelope("token", KEY, "wx0")
    encryptor = seal._cipher.encryptor()
    encrypted = _wire.base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    with pytest.raises(CallbackRefused):
        seal.open(encrypted, seal.sign("1", "n", encrypted), "1", "n")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<xml>",
        "<xml>\ud83d</xml>".encode("utf-8", "surrogatepass"),
        '<?xml version="1.0" encoding="utf-16"?><xml/>'.encode("utf-16"),
        '<?xml version="1.0" encoding="utf-7"?><xml>+ADw-</xml>'.encode("utf-16"),
        b'<!DOCTYPE lolz [<!ENTITY lol "lol">]><xml>&lol;</xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
        b"<a>" * 20_000,
        b"<xml>&undeclared;</xml>",
        b"<xml>\x00</xml>",
    ],
)
def test_hostile_xml_is_unreadable(body: bytes) -> None:
    """Malformed, oddly encoded, deep or declaring XML is refused as unreadable."""
    with pytest.raises(Unreadable):
        _wire.fields(body)


def test_body_over_64_kib_is_too_large() -> None:
    """The limit is 64 KiB exactly."""
    _wire.check_size(b"x" * 65_536)

    with pytest.raises(TooLarge):
        _wire.check_size(b"x" * 65_537)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"timestamp": "1700000000", "nonce": "n"}, None),
        ({"timestamp": "1699999700", "nonce": "n"}, None),
        ({"timestamp": "1700000300", "nonce": "n"}, None),
        ({"timestamp": "1699999699", "nonce": "n"}, Forged),
        ({"timestamp": "1700000301", "nonce": "n"}, Forged),
        ({"timestamp": "", "nonce": "n"}, Unreadable),
        ({"timestamp": "-1700000000", "nonce": "n"}, Unreadable),
        ({"timestamp": "１７０００００００", "nonce": "n"}, Unreadable),
        ({"timestamp": "1" * 4000, "nonce": "n"}, Unreadable),
        ({"timestamp": "1700000000", "nonce": ""}, Unreadable),
        ({"timestamp": "1700000000", "nonce": "n" * 129}, Unreadable),
        ({}, Unreadable),
    ],
)
def test_only_fresh_and_well_formed_queries_pass(
    query: dict[str, str], error: type[Exception] | None
) -> None:
    """A timestamp counts as fresh for 300 s to both sides; anything odd is unreadable."""
    if error is None:
        assert (query["timestamp"], query["nonce"]) == _wire.fresh(query, 1_700_000_000.0)
        return

    with pytest.raises(error):
        _wire.fresh(query, 1_700_000_000.0)
