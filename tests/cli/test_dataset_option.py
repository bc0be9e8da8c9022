"""`--dataset`: what is done with the dataset of the package is done with another corpus, by its root or its folder."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import detente
from detente.cli import main
from detente.data.corpus import Corpus, load
from detente.data.problems import ValidationError
from detente.dataset.quality.adversarial_review import Found

STANCES = 3 * 24
"""France, Russia and the page's voice, each with 4 targets · 3 times · 2 tellers."""


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture(params=["", "dataset"], ids=["root", "built folder"])
def place(request: pytest.FixtureRequest, minimal_gold: Corpus) -> Path:
    return minimal_gold.folder.parent / request.param


@pytest.fixture
def predictions(tmp_path: Path, minimal_gold: Corpus) -> Path:
    path = tmp_path / "right.jsonl"
    rows = minimal_gold.rows("stance", "id", "label")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_every_command_reads_the_corpus_that_is_named(place: Path, predictions: Path) -> None:
    inputs = run("eval", "inputs", "--task", "stance", "--dataset", place)
    assert (inputs.exit_code, len(inputs.stdout.splitlines())) == (0, STANCES)
    scored = run("eval", "score", predictions, "--dataset", place, "--format", "json")
    assert (scored.exit_code, json.loads(scored.stdout)["dataset"]["version"]) == (0, load(place).manifest["version"])
    assert json.loads(scored.stdout)["metrics"]["accuracy"]["value"] == 1
    compared = run("eval", "compare", predictions, predictions, "--dataset", place, "--format", "json")
    assert json.loads(compared.stdout)["comparisons"][0]["metrics"]["macro_f1"]["difference"] == 0
    lexicon = run("eval", "run", "lexicon", "--task", "stance", "--dataset", place)
    assert (lexicon.exit_code, len(lexicon.stdout.splitlines())) == (0, STANCES)
    majority = run("eval", "run", "majority", "--task", "stance", "--dataset", place)
    assert (majority.exit_code, majority.stdout) == (2, "")
    assert "too-few-families" in majority.stderr
    asked = run("eval", "prompts", "--task", "stance", "--dataset", place)
    assert (asked.exit_code, len(asked.stdout.splitlines())) == (0, STANCES)
    html = run("eval", "inputs", "--task", "boilerplate", "--render", "news", "--dataset", place)
    assert json.loads(html.stdout)["id"] == "detente-900@news"
    shown = run("dataset", "show", "detente-900", "--dataset", place)
    assert shown.stdout.startswith("detente-900: Paris offers help\n")
    info = run("dataset", "info", "--format", "json", "--dataset", place)
    assert json.loads(info.stdout)["rows"]["stance"] == STANCES
    assert run("dataset", "diff", place, "--dataset", place).stdout == ""
    changed = run("dataset", "diff", place)
    assert "articles detente-900: removed\n" in changed.stdout
    assert "articles detente-000: added\n" in changed.stdout


def test_a_page_is_shown_with_the_errors_of_an_output(place: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.jsonl"
    output.write_text(json.dumps({"id": "detente-900", "text": "Paris offers help"}) + "\n")
    shown = run("eval", "show", output, "--dataset", place)
    assert (shown.exit_code, shown.stdout.count("France is ready to share more")) == (0, 1)


def test_the_library_reads_it_too(place: Path, predictions: Path) -> None:
    assert len(detente.inputs("stance", dataset=place)) == STANCES
    assert detente.score(predictions, dataset=place).metrics["accuracy"].value == 1
    compared = detente.compare(predictions, predictions, dataset=place)
    assert compared.ranks["macro_f1"][0].value == 1
    ranked = detente.rank(predictions, predictions, dataset=place, by="accuracy", names=["one", "other"])
    assert [system.name for system in ranked.systems] == ["one", "other"]


def test_load_dataset_reads_it_too(place: Path) -> None:
    assert detente.load_dataset("stance", dataset=place)["id"][0].startswith("detente-900:france:")


def test_where_nothing_is_built_there_is_no_dataset(minimal: Path, predictions: Path) -> None:
    for command in (
        ("eval", "inputs", "--task", "stance"),
        ("eval", "score", predictions),
        ("eval", "run", "majority", "--task", "stance"),
        ("dataset", "info"),
        ("dataset", "show", "detente-900"),
    ):
        refused = run(*command, "--dataset", minimal)
        assert (refused.exit_code, refused.stdout) == (2, "")
        message = f"no manifest.json lies here, or in dataset/ below: `detente dataset build {minimal}` writes one"
        assert refused.stderr.splitlines() == [f"{minimal}: no-dataset: {message}", "1 problem"]
    with pytest.raises(ValidationError, match="no-dataset"):
        detente.inputs("stance", dataset=minimal)


def test_reference_texts_are_not_read_beside_a_dataset(place: Path, tmp_path: Path) -> None:
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "page.txt").write_text("One page.")
    refused = run("eval", "score", tmp_path / "gold", "--gold", tmp_path / "gold", "--dataset", place)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("--dataset: option: is not read beside --gold")


