"""The blind check: what is wrong in it, both sides of the bound, and every way in which it can be broken."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from detente.challenge import blind_check, making
from detente.challenge.contrast import CONTRAST
from detente.data.jsonl import Record, dump_lines
from detente.data.labels import LABELS_OF_CONTRAST
from detente.data.problems import ValidationError
from detente.evaluation.engines.local import HERE

SAMPLE = blind_check.draw(0)
GOLD = {row["id"]: row["label"] for row in SAMPLE.rows}
TASKS = {row["id"]: row["task"] for row in SAMPLE.rows}
IDS = list(GOLD)


def other(name: str) -> str:
    """A label that is not the constructed one."""
    return next(label for label in LABELS_OF_CONTRAST[TASKS[name]] if label != GOLD[name])


def records(changed: Mapping[str, str], said: str = "comment") -> list[Record]:
    return [{"id": name, "label": label, said: ""} for name, label in changed.items()]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A check of which both passes give every constructed label."""
    for name, text in SAMPLE.files.items():
        (tmp_path / name).write_text(text)
    write(tmp_path, GOLD, GOLD)
    return tmp_path


def write(
    place: Path, one: Mapping[str, str], two: Mapping[str, str], decided: Mapping[str, str] | None = None
) -> None:
    for name, labels in zip(blind_check.PASSES, (one, two), strict=True):
        (place / name).write_text(dump_lines(records(labels)))
    (place / blind_check.DECISIONS).write_text(dump_lines(records(decided or {}, "reason")))


def refusals(place: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(ValidationError) as invalid:
        blind_check.read(place)
    return [
        (problem.code, problem.location.removeprefix(f"{place}/"), problem.message)
        for problem in invalid.value.problems
    ]


def test_a_sample_has_at_most_one_item_of_a_cell_and_no_gold() -> None:
    # 231 cells at most (3 splits, 11 phenomena, 3 labels of stance and 4 of agreement), so that 200 take most of them.
    cells = Counter((row["id"].split(":")[0], row["phenomenon"], row["task"], row["label"]) for row in SAMPLE.rows)
    assert len(SAMPLE.rows) == len(cells) == 200
    assert Counter(row["phenomenon"] for row in SAMPLE.rows).keys() == {
        row["phenomenon"] for item in CONTRAST.items("test", 0, 0, 31) for row in item.rows["contrast"]
    }
    for line in SAMPLE.files["items.jsonl"].splitlines():
        assert json.loads(line).keys() == {*blind_check._SEEN, "labels"}


def test_the_seed_draws_the_sample() -> None:
    assert blind_check.draw(0) == SAMPLE
    assert not {*IDS} & {
        row["id"] for row in blind_check.draw(1).rows if row["text"] in {r["text"] for r in SAMPLE.rows}
    }


def test_nothing_wrong(place: Path) -> None:
    found = blind_check.read(place)
    assert found == blind_check.BlindCheck(200, 0, ())
    # Clopper and Pearson of 0 of 200: 1 - 0.025 ** (1 / 200) = 0.0183
    assert str(found) == "0 of 200 items are wrong (0.0%; exact 95% interval 0.0% to 1.8%)"


def test_an_item_is_wrong_where_the_decided_label_is_another(place: Path) -> None:
    both, first, overruled, settled = IDS[:4]
    one = GOLD | {name: other(name) for name in (both, first, overruled, settled)}
    two = GOLD | {name: other(name) for name in (both, overruled)}
    write(place, one, two, {first: other(first), overruled: GOLD[overruled], settled: GOLD[settled]})
    assert blind_check.read(place) == blind_check.BlindCheck(200, 2, tuple(sorted((both, first))))


@pytest.mark.parametrize(("wrong", "passed"), [(4, True), (5, False)])  # 2% of 200 is 4
def test_a_suite_is_made_up_to_two_percent_and_refused_above(
    place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, wrong: int, passed: bool
) -> None:
    labels = GOLD | {name: other(name) for name in IDS[:wrong]}
    write(place, labels, labels)
    assert blind_check.read(place).passed is passed
    monkeypatch.setattr(blind_check, "folder", lambda: place)
    made = tmp_path_factory.mktemp("suite") / "contrast"
    recipe = making.recipe_of(CONTRAST, 2, 0, ["test"])
    if passed:
        assert making.make(recipe, made, HERE)["name"] == "contrast"
        return
    with pytest.raises(ValidationError) as invalid:
        making.make(recipe, made, HERE)
    (problem,) = invalid.value.problems
    assert (problem.code, problem.location) == ("suite-refused", str(place))
    assert problem.message.startswith(
        "5 of 200 items are wrong (2.5%; exact 95% interval 0.8% to 5.7%), more than 2%: "
    )
    assert not made.exists()


def test_other_suites_have_no_such_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind_check, "folder", lambda: Path("nowhere"))
    blind_check.refuse("transplant")


