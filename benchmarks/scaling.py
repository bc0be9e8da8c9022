"""What scoring costs per unit as units grow: it should stay flat up to a hundred thousand.

Copies of the gold's stance rows, each copy a family of its own, with labels as predictions. Counting, summing and 1,000
bootstrap resamples are timed; ratios are to the smallest size in the same run.
"""

import sys
import time
from dataclasses import replace
from typing import Any

from detente.data.corpus import Corpus, load
from detente.evaluation.predictions import Predictions
from detente.evaluation.score import score
from detente.tasks.stance.task import STANCE

SIZES = (1_000, 10_000, 100_000)
BOUND = 1.5


def copies(rows: list[dict[str, Any]], size: int) -> dict[str, dict[str, Any]]:
    """Units made of the gold rows, over and over, a hundred to a family."""
    return {
        f"{number}": {**rows[number % len(rows)], "id": f"{number}", "family": f"f{number // 100}"}
        for number in range(size)
    }


def seconds_per_unit(corpus: Corpus, size: int) -> float:
    """The time of one scoring, over its units; making the copies and parsing is not counted."""
    units = copies(list(STANCE.units(corpus).values()), size)
    task = replace(STANCE, units=lambda _: units)
    by_id = {name: STANCE.parse(row, {"id": name, "label": row["label"]}) for name, row in units.items()}
    start = time.perf_counter()
    score(Predictions(task, units, by_id, (), ("label",)), corpus)
    return (time.perf_counter() - start) / size


def main() -> int:
    """Prints the cost per unit at each size; 1 if the largest costs more than `BOUND` times the smallest."""
    corpus = load()
    seconds_per_unit(corpus, SIZES[0])
    costs = {size: min(seconds_per_unit(corpus, size) for _ in range(3)) for size in SIZES}
    for size, cost in costs.items():
        print(f"{size:>7} units: {cost * 1e6:.1f} µs a unit, ratio {cost / costs[SIZES[0]]:.2f} (bound {BOUND})")
    return 0 if costs[SIZES[-1]] / costs[SIZES[0]] < BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
