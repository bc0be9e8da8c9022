"""Lets every command that writes fail at every place where it writes, or run twice at once, and sees what is left.

python tests/faults/run.py [--most N] [--figures FILE]

Each command runs once undisturbed, and its places of writing are counted: files opened for writing, renames, removals,
folders made. Then it runs again for each of these, in a process of its own that is killed there (SIGKILL), or that
finds the disk full from there on; and with files that may only grow to half of what they should, where writing ends in
the middle, by an error or by a signal. Whatever happens, each file that is there afterwards is what it was or what it
should become, never a part of it; an error is a short message and status 2; and the same call, given again, ends as if
nothing had been. Each command is also given twice at once: one of both ends well, the other too or with a short message
and status 2, and what is there is what one alone makes. `--most` bounds the places tried for each command and fault;
`--figures` says where to write how many were.
"""

import argparse
import errno
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from rich.progress import track

TESTS: Final = Path(__file__).resolve().parents[1]
MOST_MESSAGE: Final = 600
"""Characters that an error of the system may take to be told, the path among them."""
UNFINISHED: Final = (".detente-writes-", ".unfinished", "work", ".partial")
"""In the names of what is not finished, and says so: files and folders beside their places, and kept work."""
KILLED, FULL, CUT, CUT_OFF = "killed", "disk full", "disk full in a file", "killed in a file"
FAULTS: Final = (KILLED, FULL, CUT, CUT_OFF)
TWICE: Final = "twice at once"
PAIRS: Final = 5
"""So often each command is given twice at once."""
CHANGES: Final = frozenset(("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"))
TIDYING: Final = frozenset(("os.remove", "os.rmdir"))
"""What a full disk allows."""
CANARY: Final = re.compile(rb"CANARY-[0-9a-f-]{36}")
LOADED: Final = (
    "click.testing",
    "detente.challenge.all",
    "detente.challenge.making",
    "detente.cli",
    "detente.dataset.build",
    "detente.dataset.growing",
    "detente.evaluation.systems",
    "detente.integrations.exchange",
    "detente.report.error_report",
    "pandera.polars",
    "polars",
)
"""What processes begin with, so that each does not load it again."""
TIMEOUT: Final = 120

Contents = dict[str, bytes]


@dataclass(frozen=True)
class Command:
    """A call that writes.

    Attributes:
        name: Its name in the figures.
        call: Its words; paths are relative to the folder in which it runs.
        before: Makes what has to be there, in that folder.
        again: What is added to the same call after a fault.
    """

    name: str
    call: str
    before: Callable[[Path], None]
    again: str = ""


def said(folder: Path, calls: Sequence[str] = ()) -> None:
    """Predictions, gold of others and a small corpus, and what calls make of them."""
    rows = [{"id": f"i{number}", "family": f"f{number // 3}", "label": "favor"} for number in range(30)]
    for name, taken in (("gold", rows), ("mine", [{key: row[key] for key in ("id", "label")} for row in rows])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in taken))
    (folder / "page.txt").write_text("A page.\n\nIts second line is longer than the first one.\n")
    shutil.copytree(TESTS / "minimal", folder / "corpus")
    for call in calls:
        status, printed = undisturbed(call, folder)
        assert status == 0, printed


_SCORE: Final = "eval score mine.jsonl --gold gold.jsonl --task stance --resamples 5 --jobs 1"
COMMANDS: Final = (
    Command("eval score", f"{_SCORE} --format json -o scores.json --per-unit rows.csv", said),
    Command("eval score, in pieces", f"{_SCORE} --max-input 1000 --format json -o scores.json", said),
    Command(
        "eval score, work kept", f"{_SCORE} --max-input 1000 --format json -o scores.json --work work", said, "--resume"
    ),
    Command(
        "eval compare",
        "eval compare mine.jsonl gold.jsonl --gold gold.jsonl --task stance --resamples 5 --format json -o out.json",
        said,
    ),
    Command(
        "eval inputs",
        "eval inputs --task stance --dataset corpus -o inputs.jsonl",
        partial(said, calls=["dataset build corpus"]),
    ),
    Command("eval run", "eval run lexicon --task stance -o predictions.jsonl", said),
    Command("eval report", "eval report mine.jsonl --gold gold.jsonl --task stance --resamples 5 -o errors", said),
    Command("dataset build", "dataset build corpus", said),
    Command(
        "dataset explore", "dataset explore --dataset corpus -o pages", partial(said, calls=["dataset build corpus"])
    ),
    Command("dataset export", "dataset export claims --dataset corpus --format brat -o brat", said, "--force"),
    Command(
        "dataset import",
        "dataset import brat/claims/detente-900.ann --layer claims --dataset corpus -o rows",
        partial(said, calls=["dataset export claims --dataset corpus --format brat -o brat"]),
    ),
    Command("dataset export --without-text", "dataset export --without-text -o free", said),
    Command("dataset init", "dataset init mine --language ka", said),
    Command(
        "dataset add", "dataset add page.txt --dataset mine", partial(said, calls=["dataset init mine --language ka"])
    ),
    Command("challenge make", "challenge make contrast -n 3 --split test --jobs 1 -o suite", said),
)


