"""Gives the readers and the commands mutated files, and asks for nothing but a clear answer.

python tests/fuzz/run.py --inputs 100000 --seed 0 --figures tests/fuzz/figures.json
python tests/fuzz/run.py --guided --inputs 100000

Every kind of file that a user may give (`bases.py`) is mutated (`mutation.py`), in its bytes and in its values. One
input in twenty is given to a whole command, the others to the reader in this process, whose problems are printed as the
command prints them. Whatever comes, it ends with status 0, 1 or 2, without a traceback, in bounded time, memory and
output, and no control character of the file reaches the terminal. What breaks that is kept in a folder, and the exit
status is 1. With --guided, atheris (the extra `fuzz`) mutates instead, and keeps what reaches new code.
"""

import argparse
import gc
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from bases import STOCK, Base, bases, keep_the_dataset, shared_memory
from click.testing import CliRunner
from mutation import mutated
from rich.progress import Progress

MOST_OUTPUT: Final = 20_000
"""Characters that a refusal may print, and a table of scores on these small files too."""
MOST_SECONDS: Final = 2.0
"""Of processor time."""
MOST_MEMORY: Final = 500
"""Megabytes that a process may hold, the program's own code included."""
CHUNK: Final = 250
WHOLE: Final = 20
"""One input in so many is given to a whole command."""
PROCESS: Final = 40
"""Chunks after which a process is replaced."""
ERROR: Final = 2
"""The descriptor of the standard error."""
CURRENT: Final = "current-"
"""Before the number of a process, in the name of the file that says which input it is at."""
TURNS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What turns the direction of text."""


@dataclass(frozen=True)
class Answer:
    """What came of one input.

    Attributes:
        printed: What was printed, or would be.
        refused: Whether that is problems.
        seconds: Processor time.
        wrong: What must not be; None if nothing.
    """

    printed: str
    refused: bool
    seconds: float
    wrong: str | None


@dataclass(frozen=True)
class Failure:
    number: int
    base: str
    call: str
    what: str


@dataclass
class Tally:
    """What was tried, and the worst of it."""

    inputs: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    commands: int = 0
    slowest: float = 0.0
    longest: int = 0
    megabytes: int = 0
    failures: list[Failure] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.inputs + other.inputs,
            self.refused + other.refused,
            self.commands + other.commands,
            max(self.slowest, other.slowest),
            max(self.longest, other.longest),
            max(self.megabytes, other.megabytes),
            self.failures + other.failures,
        )

    def figures(self) -> dict[str, Any]:
        """What `scripts/reliability.py` reads."""
        return {
            "schema": "detente.fuzz/1",
            "inputs": self.inputs.total(),
            "failures": len(self.failures),
            "commands": self.commands,
            "slowest_seconds": round(self.slowest, 1),
            "most_megabytes": self.megabytes,
            "longest_output": self.longest,
            "limits": {"seconds": MOST_SECONDS, "megabytes": MOST_MEMORY, "output": MOST_OUTPUT},
            "readers": {
                name: {"inputs": count, "refused": self.refused[name]} for name, count in sorted(self.inputs.items())
            },
        }


def loud(output: str) -> str | None:
    """The first character that no terminal should be sent."""
    for sign in set(output) - {"\n"}:
        if unicodedata.category(sign) in ("Cc", "Cs") or sign in TURNS:
            return f"U+{ord(sign):04X}"
    return None


def by_reader(base: Base, folder: Path, rng: random.Random) -> Answer:
    """The answer of a reader in this process, whose problems are printed as a command does it."""
    from detente.data.problems import ValidationError
    from detente.text.display import visible

    assert base.read
    before = time.process_time()
    try:
        printed, refused = "".join(f"{visible(line)}\n" for line in base.read(folder, rng)), False
    except ValidationError as invalid:
        printed, refused = f"{invalid}\n", True
    except BaseException:
        return Answer("", False, time.process_time() - before, traceback.format_exc(limit=-4))
    return Answer(printed, refused, time.process_time() - before, None)


def by_command(call: list[str]) -> Answer:
    """The answer of a whole command."""
    from detente.cli import main

    before = time.process_time()
    try:
        result = CliRunner().invoke(main, call)
    except BaseException:
        return Answer("", False, time.process_time() - before, traceback.format_exc(limit=-4))
    seconds = time.process_time() - before
    output = result.stderr if "json" in call and result.exit_code == 0 else result.output
    wrong = None
    if result.exception is not None and not isinstance(result.exception, SystemExit) and result.exc_info:
        wrong = "".join(traceback.format_exception(*result.exc_info)[-6:])
    elif result.exit_code not in (0, 1, 2):
        wrong = f"exit status {result.exit_code}"
    return Answer(output, result.exit_code == 2, seconds, wrong)


def wrong(answer: Answer, past: str) -> str | None:
    """What must not be, if anything; `past` was printed past Python."""
    if answer.wrong:
        return answer.wrong
    if past:
        return f"printed past Python: {past}"
    if answer.seconds > MOST_SECONDS:
        return f"{answer.seconds:.1f} s"
    if len(answer.printed) > MOST_OUTPUT:
        return f"{len(answer.printed)} characters printed"
    if sign := loud(answer.printed):
        return f"{sign} was printed"
    if (held := megabytes()) > MOST_MEMORY:
        return f"{held} MB held"
    return None


def megabytes() -> int:
    """The most that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def past_python() -> str:
    """What libraries wrote to the standard error since they were last asked, which leads to a file (`prepare`)."""
    size = os.fstat(ERROR).st_size
    if not size:
        return ""
    os.lseek(ERROR, 0, os.SEEK_SET)
    found = os.read(ERROR, min(size, 500)).decode("utf-8", "replace")
    os.ftruncate(ERROR, 0)
    os.lseek(ERROR, 0, os.SEEK_SET)
    return found


