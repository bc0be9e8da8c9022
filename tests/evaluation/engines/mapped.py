"""What the tests of engines let other processes do: functions of a module that these can import."""

import os
import signal
from pathlib import Path
from typing import Any

from detente.data.problems import Problem, ValidationError


def double(number: int) -> int:
    return 2 * number


def _calls(path: str) -> int:
    """How often this was asked of a path, this time included."""
    with Path(path).open("a") as file:
        file.write("x")
    return len(Path(path).read_text())


def fails(work: tuple[str, int]) -> int:
    path, failures = work
    if (calls := _calls(path)) <= failures:
        raise OSError("no luck")
    return calls


def times(work: tuple[str, int]) -> int:
    return _calls(work[0])


def refuses(path: str) -> None:
    _calls(path)
    if path.endswith(("b", "d")):
        raise ValidationError([Problem("no-id", path, "is wrong")])


def cannot_write(path: str) -> int:
    calls = _calls(path)
    if path.endswith("b"):
        raise ValidationError([Problem("not-writable", "work", "is full")])
    return calls


def dies(work: tuple[str, int]) -> int:
    path, deaths = work
    if _calls(path) <= deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    return int(Path(path).name.partition("-")[0])


def cannot_be_sent(number: int) -> Any:
    return (lambda: number) if number else 0
