"""Every value that the JSON outputs had before the code moved into this house is still there, to the last digit.

`values/before_the_move.json.xz` holds predictions (gold with seeded noise), and what `eval score` and `eval compare`
printed of them and of other benchmarks' outputs, at the commit before the move. What was renamed since stands in
`RENAMED`; whatever else differs is a fault.
"""

import json
import lzma
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from detente.cli import main

TESTS = Path(__file__).parent
SUITES = TESTS.parents[1] / "shared" / "suites"
EXTRACTORS = TESTS.parent / "benchmarks" / "extractors"
BEFORE: dict[str, Any] = json.loads(lzma.decompress((TESTS / "values" / "before_the_move.json.xz").read_bytes()))

RENAMED: dict[str, str] = {}
"""Keys, and words that stand alone as values, by what they were called before."""


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of a document that holds no other, by its path."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, RENAMED.get(key, key)))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, str(place)))
    else:
        yield path, RENAMED.get(value, value) if isinstance(value, str) else value


def printed(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def differing(before: dict[str, Any], now: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What was there and is not there now, or is another value; what is new is nobody's loss."""
    found = dict(leaves(now))
    return {
        "/".join(path): (value, found.get(path, "(nothing)"))
        for path, value in leaves(before)
        if path not in found or found[path] != value
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("values")
    for name, records in BEFORE["predictions"].items():
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize("call", [call for call in BEFORE["cases"] if call.startswith("eval ")])
def test_scores_and_comparisons_of_every_task(folder: Path, call: str) -> None:
    words = [folder / f"{word}.jsonl" if word in BEFORE["predictions"] else word for word in shlex.split(call)]
    assert differing(BEFORE["cases"][call], printed(*words, "--format", "json")) == {}


@pytest.mark.parametrize("call", [call for call in BEFORE["cases"] if not call.startswith("eval ")])
def test_public_extractors_on_rendered_pages(call: str) -> None:
    paths = sorted(EXTRACTORS.glob("*.jsonl.xz")) if "ranked" in call else [EXTRACTORS / call.split()[1]]
    assert differing(BEFORE["cases"][call], printed("eval", "score", *paths, "--format", "json")) == {}


@pytest.mark.parametrize("call", list(BEFORE["suites"]))
def test_outputs_of_other_benchmarks(call: str) -> None:
    if not SUITES.is_dir() and os.environ.get("CI") != "true":
        pytest.skip("../shared/suites is not beside this checkout")
    suite, what, *options = call.split()
    gold = SUITES / suite / f"{'gold' if suite == 'snippets' else 'ground_truth'}.json.xz"
    outputs = sorted((SUITES / suite / "outputs").glob("*.json.xz"))
    command, files = {"ranked": ("score", outputs), "compared": ("compare", outputs[:2])}.get(
        what, ("score", [SUITES / suite / "outputs" / what])
    )
    found = printed("eval", command, *files, "--gold", gold, "--format", "json", "--resamples", "20", *options)
    assert differing(BEFORE["suites"][call], found) == {}
