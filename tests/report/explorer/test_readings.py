"""What is known of passes and reviews, and what of them cannot be read."""

import json
import shutil
from pathlib import Path

import pytest

from detente.data.corpus import Corpus
from detente.report.explorer import readings
from detente.report.explorer.article import shown_layers
from detente.report.explorer.readings import Readings, Remark
from detente.tasks.all import layers


def read(corpus: Corpus) -> Readings:
    return readings.read(corpus, shown_layers(layers(), corpus))


@pytest.fixture
def copy(two: Corpus, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two.folder.parent, tmp_path / "copy"))


def test_passes_are_rows_by_item_and_the_pages_that_they_cover(two: Corpus) -> None:
    found = read(two)
    assert set(found.rows) == {("claims", "pass-a"), ("claims", "pass-b")}
    assert list(found.rows["claims", "pass-b"]) == ["detente-901:c01", "detente-901:c02"]
    assert found.passes("claims", "detente-901") == ["pass-a", "pass-b"]
    assert found.passes("claims", "detente-900") == []
    assert found.passes("stance", "detente-901") == []
    assert found.notes == ()


def test_what_was_refused_or_stands_in_the_row_is_no_remark(two: Corpus) -> None:
    assert read(two).remarks == {
        ("claims", "detente-901:c01"): [Remark("type", "settled", "pass-a", "how things are")],
        ("claims", "detente-901:c02"): [Remark("type", "argued", "event", "may be done")],
    }


def test_without_annotations_it_says_so(two: Corpus, tmp_path: Path) -> None:
    shutil.copytree(two.folder, tmp_path / "alone" / "dataset")
    found = read(Corpus(tmp_path / "alone" / "dataset"))
    assert (found.rows, found.remarks) == ({}, {})
    assert found.notes == ("The passes of annotators are not at hand: they lie in annotations/ of a checkout.",)


def test_beside_a_text_free_export_nothing_is_read(text_free: Corpus, two: Corpus, tmp_path: Path) -> None:
    shutil.copytree(text_free.folder, tmp_path / "dataset")
    shutil.copytree(two.folder.parent / "annotations", tmp_path / "annotations")
    assert read(Corpus(tmp_path / "dataset")).rows == {}


def test_lines_that_cannot_be_read_are_left_out_and_counted(copy: Path) -> None:
    folder = copy / "annotations" / "claims"
    path = folder / "pass-a" / "detente-901.jsonl"
    first, second = path.read_text("utf-8").splitlines()
    path.write_text(f"{first}\nnot json\n{second.replace('position', '1', 1).replace('normalised', 'wrong')}\n")
    (folder / "adjudication.jsonl").write_text('{"id": "detente-901:c01", "field": 1, "reason": "x"}\n[]\n')
    found = read(Corpus(copy / "dataset"))
    assert list(found.rows["claims", "pass-a"]) == ["detente-901:c01"]
    assert ("claims", "detente-901:c01") not in found.remarks
    # Not JSON · a field too many, and one too few · no object. A field that is no string is passed over.
    assert found.notes == ("4 problems in annotations/: what they concern is left out (detente dataset validate).",)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "none"),
        (True, "yes"),
        (False, "no"),
        (1, "1"),
        ("a", "a"),
        ([], ""),
        (["a", "b"], "a, b"),
        ({"a": True, "b": [0]}, "a yes, b 0"),
    ],
)
def test_a_value_is_said_in_words(two: Corpus, tmp_path: Path, value: object, said: str) -> None:
    root = Path(shutil.copytree(two.folder.parent, tmp_path / "copy"))
    line = {"id": "x", "field": "f", "reason": "r", "verdict": "upheld", "proposed": value}
    (root / "annotations" / "claims" / "refutation.jsonl").write_text(json.dumps(line))
    assert read(Corpus(root / "dataset")).remarks["claims", "x"] == [Remark("f", "argued", said, "r")]
