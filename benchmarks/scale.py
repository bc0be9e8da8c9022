"""What large inputs cost: unit costs of labels and of texts, and what a billion pages would take by them.

python benchmarks/scale.py [LABELS] [--write]

Prints a table in Markdown; `--write` puts it into docs/scale.md, between its marks. LABELS are 1,000,000 by default: as
many items of gold, in families of ten, and one system's labels for them, in eight shards of JSON Lines each. Texts are
the five pages of the package, their lines in another order for each of 400 pages, scored against themselves without
every tenth line with all measures that are installed. Every worker has one thread of polars. Seconds depend on the
machine, which the table names: what carries over is how they stand to one another.
"""

import json
import os
import platform
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from detente.data.corpus import load
from detente.data.files import write_whole
from detente.evaluation.engines.engine import Engine
from detente.evaluation.engines.execution import Execution
from detente.evaluation.in_pieces import Pieces
from detente.evaluation.score import Resampling
from detente.evaluation.session import Session
from detente.evaluation.systems import read_systems
from detente.tasks.task import Options

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
SHARDS: Final = 8
PAGES: Final = 400
SMALL: Final = 2_000
"""Items of nearly nothing, by which the cost of handing one over is measured."""
BILLION: Final = 1_000_000_000


class Cost(NamedTuple):
    """What one call took.

    Attributes:
        wall: Seconds from beginning to end.
        steps: Seconds that processes worked at each step.
        spilled: Bytes that lay in the work folder at the end.
        memory: The most that a process which worked for it held, in bytes.
    """

    wall: float
    steps: dict[str, float]
    spilled: int
    memory: int

    @property
    def worked(self) -> float:
        """Seconds that processes worked, added up."""
        return sum(self.steps.values())


def write_labels(folder: Path, count: int) -> None:
    """Gold and predictions, three of four of which are right, in shards."""
    drawn = np.random.default_rng(0)
    labels = np.array(["favor", "against", "none"])
    gold = drawn.integers(0, 3, count)
    said = np.where(drawn.random(count) < 0.75, gold, drawn.integers(0, 3, count))
    frame = pl.DataFrame(
        {
            "id": [f"item-{number:010}" for number in range(count)],
            "family": [f"page-{number // 10:09}" for number in range(count)],
            "label": labels[gold],
            "said": labels[said],
        }
    )
    for name, columns in (("gold", ["id", "family", "label"]), ("mine", ["id", pl.col("said").alias("label")])):
        (folder / name).mkdir()
        for shard in range(SHARDS):
            own = frame[count * shard // SHARDS : count * (shard + 1) // SHARDS].select(columns)
            own.write_ndjson(folder / name / f"{shard:02}.jsonl")


def write_texts(folder: Path, count: int) -> None:
    """Reference texts, and outputs that lack every tenth line of them."""
    texts = [row["text"].splitlines() for row in load().articles.values()]
    shuffled = random.Random(0)
    gold, said = {}, {}
    for number in range(count):
        lines = list(texts[number % len(texts)])
        shuffled.shuffle(lines)
        gold[f"p{number:04}"] = {"articleBody": "\n".join([f"page {number}", *lines])}
        said[f"p{number:04}"] = {"articleBody": "\n".join(line for place, line in enumerate(lines) if place % 10)}
    write_whole(folder / "gold.json", json.dumps(gold))
    write_whole(folder / "mine.json", json.dumps(said))


def cost(folder: Path, gold: str, mine: str, task: str | None, execution: Execution) -> Cost:
    """Of one call, with its work folder, which is counted and thrown away."""
    start = time.perf_counter()
    with Session(execution) as session:
        if execution.jobs != 1 or execution.engine != "local":
            list(session.engine.map(len, ["a"] * 8, ["start"] * 8))  # processes are there before anything is timed
            session.engine.usage.by_step.clear()
            start = time.perf_counter()
        pieces = None if task is None else Pieces(partitions=32, size=1 << 22)
        systems = read_systems([folder / mine], task, gold=folder / gold, session=session, pieces=pieces)
        systems.scores(Options(), Resampling(resamples=100), session)
        wall = time.perf_counter() - start
        usage = session.engine.usage
    assert execution.work
    spilled = sum(path.stat().st_size for path in execution.work.rglob("*.arrow"))
    return Cost(wall, dict(usage.by_step), spilled, usage.peak_memory)


def handing_over(engine: Engine) -> float:
    """Seconds that one item of nearly nothing takes."""
    list(engine.map(len, ["a"] * 8, ["start"] * 8))
    start = time.perf_counter()
    list(engine.map(len, ["a"] * SMALL, ["a"] * SMALL))
    return (time.perf_counter() - start) / SMALL


def table(rows: Iterable[tuple[str, str]]) -> str:
    """Two columns in Markdown."""
    return "\n".join(["| what | cost |", "|---|---:|", *(f"| {what} | {value} |" for what, value in rows)])


def machine() -> str:
    """What the numbers were measured on."""
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text()) if os.name == "posix" else None
    load_now = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    return f"{found[1] if found else platform.processor()}, {cores} cores, load {load_now:.1f} at the start"


