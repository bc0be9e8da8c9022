"""Processes that this one starts: they end with it, and by it alone, and run nothing of it but what they are asked."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import ModuleType


@contextmanager
def on_their_own() -> Iterator[None]:
    """What is started inside never gets Ctrl-C, and does not run the script again that called.

    A terminal sends Ctrl-C to all at once: whoever started a process ends it. A process that is started anew would
    first import the script, which without `if __name__ == "__main__"` would call again, and so on; nothing of a script
    is asked of it, only functions of modules.
    """
    with _without_script():
        if not hasattr(signal, "pthread_sigmask"):
            yield
            return
        resource_tracker.ensure_running()  # which lets through what is blocked, once it has been started
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a process inherits what is blocked
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_script() -> Iterator[None]:
    """The script is no module meanwhile, and has no file from which another process could import it."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script
