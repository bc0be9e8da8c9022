"""Loaded by the workers of the tests: what they are given fails, or stands still, as files in `$ORDERS` say.

`stand-still`: one item, for ever, after the worker has written its process into `victim`. `fail-once`: one item.
`fail-always`: every item in which the text of the file stands. `twice`: every item is done twice. `disk-full`: nothing
that an item writes has a place.
"""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from detente.data.kept import kept
from detente.evaluation.engines import engine

_attempt = vars(engine).get("undisturbed", engine.attempt)  # a worker loads this twice


def _taken(name: str) -> bool:
    """Whether an order is there and no other worker was faster."""
    order = Path(os.environ["ORDERS"]) / name
    try:
        order.rename(order.with_name(f"{name}-taken"))
    except FileNotFoundError:
        return False
    return True


def _full(item: Any) -> None:
    with kept(Path(item.path)):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def attempt(function: Callable[[Any], Any], item: Any, version: str) -> Any:
    folder = Path(os.environ["ORDERS"])
    if _taken("stand-still"):
        (folder / "v").write_text(str(os.getpid()))
        (folder / "v").rename(folder / "victim")
        time.sleep(600)
    if _taken("fail-once"):
        raise OSError("no luck")
    always = folder / "fail-always"
    if always.is_file() and always.read_text() in repr(item):
        raise OSError("never any luck")
    if (folder / "disk-full").is_file():
        return _attempt(_full, item, version)
    if (folder / "twice").is_file():
        _attempt(function, item, version)
    return _attempt(function, item, version)


vars(engine)["undisturbed"] = _attempt
engine.attempt = attempt