@cache
def weights() -> list[float]:
    return [each.weight for each in bases()]


def tried(number: int, seed: int, kept: Path, tally: Tally, *, again: bool = False) -> None:
    """One mutated input, given to its reader or its command.

    What takes too long is tried once more: the first input of a kind loads what it needs, which is not its own time.
    """
    (kept / f"{CURRENT}{os.getpid()}").write_text(str(number))
    rng = random.Random(f"{seed}/{number}")
    base = rng.choices(bases(), weights())[0]
    whole = base.read is None or not rng.randrange(WHOLE)
    data = mutated(base.data, base.records, base.write, rng)
    with tempfile.TemporaryDirectory(dir=shared_memory()) as name:
        folder = Path(name)
        base.place(folder, data)
        call = base.call(folder, rng) if whole else []
        answer = by_command(call) if whole else by_reader(base, folder, rng)
        if answer.seconds > MOST_SECONDS and not again:
            tried(number, seed, kept, tally, again=True)
            return
        tally.inputs[base.reader] += 1
        tally.refused[base.reader] += answer.refused
        tally.commands += whole
        tally.slowest, tally.longest = max(tally.slowest, answer.seconds), max(tally.longest, len(answer.printed))
        if what := wrong(answer, past_python()):
            shutil.copytree(folder, kept / str(number), dirs_exist_ok=True)
            words = " ".join(call).replace(name, str(kept / str(number))) if whole else "(the reader alone)"
            tally.failures.append(Failure(number, f"{base.reader}: {base.name}", words, what))


def prepare() -> None:
    """What a process does once."""
    from detente.challenge import blind_check

    os.environ["HF_HUB_OFFLINE"] = "1"
    setattr(blind_check, "draw", cache(blind_check.draw))  # noqa: B010 (nothing of it is mutated, and it takes a second)
    keep_the_dataset()
    bases()
    gc.freeze()  # what is kept for good need not be looked at again and again, and what comes and goes less often
    gc.set_threshold(100_000, 50, 50)