def test_an_output_does_not_overwrite_the_corpus(place: Path, minimal_gold: Corpus, predictions: Path) -> None:
    before = (minimal_gold.folder / "manifest.json").read_bytes()
    output = minimal_gold.folder / "scores.json"
    for command in (("score", predictions), ("inputs", "--task", "stance"), ("run", "majority", "--task", "stance")):
        refused = run("eval", *command, "--dataset", place, "-o", output)
        assert (refused.exit_code, output.exists()) == (2, False)
        assert refused.stderr.startswith(f"{output}: option: is an input, which would be overwritten")
    assert (minimal_gold.folder / "manifest.json").read_bytes() == before


def test_agreement_is_measured_in_annotations_and_else_read_from_what_was_built(root: Path, tmp_path: Path) -> None:
    built = Path(shutil.copytree(root / "dataset", tmp_path / "dataset"))
    measured, published = run("dataset", "agreement"), run("dataset", "agreement", "--dataset", built)
    assert (measured.exit_code, published.exit_code) == (0, 0)
    assert published.stdout == measured.stdout
    assert run("dataset", "agreement", root, "--dataset", built).exit_code == 2
    document = Corpus(built).agreement
    again = json.loads(json.dumps(Found.of(document).document()).replace("NaN", "null"))
    assert again == document
    (built / "manifest.json").unlink()
    refused = run("dataset", "agreement", "--dataset", built)
    assert (refused.exit_code, refused.stderr.count("no-dataset")) == (2, 1)


def test_a_program_is_asked_about_the_corpus_that_is_named(place: Path, tmp_path: Path) -> None:
    output = tmp_path / "answers.jsonl"
    command = ("--command", "sh -c 'cat > /dev/null; echo Answer: none'", "--prompt", "-o", output)
    ran = run("eval", "run", *command, "--task", "stance", "--concurrency", "2", "--dataset", place)
    assert ran.exit_code == 0
    scored = run("eval", "score", output, "--dataset", place, "--format", "json")
    assert json.loads(scored.stdout)["metrics"]["recall_none"]["value"] == 1


def test_what_has_no_words_is_not_scored(tmp_path: Path) -> None:
    text_free = tmp_path / "text-free"
    assert run("dataset", "export", "--without-text", "-o", text_free).exit_code == 0
    (tmp_path / "p.jsonl").write_text('{"id": "detente-000:france:ct_cooperation:current:own", "label": "none"}\n')
    reason = "is a text-free export: join it with its pages first (`detente dataset join`), then score on the result"
    for command in (
        ("score", tmp_path / "p.jsonl"),
        ("compare", tmp_path / "p.jsonl", tmp_path / "p.jsonl"),
        ("show", tmp_path / "p.jsonl"),
        ("tasks",),
        ("inputs", "--task", "stance"),
        ("inputs", "--task", "boilerplate", "--render", "news"),
        ("prompts", "--task", "stance"),
        ("run", "majority", "--task", "stance"),
        ("run", "--command", "cat", "--task", "boilerplate"),
    ):
        refused = run("eval", *command, "--dataset", text_free)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert refused.stderr.splitlines() == [f"{text_free}: text-free: {reason}", "1 problem"]
    assert run("dataset", "info", "--dataset", text_free).exit_code == 0


def test_an_export_without_text_is_made_of_a_root_or_a_built_folder(place: Path, tmp_path: Path) -> None:
    assert run("dataset", "export", "--without-text", "--dataset", place, "-o", tmp_path / "out").exit_code == 0
    assert load(tmp_path / "out").text_free
    refused = run("dataset", "export", "--without-text", "--dataset", tmp_path, "-o", tmp_path / "other")
    assert (refused.exit_code, refused.stderr.count("no-dataset")) == (2, 1)
