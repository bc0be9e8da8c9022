"""Units a second and peak memory of every task as units grow, beside the obvious alternative, by CPU time of one run.

python benchmarks/throughput.py [LARGEST]

From a thousand units on, ten times as many each time, up to ten million or `LARGEST`. Each size runs in a process of
its own; memory is what scoring adds to the peak. Where the next size would take longer than `PATIENCE` by the last one,
it is not run, and the line says so.

Stance and agreement are labels in two Parquet files, in families of a hundred: reading, counting, 1,000 resamples and
breakdowns are timed. Units of the other tasks are those of the gold (of contrast the pairs that are scored together),
over and over, a hundred to a family, with a task's first baseline as predictions; counting, sums, resamples and
breakdowns are timed, making units and parsing are not. Reference texts are the
pages' own, every copy read anew, against the first baseline of boilerplate, with all measures but the placing of
errors.

The peers measure far less, and none of them an interval: scikit-learn's `classification_report` on columns of pandas
(stance, agreement; read and joined by it), nervaluate (the first span of each claim), difflib's longest matching blocks
of tokens (boilerplate), and in plain Python the one measure that a benchmark of texts ranks by: F1 of WCXB's words, and
of WebMainBench's runs of five segments. A ratio above 1 says that detente is faster. Needs jieba, nervaluate, pandas
and scikit-learn.
"""

import difflib
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from detente.data.corpus import load
from detente.evaluation.engines.execution import Execution
from detente.evaluation.predictions import Predictions
from detente.evaluation.score import Resampling, score
from detente.evaluation.session import Session
from detente.evaluation.systems import read_systems
from detente.tasks import task_named
from detente.tasks.all import TASKS
from detente.tasks.batch import Batch
from detente.tasks.content_extraction.prediction import Output
from detente.tasks.content_extraction.references import Reference, ReferencePage
from detente.tasks.task import Options, Row, Task

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
LARGEST: Final = 10_000_000
PATIENCE: Final = 60.0
"""CPU seconds."""
Pairs = list[tuple[Any, Any]]
"""Units, each with what is predicted of it."""


class Work(NamedTuple):
    """What is measured, and its peer."""

    ours: Callable[[], object]
    peer: Callable[[], object] | None = None


class Cost(NamedTuple):
    """What scoring some units took: CPU seconds, mebibytes, and the seconds of the peer, 0 without one."""

    seconds: float
    memory: float
    peer: float


def copies(task: Task, size: int) -> Pairs:
    """So many units of the gold, or groups of them, with the first baseline's predictions."""
    corpus = load()
    units = task.units(corpus, ())
    lines = {line["id"]: line for line in task.baselines[0].predict(task.inputs(corpus), corpus)}
    by_id = {name: task.parse(unit, lines[name]) for name, unit in units.items() if name in lines}
    units = {name: units[name] for name in by_id}
    if task.group:
        units, by_id = task.group(units, by_id)
    pairs = [(unit, by_id[name]) for name, unit in units.items()]
    return [pairs[number % len(pairs)] for number in range(size)]


def numbered(task: Task, units: Iterable[Any]) -> dict[str, Any]:
    """Units that are others, a hundred to a family; where they are counted one by one, with their numbers."""
    if task.count_all is None:
        return {f"{number}": (number, unit) for number, unit in enumerate(units)}
    found: dict[str, Any] = {}
    pages: dict[tuple[int, str], Any] = {}  # that units of a family share
    for number, unit in enumerate(units):
        names = {"id": f"{number}", "family": f"f{number // 100}"}
        if not hasattr(unit, "page"):
            found[names["id"]] = replace(unit, **names)
        elif not hasattr(unit, "id"):
            found[names["id"]] = replace(unit, page=replace(unit.page, **names))
        else:
            page = pages.setdefault((id(unit.page), names["family"]), replace(unit.page, family=names["family"]))
            found[names["id"]] = replace(unit, id=names["id"], page=page)
    return found


