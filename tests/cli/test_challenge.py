"""`detente challenge`, and suites in the commands that read a dataset."""

import json
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from click.testing import CliRunner, Result

import detente
from detente.challenge import making
from detente.challenge.all import SUITES
from detente.challenge.suite import item_id
from detente.cli import main
from detente.data.corpus import load
from detente.data.labels import SPLITS
from detente.data.problems import ValidationError

ITEMS = 4


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "transplant"
    made = run("challenge", "make", "transplant", "-n", ITEMS, "--jobs", 1, "-o", folder)
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith(f"made 12 items in {folder}: transplant 2.0.0+")
    assert f"next: detente eval inputs --task boilerplate --dataset {folder}" in made.stdout
    return folder


@pytest.fixture(scope="module")
def oracle(suite: Path) -> dict[str, list[dict[str, Any]]]:
    """The right answers of each split."""
    answers = {}
    for split in SPLITS:
        rows = detente.load_dataset("boilerplate", split, dataset=suite)
        body = rows.features["zone"].str2int("body")
        spans: dict[str, list[list[int]]] = {}
        for row in rows:
            spans.setdefault(row["article"], [])
            if row["zone"] == body:
                spans[row["article"]].append([row["start"], row["end"]])
        answers[split] = [{"id": name, "content": each} for name, each in spans.items()]
    return answers


def test_suites_are_listed_and_so_is_what_they_do() -> None:
    listed = run("challenge", "list")
    assert listed.exit_code == 0
    assert all(name in listed.stdout for name in SUITES)
    operations = run("challenge", "list", "transplant")
    assert all(each.name in operations.stdout for each in SUITES["transplant"].operations)
    unknown = run("challenge", "list", "transplants")
    assert (unknown.exit_code, "no suite" in unknown.stderr) == (2, True)


def test_help_says_how_with_examples() -> None:
    shown = run("challenge", "make", "--help").stdout
    assert "detente challenge make transplant -n 1000 -o transplant" in shown
    assert "Exit status: 0 made, 2" in shown


def test_what_is_there_is_not_overwritten(suite: Path) -> None:
    again = run("challenge", "make", "transplant", "-n", ITEMS, "--jobs", 1, "-o", suite)
    assert (again.exit_code, "not-writable" in again.stderr) == (2, True)


@pytest.mark.parametrize("split", SPLITS)
def test_every_command_reads_the_split_that_is_named(
    suite: Path, oracle: dict[str, list[dict[str, Any]]], split: str, tmp_path: Path
) -> None:
    of = ("--dataset", suite, "--split", split)
    ids = sorted(item_id("transplant", split, 0, number) for number in range(ITEMS))
    inputs = run("eval", "inputs", "--task", "boilerplate", *of)
    assert [json.loads(line)["id"] for line in inputs.stdout.splitlines()] == ids
    assert [item["id"] for item in detente.inputs("boilerplate", dataset=suite, split=split)] == ids
    answered = run("eval", "run", "body_lines", "--task", "boilerplate", *of)
    assert [json.loads(line)["id"] for line in answered.stdout.splitlines()] == ids
    asked = run("eval", "prompts", "--task", "boilerplate", *of)
    assert [json.loads(line)["id"] for line in asked.stdout.splitlines()] == ids
    html = run("eval", "inputs", "--task", "boilerplate", "--render", "news", *of)
    assert json.loads(html.stdout.splitlines()[0])["id"] == f"{ids[0]}@news"

    path, other = tmp_path / "right.jsonl", tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in oracle[split]))
    other.write_text(answered.stdout)
    scored = json.loads(run("eval", "score", path, "--format", "json", *of).stdout)
    assert scored["metrics"]["char_f1"]["value"] == 1
    assert detente.score(oracle[split], dataset=suite, split=split).metrics["char_f1"].value == 1
    compared = run("eval", "compare", path, other, "--format", "json", *of)
    assert json.loads(compared.stdout)["comparisons"][0]["metrics"]["char_f1"]["difference"] < 0
    report = run("eval", "report", path, "-o", tmp_path / "report", *of)
    assert (report.exit_code, (tmp_path / "report" / "index.html").is_file()) == (0, True)

    shown = run("dataset", "show", ids[1], *of)
    assert (shown.exit_code, shown.stdout.startswith(f"{ids[1]}: ")) == (0, True)
    wrong = run("dataset", "show", ids[1], "--predictions", other, *of)
    assert wrong.exit_code == 0, wrong.output
    strange = run("dataset", "show", "detente-000", *of)
    assert (strange.exit_code, f"'detente-000' is not one of {ids[0]}" in strange.stderr) == (2, True)


