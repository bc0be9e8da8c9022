"""Breaks the code in small ways and asks the tests: a change that no test notices is a hole in the tests.

python tests/mutants/run.py --sample 60 --seed 0

Each mutant runs in a copy of the checkout, against the tests that mirror its package first, and against wider ones if
it survives those. A survivor that no test could kill, because it is equivalent, is explained in
tests/mutants/explained.toml. Exit code 1 if a survivor is not explained, or an explanation has no mutant any more.
"""

import argparse
import ast
import difflib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import parso
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
    "stats/**/*",
    "metrics/**/*",
    "evaluation/predictions*",
    "dataset/checks*",
    "tasks/*/checks*",
)
"""What is mutated, below `PACKAGE`; a folder that matches counts with all that is in it."""
TESTS: Final = {
    "text": ("tests/text", "tests/metrics", "tests/tasks"),
    "metrics": ("tests/metrics", "tests/evaluation", "tests/tasks"),
    "stats": ("tests/stats", "tests/evaluation"),
    "evaluation": ("tests/evaluation", "tests/data", "tests/cli", "tests/tasks"),
    "dataset": ("tests/data", "tests/dataset", "tests/cli"),
    "tasks": ("tests/data", "tests/dataset", "tests/tasks", "tests/cli"),
}
"""Package to the tests that a mutant meets in turn, those that bite first: the invalid files are in tests/data."""
AT_A_TIME: Final = 2
PATIENCE: Final = 4
"""Tests that take so many times as long as on the unbroken code are a mutant that hangs, hence killed."""
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


def passes(tests: str, patience: float | None, mutant: Mutant | None = None) -> bool:
    """Whether tests pass in a copy of the checkout, mutated or not; a mutant that hangs does not pass."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "checkout"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        if (shared := ROOT.parent / "shared").is_dir():  # the official numbers, without which tests are skipped
            (Path(folder) / "shared").symlink_to(shared)
        if mutant:
            (copy / mutant.mutation.file).write_text(mutant.code, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--hypothesis-seed=0", tests]
        environment = os.environ | {
            "PYTHONPATH": str(copy / "eval"),
            "HF_HUB_OFFLINE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "POLARS_MAX_THREADS": "1",
        }
        with subprocess.Popen(
            command,
            cwd=copy,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return process.wait(patience) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)  # with the processes that the tests started


def durations(packages: Iterable[str]) -> dict[str, float]:
    """Seconds that the tests of packages take on the unbroken code.

    Raises:
        SystemExit: If they do not pass there: every mutant would then count as killed.
    """

    def timed(tests: str) -> float:
        start = time.monotonic()
        if not passes(tests, None):
            raise SystemExit(f"{tests} fails without a mutant")
        return time.monotonic() - start

    suites = list(dict.fromkeys(tests for package in packages for tests in TESTS[package]))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return dict(zip(suites, pool.map(timed, suites), strict=True))


def package_of(mutant: Mutant) -> str:
    """The package of the mutated file: the folder below `PACKAGE`."""
    return mutant.mutation.file.removeprefix(f"{PACKAGE}/").split("/")[0]


def survivors(mutants: list[Mutant]) -> Iterator[Mutant]:
    """The mutants that no test notices, as they are found, in the order given; with a progress bar on a terminal."""
    seconds = durations(sorted({package_of(mutant) for mutant in mutants}))

    def survives(mutant: Mutant) -> bool:
        return all(passes(tests, PATIENCE * seconds[tests] + 10, mutant) for tests in TESTS[package_of(mutant)])

    with ThreadPoolExecutor(AT_A_TIME) as pool, Progress(disable=not sys.stdout.isatty()) as progress:
        bar = progress.add_task("mutants", total=len(mutants))
        for mutant, survived in zip(mutants, pool.map(survives, mutants), strict=True):
            if survived:
                yield mutant
            progress.advance(bar)


def main(arguments: list[str]) -> int:
    """Samples mutants, runs the tests on each and prints the survivors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--sample", type=int, default=60, help="how many places in the code are mutated")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    options = parser.parse_args(arguments)

    every = [mutation for path in sources() for mutation in mutations(path)]
    reasons, stale = explanations(every)
    for problem in stale:
        print(f"{EXPLAINED.relative_to(ROOT)}: {problem}")
    mutants = [mutate(mutation) for mutation in sampled(every, options.sample, options.seed)]
    explained = holes = 0
    for mutant in survivors(mutants):
        reason = reasons.get(mutant.identity)
        print(f"{mutant.mutation.file}:{mutant.mutation.start[0]}  {mutant.mutation.operator}")
        print(
            f"  - {mutant.before}\n  + {mutant.after}\n  {f'equivalent: {reason}' if reason else 'survived'}",
            flush=True,
        )
        explained, holes = explained + bool(reason), holes + (not reason)
    killed = len(mutants) - explained - holes
    print(
        f"{killed} of {len(mutants)} mutants killed ({killed / max(1, len(mutants)):.0%}), "
        f"{explained} explained, {holes} survived; seed {options.seed}, "
        f"of {len(every)} mutations in {len({each.file for each in every})} files"
    )
    return 1 if holes or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
