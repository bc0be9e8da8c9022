"""The same predictions give the same scores in every shape in which people have them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pytest

import detente
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError
from detente.tasks.all import TASKS

pd = pytest.importorskip("pandas")

IDS = [item["id"] for item in detente.inputs("stance")]
ROWS = [{"id": name, "label": ("favor", "against", "none")[place % 3]} for place, name in enumerate(IDS)]


def written(path: Path, write: Callable[[Path], Any]) -> Path:
    write(path)
    return path


def shapes(rows: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    frame, table = pl.DataFrame(rows), pa.Table.from_pylist(rows)
    pandas = pd.DataFrame(rows)
    return {
        "JSON Lines": written(folder / "p.jsonl", lambda path: path.write_text(dump_lines(rows))),
        "CSV": written(folder / "p.csv", frame.write_csv),
        "CSV with the index of pandas": written(folder / "i.csv", pandas.to_csv),
        "TSV": written(folder / "p.tsv", lambda path: frame.write_csv(path, separator="\t")),
        "Parquet": written(folder / "p.parquet", frame.write_parquet),
        "Arrow of polars": written(folder / "p.arrow", frame.write_ipc),
        "Arrow stream": written(folder / "s.ipc", frame.write_ipc_stream),
        "Feather of pandas": written(folder / "p.feather", pandas.to_feather),
        "Feather of pyarrow": written(folder / "z.feather", lambda p: pa.feather.write_feather(table, str(p), "zstd")),
        "a path as a string": str(folder / "p.jsonl"),
        "dictionaries": rows,
        "a generator of them": (dict(row) for row in rows),
        "NumPy in dictionaries": [{key: np.array(value)[()] for key, value in row.items()} for row in rows],
        "polars": frame,
        "pandas": pandas,
        "pandas by index": pandas.set_index("id"),
        "pandas with rows left out before": pd.DataFrame([rows[0], *rows]).iloc[1:],
        "pandas of objects": pandas.astype(object),
        "an Arrow table": table,
        "Arrow batches": pa.RecordBatchReader.from_batches(table.schema, table.to_batches(100)),
        "a Dataset": datasets.Dataset.from_list(rows),
        "a Dataset in another order": datasets.Dataset.from_list(rows[::-1]).select(range(len(rows) - 1, -1, -1)),
        "an IterableDataset": datasets.Dataset.from_list(rows).to_iterable_dataset(),
    }


def test_labels_give_the_same_json_in_every_shape(tmp_path: Path) -> None:
    categories = {
        "categories of polars": pl.DataFrame(ROWS).with_columns(pl.col("label").cast(pl.Categorical)),
        "categories of pandas": pd.DataFrame(ROWS).astype({"label": "category"}),
    }
    given = shapes(ROWS, tmp_path) | categories
    found = {shape: detente.score(source, "stance").to_json() for shape, source in given.items()}
    assert {shape for shape, each in found.items() if each != found["JSON Lines"]} == set()


def test_numbers_with_gaps_give_the_same_json_in_every_shape(tmp_path: Path) -> None:
    rows = [{"id": name, "score": (1.5, -2.0, 0.25, None)[place % 4]} for place, name in enumerate(IDS)]
    with_nan = [row | {"score": float("nan") if row["score"] is None else row["score"]} for row in rows]
    found = {
        shape: detente.score(source, "stance", allow_missing=True).to_json()
        for given in (rows, with_nan)
        for shape, source in shapes(given, tmp_path).items()
        if (given is rows or not isinstance(source, str | Path))  # a file of JSON or CSV has no NaN
    }
    assert {shape for shape, each in found.items() if each != found["JSON Lines"]} == set()


@pytest.mark.parametrize("task", ["stance", "agreement", "contrast"])
def test_the_datasets_own_labels_are_perfect_in_every_shape_that_datasets_writes(task: str, tmp_path: Path) -> None:
    gold = detente.load_dataset(task).select_columns(["id", "label"])
    gold.to_json(tmp_path / "g.jsonl")
    gold.to_csv(tmp_path / "g.csv")
    gold.to_parquet(tmp_path / "g.parquet")
    named = detente.score(gold)
    assert (named.task.name, named.metrics[named.primary].value, named.notes) == (task, 1.0, ())
    names = gold.features["label"].names
    for source in (*sorted(tmp_path.iterdir()), gold.to_list(), gold.to_pandas(), gold.to_polars()):
        found = detente.score(source)
        assert found.to_json() == named.to_json()
        (note,) = found.notes
        meaning = ", ".join(f"{place} for {name}" for place, name in enumerate(names))
        assert note.endswith(f"were taken for those of the dataset's column, in its order: {meaning}")


def test_the_order_of_a_task_s_labels_is_that_of_the_dataset() -> None:
    for task in TASKS:
        if task.labels:
            assert task.labels == tuple(detente.load_dataset(task.name).features["label"].names)
        assert bool(task.labels) == ("label" in task.kinds)


def test_texts_give_the_same_json_in_every_shape(tmp_path: Path) -> None:
    pages = [{"id": page["id"], "text": page["text"]} for page in detente.inputs("boilerplate")]
    expected = detente.score(written(tmp_path / "p.jsonl", lambda path: path.write_text(dump_lines(pages)))).to_json()
    by_page = {page["id"]: page["text"] for page in pages}
    for source in (pages, by_page, pl.DataFrame(pages), pd.DataFrame(pages), datasets.Dataset.from_list(pages)):
        assert detente.score(source).to_json() == expected


def test_reference_texts_are_scored_against_rows_in_memory(tmp_path: Path) -> None:
    gold = tmp_path / "gold.json"
    gold.write_text('{"a": {"articleBody": "One two three four five."}, "b": {"articleBody": "Six seven eight nine."}}')
    texts = {"a": "One two three four", "b": "Six seven eight nine."}
    rows = [{"id": page, "articleBody": text} for page, text in texts.items()]
    found = [detente.score(source, gold=gold).to_json() for source in (texts, rows, pl.DataFrame(rows))]
    assert found[1:] == found[:1] * 2
    with pytest.raises(ValidationError, match="predictions:row 1: form: the page has no text"):
        detente.score([{"id": "a"}, rows[1]], gold=gold)


def test_nested_predictions_are_lists_of_objects_and_arrays_in_them_are_lists() -> None:
    rows = [{"id": item["id"], "claims": []} for item in detente.inputs("claims")]
    rows[0]["claims"] = [{"spans": [[0, 6]], "check_worthy": True}]
    expected = detente.score(rows, "claims").to_json()
    rows[0]["claims"] = ({"spans": np.array([[0, 6]]), "check_worthy": np.bool_(True), "type": None},)
    assert detente.score(rows, "claims").to_json() == expected
    with pytest.raises(ValidationError, match="predictions of claims are JSON Lines or a list of objects, not a flat"):
        detente.score(pl.DataFrame(rows[1:]), "claims")


# What is refused, in the words that a file gets


def problems(source: Any, **options: Any) -> list[str]:
    with pytest.raises(ValidationError) as invalid:
        detente.score(source, **options)
    return list(map(str, invalid.value.problems))


def test_rows_have_places_and_every_fault_is_told_at_once() -> None:
    rows = [{"id": IDS[0], "label": "pro"}, {"id": 7, "label": "none"}, *ROWS[2:]]
    found = problems(rows, task="stance")
    hint = "other spellings are mapped by --labels pro=LABEL with one of ours for LABEL"
    assert found[:2] == [
        "predictions:row 2: wrong-type: id is 7, not a string",
        f'predictions:row 1: label-unknown: label "pro" is not one of favor, against, none; {hint}',
    ]
    assert found[2].startswith("predictions: id-missing: 1 of ")
    assert problems(pl.DataFrame([rows[0], *ROWS[1:]]), task="stance") == found[1:2]
    assert problems(ROWS[1:], task="stance")[0].startswith("predictions: id-missing: 1 of ")


def test_a_missing_label_is_no_answer_whatever_stands_for_it() -> None:
    message = "predictions:row 1: form: the line has none: give exactly one of label, score, probabilities"
    for nothing in (None, float("nan"), np.nan, np.float32("nan"), pd.NaT, pd.NA):
        rows = [{"id": IDS[0], "label": nothing}, *ROWS[1:]]
        assert problems(rows, task="stance") == [message]
        assert problems(pd.DataFrame(rows), task="stance") == [message]
        assert detente.score(rows, "stance", allow_missing=True).missing == (IDS[0],)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (5, "wrong-type: is of the type int, not a path, a list of objects, a data frame, an Arrow table or one split"),
        (b"p.jsonl", "wrong-type: is of the type bytes, not a path"),
        (pl.LazyFrame(ROWS), "wrong-type: is of the type LazyFrame, not a path"),
        (datasets.DatasetDict({"test": datasets.Dataset.from_list(ROWS)}), "wrong-type: is of the type DatasetDict"),
        ({"id": IDS, "label": ["none"] * len(IDS)}, "wrong-type: is of the type dict, not a path"),
        ([], "no-predictions: there are no rows: give one prediction each"),
        (pl.DataFrame({"id": [], "label": []}), "no-predictions: there are no rows"),
        (pd.DataFrame({"ID": IDS, "label": "none"}), "not-json: the table has no column id; did you mean 'ID'?"),
        (pd.DataFrame({"id": IDS, "labels": "none"}), "task-unclear: 'labels' is no known name: did you mean label?"),
        (pd.DataFrame([[name, "none"] for name in IDS]), "not-json: the table has no column id: it has '0', '1'"),
        (pd.DataFrame({"id": IDS, "label": [1, *["none"] * (len(IDS) - 1)]}), "wrong-type: does not fit into an Arrow"),
        (pd.concat([pd.DataFrame(ROWS)] * 2, axis=1), "wrong-type: does not fit into an Arrow table: Duplicate column"),
        (pa.table([IDS, IDS], ["id", "id"]), "not-json: the column 'id' is there 2 times (columns 1, 2): keep one"),
    ],
)
def test_what_is_no_table_of_predictions_is_one_problem(source: Any, message: str) -> None:
    (found,) = problems(source)
    assert found.startswith(f"predictions: {message}")


def test_rows_that_are_no_dictionaries_are_named() -> None:
    assert problems([1, {2: 3}, None])[:3] == [
        "predictions:row 1: wrong-type: a row is a dictionary, not of the type int",
        "predictions:row 2: wrong-type: a key is of the type int, not a string",
        "predictions:row 3: wrong-type: a row is a dictionary, not of the type NoneType",
    ]