def renamed(task: Task) -> Task:
    """A task whose units are numbered, with rows that bear the number; without measures that look at all units."""
    nothing: Any = {} if task.group else None  # what the blind floor, which knows no numbers, says of a unit
    together = task.count_all

    def count(unit: tuple[int, Any], prediction: Any, options: Options) -> list[Row]:
        number, own = unit
        names = {"id": f"{number}", "family": f"f{number // 100}"}
        rows = task.count(own, nothing if prediction is None else prediction, options)
        return [{**row, **names, "item": f"{number}-{row['item']}"} for row in rows]

    def count_all(units: Sequence[Any], predictions: Sequence[Any], options: Options) -> Batch:
        assert together
        rows, words = together(units, predictions, options)
        return Batch(rows.with_columns(item=pl.format("{}-{}", "id", "item")), words)

    return replace(
        task,
        count=count,
        count_all=together and count_all,
        count_systems=None,  # there is one
        group=None,
        corpus_metrics=(),
        available=None,
        majority=None,
        signature_parts=lambda _: {},
    )


def by_units(task: Task, pairs: Pairs, peer: Callable[[Pairs], None] | None, options: Options | None = None) -> Work:
    """Scoring of units in memory."""
    units = numbered(task, (unit for unit, _ in pairs))
    by_id = {f"{number}": said for number, (_, said) in enumerate(pairs)}
    predictions = Predictions(renamed(task), units, by_id, (), task.kinds[:1])
    return Work(lambda: score(predictions, load(), options), partial(peer, pairs) if peer else None)


