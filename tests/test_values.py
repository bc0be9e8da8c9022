"""Every value that the JSON outputs had when they were recorded is still there, to the last digit.

`values/recorded.json.xz` holds predictions (gold of 1.0.0 with seeded noise, fitted to the items of 1.1.0) and what
`eval score` and `eval compare` printed of them, of public extractors and of other benchmarks' outputs. What is new is
nobody's loss; what has another value, or is gone, is a fault, or a change that the changelog tells of: then
`python tests/test_values.py` records anew, and the diff that it prints belongs into the review.

The right values are tested where they are computed. Those of other benchmarks are the ones from before the code moved
into this house, but for what the changelog of 0.1.0 lists.
"""

import json
import lzma
import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from detente.cli import main

TESTS = Path(__file__).resolve().parent
RECORDED = TESTS / "values" / "recorded.json.xz"
SUITES = TESTS.parents[1] / "shared" / "suites"
EXTRACTORS = TESTS.parent / "benchmarks" / "extractors"
BEFORE: dict[str, Any] = json.loads(lzma.decompress(RECORDED.read_bytes()))
VERSIONED = {"signature", "dataset"}
"""Keys that name versions."""


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of a document that holds no other, by its path."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, inner["name"] if "systems" in path[-1:] else str(place)))
    else:
        yield path, value


def differing(before: dict[str, Any], now: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What was there and is not there now, or is another value."""
    found = dict(leaves(now))
    return {
        "/".join(path): (value, found.get(path, "(nothing)"))
        for path, value in leaves(before)
        if not VERSIONED & set(path) and (path not in found or found[path] != value)
    }


def printed(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(main, [*map(str, arguments), "--format", "json"])
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def written(folder: Path) -> Path:
    """A folder with the recorded predictions."""
    for name, records in BEFORE["predictions"].items():
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def of_the_dataset(call: str, folder: Path) -> dict[str, Any]:
    """What a call on the dataset's own gold prints."""
    if call.startswith("eval "):
        return printed(
            *(folder / f"{word}.jsonl" if word in BEFORE["predictions"] else word for word in shlex.split(call))
        )
    paths = sorted(EXTRACTORS.glob("*.jsonl.xz")) if "ranked" in call else [EXTRACTORS / call.split()[1]]
    return printed("eval", "score", *paths)


def of_a_suite(call: str) -> dict[str, Any]:
    """What a call on another benchmark prints."""
    suite, what, *options = call.split()
    gold = SUITES / suite / f"{'gold' if suite == 'snippets' else 'ground_truth'}.json.xz"
    outputs = sorted((SUITES / suite / "outputs").glob("*.json.xz"))
    command, files = {"ranked": ("score", outputs), "compared": ("compare", outputs[:2])}.get(
        what, ("score", [SUITES / suite / "outputs" / what])
    )
    return printed("eval", command, *files, "--gold", gold, "--resamples", "20", *options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("values"))


@pytest.mark.parametrize("call", list(BEFORE["cases"]))
def test_scores_and_comparisons_on_the_dataset(folder: Path, call: str) -> None:
    assert differing(BEFORE["cases"][call], of_the_dataset(call, folder)) == {}


@pytest.mark.parametrize("call", list(BEFORE["suites"]))
def test_outputs_of_other_benchmarks(call: str) -> None:
    if not SUITES.is_dir() and os.environ.get("CI") != "true":
        pytest.skip("../shared/suites is not beside this checkout")
    assert differing(BEFORE["suites"][call], of_a_suite(call)) == {}


def test_a_value_that_changes_or_goes_is_told_and_one_that_comes_is_not() -> None:
    before = {"a": 1.0, "b": {"c": None}, "systems": [{"name": "x", "n": 1}], "signature": "old"}
    now = {"a": 1.0000000000000002, "b": {}, "systems": [{"name": "y", "n": 2}, {"name": "x", "n": 1}], "d": 1}
    assert differing(before, now) == {"a": (1.0, 1.0000000000000002), "b/c": (None, "(nothing)")}


def record() -> None:
    """Records what is printed now, and prints what differs from what was recorded."""
    with tempfile.TemporaryDirectory() as place:
        folder = written(Path(place))
        now = {
            "cases": {call: of_the_dataset(call, folder) for call in BEFORE["cases"]},
            "suites": {call: of_a_suite(call) for call in BEFORE["suites"]},
        }
    for part, calls in now.items():
        for call, found in calls.items():
            for name, (old, new) in differing(BEFORE[part][call], found).items():
                print(f"{call}: {name}: {old!r} is {new!r}")
    document = json.dumps({"predictions": BEFORE["predictions"], **now}, ensure_ascii=False)
    RECORDED.write_bytes(lzma.compress(document.encode(), preset=9))


if __name__ == "__main__":
    record()
