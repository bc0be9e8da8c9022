"""Panics of polars, over files that are damaged: they are caught, and what its threads print of them is kept back."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_STANDARD_ERROR: Final = 2
_lock: Final = threading.Lock()
_kept: Final[list[int]] = []
"""Where the standard error leads, while it is kept back, once for each thread that asks for that."""


@contextmanager
def unprinted() -> Iterator[None]:
    """Nothing that polars writes to the standard error meanwhile is shown: it writes there past Python."""
    with _lock:
        _kept.append(_kept[0] if _kept else _led_away())
    try:
        yield
    finally:
        with _lock:
            before = _kept.pop()
            if not _kept and before >= 0:
                os.dup2(before, _STANDARD_ERROR)
                os.close(before)


def _led_away() -> int:
    """Leads the standard error to nowhere, and says where it led before; −1 if there is none."""
    try:
        before = os.dup(_STANDARD_ERROR)
    except OSError:
        return -1
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STANDARD_ERROR)
        os.close(nowhere)
    return before
