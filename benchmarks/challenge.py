"""What a large suite costs: making it, and scoring a system on it, beside plainly writing the same bytes.

python benchmarks/challenge.py [ITEMS] [JOBS]

Makes so many items of `transplant` (10,000 by default) in a temporary folder, twice with a small one before, has the
baseline `body_lines` answer them, and scores it. Seconds are CPU seconds of all processes, which other work on the
machine does not lengthen; ratios are to reading the files of the suite and writing them again with pyarrow, in the same
run. Memory is the most that one process held; it is scored in a process of its own, which has nothing left from before.

Of 100,000 items with 2 processes the one that scores held 798 MB, and each of its workers 473 MB.
"""

import hashlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from pyarrow import parquet

from detente.challenge import making
from detente.data.corpus import Corpus, load
from detente.evaluation.engines.engine import peak_memory
from detente.evaluation.engines.execution import Execution
from detente.evaluation.engines.local import HERE, Local
from detente.evaluation.items import MOST_ITEMS
from detente.evaluation.robustness import robustness
from detente.evaluation.score import Resampling
from detente.evaluation.session import Session
from detente.evaluation.systems import read_systems
from detente.tasks import task_named
from detente.tasks.task import Options

SMALL: Final = 1_500
"""Items that are made with one process and with several, whose bytes must be the same."""
BOUND: Final = 1_000_000_000
"""Bytes that no process may hold, of a hundred thousand items neither."""


def cpu() -> float:
    """CPU seconds of this process and of those of it that have ended."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


@contextmanager
def measured(taken: dict[str, tuple[float, float]], what: str) -> Iterator[None]:
    """Notes CPU seconds, and seconds by the clock."""
    start = cpu(), time.perf_counter()
    yield
    taken[what] = cpu() - start[0], time.perf_counter() - start[1]


def make(folder: Path, items: int, jobs: int) -> str:
    """Makes a suite; the hash of all of its files."""
    recipe = making.recipe_of(making.suite_of("transplant"), items, 0, ("test",))
    if jobs == 1:
        making.make(recipe, folder, HERE)
    else:
        with Local(jobs) as engine:
            making.make(recipe, folder, engine)
    found = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        found.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return found.hexdigest()


def write_plainly(suite: Path, folder: Path) -> int:
    """Reads the tables of a suite and writes them as they are; their bytes."""
    folder.mkdir()
    for number, path in enumerate(sorted(suite.glob("data/*/*.parquet"))):
        parquet.write_table(parquet.read_table(path), folder / f"{number}.parquet", compression="zstd")
    return sum(path.stat().st_size for path in folder.iterdir())


def answer(suite: Path, path: Path) -> None:
    """What a baseline says, shard by shard."""
    task = task_named("boilerplate")
    baseline = next(each for each in task.baselines if each.name == "body_lines")
    with path.open("w") as file:
        for shard in range(len(load(suite).files_of("items"))):
            gold = Corpus(suite, shard=shard)
            file.writelines(json.dumps(line) + "\n" for line in baseline.lines(task.inputs(gold), gold))


def score(suite: Path, path: Path, jobs: int) -> tuple[int, int]:
    """Scores a system: the most that this process held, and one that worked for it."""
    with Session(Execution(jobs=jobs)) as session:
        read = read_systems([path], "boilerplate", dataset=suite, session=session)
        (scores,) = read.scores(Options(), Resampling("article", resamples=100), session).values()
        assert robustness(scores)
        assert len(scores.counted.worst(MOST_ITEMS))
        return peak_memory(), session.engine.usage.peak_memory


def main(arguments: Sequence[str]) -> int:
    """Prints the table; 1 if the bytes differ, or a process held more than `BOUND`."""
    if "POLARS_MAX_THREADS" not in os.environ:  # heard when polars is imported, here and in the workers
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "POLARS_MAX_THREADS": "1"})
    items, jobs = ([int(each) for each in arguments] + [10_000, 2][len(arguments) :])[:2]
    taken: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        same = len({make(folder / f"small-{each}", SMALL, each) for each in (1, 2)}) == 1
        with measured(taken, "made"):
            digest = make(folder / "suite", items, jobs)
        made_with = peak_memory()
        with measured(taken, "plainly written"):
            size = write_plainly(folder / "suite", folder / "plain")
        with measured(taken, "answered by body_lines"):
            answer(folder / "suite", folder / "mine.jsonl")
        with measured(taken, "scored"), ProcessPoolExecutor(1, get_context("spawn")) as alone:
            own, worker = alone.submit(score, folder / "suite", folder / "mine.jsonl", jobs).result()
    plain = taken["plainly written"][0]
    print("| what | CPU s | items a CPU second | times plainly writing | s by the clock |\n|---|---:|---:|---:|---:|")
    for what, (seconds, clock) in taken.items():
        print(f"| {what} | {seconds:.1f} | {items / seconds:,.0f} | {seconds / plain:,.1f} | {clock:.1f} |")
    print(f"\n{items:,} items, {size / 1e6:.1f} MB of Parquet, sha256 {digest[:16]}, {jobs} processes, load of the")
    print(f"machine {os.getloadavg()[0]:.1f}; one process and two make the same bytes: {same}")
    print(f"peak memory: making, {made_with / 1e6:.0f} MB; scoring, {own / 1e6:.0f} MB, each of {jobs} workers")
    print(f"{worker / 1e6:.0f} MB at most; bound: {BOUND / 1e6:.0f} MB")
    return int(not same or max(made_with, own, worker) > BOUND)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
