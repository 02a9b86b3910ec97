"""The simulator's own crypto agrees with the published vectors."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from simulator.accounts import new_aes_key
from simulator.crypto import CryptoError, Envelope, sign

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "vectors.json").read_text())


def of_kind(*kinds: str) -> list[Any]:
    entries = VECTORS["vectors"] + VECTORS["negative"]
    return [pytest.param(entry, id=entry["id"]) for entry in entries if entry["kind"] in kinds]


def envelope(vector: dict[str, Any]) -> Envelope:
    return Envelope(vector["token"], vector["encoding_aes_key"], vector["receiveid"])


@pytest.mark.parametrize("vector", of_kind("plain_signature"))
def test_signs_as_the_platform(vector: dict[str, Any]) -> None:
    """A plain signature is the one Tencent's pages print."""
    assert sign(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


@pytest.mark.parametrize("vector", of_kind("inbound", "outbound"))
def test_decrypts_every_vector(vector: dict[str, Any]) -> None:
    """What four implementations decrypt, this one decrypts to the same text."""
    opened = envelope(vector).decrypt(
        vector["encrypt"], vector["msg_signature"], vector["timestamp"], vector["nonce"]
    )

    assert opened == vector["plaintext"]


@pytest.mark.parametrize("vector", of_kind("inbound", "outbound"))
def test_encrypts_byte_for_byte(vector: dict[str, Any]) -> None:
    """With the vector's random bytes the ciphertext and its signature are the published ones."""
    own = envelope(vector)
    raw = vector["random16"]
    random16 = raw.encode() if len(raw) == 16 else bytes.fromhex(raw)

    sealed = own.encrypt(vector["plaintext"], random16)

    assert sealed == vector["encrypt"]
    assert own.signature(vector["timestamp"], vector["nonce"], sealed) == vector["msg_signature"]


@pytest.mark.parametrize("vector", of_kind("negative"))
def test_refuses_every_negative_vector(vector: dict[str, Any]) -> None:
    """What must not be accepted is not."""
    with pytest.raises(ValueError):  # noqa: PT011 — CryptoError or UnicodeDecodeError, both by contract
        envelope(vector).decrypt(
            vector["encrypt"], vector["msg_signature"], vector["timestamp"], vector["nonce"]
        )


def test_fresh_keys_have_the_documented_form() -> None:
    """A made-up EncodingAESKey has 43 characters and decodes to 32 bytes."""
    keys = [new_aes_key() for _ in range(20)]

    assert {len(key) for key in keys} == {43}
    assert {len(base64.b64decode(key + "=")) for key in keys} == {32}


@pytest.mark.parametrize("key", ["", "short", "!" * 43])
def test_a_bad_key_is_refused_at_once(key: str) -> None:
    """An envelope cannot be made with what is no key."""
    with pytest.raises((CryptoError, ValueError)):
        Envelope("token", key, "wx1")
