"""Counting many pages of many systems on all cores: each page's reference is made ready once, for all systems."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from detente.evaluation.engines.engine import Engine
from detente.evaluation.engines.local import HERE, Local
from detente.tasks.task import Options, Row

MIN_PAGES_FOR_POOL: Final = 400
"""Under so many pages to score, starting other processes takes longer than it saves."""
CHUNK: Final = 8
"""Pages that a process takes at a time."""

Count = Callable[[Any, Sequence[Any], Options], list[list[Row]]]
"""Of one unit the rows of each system."""
Work = tuple[Count, list[tuple[Any, list[Any]]], Options]
"""Some units with what each system says of them."""
Counted = list[list[list[Row]]]
"""Of each unit the rows of each system."""


def _count_chunk(work: Work) -> Counted:
    count, chunk, options = work
    return [count(unit, predictions, options) for unit, predictions in chunk]


def one_by_one(count: Callable[[Any, Any, Options], list[Row]]) -> Count:
    """What counts one system after the other."""
    return partial(_one_by_one, count)


def _one_by_one(
    count: Callable[[Any, Any, Options], list[Row]], unit: Any, predictions: Sequence[Any], options: Options
) -> list[list[Row]]:
    return [count(unit, prediction, options) for prediction in predictions]


def rows_of_systems(
    count: Count,
    units: Mapping[str, Any],
    systems: Sequence[Mapping[str, Any]],
    options: Options,
    engine: Engine = HERE,
    advance: Callable[[int], None] | None = None,
) -> list[list[Row]]:
    """The rows of every system, unit by unit in the order of the gold.

    Args:
        count: Of one unit; a function of a module, so that other processes find it.
        units: The gold by id.
        systems: Predictions by id, of each system.
        options: What counts as right.
        engine: Where they are counted; little work stays in this process, if the engine is one of this machine.
        advance: Told how many pages of systems were just done.

    Raises:
        ValidationError: If the engine cannot do it; see `Engine.map`.
    """
    pages = [(unit, [by_id.get(name) for by_id in systems]) for name, unit in units.items()]
    starts = range(0, len(pages), CHUNK)
    work = [(count, pages[start : start + CHUNK], options) for start in starts]
    little = isinstance(engine, Local) and len(pages) * len(systems) < MIN_PAGES_FOR_POOL
    ids = list(units)
    names = [f"{ids[start]} … {ids[min(start + CHUNK, len(ids)) - 1]}" for start in starts]
    rows: list[list[Row]] = [[] for _ in systems]
    for done in map(_count_chunk, work) if little else engine.map(_count_chunk, work, names):
        for page in done:
            for place, found in enumerate(page):
                rows[place] += found
        if advance:
            advance(len(done) * len(systems))
    return rows
