"""Counting many pages of many systems on all cores: each page's reference is made ready once, for all systems."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing import get_context
from typing import Any, Final

from detente.tasks.task import Options, Row

MIN_PAGES_FOR_POOL: Final = 400
"""Under so many pages to score, starting other processes takes longer than it saves."""
CHUNK: Final = 8
"""Pages that a process takes at a time."""

Count = Callable[[Any, Any, Options], list[Row]]
Chunk = list[tuple[Any, list[Any]]]


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _count_chunk(work: tuple[Count, Chunk, Options]) -> list[list[list[Row]]]:
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
    chunks = [pages[start : start + CHUNK] for start in range(0, len(pages), CHUNK)]
    rows: list[list[Row]] = [[] for _ in systems]
    for done in _counted(
        [(count, chunk, options) for chunk in chunks], jobs if len(pages) * len(systems) >= MIN_PAGES_FOR_POOL else 1
    ):
        for page in done:
            for place, found in enumerate(page):
                rows[place] += found
        if advance:
            advance(len(done) * len(systems))
    return rows


def _counted(work: Sequence[tuple[Count, Chunk, Options]], jobs: int) -> Iterator[list[list[list[Row]]]]:
    if jobs == 1:
        yield from map(_count_chunk, work)
        return
    with get_context("spawn").Pool(min(jobs, len(work))) as pool:  # a fork would take locks of polars' threads with it
        yield from pool.imap(_count_chunk, work)
