"""Breaks the code in small ways and asks the tests: a change that no test notices is a hole in the tests.

python tests/mutants/run.py --sample 60 --seed 0

Each mutant meets the tests of its module, in a copy of the checkout, and in a fork of this process, which has all
libraries loaded. A survivor that no test could kill, because it is equivalent, is explained in
tests/mutants/explained.toml. Exit code 1 if a survivor is not explained, or an explanation has no mutant any more.
"""

import argparse
import ast
import difflib
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import tomllib
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import parso
import pytest
from cosmic_ray.ast import ast_nodes, get_ast, is_number
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names
from rich.progress import Progress

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = "eval/detente"
EXPLAINED: Final = ROOT / "tests" / "mutants" / "explained.toml"
TARGETS: Final = (
    "text/alignment*",
    "text/token_matching*",
    "metrics/**/*",
    "stats/**/*",
    "data/*",
    "evaluation/predictions*",
    "evaluation/plain_labels*",
    "evaluation/answers*",
    "evaluation/columns*",
    "evaluation/counts*",
    "evaluation/*shards*",
    "evaluation/merge*",
    "tasks/gold_labels*",
    "tasks/gold_shards*",
    "tasks/native_labels*",
    "tasks/*/checks*",
    "tasks/*/counting*",
    "tasks/*/gold_formats*",
    "tasks/*/matching*",
    "tasks/*/metrics*",
    "dataset/checks*",
    "challenge/*",
    "integrations/annotation*",
    "integrations/brat*",
    "integrations/conll*",
    "integrations/exchange*",
    "integrations/label_studio*",
    "integrations/web_annotation*",
)
"""What is mutated, below `PACKAGE`: what measures, reads and checks; a folder that matches counts with all that is in
it.
"""
_SHARDS: Final = ("tests/evaluation/test_shards.py", "tests/evaluation/test_text_shards.py")
ELSEWHERE: Final = {
    "challenge": ("tests/report/test_challenge_sheet.py",),
    "data/annotated.py": ("tests/dataset/test_checks.py",),
    "data/piece_records.py": _SHARDS,
    "data/pieces.py": _SHARDS,
    "evaluation/merge.py": _SHARDS,
    "tasks/boilerplate/checks.py": ("tests/dataset/test_checks.py",),
    "tasks/claims/checks.py": ("tests/dataset/test_checks.py",),
    "tasks/contrast/checks.py": ("tests/dataset/test_checks.py",),
    "tasks/derivation/checks.py": ("tests/dataset/test_checks.py",),
    "tasks/gold_shards.py": _SHARDS,
    "tasks/stance/checks.py": ("tests/dataset/test_checks.py",),
}
"""Folders and modules that are tested elsewhere too: what the sheets of the suites show is pinned to the letter."""
AT_A_TIME: Final = 2
PATIENCE: Final = 20
"""CPU seconds, whatever the clock says, after which a test is taken to run for ever: a mutant that makes it do so is
killed, if without it the test needs less than a quarter of them.
"""
ASLEEP: Final = 600
"""Seconds by the clock after which a test is taken to wait for ever: no limit that a busy machine could reach."""
WARM: Final = "tests/metrics/test_chrf.py"
"""Tests that are run before anything else, in this process: they load what all tests load."""
_MISTAKEN: Final = (
    {"Add", "Sub"},
    {"Mul", "Div"},
    {"Mul", "Pow"},
    {"Div", "FloorDiv"},
    {"FloorDiv", "Mod"},
    {"LShift", "RShift"},
    {"BitAnd", "BitOr"},
    {"BitOr", "BitXor"},
)
"""Binary operators that somebody could write for one another: `a | b` of two sets as `a * b` fails in any test."""
_NOT_COPIED: Final = (".git", ".venv", ".*_cache", ".hypothesis", "build", "dist")
"""Compiled files are: they halve the start of the tests, and the mutated file is newer than its own."""


class FractionScaler(Operator):
    """Twice a fraction, and half of it: one more than a tolerance of 1e-6, or than a share of 5%, fails anywhere."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Two for each number with a fraction."""
        if is_number(node) and ast.literal_eval(node.value) % 1:
            yield from [(node.start_pos, node.end_pos)] * 2

    def mutate(self, node: Any, index: int) -> Any:
        """The number times 2, then times one half."""
        return parso.python.tree.Number(
            f"{ast.literal_eval(node.value) * (2, 0.5)[index]!r}", node.start_pos, node.prefix
        )

    @classmethod
    def examples(cls) -> tuple[()]:
        """None: cosmic-ray's own tests do not see this class."""
        return ()


