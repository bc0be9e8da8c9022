"""Partial work counts: below version 1.0.0 a layer, or a page of a layer, may be left for later."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.corpus import Corpus
from detente.dataset import build

OLD, NEW = "detente-900", "detente-901"
LAYERS = ("boilerplate/gold", "claims/gold", "claims/no_claim", "stance/gold", "attribution/gold", "derivation/gold")
FILES = ("contrast/items.jsonl", "agreement/exceptions.jsonl", "events.jsonl")


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def grown(minimal: Path) -> Path:
    """Two pages, of which the second is a copy of the first: nothing of it is labelled yet."""
    (minimal / "annotations" / "VERSION").write_text("0.1.0\n")
    raw = minimal / "dataset" / "raw"
    shutil.copy(raw / f"{OLD}.txt", raw / f"{NEW}.txt")
    registry = minimal / "annotations" / "articles.jsonl"
    registry.write_text(registry.read_text() + registry.read_text().replace(OLD, NEW))
    return minimal


def label(root: Path, layer: str) -> None:
    """Labels the second page as the first."""
    path = root / "annotations" / layer / f"{OLD}.jsonl"
    path.with_stem(NEW).write_text(path.read_text().replace(OLD, NEW))


def written(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_from_version_one_on_every_layer_of_every_page_is_there(grown: Path) -> None:
    assert run("dataset", "validate", grown).exit_code == 0
    for version in ("1.0.0", "10.0.0"):
        (grown / "annotations" / "VERSION").write_text(f"{version}\n")
        refused = run("dataset", "validate", grown)
        assert refused.exit_code == 1
        assert refused.stderr.count(f"/{NEW}.jsonl: file-missing") == 7  # six folders of gold, and no_claim
    (grown / "annotations" / "VERSION").unlink()  # whoever does not say which version it is gets no leave
    assert run("dataset", "validate", grown).stderr.count("file-missing") == 7


def test_validate_and_build_say_what_is_not_there(grown: Path) -> None:
    (grown / "annotations" / "contrast" / "items.jsonl").unlink()
    for layer in LAYERS[1:]:
        shutil.rmtree(grown / "annotations" / layer)
    label(grown, "reuse/gold")
    absent = "layer-absent: warning: "
    for command in ("validate", "build"):
        done = run("dataset", command, grown)
        assert done.exit_code == 0
        warnings = [line for line in done.stderr.splitlines() if "layer-absent" in line]
        assert warnings[:2] == [
            f"annotations/boilerplate/gold: {absent}1 of 2 pages have no file: {NEW}; version 1.0.0 needs it",
            f"annotations/claims/gold: {absent}2 of 2 pages have no file: {OLD}, {NEW}; version 1.0.0 needs it",
        ]
        assert warnings[-1] == (
            "annotations/contrast/items.jsonl: layer-absent: warning: there is no such file; version 1.0.0 needs it"
        )
        assert len(warnings) == len(LAYERS) + 1
    lacking = Corpus(grown / "dataset").manifest["absent"]
    assert lacking["boilerplate"] == [NEW]
    assert lacking["agreement"] == lacking["claims"] == [OLD, NEW]
    assert run("dataset", "build", grown, "--check").exit_code == 0
    info = run("dataset", "info", "--dataset", grown)
    assert f"\n  boilerplate is not labelled on {NEW}\n" in info.stdout
    tasks = run("eval", "tasks", "--dataset", grown).stdout
    assert [line for line in tasks.splitlines() if not line.startswith(" ")] == ["boilerplate", "reuse"]
    assert "boilerplate\n  1 of 2 pages are labelled\n" in tasks


@pytest.mark.parametrize("layer", LAYERS)
def test_a_page_of_one_layer_is_enough(grown: Path, layer: str) -> None:
    """The first page is labelled whole, the second in one layer: alone, or with what this one is about."""
    if layer.startswith("attribution"):
        label(grown, "claims/gold")
    label(grown, layer)
    (grown / "annotations" / "contrast" / "items.jsonl").unlink()
    assert run("dataset", "build", grown).exit_code == 0
    assert run("dataset", "build", "--check", grown).exit_code == 0
    corpus = Corpus(grown / "dataset")
    name = layer.partition("/")[0]
    assert set(corpus.pages(name)) == ({OLD} if layer.endswith("no_claim") else {OLD, NEW})
    assert set(corpus.pages("reuse")) == {OLD}


@pytest.mark.parametrize("layer", ["boilerplate", "claims", "stance", "derivation"])
def test_one_layer_of_one_page_is_a_corpus(grown: Path, layer: str) -> None:
    """Nothing else is labelled at all."""
    for other in (*LAYERS, "reuse/gold"):
        if not other.startswith(f"{layer}/gold"):
            shutil.rmtree(grown / "annotations" / other)
    for name in FILES:
        if not (layer == "derivation" and name == "events.jsonl"):  # its edge leads to an event
            (grown / "annotations" / name).unlink()
    assert run("dataset", "build", grown).exit_code == 0
    corpus = Corpus(grown / "dataset")
    assert set(corpus.pages(layer)) == {OLD}
    inputs = [
        json.loads(line) for line in run("eval", "inputs", "--task", layer, "--dataset", grown).stdout.splitlines()
    ]
    assert {each.get("article", each["id"]) for each in inputs} == {OLD}
    answers = {
        "boilerplate": [{"id": OLD, "text": "Paris offers help"}],
        "claims": [{"id": OLD, "claims": [{"spans": [[0, 17]]}]}],
        "stance": [{"id": each["id"], "label": "favor"} for each in inputs],
        "derivation": [{"id": OLD, "edges": []}],
    }[layer]
    path = written(grown / "answers.jsonl", answers)
    scored = run("eval", "score", path, "--dataset", grown, "--task", layer, "--format", "json")
    assert scored.exit_code == 0
    assert f"answers: note: 1 of 2 pages are labelled for {layer}, and scored" in scored.stderr
    assert "|pages:1/2|" in json.loads(scored.stdout)["signature"]
    refused = run("eval", "inputs", "--task", "reuse", "--dataset", grown)
    assert (refused.exit_code, refused.stdout, refused.stderr.count(": no-gold: no gold of reuse here")) == (2, "", 1)


def test_what_has_no_gold_is_not_scored(grown: Path) -> None:
    shutil.rmtree(grown / "annotations" / "claims")
    shutil.rmtree(grown / "annotations" / "attribution")
    assert run("dataset", "build", grown).exit_code == 0
    path = written(grown / "claims.jsonl", [{"id": OLD, "claims": []}])
    refused = run("eval", "score", path, "--dataset", grown)
    assert refused.exit_code == 2
    message = "no-gold: no gold of claims here: its pages are not labelled, or too few are"
    assert refused.stderr.splitlines()[0] == f"{grown / 'dataset'}: {message}"
    assert run("eval", "run", "majority", "--task", "agreement", "--dataset", grown).exit_code == 2


def test_attribution_needs_the_claims_that_it_is_about(grown: Path) -> None:
    label(grown, "attribution/gold")
    refused = run("dataset", "validate", grown)
    assert refused.exit_code == 1
    assert refused.stderr.count("claim-unregistered: claim: detente-901:c0") == 3


def test_holders_are_looked_for_in_the_whole_page_while_it_has_no_segments(grown: Path) -> None:
    sources = grown / "annotations" / "sources.jsonl"
    third = json.loads(sources.read_text().splitlines()[0]) | {"id": "monday", "name": "M", "aliases": ["Monday"]}
    with sources.open("a") as registry:
        registry.write(json.dumps(third) + "\n")
    label(grown, "stance/gold")
    text = (grown / "dataset" / "raw" / f"{OLD}.txt").read_text()
    assert "Monday" in text
    tables = build.check(grown).tables
    of_new = {row["holder"] for row in tables["stance"].rows if row["article"] == NEW}
    assert of_new == {"france", "russia", "monday", f"voice-{NEW}"}


def test_a_complete_corpus_says_nothing_of_pages(minimal_gold: Corpus, tmp_path: Path) -> None:
    path = written(tmp_path / "answers.jsonl", [{"id": OLD, "text": "Paris offers help"}])
    scored = run("eval", "score", path, "--dataset", minimal_gold.folder, "--format", "json")
    assert "pages:" not in json.loads(scored.stdout)["signature"]
    assert "note" not in scored.stderr
    assert "absent" not in minimal_gold.manifest
