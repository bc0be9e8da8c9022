"""A corpus of one's own, from nothing to a score: Georgian pages, other parties and targets, one type of its own.

What people write is in `growing/another_language/`, all of it invented; the commands are those of the how-to.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import detente
from detente.cli import main
from detente.data.corpus import load
from detente.data.labels import EXCHANGE_FORMATS
from detente.evaluation import prompts

WRITTEN = Path(__file__).parent / "growing" / "another_language"
HEADLINE = "ვესტრანია თევზჭერაში თანამშრომლობას სთავაზობს"
CELLS = 3 * 2 * 2 * 2
"""Two parties and the page's voice · 2 targets · 2 times · 2 tellers."""


def run(*arguments: Any) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def bay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = tmp_path_factory.mktemp("another_language") / "bay"
    annotations = corpus / "annotations"
    run("dataset", "init", corpus, "--language", "ka")
    for name in ("inventory.yaml", "sources.jsonl"):  # step 1: edit what this corpus calls things
        shutil.copy(WRITTEN / name, annotations / name)
    run("dataset", "add", WRITTEN / "page.txt", "--dataset", corpus)
    # Step 2: label the draft, say what the headline is, and label the stance; other layers may wait.
    shutil.copytree(WRITTEN / "annotations", annotations, dirs_exist_ok=True)
    articles = annotations / "articles.jsonl"
    articles.write_text(articles.read_text("utf-8").replace('"headline":null', f'"headline":"{HEADLINE}"'), "utf-8")
    run("dataset", "validate", corpus)
    run("dataset", "build", corpus)
    return corpus


def test_the_page_and_its_labels_are_in_the_corpus(bay: Path) -> None:
    assert (bay / "dataset" / "raw" / "bay-000.txt").read_bytes() == (WRITTEN / "page.txt").read_bytes()
    run("dataset", "build", "--check", bay)
    info = json.loads(run("dataset", "info", "--dataset", bay, "--format", "json").stdout)
    assert (info["name"], info["version"], info["canary"]) == ("bay", "0.1.0", "BAY-CANARY-an-example")
    assert (info["rows"]["boilerplate"], info["rows"]["stance"], info["rows"]["claims"]) == (5, CELLS, 0)
    card = (bay / "dataset" / "README.md").read_text("utf-8")
    assert "\nlanguage:\n- ka\n" in card
    assert "pretty_name: The Blue Bay\n" in card
    assert "| weather | 1 |\n" in card
    assert "license_name" not in card
    shown = run("dataset", "show", "bay-000", "--dataset", bay, "--layer", "stance").stdout
    assert "against -2       bay-000:tarsenia:joint_patrols:current:own\n    told by lasha-velidze; explicit\n" in shown


def test_inputs_ask_about_its_own_targets_in_its_own_words(bay: Path) -> None:
    tasks = run("eval", "tasks", "--dataset", bay).stdout
    assert [line for line in tasks.splitlines() if not line.startswith(" ")] == ["boilerplate", "stance", "stance_open"]
    assert "where a holder stands on fishing, joint_patrols between Vestrania and Tarsenia" in tasks
    inputs = [
        json.loads(line) for line in run("eval", "inputs", "--task", "stance", "--dataset", bay).stdout.splitlines()
    ]
    assert len(inputs) == CELLS
    assert {each["target_definition"] for each in inputs} == {
        "work of Vestrania and Tarsenia together for the fish of the Blue Bay",
        "patrols of Vestrania and Tarsenia together",
    }
    assert {each["time"] for each in inputs} == {"past", "current"}
    assert {each["holder"] for each in inputs} == {"vestrania", "tarsenia", "voice-bay-000"}
    (page,) = detente.inputs("stance_open", dataset=bay)
    assert page["targets"] == ["fishing", "joint_patrols"]


