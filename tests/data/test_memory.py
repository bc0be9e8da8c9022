"""Values in memory are what JSON would hold."""

from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from detente.data.memory import is_pages, is_path, plain, read_rows

pd = pytest.importorskip("pandas")


class Label(StrEnum):
    FAVOR = "favor"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array([0.5, np.nan]), [0.5, None]),
        (pd.Series([1, 2]), [1, 2]),
        (pa.scalar("a"), "a"),
        (pa.array([1, None]), [1, None]),
        ((1, (2.0, "a")), [1, [2.0, "a"]]),
        ({"a": {"b": float("nan")}}, {"a": {"b": None}}),
        (np.datetime64("NaT"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (float("inf"), float("inf")),
        (date(2024, 1, 1), date(2024, 1, 1)),
        (Label.FAVOR, "favor"),
    ],
)
def test_values_are_what_json_would_hold(value: Any, expected: Any) -> None:
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected) or isinstance(value, Label)


def test_a_number_that_gives_itself_back_ends() -> None:
    assert plain(np.longdouble(1)) == 1


def test_paths_are_strings_and_what_the_file_system_knows() -> None:
    assert [is_path(each) for each in ("a", __file__, [], b"a", None)] == [True, True, False, False, False]


def test_dictionaries_of_texts_are_pages_and_those_of_tables_are_none() -> None:
    assert is_pages({"a": "text", "b": None})
    assert not is_pages({"test": pa.table({"id": []})})
    assert not is_pages([{"id": "a"}])


def test_what_speaks_only_the_interchange_protocol_is_a_table() -> None:
    class Frame:
        """Like a data frame of a library that does not give Arrow's stream."""

        def __dataframe__(self, **options: Any) -> Any:
            return pa.table({"id": ["a"], "score": [float("nan")]}).__dataframe__(**options)

    rows = read_rows(Frame(), "here")
    assert (rows.lines, rows.problems, rows.table) == ([("here:row 1", {"id": "a"})], [], True)


def test_class_labels_of_a_dataset_are_their_names_and_minus_one_is_none() -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"id": datasets.Value("string"), "label": datasets.ClassLabel(names=["x", "y"])})
    source = datasets.Dataset.from_dict({"id": ["a", "b", "c"], "label": [1, -1, None]}, features=features)
    assert [line.record for line in read_rows(source, "here").lines] == [
        {"id": "a", "label": "y"},
        {"id": "b"},
        {"id": "c"},
    ]
