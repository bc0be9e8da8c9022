"""Scoring labels against labels, beside polars reading and joining the same files and nothing else, in one run.

python benchmarks/labels.py [ROWS]

Gold and predictions are Parquet of so many rows (by default two million), with `id` and `label` alone, and with
families of ten rows and two breakdowns of five and of twenty values. Both sides are whole processes that may use all
cores: `detente eval score --gold` with its 1,000 resamples, and `polars.read_parquet` of both files and an inner join
by `id`. Medians of `ROUNDS`, which take turns; the bound is three times the join, in CPU seconds and by the clock.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

ROWS: Final = 2_000_000
ROUNDS: Final = 3
BOUND: Final = 3.0
LABELS: Final = np.array(["favor", "against", "none"])
JOIN: Final = "import sys, polars as pl; pl.read_parquet(sys.argv[1]).join(pl.read_parquet(sys.argv[2]), on='id')"
DETENTE: Final = "from detente.cli import main; main(prog_name='detente')"


def write(folder: Path, rows: int, *, families: bool) -> tuple[str, str]:
    """Gold and predictions, seven of ten of them right, in another order than the gold."""
    chance = np.random.default_rng(0)
    gold = chance.integers(0, 3, rows)
    said = np.where(chance.random(rows) < 0.7, gold, chance.integers(0, 3, rows))
    ids = pl.Series("id", np.arange(rows)).cast(pl.String)
    frame = pl.DataFrame([ids, pl.Series("label", LABELS[gold])])
    if families:
        family = pl.Series("family", np.arange(rows) // 10).cast(pl.String)
        source, topic = (
            pl.Series(name, chance.integers(0, values, rows)).cast(pl.String)
            for name, values in (("source", 5), ("topic", 20))
        )
        frame = frame.with_columns(family, source, topic)
    order = chance.permutation(rows)
    paths = folder / f"gold{families}.parquet", folder / f"said{families}.parquet"
    frame.write_parquet(paths[0])
    pl.DataFrame([ids, pl.Series("label", LABELS[said])])[order].write_parquet(paths[1])
    return str(paths[0]), str(paths[1])


def seconds(command: list[str]) -> tuple[float, float]:
    """CPU time and the clock's of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, end - start


def main(rows: int = ROWS) -> int:
    """Prints a table to be pasted; 1 if a bound is broken."""
    kept = []
    print("| gold of labels | rows | CPU, × read and join | clock, × read and join |\n|---|---:|---:|---:|")
    for families in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            gold, said = write(Path(folder), rows, families=families)
            ours = [sys.executable, "-c", DETENTE, "eval", "score", said, "--gold", gold, "--task", "stance"]
            theirs = [sys.executable, "-c", JOIN, gold, said]
            rounds = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
        ratios = [statistics.median(one[place] / two[place] for one, two in rounds) for place in (0, 1)]
        name = "families, two breakdowns" if families else "id and label alone"
        print(f"| {name} | {rows:,} | {ratios[0]:.2f} | {ratios[1]:.2f} |", flush=True)
        kept.append(max(ratios) <= BOUND)
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
