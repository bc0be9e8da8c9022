"""Who imports whom: packages only from those above them, no circle, no task the inside of another.

Read from the source, not from what happens to be loaded: imports inside functions and under `TYPE_CHECKING` count too,
since a type that a lower package needs lives in that package. `detente/__init__` alone is left out: it is the front
door, imports nothing of ours but inside `__getattr__`, and gives everybody `__version__`.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import detente

PACKAGE = Path(detente.__file__).parent
ORDER = (
    *(
        "text",
        "metrics",
        "data",
        "stats",
        "tasks",
        "evaluation",
        "dataset",
        "challenge",
        "integrations",
        "report",
        "library",
        "cli",
    ),
)
"""Each may import from itself and from those before it."""


class Import(NamedTuple):
    """One module names another, both without `detente.`; a package is named by its folder."""

    importer: str
    imported: str


def modules(package: Path) -> dict[str, Path]:
    """Every module of a package to its file, the package itself as an empty name."""
    names = {path: path.relative_to(package).with_suffix("").parts for path in sorted(package.rglob("*.py"))}
    return {".".join(parts[:-1] if parts[-1] == "__init__" else parts): path for path, parts in names.items()}


def imports(package: Path) -> Iterator[Import]:
    """What every module but the front door imports; `from a import b` is the module `a.b` where there is one."""
    known = modules(package)
    for importer, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if importer else ():
            names: Iterable[str] = ()
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{importer}: a relative import, which hides what it reaches"
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                root, _, inner = name.partition(".")
                if root == package.name and (inner in known or (inner := inner.rpartition(".")[0]) in known) and inner:
                    yield Import(importer, inner)


def upward(found: Iterable[Import]) -> set[tuple[str, str]]:
    """Imports of a package that stands below the importer's in `ORDER`."""
    floors = {name: floor for floor, name in enumerate((*ORDER, "__main__"))}
    return {
        (importer, imported)
        for importer, imported in found
        if floors[imported.split(".")[0]] > floors[importer.split(".")[0]]
    }


def circles(found: Iterable[Import]) -> set[frozenset[str]]:
    """Modules that reach one another by imports: each group with all its members."""
    direct: dict[str, set[str]] = {}
    for importer, imported in found:
        direct.setdefault(importer, set()).add(imported)
    reached = {module: _reached(module, direct) for module in direct}
    return {
        frozenset(other for other in reached[module] if module in reached.get(other, ()))
        for module in direct
        if module in reached[module]
    }


def _reached(module: str, direct: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    frontier = [module]
    while frontier:
        new = direct.get(frontier.pop(), set()) - found
        found |= new
        frontier += new
    return found


def inside(found: Iterable[Import]) -> set[tuple[str, str]]:
    """Imports by one task of a module of another; its `__init__`, and what lies in `tasks/` itself, are for all."""
    reaching = set()
    for importer, imported in found:
        mine, theirs = importer.split("."), imported.split(".")
        both_tasks = mine[0] == theirs[0] == "tasks"
        if both_tasks and len(theirs) > 2 and mine[1] != theirs[1] and _is_task(mine[1]):
            reaching.add((importer, imported))
    return reaching


def _is_task(name: str) -> bool:
    return (PACKAGE / "tasks" / name).is_dir()


def test_every_package_has_its_place_in_the_order() -> None:
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(ORDER)


def test_packages_import_only_from_those_above_them() -> None:
    assert upward(imports(PACKAGE)) == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(imports(PACKAGE)) == set()


def test_no_task_reaches_into_another() -> None:
    assert inside(imports(PACKAGE)) == set()


# The tests above say nothing unless they see what is wrong.


def test_imports_are_seen_wherever_they_stand(tmp_path: Path) -> None:
    package = tmp_path / "detente"
    files = {
        "__init__.py": "from detente.data import rows",
        "text/__init__.py": "",
        "text/words.py": "import re\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import detente.cli.main",
        "data/__init__.py": "",
        "data/rows.py": "def f():\n    from detente.text import words\n    from detente.text.words import g",
        "cli/__init__.py": "VERSION = 1",
        "cli/main.py": "from detente import __version__\nfrom detente.cli import VERSION, missing",
    }
    for name, source in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(source)
    assert sorted(imports(package)) == [
        ("cli.main", "cli"),
        ("cli.main", "cli"),
        ("data.rows", "text.words"),
        ("data.rows", "text.words"),
        ("text.words", "cli.main"),
    ]


@pytest.mark.parametrize(
    ("importer", "imported", "wrong"),
    [
        ("text.spans", "metrics.bags", True),
        ("metrics.bags", "text.spans", False),
        ("data.fields", "tasks.task", True),
        ("tasks.task", "data.fields", False),
        ("report.tables", "cli", True),
        ("report.tables", "report.scores", False),
    ],
)
def test_an_import_of_a_package_below_is_upward(importer: str, imported: str, wrong: bool) -> None:
    assert upward([Import(importer, imported)]) == ({(importer, imported)} if wrong else set())


def test_a_circle_has_all_its_members_and_nobody_else() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("x", "a"), ("y", "y")]
    assert circles(Import(*edge) for edge in edges) == {frozenset("abc"), frozenset("y")}
    assert circles([Import("a", "b"), Import("a", "c"), Import("b", "d"), Import("c", "d")]) == set()


@pytest.mark.parametrize(
    ("importer", "imported", "wrong"),
    [
        ("tasks.stance.task", "tasks.agreement.task", True),
        ("tasks.stance.task", "tasks.agreement", False),
        ("tasks.stance.task", "tasks.stance.baselines", False),
        ("tasks.stance.task", "tasks.task", False),
        ("tasks.boilerplate.html.render", "tasks.boilerplate.task", False),
        ("tasks.boilerplate.html.render", "tasks.claims.task", True),
        ("tasks.all", "tasks.stance.task", False),
        ("evaluation.score", "tasks.stance.task", False),
    ],
)
def test_a_task_takes_from_another_only_what_its_package_offers(importer: str, imported: str, wrong: bool) -> None:
    assert inside([Import(importer, imported)]) == ({(importer, imported)} if wrong else set())
