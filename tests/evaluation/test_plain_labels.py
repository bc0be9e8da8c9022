"""Predictions read column by column are what the strict reader finds of them line by line, or are left to it."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.data.problems import ValidationError
from detente.evaluation import plain_labels, whole
from detente.evaluation.predictions import Predictions
from detente.evaluation.systems import read_systems
from detente.tasks.gold_labels import LabelCorpus, read_gold

GOLD = [{"id": f"i{n}", "label": ("favor", "against", "none")[n % 3], "outlet": "xy"[n % 2]} for n in range(6)]
RIGHT = [{"id": row["id"], "label": "none"} for row in GOLD]


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> LabelCorpus:
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in GOLD))
    return read_gold(path, "stance")


def said(found: Predictions) -> Mapping[str, Any]:
    kept = ("missing", "kinds", "crashed", "extra", "tools", "prompts", "unanswered", "notes", "omitted")
    return {key: getattr(found, key) for key in kept} | {"by_id": dict(found.by_id)}


def strictly(path: Path, gold: LabelCorpus, **allowed: bool) -> Mapping[str, Any] | list[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_labels, "words_of", lambda *_: None)
        try:
            return said(whole._of_labels(path, str(path), gold, None, None, **allowed))
        except ValidationError as invalid:
            return [problem.message for problem in invalid.problems]


def by_columns(path: Path, gold: LabelCorpus, **allowed: bool) -> Mapping[str, Any] | None:
    found = plain_labels.read_labels(path.read_bytes(), str(path), gold, **allowed)
    return None if found is None else said(found)


def written(folder: Path, rows: list[dict[str, Any]], suffix: str) -> Path:
    path = folder / f"p{suffix}"
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif suffix in (".csv", ".tsv"):
        frame.write_csv(path, separator="," if suffix == ".csv" else "\t", quote_style="non_numeric")
    elif suffix == ".parquet":
        frame.write_parquet(path)
    elif suffix == ".arrow":
        frame.write_ipc_stream(path, compat_level=pl.CompatLevel.oldest())
    else:
        frame.write_ipc(path, compression="lz4" if suffix == ".feather" else "uncompressed")
    return path


SUFFIXES = (".jsonl", ".csv", ".tsv", ".parquet", ".arrow", ".feather", ".ipc")
TABLES = SUFFIXES[1:]
ALLOWED = {"allow_missing": False, "allow_extra": False}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_stands_beside_labels_is_read_by_columns(tmp_path: Path, gold: LabelCorpus, suffix: str) -> None:
    beside = {"tool": "7b", "prompt": "stance@1+1a2b3c4d", "raw": "Answer: none", "cost": 0.25, "tokens": 7}
    path = written(tmp_path, [{**row, **beside, "outlet": "x"} for row in RIGHT], suffix)
    found = by_columns(path, gold, **ALLOWED)
    assert found is not None
    assert found == strictly(path, gold, **ALLOWED)
    assert (found["tools"], found["prompts"]) == (("7b",), ("stance@1+1a2b3c4d",))
    ignored = ("keys that the gold has, too, were ignored: 'outlet'",)
    assert found["notes"] == (ignored if suffix == ".jsonl" else ())


@pytest.mark.parametrize("suffix", TABLES)
def test_other_columns_of_a_table_are_left_out_and_named(tmp_path: Path, gold: LabelCorpus, suffix: str) -> None:
    odd = {"confidence": 0.7391827364518273, "none so": "x", "empty": None, "late": None}
    rows = [{**row, **odd, "mine": n % 2 == 0} for n, row in enumerate(RIGHT)]
    rows[4]["late"] = 1
    path = written(tmp_path, rows, suffix)
    found = by_columns(path, gold, **ALLOWED)
    assert found is not None
    assert found == strictly(path, gold, **ALLOWED)
    names = "'confidence', 'none so', 'mine', 'late'"
    assert found["notes"] == (f"columns that stance does not use were ignored: {names}",)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "beside",
    [
        {"tool": 7},
        {"tool": True},
        {"prompt": "two words"},
        {"prompt": ""},
        {"cost": "dear"},
        {"cost": True},
        {"error": "no answer"},
        {"answer": "refused"},
        {"score": 1},
        {"lable": "none"},
        {"favor": 0.5, "against": 0.5, "none": 0.0},
    ],
)
def test_what_must_be_looked_at_is_left_to_the_strict_reader(
    tmp_path: Path, gold: LabelCorpus, suffix: str, beside: dict[str, Any]
) -> None:
    path = written(tmp_path, [{**row, **beside} for row in RIGHT], suffix)
    if not (suffix in (".csv", ".tsv") and beside in ({"tool": 7}, {"prompt": ""})):  # a word, and no key, there
        assert by_columns(path, gold, **ALLOWED) is None


def test_unknown_keys_of_lines_are_left_to_the_strict_reader(tmp_path: Path, gold: LabelCorpus) -> None:
    path = written(tmp_path, [{**row, "mine": "x"} for row in RIGHT], ".jsonl")
    assert by_columns(path, gold, **ALLOWED) is None
    assert strictly(path, gold, **ALLOWED) == ["'mine': stance knows id, label, score, probabilities"] * len(RIGHT)


def test_the_tool_of_a_line_that_is_left_out_is_none(tmp_path: Path, gold: LabelCorpus) -> None:
    rows = [*({**row, "tool": "a"} for row in RIGHT), {"id": "other", "label": "none", "tool": "b"}]
    allowed = {"allow_missing": False, "allow_extra": True}
    found = by_columns(path := written(tmp_path, rows, ".jsonl"), gold, **allowed)
    assert found is not None
    assert found == strictly(path, gold, **allowed)
    assert (found["tools"], found["extra"]) == (("a",), ("other",))


def test_a_null_is_no_key_that_the_gold_has(tmp_path: Path, gold: LabelCorpus) -> None:
    path = written(tmp_path, [{**row, "outlet": None} for row in RIGHT], ".jsonl")
    found = by_columns(path, gold, **ALLOWED)
    assert found is not None
    assert found == strictly(path, gold, **ALLOWED)
    assert found["notes"] == ()


CELLS: dict[str, st.SearchStrategy[Any]] = {
    "label": st.sampled_from(["none", "favor"]),
    "tool": st.sampled_from([None, "a", "", "7", "1e3", "true", "7b"]),
    "prompt": st.sampled_from([None, "p@1", "", "7", "a b"]),
    "raw": st.sampled_from([None, "", 'é " \\ \n', "3.0", "none"]),
    "cost": st.sampled_from([None, 0.5, 1e-9, 2.0]),
    "tokens": st.sampled_from([None, 1, -3, 10**12]),
    "outlet": st.sampled_from([None, "x", "2.0"]),
    "mine": st.sampled_from([None, "x", "", "nan", "1."]),
    "number": st.sampled_from([None, float("nan"), 0.1]),
    "": st.sampled_from([None, 1]),
    "confidence": st.sampled_from([None, 0.123456789012345678]),
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.data(),
    st.lists(st.sampled_from(sorted(CELLS)), max_size=4, unique=True),
    st.sampled_from(SUFFIXES),
    st.booleans(),
    st.integers(0, 7),
)
def test_whatever_the_columns_they_are_what_the_strict_reader_finds(
    tmp_path: Path, gold: LabelCorpus, data: st.DataObject, columns: list[str], suffix: str, missing: bool, count: int
) -> None:
    names = [row["id"] for row in [*GOLD, {"id": "other"}]][:count] or ["i3"]
    keys = [key for key in columns if suffix in TABLES or key not in ("number", "")]
    drawn = [{key: data.draw(CELLS[key]) for key in keys} for _ in names]
    rows = [{"id": name, "label": "none", **cells} for name, cells in zip(names, drawn, strict=True)]
    path = written(tmp_path, rows, suffix)
    allowed = {"allow_missing": missing, "allow_extra": True}
    found = by_columns(path, gold, **allowed)
    if found is not None:
        assert found == strictly(path, gold, **allowed)


def test_a_file_of_arrow_that_is_odd_or_damaged_is_left_to_the_strict_reader(tmp_path: Path, gold: LabelCorpus) -> None:
    path = written(tmp_path, RIGHT, ".feather")
    data = path.read_bytes()
    assert plain_labels.read_labels(data, "p.feather", gold, **ALLOWED) is not None
    for broken in (b"", b"FEA1" + data, data[:-9], data[:200]):
        assert plain_labels.read_labels(broken, "p.feather", gold, **ALLOWED) is None
    buffer = io.BytesIO()
    pl.DataFrame(RIGHT).with_columns(mine=pl.lit([1])).write_ipc(buffer)
    assert plain_labels.read_labels(buffer.getvalue(), "p.feather", gold, **ALLOWED) is None


def test_systems_by_columns_and_line_by_line_score_alike(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in GOLD))
    files = [written(tmp_path, [{**row, "tool": "a"} for row in RIGHT], suffix) for suffix in (".feather", ".jsonl")]
    first, second = read_systems(files, "stance", gold=path, names=["a", "b"]).predictions.values()
    assert said(first) == said(second)
