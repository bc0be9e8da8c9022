"""What long work says of itself on stderr: a bar on a terminal, a line every so often elsewhere, and what it took."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

EVERY: Final = 30.0
"""Seconds between two lines, and before the first."""


class Shown(Protocol):
    """A place where phases of work are shown, one after the other."""

    def begin(self, what: str, total: int) -> Callable[[int], None]:
        """Begins a phase of so many items, and returns what is to be told how many more are done."""


class Lines:
    """A line on stderr every so often: `scoring: 1,200 of 4,000, 40.0 a second, 1:10 left`.

    Args:
        write: Prints a line.
        clock: The seconds of now.
    """

    def __init__(self, write: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._last = clock()

    def begin(self, what: str, total: int) -> Callable[[int], None]:
        """See `Shown.begin`."""
        start, done = self._clock(), 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            now = self._clock()
            if now - self._last < EVERY:
                return
            self._last = now
            rate = done / max(now - start, 1e-9)
            left = f"{_clock_time((total - done) / rate)} left" if done else "no item done yet"
            self._write(f"{what}: {done:,} of {total:,}, {rate:,.1f} a second, {left}")

        return advance


def _clock_time(seconds: float) -> str:
    """`1:10` or `2:01:10`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def phases() -> Iterator[Shown]:
    """Phases of work are shown on stderr: as a bar with rate and time left on a terminal, else in lines."""
    if not sys.stderr.isatty():
        yield Lines(lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:

        class Bar:
            """The bar: one for all phases, each in place of the one before."""

            def begin(self, what: str, total: int) -> Callable[[int], None]:
                for known in bar.task_ids:
                    bar.remove_task(known)
                task = bar.add_task(what, total=total, rate="")

                def advance(done: int) -> None:
                    bar.advance(task, done)
                    speed = next(each.speed for each in bar.tasks if each.id == task)
                    bar.update(task, rate=f"{speed:,.1f} a second" if speed else "")

                return advance

        yield Bar()


@contextmanager
def progress(what: str, total: int, worth_it: int) -> Iterator[Callable[[int], None] | None]:
    """Shows one phase, if it has `worth_it` items or more; else nothing, and None."""
    if total < worth_it:
        yield None
        return
    with phases() as shown:
        yield shown.begin(what, total)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """A moving bar on stderr and the time that has passed, for work of unknown steps, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task(what, total=None)
        yield
