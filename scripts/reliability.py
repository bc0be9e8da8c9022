"""Writes docs/reliability.md from the figures that tests of hostile input, faults and mutations wrote.

python scripts/reliability.py

Each of them writes a file: `tests/fuzz/figures.json`, `tests/faults/figures.json`, `tests/mutants/figures.json`. What
has none yet is said to have none.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "reliability.md"
NONE: Final = "No figures yet: `{command}` writes them."

_HEAD: Final = """# What may go wrong, and what then happens

Files that are broken, or meant to do harm; disks that are full, and processes that are killed; code that is wrong
without a test noticing. Every figure below was written by the program that is named with it, and this page is made of
them by `python scripts/reliability.py`.
"""
_HOSTILE: Final = """
## Hostile input

Whatever a file holds, a command answers with a list of problems and status 2, or with a result: never with a
traceback, and a process is never ended. No more than {output:,} characters are printed and none that a terminal obeys;
no more than {seconds:g} s of processor time and {megabytes:,} MB are taken for the small files that are tried here.
`{command}` mutates good files of every kind, in their bytes and in their values. One in twenty goes through a whole
command, the others through its reader.
"""
_EXACT: Final = """
By themselves, with memory and processor time limited by the system, `tests/cli/test_hostile_input.py` tries: random
bytes; a million brackets; numbers of 5,000 digits; NaN; halves of characters; byte order marks; NUL; lines of 20 and
100 MB; keys twice; a gigabyte that is packed; links that lead to themselves; paths with `..` in manifests and exports;
YAML that names Python objects, or refers to itself; escape sequences and HTML in ids and texts; formulas in cells. No
module reads pickle or YAML with objects, calls a shell, or compiles what it read; the same file checks that in the
source. What does run code is `detente eval run`, which says so, and `detente eval run --command`.

Inputs are read whole up to `--max-input` (100 MB, unpacked), so that larger ones take more than these tests do.
"""
_FAULTS: Final = """
## Faults

`{command}` lets the commands that write fail at every place where they write: the disk is full, the file cannot be
written, the process is killed. Then no file is torn, nothing old is told as new, and the same call makes what it would
have made.
"""
_MUTANTS: Final = """
## Mutations

`{command}` breaks metrics, alignment, statistics, readers and checks in small ways, and names those that no test
notices. Each survivor is explained in `tests/mutants/explained.toml`.
"""


def page(root: Path = ROOT) -> str:
    """The page, from the figures that are there."""
    million = "python tests/fuzz/run.py --inputs 1000000 --figures tests/fuzz/figures.json"
    parts: Sequence[tuple[str, str, str, Callable[[Mapping[str, Any], str], str]]] = (
        ("fuzz", "Hostile input", million, _hostile),
        ("faults", "Faults", "python tests/faults/run.py --figures tests/faults/figures.json", _faults),
        ("mutants", "Mutations", "python tests/mutants/run.py --figures tests/mutants/figures.json", _mutants),
    )
    text = _HEAD
    for folder, title, command, section in parts:
        path = root / "tests" / folder / "figures.json"
        if path.is_file():
            text += section(json.loads(path.read_text(encoding="utf-8")), command)
        else:
            text += f"\n## {title}\n\n{NONE.format(command=command)}\n"
    return text


def _hostile(found: Mapping[str, Any], command: str) -> str:
    figures = {
        "inputs tried": found["inputs"],
        "of them given to whole commands": found["commands"],
        "failures": found["failures"],
        "most memory of a process, in MB": found["most_megabytes"],
        "most processor time for an input, in seconds": found["slowest_seconds"],
        "longest output, in characters": found["longest_output"],
    }
    readers = [(name, each["inputs"], each["refused"]) for name, each in found["readers"].items()]
    parts = [_HOSTILE.format(command=command, **found["limits"]), _values(figures)]
    return "\n".join([*parts, _table(("reader", "inputs", "refused"), readers)]) + _EXACT


def _faults(found: Mapping[str, Any], command: str) -> str:
    kinds = list(dict.fromkeys(kind for each in found["faults"].values() for kind in each))
    rows = [(name, *(each.get(kind, 0) for kind in kinds)) for name, each in found["faults"].items()]
    total = sum(sum(each.values()) for each in found["faults"].values())
    counts = _values({"faults": total, "failures": found["failures"]})
    return "\n".join([_FAULTS.format(command=command), counts, _table(("command", *kinds), rows)])


def _mutants(found: Mapping[str, Any], command: str) -> str:
    rows = [(name, *each.values()) for name, each in found.items()]
    return "\n".join([_MUTANTS.format(command=command), _table(("package", *found["all"]), rows)])


def _values(found: Mapping[str, Any]) -> str:
    """A row for each figure that is one number."""
    return _table(("", ""), [(name, value) for name, value in found.items() if isinstance(value, int | float)])


def _table(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    cells = [[f"{cell:,}" if isinstance(cell, int | float) else str(cell) for cell in row] for row in rows]
    names = list(header)
    lines = [names, ["---", *["---:"] * (len(names) - 1)], *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
