"""Processes on this machine: they end with this one, whatever ends it, and one that dies is replaced."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, InvalidStateError, ProcessPoolExecutor
from multiprocessing import active_children, get_context
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from detente.data.problems import Problem, ValidationError
from detente.data.processes import on_their_own
from detente.evaluation.engines.engine import Usage, in_others, in_this_process

W = TypeVar("W")
R = TypeVar("R")

MAX_POOLS: Final = 3
"""So many pools one work may take: the first, and two after processes that died."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Local:
    """This process, or so many others as `jobs` says; use it in a `with`, which ends them.

    They are started with the first work that takes them, and kept for the next.
    """

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = jobs
        self.usage = Usage()
        self._pool: ProcessPoolExecutor | None = None
        self._others = set(active_children())
        self._told = threading.excepthook

    @property
    def name(self) -> str:
        """As the summary says it."""
        return f"{self.jobs} local processes" if self.jobs > 1 else "this process"

    def map(self, function: Callable[[W], R], work: Sequence[W], names: Sequence[str]) -> Iterator[R]:
        """See `Engine.map`; one item, or one job, stays in this process."""
        if self.jobs == 1 or len(work) == 1:
            return in_this_process(function, work, names, self.usage)
        deaths = 0

        def renew(error: BaseException) -> None:
            nonlocal deaths
            deaths += 1
            self._end(kill=True)
            if deaths == MAX_POOLS:
                problem = Problem("process-died", "--jobs", "a process that counts pages died: try --jobs 1")
                raise ValidationError([problem]) from error

        return in_others(function, work, names, self.usage, self._submit, renew, lambda: self.jobs)

    def _submit(self, *call: Any) -> Future[Any]:
        with on_their_own():  # a process may be started for it
            return self._started().submit(*call)

    def _started(self) -> Executor:
        if self._pool is None:
            # The executor of CPython 3.11 stumbles over work that was given up before its processes are dead, and says
            # so.
            told = self._told = threading.excepthook
            threading.excepthook = lambda raised: None if raised.exc_type is InvalidStateError else told(raised)
            # a fork would take locks of polars' threads with it
            threads = max(1, cores() // self.jobs)
            self._pool = ProcessPoolExecutor(self.jobs, get_context("spawn"), _share_cores, (threads,))
        return self._pool

    def _end(self, *, kill: bool) -> None:
        if self._pool is None:
            return
        if kill:
            for child in set(active_children()) - self._others:
                child.kill()
        self._pool.shutdown(cancel_futures=True)
        self._pool = None
        threading.excepthook = self._told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(kill=error is not None)


def _share_cores(threads: int) -> None:
    """Of several processes none takes all cores for polars, which asks before it is imported, and only then."""
    os.environ.setdefault("POLARS_MAX_THREADS", f"{threads}")


HERE: Final = Local()
"""This process."""
