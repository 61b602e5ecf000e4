"""Seals what must not be readable in the database file: telephone numbers, contacts, what people said, sensitive cases.

AES-256-GCM of `cryptography` under one key that lies outside the database. A sealed text is `~1` and base64 of nonce and
ciphertext; the one key of a process is set once, by `use`, before anything is read or written.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
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
    return PREFIX + urlsafe_b64encode(nonce + _box().encrypt(nonce, data, None)).decode()


def unseal(text: str) -> bytes:
    """What was sealed. Raises `WrongKey`."""
    from cryptography.exceptions import InvalidTag

    raw = urlsafe_b64decode(text[len(PREFIX) :])
    try:
        return bytes(_box().decrypt(raw[:_NONCE], raw[_NONCE:], None))
    except (InvalidTag, ValueError):
        raise WrongKey("sealed with another key") from None


def is_sealed(value: object) -> bool:
    """Is this a sealed text (and not one from before there was a key)?"""
    return isinstance(value, str) and value.startswith(PREFIX)


def mark(text: str) -> str:
    """The same text has the same mark under one key, and without the key it tells nothing: for unique columns."""
    if not _key:
        raise NoKey
    return hmac.new(_key[0], text.encode(), hashlib.sha256).hexdigest()


@cache
def _box() -> Any:
    # Imported where it is first used: nine megabytes that a command which reads nothing sealed need not pay.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not _key:
        raise NoKey
    return AESGCM(_key[0])
