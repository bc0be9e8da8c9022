"""Processes that this one starts: they end with it, and by it alone."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_interrupt() -> Iterator[None]:
    """What is started inside never gets Ctrl-C, which a terminal sends to all at once: whoever started it ends it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a process inherits what is blocked
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
