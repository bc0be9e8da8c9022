"""Reference texts at the edges: measures that one system lacks, formats that are not what was said, standard input."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main

TWELVE = [f"p{number:02}" for number in range(12)]


def run(*arguments: Any, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["eval", "score", *map(str, arguments)], input=given)


def written(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def texts(words: str) -> dict[str, dict[str, str]]:
    return {page: {"articleBody": f"{words} number {page} of the twelve"} for page in TWELVE}


def ranking(*arguments: Any) -> dict[str, dict[str, Any]]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return {system["name"]: system for system in json.loads(result.stdout)["systems"]}


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return written(tmp_path / "gold.json", texts("this is page"))


def test_a_system_without_one_matching_paragraph_ranks_beside_a_good_one(tmp_path: Path) -> None:
    gold = written(tmp_path / "gold.json", {page: {"body": [f"One {page}.", "[Two.]"]} for page in TWELVE})
    good = written(tmp_path / "good.json", {page: {"body": [f"One {page}."]} for page in TWELVE})
    bad = written(tmp_path / "bad.json", {page: {"body": ["Else."]} for page in TWELVE})
    systems = ranking(bad, good, "--gold", gold, "--metrics", "paragraph_match_f1")
    assert systems["good"]["metrics"]["paragraph_match_f1"]["value"] == 1
    # Fundus has no F1 for a page without a match; something is missed on each, so it is 0.
    assert systems["bad"]["metrics"]["paragraph_match_f1"]["value"] == 0
    assert list(systems) == ["good", "bad"]


def test_an_optional_paragraph_left_out_is_not_missed(tmp_path: Path) -> None:
    gold = written(tmp_path / "gold.json", {"a": {"body": ["One two three four.", "[Five six.]"]}})
    made = written(tmp_path / "made.json", {"a": {"body": ["One two three four."]}})
    found = json.loads(run(made, "--gold", gold, "--format", "json").stdout)
    assert found["metrics"]["missed"]["value"] == 0
    assert found["errors"] == []


def test_a_system_that_is_all_empty_ranks_last_whatever_the_policy_and_the_order(tmp_path: Path, gold: Path) -> None:
    good = written(tmp_path / "good.json", texts("this is page"))
    none = written(tmp_path / "none.json", {page: {"articleBody": ""} for page in TWELVE})
    for policy in ("zero", "drop"):
        tables = [run(*pair, "--gold", gold, "--empty", policy).stdout for pair in ((good, none), (none, good))]
        assert tables[0].split("detente|")[0] == tables[1].split("detente|")[0]
        assert tables[0].index("good") < tables[0].index("none")


def test_nothing_right_is_an_f1_of_zero_and_so_is_no_output(tmp_path: Path, gold: Path) -> None:
    wrong = written(tmp_path / "wrong.json", {page: {"articleBody": "a b c d e"} for page in TWELVE})
    none = written(tmp_path / "none.json", {page: {"articleBody": None} for page in TWELVE})
    systems = ranking(wrong, none, "--gold", gold)
    # Every page has P = 0/2 and R = 0/6: both means are 0, and so is their harmonic mean.
    assert systems["wrong"]["metrics"]["shingle_f1"]["value"] == 0
    # Without output there is no precision to average; everything is missed, so F1 is 0.
    assert systems["none"]["metrics"]["shingle_f1"]["value"] == 0
    assert systems["none"]["metrics"]["shingle_f1_all"]["value"] == 0


@pytest.mark.parametrize("form", ["wceb", "snippets", "fundus"])
def test_gold_that_is_not_in_the_format_that_was_said_is_refused(form: str, gold: Path) -> None:
    result = run(gold, "--gold", gold, "--gold-format", form)
    assert result.exit_code == 2
    assert result.stderr.count("missing-field") == len(TWELVE)


@pytest.mark.parametrize("value", [0, False, [], 3.5])
def test_an_output_that_is_no_text_is_refused(value: object, tmp_path: Path) -> None:
    gold = written(tmp_path / "gold.json", {"a": {"articleBody": "one"}})
    for document in ({"a": value}, {"a": {"articleBody": value}}):
        result = run(written(tmp_path / "made.json", document), "--gold", gold)
        assert result.exit_code == 2
        assert "wrong-type: " in result.stderr
        assert "not a string" in result.stderr


def test_a_null_reference_is_an_empty_one_in_every_format(tmp_path: Path) -> None:
    for key in ("articleBody", "plaintext", "text", "body"):
        gold = written(tmp_path / f"{key}.json", {"a": {key: None}})
        found = json.loads(run(gold, "--gold", gold, "--format", "json").stdout)
        assert found["metrics"]["bag_of_words_f1"]["value"] == 1


def test_standard_input_is_read(gold: Path) -> None:
    result = run("-", "--gold", gold, "--format", "json", given=gold.read_bytes())
    assert json.loads(result.stdout)["metrics"]["shingle_accuracy"]["value"] == 1


def test_a_broken_document_is_one_problem_with_its_line(tmp_path: Path, gold: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(texts("this"), indent=1)[:200])
    result = run(broken, "--gold", gold)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "1 problem"
    assert "broken.json:" in result.stderr


def test_errors_can_be_what_ranks(tmp_path: Path, gold: Path) -> None:
    less = written(tmp_path / "less.json", {page: {"articleBody": "this is page"} for page in TWELVE})
    systems = ranking(less, gold, "--gold", gold, "--metrics", "missed")
    assert list(systems) == ["gold", "less"]


def test_the_order_of_the_gold_does_not_change_its_digest(tmp_path: Path, gold: Path) -> None:
    turned = written(tmp_path / "turned.json", dict(reversed(texts("this is page").items())))
    digests = [
        json.loads(run(gold, "--gold", each, "--format", "json").stdout)["dataset"]["sha256"] for each in (gold, turned)
    ]
    assert digests[0] == digests[1]


def test_what_made_the_predictions_is_told(tmp_path: Path, gold: Path) -> None:
    made = written(tmp_path / "made.json", {"output": texts("this is page"), "version": "1.2"})
    assert json.loads(run(made, "--gold", gold, "--format", "json").stdout)["tools"] == ["made 1.2"]
    assert "made by made 1.2" in run(made, "--gold", gold).stdout


def test_a_gold_that_has_none_of_the_pages_is_one_problem_that_asks_whether_it_is_the_right_one(
    tmp_path: Path, gold: Path
) -> None:
    other = written(tmp_path / "other.json", {f"x{page}": value for page, value in texts("this is page").items()})
    result = run(other, "--gold", gold)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        (
            f"{other}: id-unknown: none of the ids is in the gold: 'xp00' and 11 more; the gold has 'p00'. "
            "Is it the right gold, and the right task?"
        ),
        "1 problem",
    ]


def test_an_object_of_pages_without_a_gold_is_told_to_name_one(gold: Path) -> None:
    result = run(gold)
    assert result.exit_code == 2
    assert "If these are texts of other pages, name with --gold what should have been extracted" in result.stderr
