"""The labels of a corpus: what a file may say, what stands where it says nothing, and that nothing is made of it."""

import json
from pathlib import Path

import pytest

from detente.data import inventory
from detente.data.corpus import Corpus
from detente.data.inventory import PACKAGED, Inventory, read, united


def test_the_file_of_the_packaged_corpus_says_what_the_code_says(root: Path, gold: Corpus) -> None:
    found, problems = read((root / inventory.FILE).read_bytes())
    assert problems == []
    assert found is PACKAGED  # its own labels are then those of the models, and nothing is made anew
    assert gold.inventory is PACKAGED


def test_what_a_file_leaves_out_is_as_in_the_package() -> None:
    found, problems = read(b"name: bay\nlanguages: [ka, en]\nparties: {one: One, two: Two}\n")
    assert problems == []
    assert (found.name, found.languages, found.party_names) == ("bay", ("ka", "en"), "One and Two")
    assert (found.targets, found.claim_types) == (PACKAGED.targets, PACKAGED.claim_types)
    assert read(b"") == (PACKAGED, [])
    assert read(b"# nothing\n") == (PACKAGED, [])


def test_a_type_of_segments_has_the_zone_that_it_stands_under() -> None:
    found, _ = read(b"boilerplate: [weather, other_boilerplate]\n")
    assert found.zone_of_type["weather"] == "boilerplate"
    assert found.segment_types == ("paragraph", *PACKAGED.paratext, "weather", "other_boilerplate")
    assert united(("a", "b"), ("c", "b")) == ("a", "b", "c")


def test_an_inventory_survives_json() -> None:
    found, _ = read("name: bay\ntitle: The bay ⟨blue⟩\nclaim_types: [event]\n".encode())
    again = Inventory.of(json.loads(json.dumps(found.document)))
    assert again.document == found.document
    assert Inventory.of(json.loads(json.dumps(PACKAGED.document))) is PACKAGED


@pytest.mark.parametrize(
    "text",
    [
        "name: !!python/object/apply:os.system [echo]",
        "title: !!python/name:os.system",
        "a: &a [x]\nclaim_types: *b\n",
        "[" * 5000,
        "name: \x00",
        "name: null",
        "name: a: b",
    ],
)
def test_what_is_no_inventory_is_a_problem_and_nothing_else(text: str) -> None:
    found, problems = read(text.encode())
    assert found is PACKAGED
    assert {problem.code for problem in problems} == {"inventory-wrong"}


def test_bytes_that_are_no_text_and_files_that_are_too_long_are_problems() -> None:
    assert [problem.message for problem in read(b"name: \xff")[1]] == ["the file is not YAML: invalid start byte"]
    long = b"#" * 1_000_001
    assert read(long)[1][0].message == "the file is longer than 1,000,000 bytes"
    assert read(long[1:]) == (PACKAGED, [])
