"""Writes docs/reference/licences.md: what runs beside Détente, and under which licence; refuses what is under the GPL.

python scripts/licences.py

Every distribution is listed that the core or an extra for users asks for, and whatever these ask for in turn, as it is
installed here. A licence is what the distribution's own metadata says. Where it offers a choice, one that is not the
GPL is enough. The LGPL, which binds nobody who only calls a library, is allowed.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "reference" / "licences.md"
NOT_AT_RUN_TIME: Final = ("dev", "bench", "browser", "docs", "fuzz", "mutants")
"""Extras for who changes Détente."""
ELSEWHERE: Final = ("lm-eval", "inspect")
"""Extras that need an environment of their own: they call Détente, not Détente them."""
SILENT: Final = {"mlcroissant": "Apache-2.0"}
"""What metadata does not say; the licence is in the project's repository."""
GPL: Final = re.compile(r"\bA?GPL|\bGNU (Affero )?General Public", re.IGNORECASE)
_SHORT: Final = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
}

INTRODUCTION: Final = """# Licences of what runs beside Détente

What `pip install detente` and its extras bring along, and the licence that each names in its metadata. Nothing under
the GPL runs at run time: the tests refuse it. Extras for who changes Détente ({left}) and the frameworks for
evaluation, which call Détente ({elsewhere}), are not listed. Made by `python scripts/licences.py`.

| package | licence | needed by |
|---|---|---|
"""


def canonical(name: str) -> str:
    """A distribution's name as package registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(project: Mapping[str, object]) -> dict[str, list[str]]:
    """Every distribution that runs here, with the parts of the project that ask for it: `core`, or extras."""
    found: dict[str, list[str]] = {}
    for part, lines in parts(project):
        reached: set[tuple[str, frozenset[str]]] = set()
        todo = [Requirement(line) for line in lines]
        while todo:
            asked = todo.pop()
            key = canonical(asked.name), frozenset(asked.extras)
            if key in reached:
                continue
            reached.add(key)
            try:
                further = distribution(key[0]).requires or []
            except PackageNotFoundError:
                continue
            if part not in found.setdefault(key[0], []):
                found[key[0]].append(part)
            todo += [each for each in map(Requirement, further) if _applies(each, asked.extras)]
    return dict(sorted(found.items()))


def parts(project: Mapping[str, object]) -> Iterator[tuple[str, list[str]]]:
    """What the core asks for, and each extra for users."""
    yield "core", project["dependencies"]  # type: ignore[misc]
    extras: Mapping[str, list[str]] = project["optional-dependencies"]  # type: ignore[assignment]
    yield from ((name, lines) for name, lines in extras.items() if name not in (*NOT_AT_RUN_TIME, *ELSEWHERE))


def _applies(asked: Requirement, extras: set[str]) -> bool:
    return asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def licence(name: str) -> str:
    """What a distribution's metadata says: its expression, else its classifiers, else its own words.

    Several classifiers are a choice.
    """
    metadata = distribution(name).metadata
    expressions, own = (metadata.get_all(key) or [] for key in ("License-Expression", "License"))
    if expressions:
        return str(expressions[0])
    classifiers = [
        each.split(" :: ")[-1] for each in metadata.get_all("Classifier") or [] if each.startswith("License")
    ]
    if classifiers:
        return " OR ".join(_SHORT.get(each, each) for each in classifiers)
    return SILENT.get(name) or next(("".join(each.splitlines()[:1]) for each in own if each.strip()), "not stated")


def is_refused(licence: str) -> bool:
    """Whether each choice that a licence leaves is under the GPL, or none is stated."""
    return licence == "not stated" or all(GPL.search(choice) for choice in re.split(r"\s+OR\s+", licence))


def page(found: Mapping[str, list[str]]) -> str:
    """The page, as Markdown."""
    rows = [f"| {name} | {licence(name)} | {', '.join(parts)} |\n" for name, parts in found.items()]
    elsewhere, left = (", ".join(f"`{each}`" for each in names) for names in (ELSEWHERE, NOT_AT_RUN_TIME))
    return INTRODUCTION.format(left=left, elsewhere=elsewhere) + "".join(rows)


def main() -> int:
    """Writes the page; 1 if something is refused."""
    found = needed(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"])
    PAGE.write_text(page(found), encoding="utf-8")
    refused = [f"{name}: {licence(name)}" for name in found if is_refused(licence(name))]
    print(*refused, sep="\n", end="\n" if refused else "")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
