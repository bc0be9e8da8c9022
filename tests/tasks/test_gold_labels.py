"""Gold of labels: any file of ids and labels, and the native files of three benchmarks, on the one path of scoring."""

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

import detente
from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.evaluation.gold import load_gold
from detente.evaluation.score import Scores
from detente.tasks import gold_labels
from detente.tasks.gold_labels import MOST_VALUES, LabelCorpus, label_tasks
from detente.tasks.native_labels import NATIVE

SUITE = Path(__file__).parents[3] / "shared" / "suites" / "stance_native"
TWEETS = [  # id, target, gold, guess: "’" is one byte in Windows-1252, and a tweet may begin with a quote
    ("1", "Weir", "FAVOR", "FAVOR"),
    ("2", "Weir", "AGAINST", "FAVOR"),
    ("3", "Weir", "NONE", "NONE"),
    ("4", "Mill", "AGAINST", "AGAINST"),
    ("5", "Mill", "FAVOR", "AGAINST"),
]
PAIRS = [  # headline, body, gold, predicted: the first pair comes twice, with different labels
    ("Weir to go, council says", "7", "agree", "agree"),
    ("Mill sold", "7", "unrelated", "unrelated"),
    ("Weir to go, council says", "7", "discuss", "agree"),
    ("Mill sold", "8", "disagree", "unrelated"),
]
TARGETS = [  # sentence, id, mention, polarity of either distribution
    ("Ann thanked Bob.", "s0_Ann", "Ann", 6.0, 1),
    ("Ann thanked Bob.", "s0_Bob", "Bob", 4.0, 0),
    ("Cy scolded Ann.", "s1_Cy", "Cy", 2.0, -1),
    ("Dee slept.", "s2_Dee", "Dee", 4.0, 0),
]


def semeval(path: Path, place: int = 2, encoding: str = "cp1252") -> Path:
    rows = ["ID\tTarget\tTweet\tStance", *(f'{row[0]}\t{row[1]}\t"It’s #{row[0]}\t{row[place]}' for row in TWEETS)]
    path.write_bytes("\r\n".join([*rows, ""]).encode(encoding))
    return path


def fnc(path: Path, place: int = 2) -> Path:
    rows = [f'"{row[0]}",{row[1]},{row[place]}' for row in PAIRS]
    path.write_text("\n".join(["Headline,Body ID,Stance", *rows, ""]))
    return path


def newsmtsc_lines(path: Path) -> Path:
    path.write_text(
        dump_lines(
            {"mention": mention, "polarity": polarity, "sentence": sentence, "id": name}
            for sentence, name, mention, _, polarity in TARGETS
        )
    )
    return path


def newsmtsc_sentences(path: Path) -> Path:
    sentences: dict[str, list[dict[str, Any]]] = {}
    for sentence, name, mention, polarity, _ in TARGETS:
        sentences.setdefault(sentence, []).append({"Input.gid": name, "mention": mention, "polarity": polarity})
    path.write_text(
        dump_lines(
            {"primary_gid": found[0]["Input.gid"], "sentence_normalized": sentence, "targets": found}
            for sentence, found in sentences.items()
        )
    )
    return path


LABELS = [
    {"id": "a", "label": "favor", "family": "p", "outlet": "x"},
    {"id": "b", "label": "against", "family": "p", "outlet": "y"},
    {"id": "c", "label": "none", "family": "q", "outlet": "y"},
]


def of_labels(path: Path) -> Path:
    frame = pl.DataFrame(LABELS)
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    elif path.suffix in (".csv", ".tsv"):
        path.write_text(frame.write_csv(separator="\t" if path.suffix == ".tsv" else ","))
    else:
        path.write_text(json.dumps(LABELS) if path.suffix == ".json" else dump_lines(LABELS))
    return path


FILES: dict[str, tuple[str, Callable[[Path], Path]]] = {  # file: format, and who writes it
    "gold.txt": ("semeval2016", semeval),
    "stances.csv": ("fnc1", fnc),
    "lines.jsonl": ("newsmtsc", newsmtsc_lines),
    "sentences.jsonl": ("newsmtsc", newsmtsc_sentences),
    **{f"labels.{suffix}": ("labels", of_labels) for suffix in ("jsonl", "json", "csv", "tsv", "parquet")},
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["eval", "score", *map(str, arguments)])


