"""Whatever is read in pieces scores as it does whole: to the last bit, with the same problems in the same order."""

import gzip
import json
import lzma
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow
import pytest
from click.testing import CliRunner

from detente.cli import main
from detente.data.files import max_input
from detente.data.pieces import fits
from detente.data.problems import ValidationError
from detente.evaluation.engines.execution import Execution
from detente.evaluation.in_pieces import Pieces
from detente.evaluation.score import Resampling
from detente.evaluation.session import Session
from detente.evaluation.systems import read_systems
from detente.report.scores import document
from detente.tasks.task import Options

WAYS = [Pieces(1, 1 << 20), Pieces(2, 16), Pieces(7, 100)]
"""All at once; a line at a time; some lines at a time."""
LABELS = {"stance": ("favor", "against", "none"), "agreement": ("agree", "disagree", "discuss", "unrelated")}
Rows = list[dict[str, Any]]


def items(task: str = "stance", count: int = 60) -> tuple[Rows, Rows]:
    """Gold in thirteen families, and predictions of it in another order."""
    drawn = random.Random(0)
    gold = [
        {"id": f"i{n}", "label": drawn.choice(LABELS[task]), "family": f"f{n % 13}", "outlet": drawn.choice("xyz")}
        for n in range(count)
    ]
    predicted = [{"id": row["id"], "label": drawn.choice(LABELS[task])} for row in gold]
    drawn.shuffle(predicted)
    return gold, predicted


GOLD, PREDICTED = items()