def disturb(fault: str, place: int, folder: Path) -> list[int]:
    """Sets the fault at a place of writing (none for a negative one); returns where places are counted."""
    count = [0]
    full = [False]

    def changes(event: str, arguments: tuple[Any, ...]) -> bool:
        if event == "open":
            if not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return False
        elif event not in CHANGES:
            return False
        path = arguments[0]
        return isinstance(path, str | bytes | os.PathLike) and Path(os.fsdecode(path)).absolute().is_relative_to(folder)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if (event != "open" and event not in CHANGES) or not changes(event, arguments):
            return
        if count[0] == place:
            if fault == KILLED:
                os.kill(os.getpid(), signal.SIGKILL)
            full[0] = fault == FULL
        count[0] += 1
        if full[0] and event not in TIDYING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), arguments[0])

    if fault in (CUT, CUT_OFF):
        resource.setrlimit(resource.RLIMIT_FSIZE, (place, place))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if fault == CUT_OFF else signal.SIG_IGN)
    else:
        sys.addaudithook(hook)
    return count


def outcome(call: str, folder: Path, fault: str = KILLED, place: int = -1) -> tuple[int, str, int]:
    """Status, output and places of writing of a call in a process of its own."""
    server = get_context("forkserver")
    server.set_forkserver_preload([*LOADED, __name__])
    receiver, sender = server.Pipe(duplex=False)
    process = server.Process(target=_sent, args=(call, folder, fault, place, sender))
    process.start()
    sender.close()
    told = (0, "", 0)
    with suppress(EOFError):  # it was killed
        told = receiver.recv()
    process.join(TIMEOUT)
    if process.exitcode is None:
        process.kill()
        return -1, "did not end", 0
    return (process.exitcode, "", 0) if process.exitcode < 0 else told


def _sent(call: str, folder: Path, fault: str, place: int, sender: Any) -> None:
    from click.testing import CliRunner

    from detente.cli import main

    os.environ["HF_HUB_OFFLINE"] = "1"
    os.chdir(folder)
    count = disturb(fault, place, folder)
    result = CliRunner().invoke(main, call.split())
    output = result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit) and result.exc_info:
        output += "".join(traceback.format_exception(*result.exc_info))
    sender.send((result.exit_code, output, count[0]))


def undisturbed(call: str, folder: Path) -> tuple[int, str]:
    """Status and output of a call that nothing disturbs."""
    status, output, _ = outcome(call, folder)
    return status, output