def by_labels(task: Task, size: int, folder: Path) -> Work:
    """Scoring of labels in files, of which seven of ten are right."""
    chance, labels = np.random.default_rng(0), np.array(task.labels)
    gold = chance.integers(0, len(labels), size)
    said = np.where(chance.random(size) < 0.7, gold, chance.integers(0, len(labels), size))
    ids = pl.DataFrame({"id": np.arange(size)}).cast(pl.String)
    families = pl.Series("family", np.arange(size) // 100).cast(pl.String)
    paths = folder / "gold.parquet", folder / "said.parquet"
    ids.with_columns(families, label=pl.Series(labels[gold])).write_parquet(paths[0])
    ids.with_columns(label=pl.Series(labels[said])).write_parquet(paths[1])

    def ours() -> None:
        with Session(Execution(jobs=1)) as session:
            read_systems([paths[1]], task.name, gold=paths[0]).scores(Options(), Resampling(), session)

    return Work(ours, lambda: report(*paths))


def report(gold: Path, said: Path) -> None:
    """scikit-learn's report of labels."""
    import pandas as pd
    from sklearn.metrics import classification_report

    table = pd.read_parquet(gold).merge(pd.read_parquet(said), on="id")
    classification_report(table["label_x"], table["label_y"], output_dict=True, zero_division=0)


def spans(pairs: Pairs) -> None:
    """Nervaluate's four ways of matching spans."""
    from nervaluate import Evaluator

    gold = [[_entity(row["spans"][0]["start"], row["spans"][0]["end"]) for row in unit.claims] for unit, _ in pairs]
    said = [[_entity(*claim.spans[0]) for claim in claims] for _, claims in pairs]
    Evaluator(gold, said, tags=["claim"], loader="dict").evaluate()


def _entity(start: int, end: int) -> dict[str, Any]:
    return {"label": "claim", "start": start, "end": end}


def _text(page: Any, said: Any) -> str:
    return said.value if isinstance(said.value, str) else "".join(page.text[a:b] for a, b in said.value)


def similarity(pairs: Pairs) -> None:
    """Difflib on the tokens of pages and outputs."""
    for page, said in pairs:
        difflib.SequenceMatcher(None, page.text.split(), _text(page, said).split(), autojunk=False).ratio()


def texts(size: int, benchmark: str) -> Pairs:
    """Reference texts of a benchmark, and outputs."""
    pairs = [(page.text, _text(page, said)) for page, said in copies(task_named("boilerplate"), size)]
    return [
        (ReferencePage(f"{number}", (Reference(text),), benchmark=benchmark), Output(output, None, "text"))
        for number, (text, output) in enumerate(pairs)
    ]


def f1(gold: Iterable[Any], said: Iterable[Any]) -> float:
    """F1 of two multisets."""
    one, two = Counter(gold), Counter(said)
    return 2 * sum((one & two).values()) / max(1, one.total() + two.total())


def word_f1(pairs: Pairs) -> None:
    """WCXB's measure: the mean over pages of F1 of lower-cased words."""
    found = [
        f1(*(re.findall(r"\w+", each.text.lower()) for each in (page.references[0], said))) for page, said in pairs
    ]
    sum(found) / len(found)


def segment_f1(pairs: Pairs) -> None:
    """WebMainBench's: the mean over pages of F1 of runs of five of jieba's segments."""
    import jieba

    def runs(text: str) -> Iterable[tuple[str, ...]]:
        segments = jieba.lcut(text)
        return zip(*(segments[start:] for start in range(5)), strict=False)

    found = [f1(runs(page.references[0].text), runs(said.text)) for page, said in pairs]
    sum(found) / len(found)


PEERS: Final = {
    "stance": "scikit-learn in pandas",
    "agreement": "scikit-learn in pandas",
    "claims": "nervaluate",
    "boilerplate": "difflib",
    "wcxb": "its F1 in plain Python",
    "webmainbench": "its F1 in plain Python",
}
OF_UNITS: Final = {"claims": spans, "boilerplate": similarity}
OF_TEXTS: Final = {"wcxb": word_f1, "webmainbench": segment_f1}
NAMES: Final = (*(task.name for task in TASKS), *OF_TEXTS)


def work(name: str, size: int, folder: Path) -> Work:
    """What is measured of a task, or of texts of a benchmark."""
    if name in OF_TEXTS:
        return by_units(task_named("content_extraction"), texts(size, name), OF_TEXTS[name], Options(errors=False))
    task = task_named(name)
    if task.labels and not task.group:
        return by_labels(task, size, folder)
    return by_units(task, copies(task, size), OF_UNITS.get(name))


def cost(name: str, size: int) -> Cost:
    """Of one scoring, and of the peer's; both were run on ten units before, so that imports are not counted."""
    with tempfile.TemporaryDirectory() as folder:
        for run in filter(None, work(name, 10, Path(folder))):
            run()
        ours, peer = work(name, size, Path(folder))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds = taken(ours)
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        return Cost(seconds, memory, taken(peer) if peer else 0.0)


def taken(run: Callable[[], object]) -> float:
    """CPU seconds."""
    start = time.process_time()
    run()
    return time.process_time() - start


def main(largest: int = LARGEST) -> None:
    """Prints a table with a row for each task and size, to be pasted."""
    print("| task | units | units/s | MiB | beside | ratio |\n|---|---:|---:|---:|---|---:|", flush=True)
    for name in NAMES:
        last = 0.0
        for size in (size for size in SIZES if size <= largest):
            if 10 * last > PATIENCE:
                print(f"| {name} | {size:,} | not run: {10 * last:,.0f} s or so | | | |", flush=True)
                break
            run = subprocess.run([sys.executable, __file__, name, str(size)], stdout=subprocess.PIPE, check=True)
            found = Cost(*json.loads(run.stdout))
            last = found.seconds + found.peer
            peer, ratio = (PEERS[name], f"{found.peer / found.seconds:.2f}") if found.peer else ("", "")
            row = (name, f"{size:,}", f"{size / found.seconds:,.0f}", f"{found.memory:,.0f}", peer, ratio)
            print("|", " | ".join(row), "|", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:  # one row of the table, in a process of its own
        print(json.dumps(cost(sys.argv[1], int(sys.argv[2]))))
    else:
        main(*map(int, sys.argv[1:]))
