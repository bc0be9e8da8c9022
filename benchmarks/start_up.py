"""How long `detente` takes to start and to score the five pages, as ratios to bare imports in the same run.

Bounds: `detente --help` under 3 × `import click`; `detente eval score` on the five pages, of a task of texts and of one
of labels, under 2.5 × the import of what scoring needs: click, numpy and polars. Runs alternate, so that a slow moment
of the machine slows both, and the median of the ratios counts. It is CPU time, and compiled modules are kept, as pip
keeps those of the third parties: with PYTHONDONTWRITEBYTECODE ours would be compiled anew in each run.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 15
DETENTE = [sys.executable, "-c", "from detente.cli import main; main(prog_name='detente')"]


def seconds(command: list[str]) -> float:
    """CPU time of one run, the system's included."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=kept)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(name: str, command: list[str], peer_name: str, peer: list[str], bound: float) -> bool:
    """Prints the ratio of two commands' medians, and says whether their ratio keeps the bound."""
    for each in (command, peer):
        seconds(each)
    pairs = [(seconds(command), seconds(peer)) for _ in range(RUNS)]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / two for one, two in pairs)
    print(f"{name}: {ours:.3f} s CPU; {peer_name}: {theirs:.3f} s; ratio {ratio:.2f} (bound {bound})", flush=True)
    return ratio < bound


def main() -> int:
    """Runs both comparisons; 1 if a bound is broken."""
    python = [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder:
        imports = "import click, numpy, polars"
        kept = [compare("detente --help", [*DETENTE, "--help"], "import click", [*python, "import click"], 3.0)]
        for task, baseline in (("boilerplate", "body_lines"), ("stance", "lexicon")):
            predictions = str(Path(folder) / f"{task}.jsonl")
            run = ["eval", "run", baseline, "--task", task, "-o", predictions]
            subprocess.run(DETENTE + run, check=True, stderr=subprocess.DEVNULL)
            score = [*DETENTE, "eval", "score", predictions]
            kept.append(compare(f"eval score of {task}", score, imports, [*python, imports], 2.5))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