def refused(*arguments: object) -> list[str]:
    """The problems of a call, without the places where temporary files lie."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    folder = next(Path(str(each)).parent for each in arguments if Path(str(each)).is_absolute())
    return result.stderr.replace(f"{folder}/", "").splitlines()[:-1]


def scored(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def values(document: dict[str, Any]) -> dict[str, float | None]:
    return {name: each["value"] for name, each in document["metrics"].items()}


def lines(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


# Every format


@pytest.mark.parametrize("name", FILES)
def test_gold_against_itself_is_perfect_in_every_format(tmp_path: Path, name: str) -> None:
    form, write = FILES[name]
    path = write(tmp_path / name)
    document = scored(path, "--gold", path, *(["--task", "stance"] if form == "labels" else []))
    assert document["dataset"]["version"] == form
    assert document["metrics"][document["primary"]]["value"] == 1
    assert document["metrics"]["accuracy"]["value"] == 1
    assert document["errors"] == []


@pytest.mark.parametrize("name", [name for name, (form, _) in FILES.items() if form == "labels"])
def test_one_gold_in_any_file_is_the_same_gold(tmp_path: Path, name: str) -> None:
    gold = load_gold(of_labels(tmp_path / name), None, task="stance")
    assert isinstance(gold, LabelCorpus)
    assert gold.items == {each["id"]: {key: each[key] for key in ("label", "family", "outlet")} for each in LABELS}
    assert gold.breakdowns == ("outlet",)
    assert gold.sha256 == load_gold(of_labels(tmp_path / "x.jsonl"), None, task="stance").manifest["sha256"]


def test_both_distributions_of_newsmtsc_are_one_gold(tmp_path: Path) -> None:
    one = load_gold(newsmtsc_lines(tmp_path / "a.jsonl"), None)
    other = load_gold(newsmtsc_sentences(tmp_path / "b.jsonl"), None)
    assert isinstance(one, LabelCorpus)
    assert isinstance(other, LabelCorpus)
    assert one.items == other.items
    assert [item["label"] for item in one.items.values()] == ["favor", "none", "against", "none"]
    # The two targets of one sentence depend on one another.
    assert [item["family"] for item in one.items.values()] == ["s0_Ann", "s0_Ann", "s1_Cy", "s2_Dee"]


# SemEval-2016 task 6


@pytest.fixture
def tweets(tmp_path: Path) -> dict[str, Any]:
    return scored(semeval(tmp_path / "guess.txt", 3), "--gold", semeval(tmp_path / "gold.txt"))


def test_semeval_is_scored_as_eval_pl_does_and_by_target(tweets: dict[str, Any]) -> None:
    # favor: tp 1, fp 1 (2), fn 1 (5): F 2/4. against: tp 1 (4), fp 1 (5), fn 1 (2): F 2/4. Mean 1/2.
    assert values(tweets)["semeval2016_task6"] == values(tweets)["f_avg"] == 1 / 2
    # Weir: favor tp 1, fp 1: F 2/3; against fn 1: F 0: 1/3. Mill: favor fn 1: 0; against tp 1, fp 1: 2/3: 1/3.
    by_target = {name: part["semeval2016_task6"] for name, part in tweets["breakdown"]["target"].items()}
    assert by_target == pytest.approx({"Weir": 1 / 3, "Mill": 1 / 3})
    assert values(tweets)["f_avg_by_target"] == pytest.approx(1 / 3)
    assert tweets["primary"] == "f_avg"


def test_the_mean_over_targets_takes_the_sides_that_a_target_has_and_the_targets_that_have_one(tmp_path: Path) -> None:
    labels = [("a", "x", "favor"), ("b", "x", "none"), ("c", "y", "favor"), ("d", "y", "against"), ("e", "z", "none")]
    gold = lines(tmp_path / "gold.jsonl", [dict(zip(("id", "target", "label"), each, strict=True)) for each in labels])
    said = {"a": "favor", "b": "none", "c": "favor", "d": "favor", "e": "none"}
    mine = lines(tmp_path / "mine.jsonl", [{"id": name, "label": label} for name, label in said.items()])
    # x: favor 1, against nowhere: 1. y: favor tp 1, fp 1: 2/3, against 0: 1/3. z: nobody has a side.
    found = scored(mine, "--gold", gold, "--task", "stance")["metrics"]["f_avg_by_target"]
    assert (found["value"], found["n"], found["of"]) == (pytest.approx(2 / 3), 2, "targets")
    perfect = scored(gold, "--gold", gold, "--task", "stance")["metrics"]["f_avg_by_target"]
    assert perfect["value"] == 1


def test_each_label_has_its_precision_recall_and_f1(tweets: dict[str, Any]) -> None:
    found = values(tweets)
    assert (found["precision_favor"], found["recall_favor"], found["f1_favor"]) == (1 / 2, 1 / 2, 1 / 2)
    assert (found["precision_none"], found["recall_none"], found["f1_none"]) == (1, 1, 1)


def test_the_confusion_of_each_target_is_in_the_document_and_shown_if_asked_for(
    tmp_path: Path, tweets: dict[str, Any]
) -> None:
    assert tweets["confusion_by"]["target"] == {
        "Weir": {"against": {"favor": 1}, "favor": {"favor": 1}, "none": {"none": 1}},
        "Mill": {"against": {"against": 1}, "favor": {"against": 1}},
    }
    arguments = (tmp_path / "guess.txt", "--gold", tmp_path / "gold.txt")
    assert "confusion by target" not in run(*arguments).stdout
    shown = run(*arguments, "--by", "target").stdout
    table = shown.partition("confusion by target: gold down, predicted across\n")[2].splitlines()[:6]
    assert [row.split() for row in table] == [
        ["target", "gold", "against", "favor", "none"],
        ["Weir", "against", "0", "1", "0"],
        ["Weir", "favor", "0", "1", "0"],
        ["Weir", "none", "0", "0", "1"],
        ["Mill", "against", "1", "0", "0"],
        ["Mill", "favor", "1", "0", "0"],
    ]


def test_another_encoding_is_said_where_it_is_read_and_utf8_is_not(tmp_path: Path) -> None:
    gold, utf8 = semeval(tmp_path / "gold.txt"), semeval(tmp_path / "utf8.txt", 2, "utf-8")
    note = "is not UTF-8: read as Windows-1252, which SemEval-2016 distributes"
    result = run(utf8, "--gold", gold)
    assert f"gold.txt {note}" in " ".join(result.stdout.split())
    assert note not in result.stderr
    result = run(gold, "--gold", utf8)
    assert note not in result.stdout
    assert f"gold: note: {gold} {note}" in result.stderr


def test_lines_are_matched_by_id_and_not_by_place(tmp_path: Path, tweets: dict[str, Any]) -> None:
    header, *rows = (tmp_path / "guess.txt").read_bytes().splitlines(keepends=True)
    (tmp_path / "turned.txt").write_bytes(header + b"".join(reversed(rows)))
    turned = scored(tmp_path / "turned.txt", "--gold", tmp_path / "gold.txt")
    assert values(turned) == values(tweets)


def test_our_own_form_fits_every_benchmark_too(tmp_path: Path, tweets: dict[str, Any]) -> None:
    records = [{"id": int(name), "label": guess} for name, _, _, guess in TWEETS]
    mine = scored(lines(tmp_path / "mine.jsonl", records), "--gold", tmp_path / "gold.txt", "--task", "stance")
    assert values(mine) == values(tweets)


def test_unknown_is_no_answer_in_a_guess_and_no_label_in_gold(tmp_path: Path) -> None:
    gold = semeval(tmp_path / "gold.txt")
    guess = tmp_path / "guess.txt"
    guess.write_bytes(gold.read_bytes().replace(b"\tNONE", b"\tUNKNOWN"))
    assert refused(guess, "--gold", gold) == [
        "guess.txt: id-missing: 1 of 5 are not predicted: 3; add them, or pass --allow-missing",
    ]
    document = scored(guess, "--gold", gold, "--allow-missing")
    assert document["missing"] == ["3"]
    assert "guess: note: UNKNOWN is no answer: 1 line\n" in run(guess, "--gold", gold, "--allow-missing").stderr
    assert document["confusion"]["none"] == {"missing": 1}
    assert document["metrics"]["semeval2016_task6"]["value"] == 1
    assert refused(gold, "--gold", guess) == [
        "guess.txt:4: missing-field: UNKNOWN is no label: the item is not annotated"
    ]


def test_files_may_be_packed_and_predictions_come_from_standard_input(tmp_path: Path, tweets: dict[str, Any]) -> None:
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress((tmp_path / "gold.txt").read_bytes()))
    arguments = ["eval", "score", "-", "--gold", str(packed), "--format", "json"]
    result = CliRunner().invoke(main, arguments, input=(tmp_path / "guess.txt").read_bytes())
    assert result.exit_code == 0, result.output
    assert values(json.loads(result.stdout)) == values(tweets)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("6\tMill\tFAVOR", "not-json: expected 4 columns, as in the header, found 3"),
        ("5\tMill\tagain\tFAVOR", "id-duplicate: 5 is a duplicate of gold.txt:6"),
        ("\tMill\tno id\tFAVOR", 'no-id: the line has no "id" that is a word or a number'),
    ],
)
def test_a_line_of_semeval_that_is_none_is_refused(tmp_path: Path, row: str, problem: str) -> None:
    gold = semeval(tmp_path / "gold.txt")
    gold.write_bytes(gold.read_bytes() + row.encode())
    (found,) = [line.replace(f"{tmp_path}/", "") for line in refused(gold, "--gold", gold)]
    assert found == f"gold.txt:7: {problem}"


# FNC-1


def test_equal_pairs_are_matched_in_the_order_in_which_they_occur(tmp_path: Path) -> None:
    gold = fnc(tmp_path / "stances.csv")
    document = scored(fnc(tmp_path / "mine.csv", 3), "--gold", gold)
    # agree: 1; unrelated: .25; discuss as agree: .25; disagree as unrelated: 0; of 3 related and 1 unrelated 3.25.
    assert values(document)["fnc1"] == values(document)["relative_score"] == 1.5 / 3.25
    assert document["primary"] == "relative_score"
    assert [each["item"] for each in document["errors"]] == ["7#2::Weir to go, council says", "8::Mill sold"]
    assert any("1 pair of headline and body more than once" in remark for remark in document["remarks"])
    assert document["n"]["families"] == 2  # the bodies


def test_a_truncated_submission_is_refused_and_not_compared_as_far_as_it_goes(tmp_path: Path) -> None:
    gold = fnc(tmp_path / "stances.csv")
    (tmp_path / "short.csv").write_text("".join(gold.read_text().splitlines(keepends=True)[:3]))
    assert refused(tmp_path / "short.csv", "--gold", gold) == [
        (
            "short.csv: id-missing: 2 of 4 are not predicted: 7#2::Weir to go, council says, 8::Mill sold; add them, or"
            " pass --allow-missing"
        )
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"Headline,Body ID,Stance\nMill,8\n", "not-json: expected 3 columns, as in the header, found 2"),
        (b"Headline,Body ID,Stance\nM\xfcll,8,agree\n", "not-json: byte 0xfc is not UTF-8: save the file as UTF-8"),
        (b'Headline,Body ID,Stance\n"Mill"s,8,agree\n', "not-json: not CSV: ',' expected after '\"'"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "stances.csv").write_bytes(data)
    assert refused(tmp_path / "stances.csv", "--gold", tmp_path / "stances.csv") == [f"stances.csv:2: {problem}"]


# NewsMTSC


def test_newsmtsc_is_scored_by_id_whatever_the_order_and_the_spelling(tmp_path: Path) -> None:
    gold = newsmtsc_lines(tmp_path / "gold.jsonl")
    said = {"s2_Dee": "neutral", "s1_Cy": "none", "s0_Bob": 4, "s0_Ann": "positive"}
    mine = lines(tmp_path / "mine.jsonl", [{"id": name, "label": label} for name, label in said.items()])
    document = scored(mine, "--gold", gold)
    # favor 1; none: tp 2, fp 1: 4/5; against: 0.
    assert values(document)["newsmtsc"] == pytest.approx((1 + 4 / 5 + 0) / 3)
    assert document["primary"] == "macro_f1"


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"id": "a", "polarity": 3.0}, 'label-unknown: label "3" is not one of favor, against, none'),
        ({"id": "a", "polarity": 0, "label": "none"}, "form: the line has label and polarity: give one of them"),
        ({"targets": {"a": 1}}, "wrong-type: targets is an object, not a list of objects"),
        ({"targets": [{"polarity": 2.0}]}, 'no-id: the line has no "id" that is a word or a number'),
        ({"targets": [{"Input.gid": "a"}]}, 'missing-field: the line has no "label"'),
    ],
)
def test_a_line_of_newsmtsc_that_is_none_is_refused(tmp_path: Path, record: dict[str, Any], problem: str) -> None:
    path = lines(tmp_path / "gold.jsonl", [record])
    (found,) = refused(path, "--gold", path)
    assert found.startswith(f"gold.jsonl:1: {problem}")


# Any file of ids and labels


def test_columns_are_families_and_breakdowns_and_those_that_cannot_be_are_named(tmp_path: Path) -> None:
    records = [
        {**each, "text": f"text {number}", "gold": "x", "spans": [], "": 1, "year": 2020 + number // 2}
        for number, each in enumerate(LABELS)
    ]
    path = lines(tmp_path / "gold.jsonl", records)
    gold = load_gold(path, None, task="stance")
    assert isinstance(gold, LabelCorpus)
    assert gold.breakdowns == ("outlet", "year")
    assert any(remark.endswith(": 'text', 'gold', 'spans', '(no name)'") for remark in gold.remarks)
    document = scored(path, "--gold", path, "--task", "stance")
    assert list(document["breakdown"]) == ["outlet", "year"]
    assert {name: part["n"] for name, part in document["breakdown"]["year"].items()} == {"2020": 2, "2021": 1}
    assert document["n"]["families"] == 2


@pytest.mark.parametrize(("count", "kept"), [(MOST_VALUES, True), (MOST_VALUES + 1, False)])
def test_a_column_with_more_values_than_anybody_reads_is_no_breakdown(tmp_path: Path, count: int, kept: bool) -> None:
    records = [{"id": str(n), "label": "none", "group": f"g{n % count}"} for n in range(count + 1)]
    gold = load_gold(lines(tmp_path / "gold.jsonl", records), None, task="stance")
    assert isinstance(gold, LabelCorpus)
    assert (gold.breakdowns == ("group",)) is kept


def test_a_value_that_an_item_lacks_is_a_part_of_its_own(tmp_path: Path) -> None:
    records = [{"id": "a", "label": "none", "outlet": "x"}, {"id": "b", "label": "none", "outlet": "x"}]
    path = lines(tmp_path / "gold.jsonl", [*records, {"id": "c", "label": "favor"}])
    document = scored(path, "--gold", path, "--task", "stance")
    assert {name: part["n"] for name, part in document["breakdown"]["outlet"].items()} == {"x": 2, "(none)": 1}


def test_without_families_each_item_is_one_and_that_is_said(tmp_path: Path) -> None:
    path = lines(tmp_path / "gold.jsonl", [{"id": n, "label": "favor"} for n in range(12)])
    document = scored(path, "--gold", path, "--task", "stance")
    assert document["interval"] == "bootstrap"
    assert document["n"]["families"] == 12
    said = "the gold names no families: each item is taken as independent of the others"
    assert said in document["remarks"]
    assert f"note: {said}" in run(path, "--gold", path, "--task", "stance").stdout


def test_families_decide_how_many_independent_items_there_are(tmp_path: Path) -> None:
    def interval(families: int) -> str:
        records = [{"id": n, "label": "favor", "family": n % families} for n in range(30)]
        path = lines(tmp_path / f"{families}.jsonl", records)
        return str(scored(path, "--gold", path, "--task", "stance")["interval"])

    assert (interval(9), interval(10)) == ("range", "bootstrap")


def test_measures_that_need_more_than_labels_are_left_out_and_the_reason_is_given(tmp_path: Path) -> None:
    path = lines(tmp_path / "gold.jsonl", LABELS)
    document = scored(path, "--gold", path, "--task", "stance")
    assert not {"mae", "quadratic_kappa", "family_count_error"} & document["metrics"].keys()
    assert document["remarks"][-2:] == [
        "left out, because the gold has no scale: mae, quadratic_kappa",
        "left out, because the gold names no holders: family_count_error",
    ]
    assert document["metrics"]["f_avg_by_target"]["reason"] == "the gold has no targets"
    assert any(remark.startswith("no floor `blind`") for remark in document["remarks"])
    assert "majority" in document["metrics"]["f_avg"]
    assert "blind" not in document["metrics"]["f_avg"]


def test_probabilities_and_scores_are_measured_against_labels_too(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", LABELS)
    shares = {"favor": 0.5, "against": 0.25, "none": 0.25}
    mine = lines(tmp_path / "mine.jsonl", [{"id": each["id"], "probabilities": shares} for each in LABELS])
    # favor: (1/2)² + 2 (1/4)² = 3/8; the other two: (1/2)² + (3/4)² + (1/4)² = 7/8. Mean 17/24.
    assert values(scored(mine, "--gold", gold, "--task", "stance"))["brier"] == pytest.approx(17 / 24)
    mine = lines(
        tmp_path / "mine.jsonl", [{"id": "a", "score": 0.5}, {"id": "b", "score": -0.5}, {"id": "c", "score": 0}]
    )
    assert values(scored(mine, "--gold", gold, "--task", "stance"))["accuracy"] == 1


@pytest.mark.parametrize("task", label_tasks())
def test_every_task_whose_lines_have_a_label_takes_labels_as_gold(tmp_path: Path, task: str) -> None:
    known = {
        "stance": ["favor", "against", "none"],
        "agreement": ["agree", "unrelated"],
        "contrast": ["favor", "against", "agree"],
    }[task]
    records = [{"id": f"{label}{n}a", "label": label} for n in range(3) for label in known]
    gold = lines(tmp_path / "gold.jsonl", records)
    assert scored(gold, "--gold", gold, "--task", task)["errors"] == []
    first = records[0] | {"label": {"favor": "none", "agree": "discuss"}[records[0]["label"]]}
    document = scored(lines(tmp_path / "mine.jsonl", [first, *records[1:]]), "--gold", gold, "--task", task)
    assert [each["item"] for each in document["errors"]] == [first["id"]]
    assert document["metrics"][document["primary"]]["value"] < 1


def test_contrast_without_pairs_has_the_measures_of_its_labels(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", [{"id": "1a", "label": "agree"}, {"id": "2a", "label": "discuss"}])
    document = scored(gold, "--gold", gold, "--task", "contrast")
    assert document["primary"] == "agreement_macro_f1"
    assert not [name for name in document["metrics"] if "consistency" in name or "stance" in name or "favor" in name]
    assert any("because the gold has no pairs: pair_consistency_change" in remark for remark in document["remarks"])


def test_systems_are_ranked_compared_and_broken_down_on_labels(tmp_path: Path) -> None:
    gold = semeval(tmp_path / "gold.txt")
    guess = semeval(tmp_path / "guess.txt", 3)
    result = run(guess, gold, "--gold", gold, "--by", "target")
    table = result.stdout.partition("f_avg by target\n")[2].splitlines()[:3]
    assert [row.split() for row in table] == [
        ["target", "items", "gold", "guess"],
        ["Weir", "3", "1.000", "0.333"],
        ["Mill", "2", "1.000", "0.333"],
    ]
    compared = CliRunner().invoke(main, ["eval", "compare", str(gold), str(guess), "--gold", str(gold)])
    assert compared.exit_code == 0, compared.output
    assert "SemEval-2016 ranks by f_avg" in compared.stdout


def test_there_is_a_row_for_each_item(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", LABELS)
    assert run(gold, "--gold", gold, "--task", "stance", "--per-unit", tmp_path / "rows.csv").exit_code == 0
    rows = pl.read_csv(tmp_path / "rows.csv")
    assert not {"precision_favor", "recall_favor", "f1_favor"} & set(rows.columns)
    assert rows.select("id", "family", "outlet", "accuracy").rows() == [
        *(("a", "p", "x", 1.0), ("b", "p", "y", 1.0), ("c", "q", "y", 1.0)),
    ]


# Spellings


CAPITALS = [{"id": "1", "label": "FAVOR"}, {"id": "2", "label": "AGAINST"}, {"id": "3", "label": 2}]
MAPPING = "FAVOR=favor,AGAINST=against,2=none"


def test_spellings_are_mapped_in_gold_and_predictions_and_stand_in_the_signature(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", CAPITALS)
    mine = lines(tmp_path / "mine.jsonl", [{**CAPITALS[0], "label": "favor"}, *CAPITALS[1:]])
    document = scored(mine, "--gold", gold, "--task", "stance", "--labels", MAPPING)
    assert document["metrics"]["accuracy"]["value"] == 1
    assert f"|labels:{MAPPING}|" in document["signature"]
    plain = lines(tmp_path / "plain.jsonl", [{"id": "1", "label": "favor"}])
    assert "labels:" not in scored(plain, "--gold", plain, "--task", "stance")["signature"]


def test_the_library_maps_spellings_as_the_command_does(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", CAPITALS)
    labels = {"FAVOR": "favor", "AGAINST": "against", "2": "none"}
    found: Scores = detente.score(gold, task="stance", gold=gold, labels=labels)
    assert found.metrics["accuracy"].value == 1
    compared = detente.compare(gold, gold, task="stance", gold=gold, labels=labels)
    assert f"labels:{MAPPING}" in compared.signature


def test_unknown_spellings_are_named_with_one_option_that_maps_them_all(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", [*CAPITALS, {"id": "4", "label": "FAVOR"}])
    found = refused(gold, "--gold", gold, "--task", "stance")
    assert found[0] == (
        'gold.jsonl:1: label-unknown: label "FAVOR" is not one of favor, against, none (in 2 lines); other spellings'
        " are mapped by --labels FAVOR=favor,AGAINST=against,2=LABEL with one of ours for LABEL"
    )
    assert sum("--labels" in line for line in found) == 1
    # Those that only the predictions have are added to those that are mapped already.
    mine = lines(
        tmp_path / "mine.jsonl", [*({**each, "label": "Favour"} for each in CAPITALS), {"id": "4", "label": "favor"}]
    )
    assert refused(mine, "--gold", gold, "--task", "stance", "--labels", MAPPING) == [
        (
            'mine.jsonl:1: label-unknown: label "Favour" is not one of favor, against, none (in 3 lines); other'
            f" spellings are mapped by --labels {MAPPING},Favour=favor"
        )
    ]


def test_spellings_are_mapped_on_the_dataset_too(tmp_path: Path) -> None:
    asked = detente.inputs("stance")
    capitals = lines(tmp_path / "mine.jsonl", [{"id": each["id"], "label": "NONE"} for each in asked])
    (found,) = refused(capitals, "--task", "stance")
    assert found.endswith(f"(in {len(asked)} lines); other spellings are mapped by --labels NONE=none")
    document = scored(capitals, "--task", "stance", "--labels", "NONE=none")
    assert "|labels:NONE=none|" in document["signature"]


@pytest.mark.parametrize(
    ("task", "labels", "problem"),
    [
        ("stance", "FAVOR", "--labels: option: 'FAVOR' is not SPELLING=LABEL, as FAVOR=favor"),
        ("stance", "F=favor,F=none", "--labels: option: maps 'F' twice, to 'favor' and 'none': give it once"),
        ("stance", "F=pro", "--labels: option: 'F=pro': stance knows the labels favor, against, none"),
    ],
)
def test_a_mapping_that_is_none_is_refused(tmp_path: Path, task: str, labels: str, problem: str) -> None:
    gold = lines(tmp_path / "gold.jsonl", LABELS)
    assert refused(gold, "--gold", gold, "--task", task, "--labels", labels) == [problem]
    mine = lines(tmp_path / "mine.jsonl", [{"id": each["id"], "label": "F"} for each in detente.inputs("stance")])
    assert refused(mine, "--task", task, "--labels", labels) == [problem]


def test_a_task_without_labels_has_no_spellings(tmp_path: Path) -> None:
    mine = lines(tmp_path / "mine.jsonl", [{"id": each["id"], "text": ""} for each in detente.inputs("boilerplate")])
    problem = "--labels: option: is not supported by the task boilerplate, whose lines have no label"
    assert refused(mine, "--task", "boilerplate", "--labels", "F=favor") == [problem]


# Refusals


WANTED = "gold of stance is an id and a label a line; texts are gold of content_extraction"


@pytest.mark.parametrize(
    ("records", "problems"),
    [
        ([{"label": "none"}], ['gold.jsonl:1: no-id: the line has no "id" that is a word or a number']),
        ([{"id": [], "label": "none"}], ['gold.jsonl:1: no-id: the line has no "id" that is a word or a number']),
        (
            [{"id": "a", "label": "favor\ud800"}],
            [
                "gold.jsonl:1: wrong-type: 'label' has half a surrogate pair: write whole characters",
                (
                    'gold.jsonl:1: label-unknown: label "favor\\ud800" is not one of favor, against, none; --labels'
                    " SPELLING=label,… maps other spellings"
                ),
            ],
        ),
        ([{"id": "a", "label": None}], ['gold.jsonl:1: missing-field: the line has no "label"']),
        ([{"id": "a", "label": ["none"]}], ["gold.jsonl:1: wrong-type: label is a list, not a word"]),
        (
            [{"id": "a", "label": "none"}, {"id": "a", "label": "favor"}],
            ["gold.jsonl:2: id-duplicate: a is a duplicate of gold.jsonl:1"],
        ),
        (
            [{"id": "a", "label": "none", "family": "p"}, {"id": "b", "label": "none"}, {"label": "none"}],
            [
                "gold.jsonl:2: missing-field: the line has no family, and other lines have one",
                'gold.jsonl:3: no-id: the line has no "id" that is a word or a number',
                "gold.jsonl:3: missing-field: the line has no family, and other lines have one",
            ],
        ),
        (
            [{"id": "a", "label": "none", "family": ""}, {"id": "b", "label": "none", "family": 1}],
            ["gold.jsonl:1: missing-field: the line has no family, and other lines have one"],
        ),
        (
            [{"id": "a", "articleBody": "x"}, {"id": "b"}],
            [f"gold.jsonl: gold-format: has no label, but 'id', 'articleBody': {WANTED}"],
        ),
        (
            [],
            [f"gold.jsonl: gold-format: has no label, but nothing: {WANTED}"],
        ),
    ],
)
def test_gold_that_cannot_be_used_is_refused_line_by_line(
    tmp_path: Path, records: list[dict[str, Any]], problems: list[str]
) -> None:
    gold = lines(tmp_path / "gold.jsonl", records)
    found = [
        line.replace("of " + str(tmp_path) + "/", "of ") for line in refused(gold, "--gold", gold, "--task", "stance")
    ]
    assert found == problems


def test_the_task_and_the_format_must_fit_the_gold(tmp_path: Path) -> None:
    tweets, pairs = semeval(tmp_path / "gold.txt"), fnc(tmp_path / "stances.csv")
    labels = lines(tmp_path / "gold.jsonl", LABELS)
    tasks = "stance, agreement, contrast"
    assert tuple(tasks.split(", ")) == label_tasks()
    assert refused(labels, "--gold", labels) == [
        (
            f"gold.jsonl: task-unclear: has ids and labels: name the task that they are gold of with --task"
            f" ({tasks}; content_extraction for texts)"
        )
    ]
    assert refused(labels, "--gold", labels, "--gold-format", "labels") == [
        f"--task: option: labels are gold of a task with labels, which is not named: give one of {tasks}"
    ]
    assert refused(labels, "--gold", labels, "--gold-format", "labels", "--task", "claims") == [
        f"--task: option: labels are gold of a task with labels, not claims: give one of {tasks}"
    ]
    assert refused(tweets, "--gold", tweets, "--task", "agreement") == [
        "--task: option: semeval2016 is gold of the task stance, not of agreement"
    ]
    assert refused(labels, "--gold", labels, "--gold-format", "fnc1") == [
        "gold.jsonl: gold-format: is not in the form of fnc1: its header or first record has other names"
    ]
    assert refused(pairs, "--gold", tweets) == [
        (
            "stances.csv: gold-format: is in the form of fnc1, and the gold in that of semeval2016: give that, or ids"
            " and labels"
        )
    ]
    assert refused(tweets, "--gold", tweets, "--gold-text", "html") == [
        "--gold-text: option: is of texts, and --gold has labels (stance)"
    ]
    assert refused(tweets, "--gold", tweets, "--output-format", "html") == [
        "--output-format: option: is not supported by the task stance, whose predictions are no texts"
    ]
    folder = tmp_path / "folder"
    folder.mkdir()
    assert refused(tweets, "--gold", folder, "--task", "stance") == [
        "folder: gold-format: is a folder: gold of labels is one file"
    ]
    assert refused(folder, "--gold", tweets) == [
        "folder: task-unclear: is a folder: predictions of stance are one file"
    ]
    assert refused(tweets, "--gold", tweets, "--unit", "article")[1:] == [
        "--unit: option: stance has no article: use --unit family or item"
    ]
    assert refused(tweets, "--gold", tweets, "--by", "holder")[1:] == [
        "--by: option: stance has no breakdown by 'holder': target"
    ]


def test_keys_of_the_gold_may_stand_in_predictions_and_are_named(tmp_path: Path) -> None:
    gold = lines(tmp_path / "gold.jsonl", LABELS)
    result = run(gold, "--gold", gold, "--task", "stance")
    assert "gold: note: keys that the gold has, too, were ignored: 'family', 'outlet'" in result.stderr
    other = lines(tmp_path / "mine.jsonl", [{**each, "why": "x"} for each in LABELS])
    found = refused(other, "--gold", gold, "--task", "stance")
    assert found[0] == "mine.jsonl:1: unknown-field: 'why': stance knows id, label, score, probabilities"


@pytest.mark.parametrize("name", NATIVE)
def test_what_a_benchmark_ranks_by_and_shows_are_measures_of_its_task(name: str) -> None:
    native = NATIVE[name]
    task = next(task for task in detente.tasks.all.TASKS if task.name == native.task)
    names = {measure.name for measure in task.measures}
    assert {native.primary, *native.standard} <= names
    assert len(native.standard) <= 8
    assert native.primary not in native.standard
    assert set(native.spellings.values()) <= set(task.labels)


# The official numbers


@pytest.fixture
def suite() -> Path:
    if not SUITE.is_dir():
        pytest.skip("../shared/suites/stance_native is not beside this checkout")
    return SUITE


def stored(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_semeval_gives_the_numbers_of_eval_pl(suite: Path) -> None:
    folder = suite / "semeval2016"
    expected = stored(folder / "guess_a.scores.json")
    document = scored(folder / "guess_a.txt", "--gold", folder / "gold.txt")
    found = values(document)
    assert found["semeval2016_task6"] == pytest.approx(expected["macroF_favor_against"], abs=1e-9)
    assert found["f1_favor"] == pytest.approx(expected["f_favor"], abs=1e-9)
    assert found["f1_against"] == pytest.approx(expected["f_against"], abs=1e-9)
    by_target = {name: part["semeval2016_task6"] for name, part in document["breakdown"]["target"].items()}
    assert by_target == pytest.approx(expected["by_target"], abs=1e-9)
    mean = math.fsum(expected["by_target"].values()) / len(expected["by_target"])
    assert found["f_avg_by_target"] == pytest.approx(mean, abs=1e-9)
    assert found[document["primary"]] == pytest.approx(expected["macroF_favor_against"], abs=1e-9)


def test_fnc_gives_the_numbers_of_its_scorer(suite: Path) -> None:
    folder = suite / "fnc1"
    expected = stored(folder / "submission_a.scores.json")
    document = scored(folder / "submission_a.csv", "--gold", folder / "stances.csv")
    assert values(document)["fnc1"] == pytest.approx(expected["relative"], abs=1e-9)
    assert values(document)[document["primary"]] == pytest.approx(expected["relative"], abs=1e-9)
    matrix = [
        [document["confusion"].get(gold, {}).get(predicted, 0) for predicted in expected["labels"]]
        for gold in expected["labels"]
    ]
    assert matrix == expected["confusion_rows_gold"]


@pytest.mark.parametrize("gold", ["test_hf.jsonl", "devtest_mt.jsonl"])
def test_newsmtsc_gives_its_numbers_on_both_distributions(suite: Path, gold: str) -> None:
    folder = suite / "newsmtsc"
    expected = stored(folder / "predictions_a.scores.json")
    document = scored(folder / "predictions_a.jsonl", "--gold", folder / gold)
    found = values(document)
    assert document["n"]["items"] == expected["n"]
    assert found["newsmtsc"] == pytest.approx(expected["f1_macro"], abs=1e-9)
    assert found[document["primary"]] == pytest.approx(expected["f1_macro"], abs=1e-9)
    assert found["f_avg"] == pytest.approx(expected["f1_posneg"], abs=1e-9)
    assert found["accuracy"] == pytest.approx(expected["accuracy"], abs=1e-9)
    recalls = [found[f"recall_{label}"] or 0 for label in ("favor", "against", "none")]
    assert math.fsum(recalls) / 3 == pytest.approx(expected["recall_avg"], abs=1e-9)


def test_answers_in_words_are_read_beside_gold_of_labels(tmp_path: Path) -> None:
    gold, answers = tmp_path / "gold.csv", tmp_path / "answers.jsonl"
    gold.write_text("id,label\na,favor\nb,against\n")
    answers.write_text('{"id":"a","raw":"Answer: favor"}\n{"id":"b","raw":"I cannot answer that."}\n')
    scores = detente.score(answers, task="stance", gold=gold)
    assert (scores.metrics["accuracy"].value, scores.missing) == (1 / 2, ("b",))


def test_numbers_that_mix_two_conventions_of_newsmtsc_are_refused(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(f'{{"id": "{each}", "polarity": {each}, "sentence": "s{each}"}}\n' for each in (2, 4, 6)))
    for polarities, status in (((2, 4, 6), 0), ((-1, 0, 1), 0), ((0, 1, 0), 0), ((0, 1, 2), 2), ((2, 4, 1), 2)):
        mine = tmp_path / "mine.jsonl"
        pairs = zip((2, 4, 6), polarities, strict=True)
        mine.write_text("".join(f'{{"id": "{each}", "polarity": {polarity}}}\n' for each, polarity in pairs))
        result = run(mine, "--gold", gold)
        assert result.exit_code == status, polarities
        assert (
            "are of no one convention (positive, neutral, negative, 6, 4, 2; positive, neutral, negative, 1, 0, -1)"
            in result.stderr
        ) == (status == 2)
    # What the user says counts, in both files: 0, 1, 2 in the order of the benchmark's own classes.
    words = {"2": "negative", "4": "neutral", "6": "positive"}
    gold.write_text("".join(f'{{"id": "{name}", "polarity": "{word}"}}\n' for name, word in words.items()))
    mine.write_text('{"id": "2", "polarity": 0}\n{"id": "4", "polarity": 1}\n{"id": "6", "polarity": 2}\n')
    scores = detente.score(mine, gold=gold, labels={"0": "against", "1": "none", "2": "favor"})
    assert scores.metrics["accuracy"].value == 1


def test_integers_are_no_labels_where_the_gold_has_no_order_of_them(tmp_path: Path) -> None:
    gold, mine = tmp_path / "gold.csv", tmp_path / "mine.csv"
    gold.write_text("id,label\na,favor\nb,against\n")
    mine.write_text("id,label\na,0\nb,1\n")
    with pytest.raises(detente.ValidationError, match='label "0" is not one of favor, against, none'):
        detente.score(mine, "stance", gold=gold)


def test_columns_of_probabilities_are_spelled_as_labels_are(tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("id,label\na,favor\nb,against\n")
    frame = pl.DataFrame({"id": ["a", "b"], "PRO": [0.75, 0.25], "CON": [0.25, 0.75], "none": [0.0, 0.0]})
    scores = detente.score(frame, "stance", gold=gold, labels={"PRO": "favor", "CON": "against"})
    # ((.25² + .25²) + (.25² + .25²)) / 2
    assert (scores.metrics["accuracy"].value, scores.metrics["brier"].value) == (1, 1 / 8)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("semeval2016", "ID\tTarget\tTweet\tStance\n1\tdogs\twoof\tFAVOR\n"),
        ("fnc1", "Headline,Body ID,Stance\nA dog,1,agree\n"),
        ("newsmtsc", '{"id": "1", "polarity": 1}\n'),
    ],
)
def test_a_native_file_without_its_gold_is_told_what_is_missing(tmp_path: Path, form: str, text: str) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text(text)
    result = run(mine, "--task", "stance")
    assert result.exit_code == 2
    assert f"is in the form of {form}, whose gold is another file: name that with --gold" in result.stderr


def test_plain_labels_are_read_by_columns_and_native_files_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(dump_lines([{"id": "a", "label": "favor"}, {"id": "b", "label": "none"}]))
    expected = gold_labels.read_gold(path, "stance")
    monkeypatch.setattr(gold_labels, "read_records", None)  # what reads line by line
    assert gold_labels.read_gold(path, "stance").sha256 == expected.sha256
    monkeypatch.setattr(gold_labels, "_columns_of", None)
    assert len(gold_labels.read_gold(semeval(tmp_path / "native.txt"), "stance").frame) == 5
