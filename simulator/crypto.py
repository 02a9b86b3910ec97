"""Signing and the AES envelope of callbacks, written from the protocol sheet (A3, H2) alone."""

import base64
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
"""PKCS#7 block of the envelope; not AES's own 16."""


class CryptoError(ValueError):
    """*code* is WXBizMsgCrypt's number, -40001 … -40011."""

    def __init__(self, code: int) -> None:
        super().__init__(f"WXBizMsgCrypt {code}")
        self.code = code


def sign(*parts: str) -> str:
    """SHA-1 over the sorted, joined *parts*: token, timestamp, nonce and, with AES, the ciphertext."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


class Envelope:
    """Encrypts and decrypts for one account.

    Args:
        token: the callback token.
        aes_key: the EncodingAESKey, 43 characters.
        receive_id: AppID (official account) or CorpID (WeCom).

    Raises CryptoError(-40004) for a key that is none.
    """

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        if len(aes_key) != 43:
            raise CryptoError(-40004)
        self.token = token
        self._receive_id = receive_id.encode()
        self._key = base64.b64decode(aes_key + "=")
        if len(self._key) != 32:
            raise CryptoError(-40004)

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def encrypt(self, message: str | bytes, random16: bytes | None = None) -> str:
        """The base64 ciphertext of *message*; *random16* only for vectors."""
        inner = message.encode() if isinstance(message, str) else message
        block = (random16 or os.urandom(16)) + struct.pack(">I", len(inner)) + inner + self._receive_id
        pad = BLOCK - len(block) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(block + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def signature(self, timestamp: str, nonce: str, ciphertext: str) -> str:
        """msg_signature of *ciphertext*."""
        return sign(self.token, timestamp, nonce, ciphertext)

    def decrypt(self, ciphertext: str, signature: str, timestamp: str, nonce: str) -> str:
        """The message inside. Raises CryptoError, or UnicodeDecodeError (also a ValueError)."""
        expected = self.signature(timestamp, nonce, ciphertext)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise CryptoError(-40001)
        block = _unpad(self._open(ciphertext))
        if len(block) < 20:
            raise CryptoError(-40008)
        end = 20 + int(struct.unpack(">I", block[16:20])[0])
        if end > len(block):
            raise CryptoError(-40008)
        if not hmac.compare_digest(block[end:], self._receive_id):
            raise CryptoError(-40005)
        return block[20:end].decode()

    def _open(self, ciphertext: str) -> bytes:
        try:
            sealed = base64.b64decode(ciphertext, validate=True)
        except ValueError:
            raise CryptoError(-40010) from None
        if not sealed or len(sealed) % 16:
            raise CryptoError(-40007)
        decryptor = self._cipher().decryptor()
        return decryptor.update(sealed) + decryptor.finalize()


def _unpad(block: bytes) -> bytes:
    pad = block[-1]
    if not 1 <= pad <= BLOCK or block[-pad:] != bytes([pad]) * pad:
        raise CryptoError(-40008)
    return block[:-pad]