def test_a_check_of_other_items_is_told(place: Path) -> None:
    items = (place / "items.jsonl").read_text()
    (place / "items.jsonl").write_text(items.replace("Velmora", "Velmara", 1))
    drawn = json.loads((place / "drawn.json").read_text())
    message = "the suite makes other items now: draw a new sample (scripts/blind_check.py) and let it be labelled"
    assert refusals(place) == [("blind-check", "items.jsonl", message)]
    (place / "items.jsonl").write_text(items)
    (place / "drawn.json").write_text(json.dumps(drawn | {"drawn_from_sha256": "0" * 64}))
    assert refusals(place) == [("blind-check", "drawn.json", message)]
    (place / "drawn.json").write_text("{}")
    assert refusals(place) == [("blind-check", "drawn.json", "has no seed, a whole number")]


def test_templates_that_change_outdate_the_check(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = blind_check.CONTRAST.make.__globals__["_words"]
    changed = words("test") | {"persons": [*words("test")["persons"], "Wendel Omori"]}
    monkeypatch.setitem(
        blind_check.CONTRAST.make.__globals__, "_words", lambda split: changed if split == "test" else words(split)
    )
    assert {code for code, _, _ in refusals(place)} == {"blind-check"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"id": IDS[0], "label": "favor"}, "a line has id, label and comment"),
        ({"id": 3, "label": "favor", "comment": ""}, "a line has id, label and comment"),
        ({"id": "contrast-test:s9xa", "label": "favor", "comment": ""}, "contrast-test:s9xa is no item"),
        ({"id": IDS[1], "label": GOLD[IDS[1]], "comment": ""}, f"{IDS[1]} is twice in the file"),
        ({"id": IDS[0], "label": "yes", "comment": ""}, f"the label of {IDS[0]} is one of agree, disagree, "),
    ],
)
def test_a_broken_line_is_told(place: Path, line: Record, message: str) -> None:
    assert GOLD[IDS[0]] in LABELS_OF_CONTRAST["agreement"]
    lines = [*records({name: GOLD[name] for name in IDS[1:]}), line]
    (place / "pass-a.jsonl").write_text(dump_lines(lines))
    (place / "adjudication.jsonl").write_text(dump_lines(records({IDS[0]: GOLD[IDS[0]]}, "reason")))
    (broken, missing) = refusals(place)
    assert broken[:2] == ("blind-check", "pass-a.jsonl:200")
    assert broken[2].startswith(message)
    assert missing == ("blind-check", "pass-a.jsonl", f"has no label of {IDS[0]}")


def test_what_the_passes_leave_open_must_be_decided(place: Path) -> None:
    write(place, GOLD, GOLD | {IDS[0]: other(IDS[0])})
    assert refusals(place) == [("blind-check", "adjudication.jsonl", f"has no decision on {IDS[0]}")]


def test_a_missing_file_is_told(place: Path) -> None:
    (place / "pass-b.jsonl").unlink()
    assert refusals(place) == [("not-readable", "pass-b.jsonl", "cannot be read: No such file or directory")]


def test_the_suite_passes_and_documents_give_the_figure(root: Path) -> None:
    found = blind_check.read(blind_check.folder())
    assert found.passed
    for name in ("DATASHEET.md", "docs/how-to/challenge.md"):
        assert str(found) in " ".join((root / name).read_text().split())
