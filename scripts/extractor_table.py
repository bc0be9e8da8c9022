"""Writes the README's table of public extractors from the outputs kept in benchmarks/extractors/.

python scripts/extractor_table.py          # from the outputs that are kept
python scripts/extractor_table.py --run    # runs the installed extractors anew first
"""

import lzma
import subprocess
import sys
from pathlib import Path

from detente.data.files import write_whole
from detente.dataset import card
from detente.dataset import statistics as counts
from detente.tasks.boilerplate.extractors import NAMES

ROOT = Path(__file__).resolve().parents[1]
OUTPUTS = ROOT / "benchmarks" / "extractors"


def main(arguments: list[str]) -> None:
    """Runs the extractors if asked to, and writes the table."""
    if "--run" in arguments:
        for name in NAMES:
            command = [sys.executable, "-c", "from detente.cli import main; main()"]
            run = [*command, "eval", "run", name, "--task", "boilerplate", "--render", "all"]
            lines = subprocess.run(run, check=True, capture_output=True).stdout
            write_whole(OUTPUTS / f"{name}.jsonl.xz", lzma.compress(lines, preset=9))
    readme = ROOT / "README.md"
    table = counts.extractor_table(sorted(OUTPUTS.glob("*.jsonl.xz")))
    write_whole(readme, card.with_block(readme.read_text(encoding="utf-8"), "extractors", table))


if __name__ == "__main__":
    main(sys.argv[1:])
