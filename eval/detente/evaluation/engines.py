"""Counting many pages of many systems on all cores: each page's reference is made ready once, for all systems."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import InvalidStateError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import Any, Final

from detente.data.problems import Problem, ValidationError
from detente.data.processes import without_interrupt
from detente.tasks.task import Options, Row

MIN_PAGES_FOR_POOL: Final = 400
"""Under so many pages to score, starting other processes takes longer than it saves."""
CHUNK: Final = 8
"""Pages that a process takes at a time."""

Count = Callable[[Any, Any, Options], list[Row]]
Work = tuple[Count, list[tuple[Any, list[Any]]], Options]
"""Some units with what each system says of them."""
Counted = list[list[list[Row]]]
"""Of each unit the rows of each system."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _count_chunk(work: Work) -> Counted:
    count, chunk, options = work
    return [[count(unit, prediction, options) for prediction in predictions] for unit, predictions in chunk]


def rows_of_systems(
    count: Count,
    units: Mapping[str, Any],
    systems: Sequence[Mapping[str, Any]],
    options: Options,
    jobs: int = 1,
    advance: Callable[[int], None] | None = None,
) -> list[list[Row]]:
    """The rows of every system, unit by unit in the order of the gold.

    Args:
        count: Of one unit; a function of a module, so that other processes find it.
        units: The gold by id.
        systems: Predictions by id, of each system.
        options: What counts as right.
        jobs: How many processes may work at once.
        advance: Told how many pages of systems were just done.
    """
    pages = [(unit, [by_id.get(name) for by_id in systems]) for name, unit in units.items()]
    work = [(count, pages[start : start + CHUNK], options) for start in range(0, len(pages), CHUNK)]
    rows: list[list[Row]] = [[] for _ in systems]
    with _mapping(min(jobs, len(work)) if len(pages) * len(systems) >= MIN_PAGES_FOR_POOL else 1) as each:
        for done in each(_count_chunk, work):
            for page in done:
                for place, found in enumerate(page):
                    rows[place] += found
            if advance:
                advance(len(done) * len(systems))
    return rows


@contextmanager
def _mapping(jobs: int) -> Iterator[Callable[[Callable[[Work], Counted], Sequence[Work]], Iterable[Counted]]]:
    """`map`, or one that lets other processes work; whatever ends the work early ends them at once.

    Raises:
        ValidationError: If one of the processes dies.
    """
    if jobs == 1:
        yield map
        return
    others = set(active_children())
    # The executor of CPython 3.11 stumbles over work that was given up before its processes are dead, and says so.
    told = threading.excepthook
    threading.excepthook = lambda raised: None if raised.exc_type is InvalidStateError else told(raised)
    pool = ProcessPoolExecutor(jobs, get_context("spawn"))  # a fork would take locks of polars' threads with it

    def each(count_chunk: Callable[[Work], Counted], work: Sequence[Work]) -> Iterator[Counted]:
        with without_interrupt():
            return pool.map(count_chunk, work)

    try:
        yield each
    except BaseException as error:
        for child in set(active_children()) - others:
            child.kill()
        if isinstance(error, BrokenProcessPool):
            problem = Problem("process-died", "--jobs", "a process that counts pages died: try --jobs 1")
            raise ValidationError([problem]) from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        threading.excepthook = told
