"""What is built, held against the annotations: changed by hand, stale, or with other rows under an old version."""

import json
import re
from pathlib import Path
from typing import Any

from detente.data.corpus import Corpus
from detente.data.problems import Problem, ValidationError
from detente.dataset.build import MANIFEST, Files, differing


def changed_by_hand(root: Path) -> list[Problem]:
    """The built files that are not those of the manifest, or the fault of the manifest itself; none before a build."""
    return Corpus(root / "dataset").changed() if (root / MANIFEST).is_file() else []


def stale(root: Path, files: Files) -> list[Problem]:
    """The built files that are not what the annotations make now; none before a build."""
    message = "differs from what the annotations make: `detente dataset build --check` shows how, `build` makes it anew"
    if not (root / MANIFEST).is_file():
        return []
    return [
        Problem("dataset-stale", name, message) for name, present, made in differing(root, files) if present != made
    ]


def version_problems(root: Path, files: Files) -> list[Problem]:
    """Other rows than the built ones need a higher version.

    Before a first build, and where the manifest is broken, there is no version to compare with.

    Args:
        root: The folder that holds `annotations/` and `dataset/`.
        files: What the annotations make now.
    """
    try:
        before = Corpus(root / "dataset").manifest
    except ValidationError:
        return []
    after: dict[str, Any] = json.loads(files[MANIFEST])
    names = dict.fromkeys([*after["configs"], *before["configs"]])
    differ = [name for name in names if after["configs"].get(name) != before["configs"].get(name)]
    if not differ or _numbers(after["version"]) > _numbers(before["version"]):
        return []
    message = (
        f"the rows of {', '.join(differ)} are not those that were built as {before['version']}: raise the "
        "version above it in annotations/VERSION"
    )
    return [Problem("version-not-raised", "annotations/VERSION", message)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