def jsonl(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def outcome(
    gold: Path, predictions: list[Path], pieces: Pieces | None, *, task: str = "stance", **options: Any
) -> object:
    """The JSON of each system beside what is said of it; or the problems."""
    with Session(Execution(jobs=1)) as session:
        try:
            read = read_systems(predictions, task, gold=gold, pieces=pieces, session=session, **options)
            scores = read.scores(Options(), Resampling(resamples=20), session)
            return {name: json.dumps(document(each)) for name, each in scores.items()}, read.notes, read.warnings
        except ValidationError as invalid:
            return [tuple(problem) for problem in invalid.problems]


def is_the_same(gold: Path, *predictions: Path, **options: Any) -> object:
    """Checks that pieces and partitions cannot be seen in what comes out, which is given back."""
    whole = outcome(gold, list(predictions), None, **options)
    for way in WAYS:
        assert outcome(gold, list(predictions), way, **options) == whole, way
    return whole


def problems(found: object) -> list[str]:
    assert isinstance(found, list)
    return [f"{Path(place).name}: {code}" for code, place, _ in found]


def without(rows: Rows, key: str, which: Callable[[int], bool]) -> Rows:
    return [
        {name: value for name, value in row.items() if name != key or not which(place)}
        for place, row in enumerate(rows)
    ]


# Scores


@pytest.mark.parametrize("task", ["stance", "agreement"])
def test_scores_are_the_same_whatever_the_pieces(tmp_path: Path, task: str) -> None:
    gold, predicted = items(task)
    found = is_the_same(jsonl(tmp_path / "g.jsonl", gold), jsonl(tmp_path / "p.jsonl", predicted), task=task)
    assert isinstance(found, tuple)
    scores = json.loads(found[0]["p"])
    right = {row["id"]: row["label"] for row in gold}
    accuracy = sum(right[row["id"]] == row["label"] for row in predicted) / len(gold)
    assert scores["metrics"]["accuracy"]["value"] == accuracy
    assert (scores["n"]["units"], scores["n"]["families"], scores["interval"]) == (60, 13, "bootstrap")


def test_items_without_families_are_each_their_own(tmp_path: Path) -> None:
    gold = jsonl(tmp_path / "g.jsonl", without(GOLD, "family", lambda _: True))
    is_the_same(gold, jsonl(tmp_path / "p.jsonl", PREDICTED))


def test_several_systems_are_read_beside_one_gold(tmp_path: Path) -> None:
    other = jsonl(tmp_path / "q.jsonl", [{**row, "label": "none"} for row in PREDICTED])
    is_the_same(jsonl(tmp_path / "g.jsonl", GOLD), jsonl(tmp_path / "p.jsonl", PREDICTED), other)


def test_scores_and_probabilities_are_counted_item_by_item(tmp_path: Path) -> None:
    shares = {"favor": 0.3, "against": 0.3, "none": 0.402}  # a sum of 1.002, which is divided by, and said
    probable = [{"id": row["id"], "probabilities": shares} if n % 3 else row for n, row in enumerate(PREDICTED)]
    scored = [{"id": row["id"], "score": 1.5 if n % 2 else -0.5} for n, row in enumerate(PREDICTED)]
    gold = jsonl(tmp_path / "g.jsonl", GOLD)
    systems = [
        jsonl(tmp_path / "p.jsonl", PREDICTED),
        jsonl(tmp_path / "probable.jsonl", probable),
        jsonl(tmp_path / "scored.jsonl", scored),
    ]
    found = is_the_same(gold, *systems)
    assert outcome(gold, systems, Pieces(64)) == found  # partitions of one item, whose columns are known to be sorted
    assert isinstance(found, tuple)
    assert "40 lines" in found[1][0]


def test_missing_and_other_ids_are_counted_where_that_is_allowed(tmp_path: Path) -> None:
    gold = jsonl(tmp_path / "g.jsonl", GOLD)
    found = is_the_same(gold, jsonl(tmp_path / "p.jsonl", PREDICTED[:50]), allow_missing=True)
    assert isinstance(found, tuple)
    assert json.loads(found[0]["p"])["missing"] == sorted(row["id"] for row in PREDICTED[50:])
    is_the_same(gold, jsonl(tmp_path / "p.jsonl", [*PREDICTED, {"id": "x", "label": "none"}]), allow_extra=True)


def test_refusals_and_answers_in_words(tmp_path: Path) -> None:
    gold = jsonl(tmp_path / "g.jsonl", GOLD)
    refused = [{"id": row["id"], "answer": "refused"} if n % 5 == 0 else row for n, row in enumerate(PREDICTED)]
    is_the_same(gold, jsonl(tmp_path / "p.jsonl", refused), allow_missing=True)
    words = [{"id": row["id"], "raw": f"Answer: {row['label']}"} for row in PREDICTED]
    is_the_same(gold, jsonl(tmp_path / "p.jsonl", words))


def test_spellings_and_keys_that_the_gold_has(tmp_path: Path) -> None:
    gold = jsonl(tmp_path / "g.jsonl", GOLD)
    spelled = [{**row, "label": row["label"].upper(), "outlet": "x"} for row in PREDICTED]
    labels = {label.upper(): label for label in LABELS["stance"]}
    found = is_the_same(gold, jsonl(tmp_path / "p.jsonl", spelled), labels=labels)
    assert isinstance(found, tuple)
    assert found[1] == ("p: note: keys that the gold has, too, were ignored: 'outlet'",)


def test_columns_of_the_gold_are_breakdowns_wherever_they_first_appear(tmp_path: Path) -> None:
    late = [
        {**row, "n": n, "tags": ["a"] if n == 6 else "b", **({"late": n % 2} if n > 30 else {})}
        for n, row in enumerate(GOLD)
    ]
    found = is_the_same(jsonl(tmp_path / "g.jsonl", late), jsonl(tmp_path / "p.jsonl", PREDICTED))
    assert isinstance(found, tuple)
    assert set(json.loads(found[0]["p"])["breakdown"]) == {"outlet", "late"}  # n is another for each; tags has lists


# Files


def test_tables_are_read_in_pieces(tmp_path: Path) -> None:
    gold, plain, quoted = tmp_path / "g.csv", tmp_path / "plain.csv", tmp_path / "quoted.csv"
    pl.DataFrame(GOLD).write_csv(gold)
    pl.DataFrame(PREDICTED).write_csv(plain)
    pl.DataFrame([{**row, "note": 'a "q"\nb', "mine": 1} for row in PREDICTED]).write_csv(quoted)
    shares = tmp_path / "shares.csv"
    shares.write_text("id,favor,against,none\n" + "".join(f"{row['id']},.2,.3,.5\n" for row in PREDICTED))
    found = is_the_same(gold, plain, quoted, shares)
    assert isinstance(found, tuple)
    assert found[1] == ("quoted: note: columns that stance does not use were ignored: 'note', 'mine'",)


def test_parquet_is_read_in_pieces(tmp_path: Path) -> None:
    gold, plain, scored = tmp_path / "g.parquet", tmp_path / "plain.parquet", tmp_path / "scored.parquet"
    pl.DataFrame(GOLD).write_parquet(gold, row_group_size=7)
    pl.DataFrame(PREDICTED).write_parquet(plain, row_group_size=7)
    pl.DataFrame([{"id": row["id"], "score": 1.5} for row in PREDICTED]).write_parquet(scored, row_group_size=7)
    is_the_same(gold, plain, scored)


def arrow(path: Path, rows: Rows, *, stream: bool = False, compression: str | None = "zstd") -> Path:
    """Rows in batches of seven, with labels as a dictionary of its own in each."""
    table = pyarrow.Table.from_pylist(rows)
    if "label" in table.column_names:
        table = table.set_column(1, "label", table["label"].dictionary_encode())
    options = pyarrow.ipc.IpcWriteOptions(compression=compression, emit_dictionary_deltas=True)
    new = pyarrow.ipc.new_stream if stream else pyarrow.ipc.new_file
    with new(str(path), table.schema, options=options) as writer:
        writer.write_table(table, 7)
    return path


@pytest.mark.parametrize("compression", [None, "zstd"])
@pytest.mark.parametrize("stream", [False, True])
def test_arrow_is_read_in_pieces(tmp_path: Path, stream: bool, compression: str | None) -> None:
    gold = arrow(tmp_path / "g.arrow", GOLD, stream=stream, compression=compression)
    plain = arrow(tmp_path / "plain.feather", PREDICTED, stream=stream, compression=compression)
    scored = arrow(tmp_path / "scored.arrow", [{"id": row["id"], "score": 1.5} for row in PREDICTED], stream=stream)
    is_the_same(gold, plain, scored)
    wrong = [{**row, "label": "perhaps" if place == 20 else row["label"]} for place, row in enumerate(PREDICTED)]
    found = is_the_same(gold, arrow(tmp_path / "wrong.arrow", wrong, stream=stream, compression=compression))
    assert problems(found) == ["wrong.arrow:row 21: label-unknown"]


def test_arrow_over_max_input_is_read_in_pieces(tmp_path: Path) -> None:
    gold, predicted = arrow(tmp_path / "g.arrow", GOLD), arrow(tmp_path / "p.arrow", PREDICTED)
    whole = outcome(gold, [predicted], None)
    assert isinstance(whole, tuple)
    limit = gold.stat().st_size
    assert limit > predicted.stat().st_size
    for most in (limit, limit - 1):
        with max_input(most):
            assert (fits(gold), fits(predicted)) == (most == limit, True)
            assert outcome(gold, [predicted], None) == whole
    folder = tmp_path / "p"
    folder.mkdir()
    for number, rows in enumerate((PREDICTED[:9], PREDICTED[9:])):
        arrow(folder / f"{number}.arrow", rows)
    found = outcome(gold, [folder], None)
    assert isinstance(found, tuple)
    assert [*found[0].values()] == [*whole[0].values()]


@pytest.mark.parametrize("packer", [gzip.compress, lzma.compress])
def test_a_bomb_among_shards_is_a_problem(tmp_path: Path, packer: Callable[[bytes], bytes]) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    line = json.dumps({"id": "i1", "label": "favor", "raw": "a" * 500}) + "\n"
    (folder / "a.jsonl.xz").write_bytes(packer(line.encode() * 5_000))
    call = ["eval", "score", str(folder), "--gold", str(jsonl(tmp_path / "g.jsonl", GOLD)), "--task", "stance"]
    result = CliRunner().invoke(main, [*call, "--max-input", "10k"])
    assert result.exit_code == 2
    assert "a.jsonl.xz: not-readable: has more than" in result.stderr
    assert not result.stdout


@pytest.mark.parametrize("shards", [1, 2, 7])
def test_a_folder_of_shards_is_one_file(tmp_path: Path, shards: int) -> None:
    gold, predicted = (tmp_path / name / "x" for name in ("gold", "p"))
    for folder, rows in ((gold.parent, GOLD), (predicted.parent, PREDICTED)):
        folder.mkdir()
        step = -(-len(rows) // shards)
        for number in range(shards):
            part = jsonl(folder / f"part-{number}.jsonl", rows[number * step : (number + 1) * step])
            part.with_suffix(".jsonl.gz").write_bytes(gzip.compress(part.read_bytes()))
            part.unlink()
    whole = outcome(jsonl(tmp_path / "gold.jsonl", GOLD), [jsonl(tmp_path / "p.jsonl", PREDICTED)], None)
    assert isinstance(whole, tuple)
    for way in (None, *WAYS):
        found = outcome(gold.parent, [predicted.parent], way)
        assert found == whole


def test_what_is_larger_than_max_input_is_read_in_pieces(tmp_path: Path) -> None:
    gold, predicted = jsonl(tmp_path / "g.jsonl", GOLD), jsonl(tmp_path / "p.jsonl", PREDICTED)
    whole = outcome(gold, [predicted], None)
    with max_input(predicted.stat().st_size - 1):
        assert outcome(gold, [predicted], None) == whole
    call = ["eval", "score", str(predicted), "--gold", str(gold), "--task", "stance", "--format", "json"]
    results = [CliRunner().invoke(main, [*call, "--max-input", size]).stdout for size in ("100MB", "2k")]
    assert results[0] == results[1] != ""


def test_a_file_of_one_long_line_is_one_problem(tmp_path: Path) -> None:
    long, gold = tmp_path / "long.csv", jsonl(tmp_path / "g.jsonl", GOLD)
    long.write_text("x" * 10_001)
    message = "has a line of more than 1,000 bytes: if that is right, raise the limit with --max-input, as 1GB"
    with max_input(10_000):
        for way in WAYS[1:]:  # many stretches, of which each begins in that line
            assert outcome(long, [long], way) == [("not-readable", str(long), message)]
            assert outcome(gold, [long], way, allow_missing=True) == [("not-readable", str(long), message)]
        assert problems(outcome(long, [long], WAYS[0])) == ["long.csv:1: not-readable"]
    long.write_text("id,label\n" + "x" * 10_001)
    with max_input(10_000):
        assert outcome(long, [long], Pieces(2, 16)) == [("not-readable", str(long), message)]


def test_one_array_cannot_be_divided(tmp_path: Path) -> None:
    gold, predicted = jsonl(tmp_path / "g.jsonl", GOLD), tmp_path / "p.json"
    predicted.write_text(json.dumps(PREDICTED))
    with max_input(1_000):
        found = outcome(gold, [predicted], None)
    assert problems(found) == ["p.json: not-readable"]


def test_folders_mix_no_tables_with_lines(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    jsonl(folder / "a.jsonl", PREDICTED)
    pl.DataFrame(PREDICTED).write_csv(folder / "b.csv")
    found = outcome(jsonl(tmp_path / "g.jsonl", GOLD), [folder], None)
    assert problems(found) == ["p: form"]


# Problems


def test_problems_of_lines_are_told_in_their_order(tmp_path: Path) -> None:
    lines: list[object] = list(PREDICTED)
    lines[5], lines[9], lines[20], lines[30] = "{nope", {"id": 3}, [1], ""
    lines[11] = {"id": "i3", "label": "none", "lable": "x"}
    lines += [PREDICTED[40], {"id": "i60x", "label": "none"}]
    found = problems(is_the_same(jsonl(tmp_path / "g.jsonl", GOLD), jsonl(tmp_path / "p.jsonl", lines)))
    assert found == [  # what cannot be read comes first; i3 stands in line 12, and again in line 55
        *("p.jsonl:6: not-json", "p.jsonl:21: not-json", "p.jsonl:10: id-unknown", "p.jsonl:10: form"),
        *("p.jsonl:12: unknown-field", "p.jsonl:55: id-duplicate", "p.jsonl:61: id-duplicate"),
        "p.jsonl:62: id-unknown",
    ]


def test_missing_unknown_and_repeated_ids_are_found_across_pieces(tmp_path: Path) -> None:
    gold = jsonl(tmp_path / "g.jsonl", GOLD)
    assert problems(is_the_same(gold, jsonl(tmp_path / "p.jsonl", PREDICTED[:50]))) == ["p.jsonl: id-missing"]
    twice = jsonl(tmp_path / "p.jsonl", [*PREDICTED, PREDICTED[3]])
    assert problems(is_the_same(gold, twice)) == ["p.jsonl:61: id-duplicate"]
    others = jsonl(tmp_path / "p.jsonl", [{**row, "id": f"q{row['id']}"} for row in PREDICTED])
    assert problems(is_the_same(gold, others)) == ["p.jsonl: id-unknown"]
    table = tmp_path / "p.parquet"
    pl.DataFrame([*PREDICTED, PREDICTED[0]]).write_parquet(table, row_group_size=7)
    assert problems(is_the_same(gold, table)) == ["p.parquet:row 61: id-duplicate"]


def test_other_labels_are_counted_across_pieces(tmp_path: Path) -> None:
    odd = [{**row, "label": "FAVOR" if row["label"] == "favor" else row["label"]} for row in PREDICTED]
    found = is_the_same(jsonl(tmp_path / "g.jsonl", GOLD), jsonl(tmp_path / "p.jsonl", odd))
    first = next(place for place, row in enumerate(odd, start=1) if row["label"] == "FAVOR")
    assert problems(found) == [f"p.jsonl:{first}: label-unknown"]
    assert isinstance(found, list)
    assert f"(in {sum(row['label'] == 'FAVOR' for row in odd)} lines)" in found[0][2]


@pytest.mark.parametrize(
    ("name", "header", "code"),
    [("near", "id,favor,against,none,labl", "unknown-field"), ("ragged", "id,favor,against,none", "not-json")],
)
def test_problems_of_tables(tmp_path: Path, name: str, header: str, code: str) -> None:
    gold, table = jsonl(tmp_path / "g.jsonl", GOLD), tmp_path / f"{name}.csv"
    table.write_text(header + "\n" + "".join(f"{row['id']},.2,.3,.5,1\n" for row in PREDICTED))
    assert {each.rpartition(" ")[2] for each in problems(is_the_same(gold, table))} == {code}


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        ([*GOLD, GOLD[0]], "g.jsonl:61: id-duplicate"),
        (without(GOLD, "id", lambda place: place == 11), "g.jsonl:12: no-id"),
        (without(GOLD, "family", lambda place: place % 9 == 8), "g.jsonl:9: missing-field"),
        ([{"id": row["id"], "x": 1} for row in GOLD], "g.jsonl: gold-format"),
        ([{**row, "label": ["none"]} if n == 4 else row for n, row in enumerate(GOLD)], "g.jsonl:5: wrong-type"),
        ([{**row, "label": "NONE"} if n == 4 else row for n, row in enumerate(GOLD)], "g.jsonl:5: label-unknown"),
    ],
)
def test_problems_of_the_gold(tmp_path: Path, rows: Rows, first: str) -> None:
    found = is_the_same(jsonl(tmp_path / "g.jsonl", rows), jsonl(tmp_path / "p.jsonl", PREDICTED))
    assert problems(found)[0] == first
