"""A stream of bytes encrypted piece by piece, so that a file of any size needs one megabyte of memory.

AES-256-GCM under a key made for this one file (HKDF of the key file and a random salt). The nonce counts the pieces and
marks the last one: pieces that are missing, swapped, altered or cut off at the end do not decrypt. The beginning of the
file is under the protection of every piece.

    16 bytes what it is · 16 salt · 16 mark of the key · then pieces of at most 1 MiB, each followed by its tag of 16
"""

from __future__ import annotations

import hmac
import os
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage import sealing

MAGIC: Final = b"danvan-backup-1\n"
PIECE: Final = 2**20
TAG: Final = 16
SALT: Final = 16
_HEAD: Final = len(MAGIC) + SALT + TAG


class NotOurs(Exception):
    """The file is no backup of danvan."""


class OtherKey(Exception):
    """It was sealed under another key."""


class Damaged(Exception):
    """Altered or cut off."""


def _keys(salt: bytes) -> tuple[AESGCM, bytes]:
    """What encrypts, and the mark by which a wrong key is told from a damaged file."""
    return AESGCM(sealing.derived(b"danvan backup", salt)), sealing.derived(b"danvan backup mark", salt)[:TAG]


def _nonce(piece: int, *, last: bool) -> bytes:
    return piece.to_bytes(11, "big") + (b"\1" if last else b"\0")


class Sealing:
    """Write to it, then `finish`; nothing is readable before that."""

    def __init__(self, out: BinaryIO) -> None:
        salt = os.urandom(SALT)
        self._box, mark = _keys(salt)
        self._head = MAGIC + salt + mark
        self._out = out
        self._waiting = bytearray()
        self._piece = 0
        out.write(self._head)

    def write(self, data: bytes) -> None:
        """Any number of bytes."""
        self._waiting += data
        while len(self._waiting) > PIECE:  # a full piece may be the last one, so it waits for more
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """The last piece."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, data: bytes, *, last: bool) -> None:
        self._out.write(self._box.encrypt(_nonce(self._piece, last=last), data, self._head))
        self._piece += 1


class Opening:
    """Read what was written. Raises `NotOurs`, `OtherKey`; later reads raise `Damaged`."""

    def __init__(self, file: BinaryIO) -> None:
        head = file.read(_HEAD)
        if not head.startswith(MAGIC):
            raise NotOurs
        if len(head) < _HEAD:
            raise Damaged
        salt, mark = head[len(MAGIC) : -TAG], head[-TAG:]
        self._box, own = _keys(salt)
        if not hmac.compare_digest(own, mark):
            raise OtherKey
        self._head = head
        self._file = file
        self._sealed = file.read(PIECE + TAG)
        self._open = b""
        self._place = 0
        self._piece = 0
        self._over = False

    def read(self, size: int) -> bytes:
        """Exactly so many bytes; fewer only at the end."""
        parts = []
        while size and (self._place < len(self._open) or not self._over):
            if self._place == len(self._open):
                self._next()
                continue
            part = self._open[self._place : self._place + size]
            self._place += len(part)
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _next(self) -> None:
        following = self._file.read(PIECE + TAG)
        self._over = not following
        try:
            self._open = self._box.decrypt(_nonce(self._piece, last=self._over), self._sealed, self._head)
        except (InvalidTag, ValueError):
            raise Damaged from None
        self._sealed, self._place, self._piece = following, 0, self._piece + 1
