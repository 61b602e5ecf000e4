"""Seals what must not be readable in the database file: telephone numbers, contacts, what people said, sensitive cases.

AES-256-GCM of `cryptography` under one key that lies outside the database. A sealed text is `~1` and base64 of nonce and
ciphertext; the one key of a process is set once, by `use`, before anything is read or written.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from binascii import a2b_base64, b2a_base64
from functools import cache
from typing import Any

PREFIX = "~1"
KEY_BYTES = 32
_NONCE = 12
_key: list[bytes] = []


class NoKey(RuntimeError):
    """Something sealed is to be read or written and no key was given."""


class WrongKey(ValueError):
    """This key did not seal that text."""


class Seal(str):
    """A text that is to be sealed in a column where most are not (`storage.models.base.Sealable`)."""

    __slots__ = ()


def use(key: bytes) -> None:
    """The key of this process from now on. Raises `ValueError` when it has not 32 bytes."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    _key[:] = [key]
    _box.cache_clear()


def seal(data: bytes) -> str:
    """Sealed; the same words look different each time."""
    nonce = os.urandom(_NONCE)
    return PREFIX + b2a_base64(nonce + _box().encrypt(nonce, data, None), newline=False).decode()


def unseal(text: str) -> bytes:
    """What was sealed. Raises `WrongKey`."""
    try:
        raw = a2b_base64(text[len(PREFIX) :])
        opened: bytes = _box().decrypt(raw[:_NONCE], raw[_NONCE:], None)
    except NoKey:
        raise
    except Exception:  # noqa: BLE001 - `InvalidTag` would have to be imported on each call
        raise WrongKey("sealed with another key") from None
    return opened


def is_sealed(value: object) -> bool:
    """Is this a sealed text (and not one from before there was a key)?"""
    return isinstance(value, str) and value.startswith(PREFIX)


def mark(text: str) -> str:
    """The same text has the same mark under one key, and without the key it tells nothing: for unique columns."""
    if not _key:
        raise NoKey
    return hmac.new(_key[0], text.encode(), hashlib.sha256).hexdigest()


def derived(purpose: bytes, salt: bytes) -> bytes:
    """A key of its own for another purpose than these columns (a backup); from it this process's key cannot be told."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    if not _key:
        raise NoKey
    return HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(_key[0])


@cache
def _box() -> Any:
    # Imported where it is first used: nine megabytes that a command which reads nothing sealed need not pay.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not _key:
        raise NoKey
    return AESGCM(_key[0])