def test_a_dataset_of_pages_has_one_split() -> None:
    refused = run("eval", "inputs", "--task", "stance", "--split", "train")
    assert refused.exit_code == 2
    assert "option: 'train' is no split of" in refused.stderr
    with pytest.raises(ValidationError, match="which has test"):
        detente.inputs("stance", split="train")


def test_a_suite_need_not_have_all_splits(tmp_path: Path) -> None:
    folder = detente.make_suite("contrast", tmp_path / "suite", items=1, splits=["train"], jobs=1)
    refused = run("eval", "inputs", "--task", "contrast", "--dataset", folder)
    assert (refused.exit_code, "which has train" in refused.stderr) == (2, True)
    assert run("eval", "inputs", "--task", "contrast", "--dataset", folder, "--split", "train").exit_code == 0
    output = tmp_path / "inputs.jsonl"
    assert (
        run("eval", "inputs", "--task", "contrast", "--dataset", folder, "--split", "train", "-o", output).exit_code
        == 0
    )


def test_info_says_how_a_suite_was_made(suite: Path) -> None:
    found = json.loads(run("dataset", "info", "--dataset", suite, "--format", "json").stdout)
    assert (found["suite"]["suite"], found["suite"]["items"], found["rows"]["articles"]) == ("transplant", 4, 12)
    assert "passes" not in found
    shown = run("dataset", "info", "--dataset", suite).stdout
    assert "4 items in each of train, validation, test, seed 0\n" in shown
    assert "Constructed, not captured" in shown
    assert "agreement of the two passes" not in shown


def test_scores_of_a_suite_end_with_what_each_operation_does(
    suite: Path, oracle: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    # the answer to the strong variant is empty: its recall, and so its F1, is 0, that of its control is 1
    strong = item_id("transplant", "test", 0, 3)
    answers = [line | ({"content": []} if line["id"] == strong else {}) for line in oracle["test"]]
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in answers))
    printed = run("eval", "score", path, "--dataset", suite).stdout
    assert "robustness: char_f1 by what was done to the items" in printed
    assert "variants of 1 source: intervals over items hold for these sources only" in printed
    assert "worst slice: interleaved, strong: +1.000 below the control" in printed
    assert "consistency: 0.667 of the variants" in printed  # two of three
    found = json.loads(run("eval", "score", path, "--dataset", suite, "--format", "json").stdout)
    moved = found["robustness"]
    assert (moved["metric"], moved["bases"], moved["sources"]) == ("char_f1", 1, 1)
    assert moved["worst"] == ["interleaved", "strong"]
    assert [each["drop"] for each in moved["slices"]] == [0, 0, 0, 1]
    assert moved["slices"][0]["interval"] == {"low": None, "high": None}, "one item has no interval"
    assert {key: part["char_f1"] for key, part in found["breakdown"]["strength"].items()} == {
        "none": 1,
        "weak": 1,
        "medium": 1,
        "strong": 0,
    }
    assert found["breakdown"]["operation"].keys() == {"control", "interleaved"}
    assert found["breakdown"]["family"].keys() == {"detente-002"}
    assert "article" not in found["breakdown"], "as many parts as items"


def test_a_dataset_of_pages_has_no_robustness() -> None:
    answers = [{"id": item["id"], "label": "none"} for item in detente.inputs("stance")]
    scores = detente.score(answers, task="stance")
    assert "robustness" not in json.loads(scores.to_json())
    assert "robustness" not in " ".join(section.title for section in scores.report.sections)


def test_articles_are_what_is_resampled_if_that_is_asked_for(tmp_path: Path) -> None:
    folder = detente.make_suite("contrast", tmp_path / "suite", items=12, splits=["test"], jobs=1)
    answers = [{"id": item["id"], "label": item["labels"][0]} for item in detente.inputs("contrast", dataset=folder)]
    by_article = detente.Resampling("article", resamples=20)
    scores = detente.score(answers, task="contrast", dataset=folder, resampling=by_article)
    assert (scores.interval, scores.metrics["twin_consistency"].clusters) == ("bootstrap", 12)
    assert scores.metrics["twin_consistency"].value == 0, "one answer to everything has no pair with its twin right"
    first = {sources[0] for sources in detente.load_dataset("items", dataset=folder)["sources"]}
    assert scores.sizes["families"] == len(first)