def begin() -> None:
    """The same, where what libraries print is looked at, too."""
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), ERROR)
    prepare()


def chunk(numbers: Sequence[int], seed: int, kept: Path) -> Tally:
    """What came of some inputs."""
    tally = Tally()
    for number in numbers:
        tried(number, seed, kept, tally)
    tally.megabytes = megabytes()
    return tally


def rounds(numbers: Sequence[int], seed: int, kept: Path, jobs: int) -> Iterator[Tally]:
    """What came of inputs, chunk by chunk; one that ends its process is a failure, and the others are tried again."""
    chunks = [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]
    while chunks:
        now, chunks = chunks[: PROCESS * jobs], chunks[PROCESS * jobs :]
        currents(kept)
        with ProcessPoolExecutor(jobs, get_context("spawn"), begin) as pool:
            asked = {pool.submit(chunk, part, seed, kept): part for part in now}
            for done in as_completed(asked):
                if done.exception() is None:
                    yield done.result()
                    del asked[done]
                elif not isinstance(done.exception(), BrokenProcessPool):
                    done.result()
        if not asked:
            continue
        dead = [found for found in currents(kept) if ends(found, seed, kept)]
        yield Tally(failures=[Failure(number, "", "(unknown)", "ended the process") for number in dead])
        again = [number for part in asked.values() for number in part if number not in dead]
        chunks = [again[start : start + CHUNK] for start in range(0, len(again), CHUNK)] + chunks


def currents(kept: Path) -> list[int]:
    """The numbers of the inputs that processes were at, which are asked for once."""
    found = []
    for path in kept.glob(f"{CURRENT}*"):
        found += [int(word) for word in path.read_text().split()]  # none where a process was ended as it wrote
        path.unlink()
    return found


def ends(number: int, seed: int, kept: Path) -> bool:
    """Whether an input ends a process that tries nothing else."""
    try:
        with ProcessPoolExecutor(1, get_context("spawn"), begin) as pool:
            pool.submit(chunk, [number], seed, kept).result()
    except BrokenProcessPool:
        return True
    return False


def report(tally: Tally, figures: Path | None) -> int:
    """Prints what failed, writes the figures, and gives the exit status."""
    for failure in tally.failures[:50]:
        print(f"{failure.number}: {failure.base}\n  detente {failure.call}\n  {failure.what.strip()[-900:]}")
    if figures:
        figures.write_text(json.dumps(tally.figures(), indent=1) + "\n")
    made = tally.figures()
    print(
        f"{made['inputs']} inputs, {made['failures']} failures; at most {made['most_megabytes']} MB in a process,"
        f" {made['slowest_seconds']} s and {made['longest_output']} characters for an input"
    )
    return int(bool(tally.failures))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--guided", action="store_true", help="let atheris mutate, in one process")
    parser.add_argument("--figures", type=Path, help="write the figures there")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "detente-fuzz")
    options = parser.parse_args()
    shutil.rmtree(options.keep, ignore_errors=True)
    options.keep.mkdir(parents=True)
    if options.guided:
        from guided import guide

        return guide(options.inputs, options.seed, options.keep)
    numbers = range(options.first, options.first + options.inputs)
    os.environ["POLARS_MAX_THREADS"] = "1"  # threads cost more than they spare where everything is small
    total = Tally()
    with (
        tempfile.TemporaryDirectory(prefix="detente-fuzz-", dir=shared_memory()) as os.environ[STOCK],
        Progress(disable=not sys.stderr.isatty()) as progress,
    ):
        bar = progress.add_task("trying", total=len(numbers))
        for tally in rounds(numbers, options.seed, options.keep, options.jobs):
            total += tally
            progress.update(bar, completed=total.inputs.total())
    return report(total, options.figures)


if __name__ == "__main__":
    sys.exit(main())
