"""How long `detente` takes to start and to score the five pages, as ratios to bare imports in the same run.

Bounds: `detente --help` under 3 × `import click`; `detente eval score` on the five pages under 1.5 × the import of
polars, rapidfuzz and scipy.optimize. Runs alternate, so that a slow moment of the machine slows both; medians count.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
DETENTE = [sys.executable, "-c", "from detente.cli import main; main(prog_name='detente')"]


def seconds(command: list[str]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(name: str, command: list[str], peer_name: str, peer: list[str], bound: float) -> bool:
    """Prints the ratio of two commands' medians, and says whether it keeps the bound."""
    for each in (command, peer):
        seconds(each)
    pairs = [(seconds(command), seconds(peer)) for _ in range(RUNS)]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{name}: {ours:.3f} s; {peer_name}: {theirs:.3f} s; ratio {ours / theirs:.2f} (bound {bound})")
    return ours / theirs < bound


def main() -> int:
    """Runs both comparisons; 1 if a bound is broken."""
    python = [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder:
        predictions = str(Path(folder) / "body_lines.jsonl")
        run = ["eval", "run", "body_lines", "--task", "boilerplate", "-o", predictions]
        subprocess.run(DETENTE + run, check=True, stderr=subprocess.DEVNULL)
        imports = "import polars, rapidfuzz, scipy.optimize"
        kept = [
            compare("detente --help", [*DETENTE, "--help"], "import click", [*python, "import click"], 3.0),
            compare("eval score", [*DETENTE, "eval", "score", predictions], imports, [*python, imports], 1.5),
        ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