def contents(folder: Path) -> Contents:
    """Every file below a folder, without what is drawn by chance for a new corpus."""
    return {
        path.relative_to(folder).as_posix(): CANARY.sub(b"CANARY", path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def finished(files: Contents) -> Contents:
    """Those that do not say that they are unfinished."""
    return {
        name: data
        for name, data in files.items()
        if not any(word in part for part in Path(name).parts for word in UNFINISHED)
    }


def broken(before: Contents, whole: Contents, left: Contents) -> str | None:
    """What is wrong with the files that a fault left; None if nothing is."""
    for name, data in finished(left).items():
        if data not in (before.get(name), whole.get(name)):
            return f"{name} is neither what it was nor what it should become"
    if lost := [name for name in before if name in whole and name not in left]:
        return f"{lost[0]} is lost"
    return None


def judged(command: Command, fault: str, place: int, template: Path, before: Contents, whole: Contents) -> str | None:
    """What is wrong after a fault at a place; None if nothing is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "here"
        shutil.copytree(template, folder, symlinks=True)
        status, output, _ = outcome(command.call, folder, fault, place)
        left = contents(folder)
        if wrong := broken(before, whole, left):
            return f"after status {status}: {wrong}"
        if status == 0:
            return None if finished(left) == finished(whole) else "status 0, and not all is there"
        if status > 0 and (status != 2 or "Traceback" in output or len(output) > MOST_MESSAGE or not output.strip()):
            return f"status {status} and this: {output[-700:]}"
        if status < 0 and fault not in (KILLED, CUT_OFF):
            return f"ended by signal {-status}"
        if finished(left) == finished(whole):
            return None
        status, output, _ = outcome(f"{command.call} {command.again}", folder)
        if status != 0:
            return f"the same call, given again, ends with {status}: {output[-700:]}"
        if finished(contents(folder)) != finished(whole):
            return "the same call, given again, makes something else"
        rest = [each for each in contents(folder) if each not in whole and UNFINISHED[0] in each]
        return f"{rest[0]} is left after the same call, given again" if rest else None


def at_once(command: Command, template: Path, whole: Contents) -> str | None:
    """What is wrong after the same call twice at once; None if nothing is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "here"
        shutil.copytree(template, folder, symlinks=True)
        with ThreadPoolExecutor(2) as both:
            found = list(both.map(lambda _: outcome(command.call, folder), range(2)))
        for status, output, _ in found:
            if status != 0 and (status != 2 or "Traceback" in output or len(output) > MOST_MESSAGE):
                return f"status {status} and this: {output[-700:]}"
        if all(status for status, _, _ in found):
            return f"neither ends well: {found[0][1]}{found[1][1]}"
        left, made = finished(contents(folder)), finished(whole)
        if odd := [each for each in left.keys() | made.keys() if left.get(each) != made.get(each)]:
            return f"{min(odd)} is not what one call alone makes"
        return None


def places(count: int, most: int | None) -> list[int]:
    """All places, or so many of them: the first, the last and some between."""
    if most is None or count <= most:
        return list(range(count))
    return sorted({round(each * (count - 1) / (most - 1)) for each in range(most)})


def tried(command: Command, most: int | None) -> tuple[dict[str, int], list[str]]:
    """How often each fault was set, and what was wrong after it."""
    tally = dict.fromkeys((*FAULTS, TWICE), 0)
    failures = []
    with tempfile.TemporaryDirectory() as name:
        template, folder = Path(name) / "template", Path(name) / "whole" / "here"
        template.mkdir()
        command.before(template)
        before = contents(template)
        shutil.copytree(template, folder, symlinks=True)
        status, output, count = outcome(command.call, folder)
        assert status == 0, f"{command.name}: {output}"
        whole = contents(folder)
        sizes = sorted({len(data) // 2 for file, data in whole.items() if data != before.get(file) and len(data) > 1})
        for fault in FAULTS:
            where = (
                places(count, most) if fault in (KILLED, FULL) else [sizes[each] for each in places(len(sizes), most)]
            )
            for place in where:
                tally[fault] += 1
                if wrong := judged(command, fault, place, template, before, whole):
                    failures.append(f"{command.name}, {fault} at {place}: {wrong}")
        for number in range(PAIRS if most is None else min(most, PAIRS)):
            tally[TWICE] += 1
            if wrong := at_once(command, template, whole):
                failures.append(f"{command.name}, {TWICE}, time {number + 1}: {wrong}")
    return tally, failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, help="places to try for each command and fault (default: all)")
    parser.add_argument("--only", help="commands whose name has this")
    parser.add_argument("--figures", type=Path, help="where to write how many faults were set")
    options = parser.parse_args()
    commands = [command for command in COMMANDS if not options.only or options.only in command.name]
    figures: dict[str, dict[str, int]] = {}
    failures: list[str] = []
    for command in track(commands, disable=not sys.stderr.isatty()):
        figures[command.name], wrong = tried(command, options.most)
        failures += wrong
    print(*failures, sep="\n", end="\n" if failures else "")
    faults = sum(sum(each.values()) for each in figures.values())
    print(f"{faults} faults in {len(figures)} commands, {len(failures)} failures")
    if options.figures:
        document = {"faults": figures, "failures": len(failures)}
        options.figures.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