def test_predictions_are_scored_and_compared(bay: Path, tmp_path: Path) -> None:
    right, majority = tmp_path / "right.jsonl", tmp_path / "majority.jsonl"
    rows = load(bay).rows("stance", "id", "label")
    right.write_text("".join(json.dumps(row) + "\n" for row in rows))
    majority.write_text("".join(json.dumps({"id": row["id"], "label": "none"}) + "\n" for row in rows))
    scored = run("eval", "score", majority, "--dataset", bay, "--format", "json")
    scores = json.loads(scored.stdout)
    # Of 24 cells one is favor, one against: none throughout is right on 22.
    assert scores["metrics"]["accuracy"]["value"] == pytest.approx(22 / 24)
    assert scores["metrics"]["f_avg"]["value"] == 0
    assert scores["dataset"]["name"] == "bay"
    compared = json.loads(run("eval", "compare", majority, right, "--dataset", bay, "--format", "json").stdout)
    assert compared["comparisons"][0]["metrics"]["f_avg"]["difference"] == 1
    assert detente.score(right, dataset=bay).metrics["f_avg"].value == 1


def test_a_type_of_its_own_is_measured(bay: Path, tmp_path: Path) -> None:
    text = (WRITTEN / "page.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line]
    for kept, removed, f1 in ((lines, 0, None), (lines[2:4], 1, 1), ([*lines[2:4], lines[4]], 0, None)):
        output = tmp_path / "output.jsonl"
        output.write_text(json.dumps({"id": "bay-000", "text": "\n".join(kept)}) + "\n")
        scores = detente.score(output, dataset=bay)
        assert scores.metrics["removed_weather"].value == removed
        assert f1 is None or scores.metrics["char_f1"].value == f1
    rendered = run("eval", "inputs", "--task", "boilerplate", "--render", "news", "--dataset", bay).stdout
    assert HEADLINE in json.loads(rendered)["html"]
    ids = tmp_path / "rendered.jsonl"
    ids.write_text(json.dumps({"id": "bay-000@news", "text": "\n".join(lines[2:4])}) + "\n")
    assert detente.score(ids, dataset=bay).metrics["removed_weather"].value == 1


def test_open_stances_take_its_targets_and_no_others(bay: Path, tmp_path: Path) -> None:
    row = next(each for each in load(bay).rows("stance") if each["label"] == "favor")
    stance = {"holder": "vestrania", "label": "favor", "evidence": [[s["start"], s["end"]] for s in row["evidence"]]}
    output = tmp_path / "open.jsonl"
    output.write_text(json.dumps({"id": "bay-000", "stances": [stance | {"target": "fishing"}]}) + "\n")
    # One of two stances is found, and nothing else: P 1, R 1/2, F 2 · 1 · .5 / 1.5.
    assert detente.score(output, dataset=bay).metrics["strict_f1"].value == pytest.approx(2 / 3)
    output.write_text(json.dumps({"id": "bay-000", "stances": [stance | {"target": "ct_cooperation"}]}) + "\n")
    refused = CliRunner().invoke(main, ["eval", "score", str(output), "--dataset", str(bay)])
    assert refused.exit_code == 2
    assert 'target "ct_cooperation" is not one of fishing, joint_patrols' in refused.stderr


def test_its_passes_are_compared_by_its_own_labels(bay: Path, tmp_path: Path) -> None:
    corpus = Path(shutil.copytree(bay, tmp_path / "bay"))
    for layer, name in [(layer, name) for layer in ("boilerplate", "stance") for name in ("pass-a", "pass-b")]:
        shutil.copytree(corpus / "annotations" / layer / "gold", corpus / "annotations" / layer / name)
    other = corpus / "annotations" / "stance" / "pass-b" / "bay-000.jsonl"
    other.write_text(other.read_text("utf-8").replace("joint_patrols", "fishing"), "utf-8")
    run("dataset", "build", corpus)
    measured = {(row["layer"], row["field"], row["measure"]): row for row in load(corpus).agreement["passes"]}
    assert measured["boilerplate", "type", "α"]["value"] == 1
    # Each pass has a stance in two cells, and they share one of them.
    assert measured["stance", "label", "α"]["items"] == CELLS
    assert 0 < measured["stance", "label", "α"]["value"] < 1

    segments = corpus / "annotations" / "boilerplate" / "pass-b" / "bay-000.jsonl"
    segments.write_text(
        segments.read_text("utf-8").replace('"boilerplate", "type": "weather"', '"body", "type": "weather"')
    )
    refused = CliRunner().invoke(main, ["dataset", "validate", str(corpus)])
    assert refused.exit_code == 1
    message = "zone-type: type weather does not belong to zone body"
    assert f"annotations/boilerplate/pass-b/bay-000.jsonl:5: {message}" in refused.stderr


def test_load_dataset_has_its_labels(bay: Path) -> None:
    rows = detente.load_dataset("stance", dataset=bay)
    assert rows.features["target"].names == ["fishing", "joint_patrols"]
    assert detente.load_dataset("boilerplate", dataset=bay).features["type"].names[-2:] == [
        "weather",
        "other_boilerplate",
    ]


def test_a_model_is_asked_in_the_words_of_the_corpus(bay: Path) -> None:
    (page,) = map(json.loads, run("eval", "prompts", "--task", "stance_open", "--dataset", bay).stdout.splitlines())
    asked = "\n".join(message["content"] for message in page["messages"])
    assert "patrols of Vestrania and Tarsenia together" in asked
    assert "ct_cooperation" not in asked
    assert page["prompt"] != prompts.load("stance_open").signature
    for command in (["prompts"], ["run", "--command", "cat", "--prompt"], ["run", "--command", "cat"], ["inputs"]):
        refused = CliRunner().invoke(main, ["eval", *command, "--task", "claims", "--dataset", str(bay)])
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "no-gold: no gold of claims here" in refused.stderr


@pytest.mark.parametrize("form", EXCHANGE_FORMATS)
def test_its_labels_go_to_annotation_tools_and_back(bay: Path, tmp_path: Path, form: str) -> None:
    run("dataset", "export", "boilerplate", "stance", "--format", form, "--dataset", bay, "-o", tmp_path)
    suffix = {"brat": ".ann", "conll": ".conll", "label-studio": ".json", "web-annotation": ".jsonld"}[form]
    for layer in ("boilerplate", "stance"):
        (made,) = [path for path in tmp_path.rglob(f"*{suffix}") if layer in path.relative_to(tmp_path).as_posix()]
        output = tmp_path / f"{layer}.jsonl"
        run("dataset", "import", made, "--layer", layer, "--format", form, "--dataset", bay, "-o", output)
        corpus = Path(shutil.copytree(bay, tmp_path / "again" / layer))
        shutil.copy(output, corpus / "annotations" / layer / "gold" / "bay-000.jsonl")
        run("dataset", "build", corpus, "--check")


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "stance/gold/bay-000.jsonl",
            '"target": "joint_patrols", "time": "current"',
            '"target": "olympics_security", "time": "current"',
            "value-not-allowed: target 'olympics_security' is not one of fishing, joint_patrols",
        ),
        ("boilerplate/gold/bay-000.jsonl", '"weather"', '"ad"', "value-not-allowed: type 'ad' is not one of paragraph"),
        (
            "boilerplate/gold/bay-000.jsonl",
            '"boilerplate", "type": "weather"',
            '"paratext", "type": "weather"',
            "zone-type: type weather does not belong to zone paratext",
        ),
        (
            "articles.jsonl",
            '"language":"ka"',
            '"language":"en"',
            "value-pattern: language 'en' has not the form '^(?:ka)$'",
        ),
        ("articles.jsonl", '"id":"bay-000"', '"id":"detente-000"', "value-pattern: id 'detente-000' has not the form"),
    ],
)
def test_what_is_not_its_own_is_refused(bay: Path, tmp_path: Path, file: str, old: str, new: str, problem: str) -> None:
    corpus = Path(shutil.copytree(bay, tmp_path / "bay"))
    path = corpus / "annotations" / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    refused = CliRunner().invoke(main, ["dataset", "validate", str(corpus)])
    assert refused.exit_code == 1
    assert problem in refused.stderr
