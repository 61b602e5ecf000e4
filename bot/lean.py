"""Keeps the serving process small and its answers even. Does nothing where it does not apply."""

from __future__ import annotations

import contextlib
import gc

OFTEN = 5_000  # new objects between two collections; Python's own 700 costs a tenth of an update's time
M_ARENA_MAX = -8  # <malloc.h>


def one_arena() -> None:
    """One arena of glibc's malloc for all threads, not one each (9 MB). Before any thread is started."""
    with contextlib.suppress(ImportError, OSError, AttributeError, TypeError):
        import ctypes

        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def settle() -> None:
    """After loading, before serving.

    What is loaded stays, so collections need not walk it (half a million objects, 50 ms, while people wait); what
    loading has freed goes back to the system (8 MB).
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(OFTEN, 10, 10)
    with contextlib.suppress(ImportError, OSError, AttributeError, TypeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