@dataclass(frozen=True, order=True)
class Mutation:
    """A place in a file and what is done to it: the operator's mutation of that number in the file."""

    file: str
    start: tuple[int, int]
    operator: str
    occurrence: int


@dataclass(frozen=True)
class Mutant:
    """A mutation carried out.

    Attributes:
        mutation: Which.
        code: The whole file.
        before: The lines that it changes, without indentation.
        after: What they become.
    """

    mutation: Mutation
    code: str
    before: str
    after: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What an explanation names it by: not by line number, which moves."""
        return self.mutation.file, self.mutation.operator, self.before, self.after


def operators() -> dict[str, Operator]:
    """The operators by name: cosmic-ray's that need no argument and make a mistake that somebody could make."""
    found = {name: get_operator(name) for name in operator_names()}
    return {
        **{name: each() for name, each in found.items() if not each.arguments() and _plausible(name)},
        "detente/FractionScaler": FractionScaler(),
    }


def _plausible(name: str) -> bool:
    """Whether somebody could write the one for the other: `is` for `<` nobody does."""
    pair = set(name.split("_")[1:])
    if "BinaryOperator" in name:
        return pair in _MISTAKEN
    return "ComparisonOperator" not in name or pair == {"Is", "IsNot"} or not pair & {"Is", "IsNot"}


def sources() -> list[Path]:
    """The files that `TARGETS` names; says which pattern names none."""
    files: set[Path] = set()
    for pattern in TARGETS:
        matches = list((ROOT / PACKAGE).glob(pattern))
        found = {file for path in matches for file in ([path] if path.is_file() else path.rglob("*.py"))}
        found = {file for file in found if file.suffix == ".py"}
        if not found:
            print(f"note: {PACKAGE}/{pattern} names no file", file=sys.stderr)
        files |= found
    return sorted(files)