def measured(labels: int) -> list[tuple[str, str]]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [("machine", machine())]
        write_labels(folder, labels)
        write_texts(folder, PAGES)
        sizes = [sum(path.stat().st_size for path in (folder / each).iterdir()) for each in ("gold", "mine")]
        (folder / "warm").mkdir()
        write_labels(folder / "warm", 10_000)  # what is imported on the way is not timed
        cost(folder / "warm", "gold", "mine", "stance", Execution(jobs=1, work=folder / "warm" / "work"))
        print("labels …", file=sys.stderr)
        runs = {
            (engine, jobs): cost(
                folder, "gold", "mine", "stance", Execution(engine, jobs=jobs, work=folder / f"{engine}-{jobs}")
            )
            for engine in ("local", "dask")
            for jobs in (1, 2)
        }
        one = runs["local", 1]
        million = labels / 1e6
        rows += [
            (f"{step.replace('-', ' ')}", f"{spent / million:.2f} s per million labels")
            for step, spent in one.steps.items()
        ]
        rows.append(("all steps of labels", f"{one.worked / million:.2f} s per million labels"))
        rows.append(("gold and predictions of labels", f"{sum(sizes) / labels:.0f} bytes per label"))
        rows.append(("written to the work folder", f"{one.spilled / labels:.0f} bytes per label"))
        for (engine, jobs), each in runs.items():
            what = "worker" if jobs == 1 else "workers"
            rows.append(
                (f"{engine}, {jobs} {what}", f"{each.wall:.1f} s, {runs[engine, 1].wall / each.wall:.2f} × one")
            )
        rows.append(
            ("the most that a worker of labels held", f"{max(each.memory for each in runs.values()) / 1e6:.0f} MB")
        )
        print("texts …", file=sys.stderr)
        texts = cost(folder, "gold.json", "mine.json", None, Execution(jobs=1, work=folder / "texts"))
        rows.append(("texts, all measures", f"{texts.worked / PAGES * 1000:.1f} s per 1,000 pages"))
        print("handing over …", file=sys.stderr)
        for engine in ("local", "dask"):
            with Session(Execution(engine, jobs=2)) as session:
                rows.append((f"handing over one item, {engine}", f"{handing_over(session.engine) * 1000:.2f} ms"))
        hours = one.worked / labels * BILLION / 3600
        rows += [
            ("**10⁹ labels, core hours**", f"**{hours:,.1f}**"),
            ("**10⁹ labels, read and written**", f"**{(sum(sizes) + one.spilled) / labels * BILLION / 1e9:,.0f} GB**"),
            ("**10⁹ pages of texts, core hours**", f"**{texts.worked / PAGES * BILLION / 3600:,.0f}**"),
            ("**10⁹ pages of texts, on 1,000 cores**", f"**{texts.worked / PAGES * BILLION / 3.6e6:,.1f} hours**"),
        ]
        return rows


def main(arguments: Sequence[str]) -> None:
    """Prints the table, and writes it into the page if asked."""
    if "POLARS_MAX_THREADS" not in os.environ:  # heard when polars is imported, here and in the workers
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "POLARS_MAX_THREADS": "1"})
    numbers = [int(each) for each in arguments if each.isdecimal()]
    made = table(measured(numbers[0] if numbers else 1_000_000))
    print(made)
    if "--write" in arguments:
        before, mark, rest = PAGE.read_text(encoding="utf-8").partition("<!-- costs -->\n")
        end = rest[rest.index("<!-- /costs -->") :]
        write_whole(PAGE, f"{before}{mark}{made}\n{end}")


if __name__ == "__main__":
    main(sys.argv[1:])