def cells(page: Path, row: str) -> list[str]:
    """What stands in a row of a table, by its first cell."""
    found = lxml.html.document_fromstring(page.read_text()).xpath("//table//tr[th]")
    return next([cell.text_content().strip() for cell in each] for each in found if each[0].text_content() == row)


def test_the_explorer_says_of_each_page_how_it_was_made(suite: Path, tmp_path: Path) -> None:
    explored = run("dataset", "explore", "--dataset", suite, "--split", "train", "-o", tmp_path / "pages")
    assert explored.exit_code == 0, explored.output
    start = tmp_path / "pages" / "index.html"
    control, changed = (item_id("transplant", "train", 0, number) for number in range(2))
    assert cells(start, control)[2:5] == ["control", "none", "detente-800, detente-801"]
    assert cells(start, changed)[2:5] == ["interleaved", "weak", "detente-800, detente-801"]
    assert "near-copy" not in start.read_text()
    assert "Not labelled yet" not in start.read_text()
    page = lxml.html.document_fromstring((tmp_path / "pages" / f"{changed}.html").read_text())
    (made,) = page.xpath("//h1/following-sibling::p[1]")
    assert made.text_content().split() == [
        *("operation", "interleaved", "strength", "weak", "sources", "detente-800,", "detente-801"),
        *("control", control),
    ]
    assert made.xpath("a/@href") == [f"{control}.html"]


def test_the_explorer_shows_sentences_with_how_they_were_made(tmp_path: Path) -> None:
    sentences = detente.make_suite("contrast", tmp_path / "suite", items=2, splits=["test"], jobs=1)
    explored = run("dataset", "explore", "--dataset", sentences, "-o", tmp_path / "pages")
    assert explored.exit_code == 0, explored.output
    start = tmp_path / "pages" / "index.html"
    for row in load(sentences).rows("contrast"):
        _, text, asked, label, operation, strength, sources = cells(start, row["id"])
        assert (text, label) == (row["text"], row["label"])
        assert asked == f"{row['holder']}: {row['target'].replace('_', ' ')}"
        assert (operation, strength) in {("control", "none"), ("who_refuses_whom", "weak")}
        assert sources
    assert [path.name for path in (tmp_path / "pages").glob("*.html")] == ["index.html"]


def test_the_report_breaks_down_by_what_was_done(suite: Path, tmp_path: Path) -> None:
    read = ("--dataset", suite, "--split", "train")
    for name in ("keep_all", "body_lines"):
        assert run("eval", "run", name, "--task", "boilerplate", *read, "-o", tmp_path / f"{name}.jsonl").exit_code == 0
    told = "robustness: char_f1 by what was done to the items"
    one = run("eval", "report", tmp_path / "keep_all.jsonl", *read, "-o", tmp_path / "one")
    assert one.exit_code == 0, one.output
    page = lxml.html.document_fromstring((tmp_path / "one" / "index.html").read_text())
    assert told in [each.text_content().strip() for each in page.xpath("//caption")]
    assert {"by.operation", "by.strength"} <= set(page.xpath("//select/@name"))
    assert "intervals over items hold for these sources only" in page.text_content()
    both = run("eval", "report", *tmp_path.glob("*.jsonl"), *read, "-o", tmp_path / "both")
    assert both.exit_code == 0, both.output
    page = lxml.html.document_fromstring((tmp_path / "both" / "index.html").read_text())
    captions = {each.text_content().strip() for each in page.xpath("//caption")}
    assert {f"keep_all: {told}", f"body_lines: {told}"} <= captions


def test_an_interrupted_call_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(making, "make_shard", interrupted)
        stopped = run("challenge", "make", "contrast", "-n", 2, "--jobs", 1, "-o", tmp_path / "suite")
    assert stopped.exit_code != 0
    assert f"what is made lies in {tmp_path / 'suite'}: the same call goes on there" in stopped.stderr
    assert run("challenge", "make", "contrast", "-n", 2, "--jobs", 1, "-o", tmp_path / "suite").exit_code == 0
