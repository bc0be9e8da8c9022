"""Units a second and peak memory of every task as units grow, beside the obvious alternative, in one run, on one core.

python benchmarks/throughput.py [LARGEST]

Units are those of the gold (of contrast the pairs that are scored together), over and over, a hundred to a family;
predictions are a task's first baseline, or four of five of the gold's spans where it has none. Counting, sums, 1,000
resamples, breakdowns and the floor
that reads nothing are timed; making units and parsing are not. Each size runs in a process of its own; memory is what
scoring adds to the peak. Where the next size would take longer than `PATIENCE` by the last one, it is not run, and the
line says so.

The peers measure far less, and none of them an interval: scikit-learn's `classification_report` on columns of pandas
(stance, agreement), nervaluate (the first span of each claim), and difflib's longest matching blocks of tokens
(boilerplate). Each gets the same labels, spans or texts as detente; a ratio above 1 says that detente is faster.
Needs nervaluate,
pandas and scikit-learn.
"""

import difflib
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing import get_context
from typing import Any, Final, NamedTuple

from detente.data.corpus import Corpus, load
from detente.evaluation.predictions import Predictions
from detente.evaluation.score import score
from detente.tasks.all import TASKS
from detente.tasks.task import Options, Row, Task

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
LARGEST: Final = 100_000
PATIENCE: Final = 30.0
"""Seconds."""
Pairs = list[tuple[Any, Any]]
"""Units, each with what is predicted of it."""


class Cost(NamedTuple):
    """What scoring some units took: seconds, mebibytes, and the seconds of the peer, 0 without one."""

    seconds: float
    memory: float
    peer: float


def copies(task: Task, corpus: Corpus, size: int) -> Pairs:
    """So many units of the gold, or groups of them, with the first baseline's predictions; see above for claims."""
    units = task.units(corpus, ())
    if task.baselines:
        found = task.baselines[0].predict(task.inputs(corpus), corpus)
    else:
        found = [{"id": name, "claims": _four_of_five(unit.claims)} for name, unit in units.items()]
    lines = {line["id"]: line for line in found}
    by_id = {name: task.parse(unit, lines[name]) for name, unit in units.items() if name in lines}
    units = {name: units[name] for name in by_id}
    if task.group:
        units, by_id = task.group(units, by_id)
    pairs = [(unit, by_id[name]) for name, unit in units.items()]
    return [pairs[number % len(pairs)] for number in range(size)]


def _four_of_five(claims: Sequence[Any]) -> list[dict[str, Any]]:
    kept = [claim for place, claim in enumerate(claims) if place % 5]
    return [{"spans": [[span["start"], span["end"]] for span in claim["spans"]]} for claim in kept]


def renamed(task: Task) -> Task:
    """A task whose units are numbered, with rows that bear the number; without measures that look at all units."""

    def count(unit: tuple[int, Any], prediction: Any, options: Options) -> list[Row]:
        number, own = unit
        names = {"id": f"{number}", "family": f"f{number // 100}"}
        return [{**row, **names, "item": f"{number}-{row['item']}"} for row in task.count(own, prediction, options)]

    return replace(
        task, count=count, group=None, corpus_metrics=(), available=None, majority=None, signature_parts=lambda _: {}
    )


def report(pairs: Pairs) -> None:
    """scikit-learn's report of labels."""
    import pandas as pd
    from sklearn.metrics import classification_report

    table = pd.DataFrame({"gold": [unit["label"] for unit, _ in pairs], "said": [_label(said) for _, said in pairs]})
    classification_report(table["gold"], table["said"], output_dict=True, zero_division=0)


def _label(said: Any) -> str:
    return str(getattr(said, "label", said))


def spans(pairs: Pairs) -> None:
    """Nervaluate's four ways of matching spans."""
    from nervaluate import Evaluator

    gold = [[_entity(row["spans"][0]["start"], row["spans"][0]["end"]) for row in unit.claims] for unit, _ in pairs]
    said = [[_entity(*claim.spans[0]) for claim in claims] for _, claims in pairs]
    Evaluator(gold, said, tags=["claim"], loader="dict").evaluate()


def _entity(start: int, end: int) -> dict[str, Any]:
    return {"label": "claim", "start": start, "end": end}


def similarity(pairs: Pairs) -> None:
    """Difflib on the tokens of pages and outputs."""
    for page, said in pairs:
        text = said.value if isinstance(said.value, str) else "".join(page.text[a:b] for a, b in said.value)
        difflib.SequenceMatcher(None, page.text.split(), text.split(), autojunk=False).ratio()


PEERS: Final[dict[str, tuple[str, Callable[[Pairs], None]]]] = {
    "stance": ("scikit-learn in pandas", report),
    "agreement": ("scikit-learn in pandas", report),
    "claims": ("nervaluate", spans),
    "boilerplate": ("difflib", similarity),
}


def cost(name: str, size: int) -> Cost:
    """Of one scoring, and of the peer's; imports are not counted on either side."""
    corpus = load()
    task = next(task for task in TASKS if task.name == name)
    pairs = copies(task, corpus, size)
    units = {f"{number}": (number, unit) for number, (unit, _) in enumerate(pairs)}
    by_id = {f"{number}": said for number, (_, said) in enumerate(pairs)}
    peer = 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    score(Predictions(renamed(task), units, by_id, (), task.kinds[:1]), corpus)
    seconds = time.perf_counter() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if name in PEERS:
        run = PEERS[name][1]
        run(pairs[:10])
        start = time.perf_counter()
        run(pairs)
        peer = time.perf_counter() - start
    return Cost(seconds, memory, peer)


def main() -> None:
    """Prints a table with a row for each task and size, to be pasted."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else LARGEST
    print("| task | units | units/s | MiB | beside | ratio |\n|---|---:|---:|---:|---|---:|")
    for task in TASKS:
        last = 0.0
        for size in (size for size in SIZES if size <= largest):
            if 10 * last > PATIENCE:
                print(f"| {task.name} | {size:,} | not run: {10 * last:,.0f} s or so | | | |", flush=True)
                break
            with get_context("spawn").Pool(1) as pool:
                found = pool.apply(cost, (task.name, size))
            last = found.seconds + found.peer
            peer, ratio = (PEERS[task.name][0], f"{found.peer / found.seconds:.2f}") if found.peer else ("", "")
            row = (task.name, f"{size:,}", f"{size / found.seconds:,.0f}", f"{found.memory:,.0f}", peer, ratio)
            print("|", " | ".join(row), "|", flush=True)


if __name__ == "__main__":
    main()
