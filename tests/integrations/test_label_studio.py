"""Label Studio: its configuration, and its exports of people's work on an invented sixth page."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from lxml import etree

from detente.cli import main
from detente.data.problems import Problem, ValidationError
from detente.dataset import build
from detente.dataset.schema import inventory_of
from detente.integrations import exchange, label_studio
from detente.integrations.annotation import Slot, shape
from detente.tasks import SPAN_LAYERS

SIXTH_PAGE = Path(__file__).parent / "sixth_page"
ARTICLE = "detente-901"
BOILERPLATE = """\
{"id": "detente-901:b01", "start": 0, "end": 14, "zone": "paratext", "type": "headline", "repeats": null, \
"alternatives": []}
{"id": "detente-901:b02", "start": 16, "end": 73, "zone": "body", "type": "paragraph", "repeats": null, \
"alternatives": []}
{"id": "detente-901:b03", "start": 75, "end": 82, "zone": "boilerplate", "type": "share", "repeats": null, \
"alternatives": []}
"""
Change = Callable[[dict[str, Any]], object]


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def parsed(text: str) -> Any:
    return etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))


@pytest.mark.parametrize("name", SPAN_LAYERS)
def test_the_configuration_offers_the_inventories(name: str) -> None:
    view = parsed(label_studio.configuration(shape(name)))
    assert [each.get("value") for each in view.findall("Labels/Label")] == list(shape(name).tags)
    assert view.find("Text").attrib == {"name": "text", "value": "$text"}
    for choices in view.iter("Choices"):
        column = inventory_of(name, choices.get("name")) if choices.get("name") in columns(name) else None
        offered = tuple(each.get("value") for each in choices)
        assert offered == (column or offered)
        assert set(offered) in ({"true", "false"}, {"-2", "-1", "0", "1", "2"}, set(column or ()))
    controls = [each.get("name") for each in view.iter("Choices", "TextArea")]
    assert controls == [slot.name for slot in label_studio.asked(shape(name))] + list(shape(name).numbers)
    assert len({*controls, "tag", "text"}) == len(controls) + 2


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        (
            "claims",
            {"normalised": ("normalised", "1"), "propositions": ('{"proposition": "…", "relation": "…"}', None)},
        ),
        ("stance", {"holder": ("holder", "1"), "chain": ("one entry each", None)}),
        ("reuse", {"source": ("source", "1"), "source_span": ('{"start": 0, "end": 0}', "1")}),
    ],
)
def test_a_field_says_what_is_written_into_it(name: str, fields: dict[str, tuple[str, str | None]]) -> None:
    view = parsed(label_studio.configuration(shape(name)))
    found = {each.get("name"): (each.get("placeholder"), each.get("maxSubmissions")) for each in view.iter("TextArea")}
    assert found == fields


def columns(name: str) -> set[str]:
    return {slot.column for slot in shape(name).slots if slot.name == slot.column}


def test_the_configuration_is_escaped() -> None:
    odd = Slot("odd", "odd", pl.String(), ('<b> & "c"', "'d'"), False)
    view = parsed(label_studio.configuration(replace(shape("claims"), slots=(odd,), main=None)))
    assert [each.get("value") for each in view.iter("Choice")] == ['<b> & "c"', "'d'"]


@pytest.mark.filterwarnings("ignore")
def test_label_studio_itself_takes_configurations_tasks_and_annotations(root: Path) -> None:
    reason = "a second opinion: pip install label-studio-sdk"
    interface = pytest.importorskip("label_studio_sdk.label_interface", reason=reason, exc_type=ImportError)
    files = exchange.export(root, SPAN_LAYERS, [], "label-studio")
    for layer in SPAN_LAYERS:
        known = interface.LabelInterface(files[f"{layer}.xml"])
        known.validate()
        tasks = json.loads(files[f"{layer}.json"])
        assert len(tasks) == 5
        assert all(known.validate_task({"data": task["data"]}) for task in tasks)
        assert all(known.validate_annotation(each) for task in tasks for each in task["annotations"])


def test_a_team_labels_a_sixth_page_and_the_corpus_is_valid(sixth: Path) -> None:
    annotations = sixth / "annotations"
    for layer in ("boilerplate", "claims", "no_claim", "attribution"):
        folder = annotations / shape(layer).layer.path
        which = ("--annotator", "3") if layer == "boilerplate" else ()
        file = SIXTH_PAGE / f"{layer}.json"
        result = run("dataset", "import", file, "--layer", layer, *which, "-o", folder, "--dataset", sixth)
        assert result.exit_code == 0, result.stderr
    for layer in ("stance", "derivation", "reuse"):
        (annotations / layer / "gold" / f"{ARTICLE}.jsonl").touch()
    assert (annotations / "boilerplate" / "gold" / f"{ARTICLE}.jsonl").read_text("utf-8") == BOILERPLATE
    tables = build.check(sixth).tables
    claim = next(row for row in tables["claims"].rows if row["id"] == f"{ARTICLE}:c02")
    assert claim["spans"] == [{"start": 16, "end": 40}, {"start": 63, "end": 72}]
    assert claim["propositions"] == [{"proposition": "paris-shut", "relation": "conflicting"}]
    first, second = (row for row in tables["attribution"].rows if row["article"] == ARTICLE)
    assert (first["id"], first["source_spans"], first["event"]) == (f"{ARTICLE}:c01#1", [], None)
    assert second["source_spans"] == [{"start": 47, "end": 57, "link": 0}]
    assert second["content_spans"] == claim["spans"]
    assert run("dataset", "validate", sixth).exit_code == 0


def test_of_several_annotators_one_is_chosen(sixth: Path) -> None:
    file = SIXTH_PAGE / "boilerplate.json"
    with pytest.raises(ValidationError) as invalid:
        exchange.imported(sixth, [file], "boilerplate")
    message = f"{ARTICLE} is labelled by 3 and ben@example.org: choose one with --annotator, or compare them first"
    assert invalid.value.problems == (Problem("annotator-unclear", f"{file}:record 1", message),)
    made, notes = exchange.imported(sixth, [file], "boilerplate", annotator="ben@example.org")
    assert '"type": "promotion"' in made[ARTICLE]
    assert notes == []  # nothing of 3, nor that 6 has cancelled
    with pytest.raises(ValidationError) as invalid:
        exchange.imported(sixth, [file], "boilerplate", annotator="6")
    assert "has no annotations of 6: 3, ben@example.org" in str(invalid.value)


def test_the_agreement_of_two_annotators_in_one_file(sixth: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.data.corpus.project_root", lambda: sixth)
    file = SIXTH_PAGE / "boilerplate.json"
    people = ("--annotator", "3", "--annotator", "ben@example.org")
    result = run("dataset", "agreement", file, file, "--task", "boilerplate", *people, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    values = {(each["field"], each["measure"]): each["value"] for each in found["measures"]}
    # 3 items, 1 differs: D_o = 2/6. The 4 types occur 2, 2, 1 and 1 times: D_e = 1 − (2·1 + 2·1)/(6·5) = 26/30.
    assert values["type", "α"] == pytest.approx(1 - (2 / 6) / (26 / 30), abs=1e-12)
    assert values["spans", "α_U"] == 1
    assert found["caveat"].startswith("Agreement measures how determinate a guideline is")
    table = run("dataset", "agreement", file, file, "--task", "boilerplate", *people).stdout
    assert found["caveat"] in table


def changed(tmp_path: Path, layer: str, change: Change) -> Path:
    """An export of the sixth page, changed; of boilerplate the first annotator's alone."""
    tasks = json.loads((SIXTH_PAGE / f"{layer}.json").read_text("utf-8"))
    tasks[0]["annotations"] = tasks[0]["annotations"][:1]
    change(tasks[0])
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def results(task: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = task["annotations"][0]["result"]
    return found


def put(where: Callable[[dict[str, Any]], dict[str, Any]], **values: Any) -> Change:
    return lambda task: where(task).update(values)


def value(number: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda task: results(task)[number]["value"]


def result(number: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda task: results(task)[number]


def data(task: dict[str, Any]) -> dict[str, Any]:
    return task["data"]


def whole(task: dict[str, Any]) -> dict[str, Any]:
    return task


REFUSED: dict[str, tuple[str, Change, str, str]] = {
    "not-a-task": ("boilerplate", lambda task: task.pop("data"), "format-line", "not JSON-MIN"),
    "no-text": ("boilerplate", put(data, text=None), "format-line", "data.text is null, not the text"),
    "another-page": ("boilerplate", put(data, id="detente-900"), "text-differs", "has the text of detente-901"),
    "no-such-page": ("boilerplate", put(data, id="x", text="y"), "article-unregistered", "'x' is no page"),
    "another-layer": ("boilerplate", put(data, layer="claims"), "layer-differs", "holds claims, not boilerplate"),
    "annotations": ("boilerplate", put(whole, annotations=7), "format-line", "annotations are 7"),
    "result": ("boilerplate", lambda task: task["annotations"][0].update(result=[1]), "format-line", "is a list"),
    "unknown-label": ("boilerplate", put(value(0), labels=["title"]), "value-not-allowed", "tag 'title' is not one"),
    "two-labels": ("boilerplate", put(value(0), labels=["date", "legal"]), "format-line", "a region has one"),
    "no-offset": ("boilerplate", put(value(0), start=None), "format-line", "start null and end 15 are not whole"),
    "cut-in-two": ("boilerplate", put(value(0), start=1), "span-outside-text", "[1, 15) is outside the text or cuts"),
    "outside": ("boilerplate", put(value(2), end=86), "span-outside-text", "[77, 86) is outside"),
    "negative": ("boilerplate", put(value(2), start=-1), "span-outside-text", "[-1, 85) is outside"),
    "empty": ("boilerplate", lambda task: value(0)(task).update(end=0, text=None), "span-empty", "holds nothing"),
    "other-words": ("boilerplate", put(value(0), text="Talks end"), "quote-not-found", "does not stand in"),
    "twice": ("boilerplate", put(result(1), id="x1A"), "id-duplicate", "two regions have the id 'x1A'"),
    "two-spans": (
        "boilerplate",
        lambda task: results(task).append({"type": "relation", "from_id": "x3C", "to_id": "x1A", "labels": []}),
        "format-line",
        "type is 'headline' and 'share' in one row",
    ),
    "same-id-in-two-rows": (
        "boilerplate",
        lambda task: [each.update(meta={"text": ["id=detente-901:b07"]}) for each in results(task)],
        "id-duplicate",
        "id detente-901:b07 is taken",
    ),
    "id-of-another-page": (
        "boilerplate",
        put(result(0), meta={"text": "id=detente-900:b01"}),
        "id-wrong",
        "must begin with the file's article",
    ),
    "other-relation": (
        "claims",
        lambda task: results(task)[-1].update(labels=["causes"]),
        "value-not-allowed",
        "not belongs_to",
    ),
    "loose-relation": (
        "claims",
        lambda task: results(task)[-1].update(to_id="k9"),
        "format-line",
        "'k9' is no region of this annotation",
    ),
    "unknown-control": ("claims", put(result(1), from_name="mood"), "unknown-field", '"mood" is not in the config'),
    "wrong-control": ("claims", put(result(1), type="rating"), "format-line", 'checkable is "rating"'),
    "no-such-choice": ("claims", put(value(1), choices=["maybe"]), "value-not-allowed", "checkable 'maybe' is not"),
    "two-choices": ("claims", put(value(1), choices=["true", "false"]), "value-not-allowed", "it takes one"),
    "control-twice": ("claims", put(result(2), from_name="checkable"), "format-line", "has a value already: 'true'"),
    "unanswered": ("claims", lambda task: results(task).pop(1), "missing-field", "has no checkable"),
    "no-sentence": ("claims", lambda task: results(task).pop(6), "missing-field", "has no normalised"),
    "not-json": ("claims", put(value(14), text=["same: x"]), "value-not-allowed", "write it as {"),
    "other-keys": ("claims", put(value(14), text=["{}"]), "wrong-type", "propositions[0]"),
    "unregistered": (
        "claims",
        put(value(14), text=['{"proposition": "moon", "relation": "same"}']),
        "proposition-unregistered",
        "moon is not registered",
    ),
    "no-link": ("attribution", lambda task: results(task).pop(4), "missing-field", "link of a source_spans is not"),
    "link-of-a-cue": ("attribution", put(result(4), id="a2"), "unknown-field", "'link' is no field of attribution"),
    "span-and-none": (
        "attribution",
        lambda task: results(task)[-1].update(to_id="a0"),
        "format-line",
        "a row with the tag no_span has other spans",
    ),
    "no-claim": ("attribution", lambda task: results(task).pop(1), "missing-field", "has no claim"),
    "claim-of-another-page": (
        "attribution",
        put(value(1), text=["detente-900:c09"]),
        "id-wrong",
        "must begin with the file's",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, sixth: Path, tmp_path: Path) -> None:
    layer, change, code, words = REFUSED[name]
    path = changed(tmp_path, layer, change)
    with pytest.raises(ValidationError) as invalid:
        exchange.imported(sixth, [path], layer, "label-studio")
    assert any(problem.code == code and words in problem.message for problem in invalid.value.problems), invalid.value
    assert all(problem.location.startswith(f"{path}:record 1") for problem in invalid.value.problems)


def test_all_faults_of_a_file_come_at_once(sixth: Path, tmp_path: Path) -> None:
    def change(task: dict[str, Any]) -> None:
        value(0)(task)["labels"] = ["title"]
        value(1)(task)["end"] = 1000
        value(2)(task)["text"] = "Share it"

    path = changed(tmp_path, "boilerplate", change)
    with pytest.raises(ValidationError) as invalid:
        exchange.imported(sixth, [path], "boilerplate")
    codes = [problem.code for problem in invalid.value.problems]
    assert sorted(codes) == ["quote-not-found", "span-outside-text", "value-not-allowed"]


@pytest.mark.parametrize("data", [b"[{]", b"\xff", b"{}", b"[]", b'{"data": 1, "data": 2}'])
def test_what_is_no_export(data: bytes, sixth: Path, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(data)
    with pytest.raises(ValidationError) as invalid:
        exchange.imported(sixth, [path], "boilerplate", "label-studio")
    assert {problem.code for problem in invalid.value.problems} <= {"not-json", "format-line"}


def test_words_that_moved_are_found_again_and_it_is_said(sixth: Path, tmp_path: Path) -> None:
    path = changed(tmp_path, "boilerplate", put(value(0), start=2, end=14))  # 🤝 is not in the offsets
    made, (note,) = exchange.imported(sixth, [path], "boilerplate")
    assert made[ARTICLE] == BOILERPLATE
    assert (note.code, note.location) == ("quote-moved", f"{path}:record 1 by 3: region x1A")
    units = "as Label Studio counts, in UTF-16 units"
    assert note.message.endswith(f"is not at [2, 14), {units}: found again at [0, 14) in code points")


def test_offsets_that_count_code_points_are_named_as_the_file_has_them(sixth: Path, tmp_path: Path) -> None:
    path = changed(tmp_path, "boilerplate", put(value(2), start=75, end=82))  # “Share…” is at [77, 85) in UTF-16 units
    made, (note,) = exchange.imported(sixth, [path], "boilerplate")
    assert made[ARTICLE] == BOILERPLATE
    units = "as Label Studio counts, in UTF-16 units"
    assert f"is not at [75, 82), {units}: found again at [75, 82) in code points" in note.message


def two_people(tmp_path: Path) -> Path:
    """An export of two people's work, of which each has one span that is off."""
    tasks = json.loads((SIXTH_PAGE / "boilerplate.json").read_text("utf-8"))
    for annotation in tasks[0]["annotations"][:2]:
        annotation["result"][0]["value"].update(start=2, end=14)
    path = tmp_path / "both.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_warnings_are_of_the_annotator_who_is_chosen(sixth: Path, tmp_path: Path) -> None:
    path = two_people(tmp_path)
    for who in ("3", "ben@example.org"):
        (note,) = exchange.imported(sixth, [path], "boilerplate", annotator=who)[1]
        assert note.location.startswith(f"{path}:record 1 by {who}: region ")


def test_nothing_of_others_keeps_ones_own_from_being_read(sixth: Path, tmp_path: Path) -> None:
    path = two_people(tmp_path)
    path.write_text(path.read_text().replace('"promotion"', '"title"'))
    assert exchange.imported(sixth, [path], "boilerplate", annotator="3")[0] == {ARTICLE: BOILERPLATE}
    with pytest.raises(ValidationError, match=r"by ben@example\.org: region .*'title' is not one of"):
        exchange.imported(sixth, [path], "boilerplate", annotator="ben@example.org")


def test_each_warning_of_two_people_in_one_file_is_printed_once(
    sixth: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detente.data.corpus.project_root", lambda: sixth)
    path = two_people(tmp_path)
    tasks = json.loads(path.read_text())
    other = (sixth / "dataset" / "raw" / "detente-900.txt").read_text()
    tasks.append({"data": {"text": other}, "annotations": []})
    path.write_text(json.dumps(tasks))
    people = ("--annotator", "3", "--annotator", "ben@example.org")
    found = run("dataset", "agreement", path, path, "--task", "boilerplate", *people)
    assert found.exit_code == 0, found.stderr
    assert [line.partition(": ")[0] for line in found.stderr.splitlines()] == [
        f"{path}:record 1 by 3",
        f"{path}:record 2",  # nobody labelled it, which both readings of the file say
        f"{path}:record 1 by ben@example.org",
    ]


def test_what_nobody_labelled_is_not_compared_and_no_near_copy_is_left_out(
    sixth: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detente.data.corpus.project_root", lambda: sixth)
    file = SIXTH_PAGE / "boilerplate.json"
    call = ("dataset", "agreement", file, file, "--task", "boilerplate", "--annotator", "3", "--annotator")
    found = json.loads(run(*call, "ben@example.org", "--format", "json").stdout)
    assert [each["field"] for each in found["measures"]] == ["spans", "type"]
    assert "without 001" not in run(*call, "ben@example.org").stdout


def test_names_that_are_not_in_the_configuration_are_told_once_with_those_that_are(sixth: Path, tmp_path: Path) -> None:
    path = changed(tmp_path, "boilerplate", lambda task: [each.update(from_name="label") for each in results(task)])
    with pytest.raises(ValidationError) as invalid:
        exchange.imported(sixth, [path], "boilerplate")
    (problem,) = invalid.value.problems
    assert (problem.code, problem.location) == ("unknown-field", f"{path}:record 1 by 3: region x1A")
    assert problem.message == (
        'from_name "label" is not in the configuration of boilerplate, which has tag: label with the one that '
        "`detente dataset export boilerplate --format label-studio` writes (and 2 results more like it)"
    )
    path = changed(tmp_path, "claims", put(result(1), from_name="mood"))
    with pytest.raises(ValidationError, match="which has tag, checkable, key_matter,"):
        exchange.imported(sixth, [path], "claims")


def test_words_of_another_version_of_the_page_are_told_apart_by_those_around(sixth: Path, tmp_path: Path) -> None:
    def change(task: dict[str, Any]) -> None:
        task["data"]["text"] = "An ad\n" + task["data"]["text"]
        for each in results(task):
            each["value"]["start"] += 6
            each["value"]["end"] += 6
        value(1)(task).update(start=44, end=45, text="s")  # of “divers”, [37, 38): there are eight more

    path = changed(tmp_path, "boilerplate", change)
    made, notes = exchange.imported(sixth, [path], "boilerplate")
    assert [note.code for note in notes] == ["quote-moved"] * 4
    assert notes[0].message == f"the text is not that of {ARTICLE}: spans are found by their words"
    assert '"start": 37, "end": 38' in made[ARTICLE]


def test_notes_of_annotators_and_unsubmitted_work_are_left_out_and_it_is_said(sixth: Path, tmp_path: Path) -> None:
    path = changed(tmp_path, "boilerplate", put(result(0), meta={"text": ["not sure"]}))
    assert [note.code for note in exchange.imported(sixth, [path], "boilerplate")[1]] == ["left-out"]
    path = changed(tmp_path, "boilerplate", put(whole, annotations=[], predictions=[{"result": []}]))
    with pytest.raises(ValidationError, match="holds no annotations of boilerplate"):
        exchange.imported(sixth, [path], "boilerplate")


def test_a_page_that_somebody_found_nothing_on_has_an_empty_file(sixth: Path, tmp_path: Path) -> None:
    path = changed(tmp_path, "no_claim", lambda task: task["annotations"][0].update(result=[]))
    assert exchange.imported(sixth, [path], "no_claim") == ({ARTICLE: ""}, [])


def test_labels_of_the_words_only_come_without_them(sixth: Path, tmp_path: Path) -> None:
    path = changed(tmp_path, "boilerplate", lambda task: [each["value"].pop("text") for each in results(task)])
    assert exchange.imported(sixth, [path], "boilerplate") == ({ARTICLE: BOILERPLATE}, [])