def _silent(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where a change computes nothing else: annotations, arguments of decorators, and the guard `strict` of a `zip`."""
    nodes: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            nodes.append(node.returns)
        if isinstance(node, ast.arg | ast.AnnAssign):
            nodes.append(node.annotation)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            nodes += node.decorator_list
        if isinstance(node, ast.keyword) and node.arg == "strict":
            nodes.append(node.value)
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)) for node in nodes if node
    ]


def _is_of_a_signature(node: Any) -> bool:
    """Whether a `*` or `/` stands among the parameters of a function: it says how callers name them, and multiplies
    nothing.
    """
    return node.type == "operator" and node.parent is not None and node.parent.type in ("parameters", "param")


def mutations(path: Path) -> list[Mutation]:
    """All mutations of a file, in the order of the file."""
    source = path.read_text(encoding="utf-8")
    silent = _silent(source)
    nodes = list(ast_nodes(get_ast(source)))
    file = path.relative_to(ROOT).as_posix()
    found = []
    for name, operator in operators().items():
        places = ((start, node) for node in nodes for start, _ in operator.mutation_positions(node))
        found += [
            Mutation(file, start, name, occurrence)
            for occurrence, (start, node) in enumerate(places)
            if not _is_of_a_signature(node) and not any(low <= start < high for low, high in silent)
        ]
    return sorted(found)


def mutate(mutation: Mutation) -> Mutant:
    """Carries a mutation out."""
    source = (ROOT / mutation.file).read_text(encoding="utf-8")
    code = mutate_code(source, operators()[mutation.operator], mutation.occurrence)
    lines = list(difflib.unified_diff(source.splitlines(), code.splitlines(), n=0, lineterm=""))[3:]
    before, after = (" ".join(line[1:].strip() for line in lines if line[0] == sign).strip() for sign in "-+")
    return Mutant(mutation, code, before, after)


def sampled(found: Iterable[Mutation], size: int, seed: int) -> list[Mutation]:
    """So many places, and one mutation of each: a `<`, of which five can be made, weighs no more than a `not`."""
    places: dict[tuple[str, tuple[int, int]], list[Mutation]] = {}
    for mutation in found:
        places.setdefault((mutation.file, mutation.start), []).append(mutation)
    drawn = random.Random(seed)
    chosen = drawn.sample(sorted(places), min(size, len(places)))
    return [drawn.choice(places[place]) for place in sorted(chosen)]


def explanations(found: Iterable[Mutation]) -> tuple[dict[tuple[str, str, str, str], str], list[str]]:
    """The reasons of `EXPLAINED` by mutant, and what is wrong with them: a reason must have a mutant."""
    entries = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("equivalent", [])
    reasons = {(each["file"], each["operator"], each["line"], each["mutant"]): each["reason"] for each in entries}
    named = {(file, operator) for file, operator, _, _ in reasons}
    existing = {mutate(each).identity for each in found if (each.file, each.operator) in named}
    stale = [
        f"{file}: no mutant {after!r} of {before!r} by {name}"
        for file, name, before, after in reasons.keys() - existing
    ]
    return reasons, sorted(stale)


def near(file: str) -> tuple[str, ...]:
    """The tests of a module: in the folder that mirrors its own the file named after it, then those that name it, then
    those elsewhere; if there is none, all of that folder.
    """
    module = Path(file).relative_to(PACKAGE)
    folder = ROOT / "tests" / module.parent
    while not folder.is_dir():
        folder = folder.parent
    tests = sorted(folder.rglob("test_*.py"), key=lambda path: (path.name != f"test_{module.name}", path))
    word = re.compile(rf"\b{module.stem}\b")
    named = [path for path in tests if path.name == f"test_{module.name}" or word.search(path.read_text("utf-8"))]
    elsewhere = [test for key, found in ELSEWHERE.items() if Path(key) in (module, module.parent) for test in found]
    return (*(path.relative_to(ROOT).as_posix() for path in named), *elsewhere) or (
        folder.relative_to(ROOT).as_posix(),
    )


def package_of(file: str) -> str:
    """The package of a mutated file: the folder below `PACKAGE`."""
    return file.removeprefix(f"{PACKAGE}/").split("/")[0]


def copied(checkout: Path, folder: str) -> Path:
    """A copy of a checkout in a folder, beside what it finds beside itself."""
    copy = Path(folder) / "checkout"
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    if (shared := ROOT.parent / "shared").is_dir():  # the official numbers, without which tests are skipped
        (Path(folder) / "shared").symlink_to(shared)
    return copy


class _Watch:
    """Gives each test its CPU seconds, and notes in a file which one is running."""

    def __init__(self, note: Path) -> None:
        """Tests that are being collected have theirs, too."""
        self._note = note
        self._allow()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Called by pytest as a test starts."""
        self._note.write_text(nodeid, encoding="utf-8")
        self._allow()

    def _allow(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + PATIENCE + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        signal.alarm(ASLEEP)


def _test(checkout: Path, arguments: tuple[str, ...]) -> NoReturn:
    """Runs tests of a checkout in this process, silently, and ends it with pytest's code."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.chdir(checkout)
    os.environ["PYTHONPATH"] = str(checkout / "eval")
    sys.path.insert(0, str(checkout / "eval"))
    for name in [name for name in sys.modules if name.split(".")[0] in ("detente", "tests", "conftest")]:
        del sys.modules[name]  # of the checkout in which this process was warmed
    options = ["-x", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    os._exit(pytest.main([*options, *arguments], plugins=[_Watch(checkout.parent / "running")]))


def tested(checkout: Path, *arguments: str) -> tuple[int, float]:
    """Runs tests of a checkout in a copy of this process: its status, 0 if they pass, and the CPU seconds it took."""
    process = os.fork()
    if not process:
        try:
            _test(checkout, arguments)
        finally:
            os._exit(1)
    _, status, used = os.wait4(process, 0)
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)  # processes that the tests started and left
    return status, used.ru_utime + used.ru_stime


def warm() -> None:
    """Loads the libraries.

    Raises:
        SystemExit: If the tests that load them fail.
    """
    os.environ |= {"HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1", "POLARS_MAX_THREADS": "1"}
    sys.path.insert(0, str(ROOT / "eval"))
    os.chdir(ROOT)
    warnings.filterwarnings("ignore", message=r"Using fork\(\)")  # Polars has computed nothing here
    if pytest.main(["-p", "no:cacheprovider", WARM]):
        raise SystemExit(f"{WARM} fails without a mutant")


class Judge:
    """Says what becomes of mutants; holds a copy of the unbroken checkout, and what its tests do there."""

    def __init__(self, folder: str) -> None:
        """Makes the copy in a folder."""
        self._unbroken = copied(ROOT, folder)
        self._sound: dict[tuple[tuple[str, ...], bool], bool] = {}

    def survives(self, mutant: Mutant) -> bool:
        """Whether no test notices a mutant; a test that fails, or takes long, without it as well notices nothing."""
        with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
            copy, running = copied(self._unbroken, folder), Path(folder) / "running"
            (copy / mutant.mutation.file).write_text(mutant.code, encoding="utf-8")
            running.write_text("", encoding="utf-8")
            tests = near(mutant.mutation.file)
            status, _ = tested(copy, *tests)
            test = running.read_text(encoding="utf-8")
        return not status or not self._is_sound((test,) if test else ("--collect-only", *tests), os.WIFSIGNALED(status))

    def _is_sound(self, arguments: tuple[str, ...], hung: bool) -> bool:
        """Whether tests pass on the unbroken code, if the mutant hung far below the limit."""
        if (arguments, hung) not in self._sound:
            status, seconds = tested(self._unbroken, *arguments)
            self._sound[arguments, hung] = not status and (not hung or seconds < PATIENCE / 4)
        return self._sound[arguments, hung]


def survivors(mutants: list[Mutant]) -> Iterator[Mutant]:
    """The mutants that no test notices, as they are found, in the order given; with a progress bar on a terminal."""
    with (
        tempfile.TemporaryDirectory(prefix="unbroken-") as folder,
        ThreadPoolExecutor(AT_A_TIME) as pool,
        Progress(disable=not sys.stdout.isatty()) as progress,
    ):
        bar = progress.add_task("mutants", total=len(mutants))
        for mutant, survived in zip(mutants, pool.map(Judge(folder).survives, mutants), strict=True):
            if survived:
                yield mutant
            progress.advance(bar)


def outcome(
    mutants: list[Mutant], left: list[Mutant], explained: set[tuple[str, str, str, str]]
) -> dict[str, dict[str, int]]:
    """How many mutants were sampled, killed, explained and survived, in each package and in all."""

    def counted(package: str) -> dict[str, int]:
        sample, remaining = (
            [each.identity for each in some if package in ("all", package_of(each.mutation.file))]
            for some in (mutants, left)
        )
        reasons = sum(each in explained for each in remaining)
        return {
            "sampled": len(sample),
            "killed": len(sample) - len(remaining),
            "explained": reasons,
            "survived": len(remaining) - reasons,
        }

    packages = sorted({package_of(each.mutation.file) for each in mutants})
    return {package: counted(package) for package in (*packages, "all")}


def main(arguments: list[str]) -> int:
    """Samples mutants, runs the tests on each and prints the survivors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--sample", type=int, default=60, help="how many places in the code are mutated")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument(
        "--figures", type=lambda path: Path(path).resolve(), help="a file in which the outcome by package is written"
    )
    options = parser.parse_args(arguments)

    every = [mutation for path in sources() for mutation in mutations(path)]
    reasons, stale = explanations(every)
    for problem in stale:
        print(f"{EXPLAINED.relative_to(ROOT)}: {problem}")
    mutants = [mutate(mutation) for mutation in sampled(every, options.sample, options.seed)]
    warm()
    left = []
    for mutant in survivors(mutants):
        left.append(mutant)
        reason = reasons.get(mutant.identity)
        print(f"{mutant.mutation.file}:{mutant.mutation.start[0]}  {mutant.mutation.operator}")
        print(
            f"  - {mutant.before}\n  + {mutant.after}\n  {f'equivalent: {reason}' if reason else 'survived'}",
            flush=True,
        )
    figures = outcome(mutants, left, set(reasons))
    total = figures["all"]
    print(
        f"{total['killed']} of {total['sampled']} mutants killed, {total['explained']} explained, "
        f"{total['survived']} survived; seed {options.seed}, "
        f"of {len(every)} mutations in {len({each.file for each in every})} files"
    )
    if options.figures:
        options.figures.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if total["survived"] or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
