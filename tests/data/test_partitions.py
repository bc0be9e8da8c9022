"""What is divided knows where it stood."""

from pathlib import Path

import polars as pl
import pytest

from detente.data.partitions import PLACE, Divided, Spilled, Start, divided, spill


@pytest.mark.parametrize(
    ("place", "location"), [(1, "a.jsonl:1"), (3, "a.jsonl:3"), (4, "b.parquet:row 1"), (6, "b.parquet:row 3")]
)
def test_a_place_is_counted_from_the_beginning_of_its_file(place: int, location: str) -> None:
    assert Divided((), (Start(0, "a.jsonl", ""), Start(3, "b.parquet", "row ")), 6, 1).location(place) == location


def test_rows_of_all_files_come_in_the_order_of_their_places(tmp_path: Path) -> None:
    for name, ids in (("one", ["a", "b"]), ("two", ["c", "d", "e"])):
        frame = pl.DataFrame({"id": ids, PLACE: range(1, len(ids) + 1)}, schema={"id": pl.String, PLACE: pl.Int64})
        spill(frame, tmp_path / name, 2)
    found = Divided((Spilled(str(tmp_path / "one"), 0), Spilled(str(tmp_path / "two"), 2)), (), 5, 2)
    parts = [found.part(partition) for partition in range(2)]
    assert all(part[PLACE].is_sorted() for part in parts)
    assert dict(row for part in parts for row in part.select(PLACE, "id").iter_rows()) == dict(enumerate("abcde", 1))
    assert not list(tmp_path.glob(".*")), "what was written beside is renamed"


def test_a_source_of_no_files_has_no_rows() -> None:
    assert divided([], [], 3) == (Divided((), (), 0, 3), ())
    assert Divided((), (), 0, 3).part(0).columns == [PLACE]
