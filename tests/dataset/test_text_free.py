"""The text-free export: no five tokens in a row of any page, and all else as it was."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import polars as pl
import pytest

from detente.data.corpus import Corpus
from detente.data.files import write_folder
from detente.data.problems import ValidationError
from detente.dataset import build, schema
from detente.dataset.features import features_of
from detente.dataset.text_free import PLACE, Concealer, export, runs
from detente.report.gold import info

SIGNS = r"\w+|[^\w\s]"
PAGE = "The minister said on Monday: “We will talk to Russia again.” Nobody was there."


@pytest.fixture(scope="module")
def text_free(gold: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("export") / "text-free"
    write_folder(folder, export(gold))
    return Corpus(folder)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text in every file of a folder, cell by cell, by the file's name."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            yield from ((path.name, cell) for cell in strings(pl.read_parquet(path).to_dicts()))
        else:
            yield path.name, path.read_text()


@pytest.mark.parametrize("token", [r"\w+", r"\S+", SIGNS])
def test_no_five_tokens_of_a_page_are_in_the_export(gold: Corpus, text_free: Corpus, token: str) -> None:
    def sequences(text: str) -> set[tuple[str, ...]]:
        tokens = re.findall(token, text.casefold())
        found = {tuple(tokens[first : first + 5]) for first in range(len(tokens) - 4)}
        # Of single signs, five are a date in digits; of what white space parts, and of words, any five count.
        least = 3 if token == SIGNS else 0
        return {run for run in found if sum(any(map(str.isalpha, each)) for each in run) >= least}

    pages = set().union(*(sequences(page["text"]) for page in gold.articles.values()))
    assert len(pages) > 1000
    found = {name: both for name, text in contents(text_free.folder) if (both := sequences(text) & pages)}
    assert found == {}
    assert any(sequences(text) & pages for _, text in contents(gold.folder))  # the same search finds them there


def test_the_export_has_no_file_of_texts(text_free: Corpus) -> None:
    names = {path.relative_to(text_free.folder).parts[0] for path in text_free.folder.rglob("*")}
    assert names == {
        *("README.md", "DATASHEET.md", "LICENSE-annotations", "manifest.json", "agreement.json", "croissant.json"),
        *("inventory.json", "pages.jsonl", "data", "blind"),
    }


def test_labels_and_offsets_are_as_they_were(gold: Corpus, text_free: Corpus) -> None:
    for config in gold.manifest["configs"]:
        before, after = gold.table(config), text_free.table(config)
        assert before.schema == after.schema
        assert before["id"].to_list() == after["id"].to_list()
        for column, dtype in before.schema.items():
            if "String" not in str(dtype):
                assert before[column].equals(after[column]), (config, column)


def test_places_are_those_of_the_words(gold: Corpus, text_free: Corpus) -> None:
    def words(match: re.Match[str]) -> str:
        return gold.articles[match["article"]]["text"][int(match["start"]) : int(match["end"])]

    for config in gold.manifest["configs"]:
        whole = [PLACE.sub(words, text) for text in strings(text_free.rows(config))]
        assert whole == list(strings(gold.rows(config)))


def test_a_row_takes_the_words_of_its_own_page(text_free: Corpus) -> None:
    for row in text_free.rows("attribution"):
        assert {match["article"] for match in PLACE.finditer(row["claim_text"])} <= {row["article"]}
        assert row["text"] == f"⟦{row['article']}:0-{row['text'].partition('-')[2].rpartition('-')[2]}"


@pytest.mark.parametrize("config", schema.PUBLISHED)
def test_load_dataset_reads_the_export(text_free: Corpus, config: str) -> None:
    loaded = datasets.load_dataset(str(text_free.folder), config, split="test")
    assert loaded.features == features_of(config)
    assert len(loaded) == len(text_free.rows(config))
    assert schema.table_problems(config, text_free.table(config), [""] * len(loaded)) == []


def test_the_export_is_a_built_dataset(gold: Corpus, text_free: Corpus) -> None:
    assert text_free.changed() == []
    assert text_free.text_free
    assert not gold.text_free
    known, before = info(text_free), info(gold)
    assert known["rows"] == before["rows"]
    assert known["families"] == before["families"]
    assert known["sha256"] != before["sha256"] == text_free.manifest["text_free"]["sha256"]


def test_an_export_is_the_same_every_time(gold: Corpus) -> None:
    assert export(gold) == export(gold)


def test_documents_name_the_export_s_own_hashes(text_free: Corpus) -> None:
    card = (text_free.folder / "README.md").read_text()
    assert all(config["sha256"] in card for config in text_free.manifest["configs"].values())
    known = json.loads((text_free.folder / "croissant.json").read_text())
    hashes = {file["contentUrl"]: file["sha256"] for file in known["distribution"]}
    assert hashes == {name: text_free.manifest["files"][name] for name in hashes}


def test_an_export_is_not_exported_again(text_free: Corpus) -> None:
    with pytest.raises(ValidationError, match="text-free: is a text-free export already"):
        export(text_free)


def test_a_changed_dataset_is_not_exported(minimal: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    (minimal / "dataset" / "agreement.json").write_text("{}")
    with pytest.raises(ValidationError, match="dataset-changed"):
        export(Corpus(minimal / "dataset"))


@pytest.mark.parametrize(
    ("text", "concealed"),
    [
        ("said on Monday that", "said on Monday that"),  # three tokens
        ("minister said on Monday", "minister said on Monday"),  # four
        ("minister said on Monday:", "⟦p:4-28⟧"),  # five: the colon is one
        ("The minister said on Monday that", "⟦p:0-27⟧ that"),
        (
            "He, the minister said on Monday.",
            "He, the ⟦p:4-27⟧.",
        ),  # the folded run has “the”, which the page writes “The”
        ('"We will talk to', '"⟦p:30-45⟧'),  # the page has another quotation mark
        ("we will, talk to Russia", "we will, ⟦p:38-52⟧"),  # punctuation hides no run; a lone word stays
        ("a ⟦ or ⟦X:Y-Z⟧", "a ⟦ or ⟦X:Y-Z⟧"),  # no place
        ("", ""),
    ],
)
def test_five_tokens_in_a_row_are_the_page_s(text: str, concealed: str) -> None:
    assert Concealer({"p": PAGE})(text) == concealed


def test_the_row_s_own_page_comes_first_and_the_longest_place_before_it() -> None:
    conceal = Concealer({"p": "a b c d e f", "q": "a b c d e"})
    assert conceal("a b c d e", "q") == "⟦q:0-9⟧"
    assert conceal("a b c d e", "p") == "⟦p:0-9⟧"
    assert conceal("a b c d e f", "q") == "⟦p:0-11⟧"
    assert conceal("a b c d e f", "p") == "⟦p:0-11⟧"
    assert conceal.places == {"q": {(0, 9)}, "p": {(0, 9), (0, 11)}}


def test_a_whole_page_is_one_place_with_its_white_space() -> None:
    assert Concealer({"p": "  a b\n"})("  a b\n", "p") == "⟦p:0-6⟧"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("an ⟦x:1-2⟧", "holds ⟦x:1-2⟧, as the places"), ("A B C D E", "in another case or spelling")],
)
def test_words_that_cannot_be_taken_out_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Concealer({"p": "a b c d e"})(text)


def test_rows_that_cannot_be_exported_are_all_named(minimal: Path) -> None:
    path = minimal / "annotations" / "claims" / "gold" / "detente-900.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        row["normalised"] = "⟦x:1-2⟧"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    build.write(minimal, build.files_of(minimal))
    with pytest.raises(ValidationError) as invalid:
        export(Corpus(minimal / "dataset"))
    assert [(each.code, each.location) for each in invalid.value.problems] == [
        ("text-free", f"claims {row['id']}") for row in rows
    ]


def test_runs_are_of_all_tokens_and_of_words_alone() -> None:
    assert [" ".join(run) for run, _ in runs("A, b c d e")] == ["a b c d e", "a , b c d", ", b c d e"]
    assert [" ".join(run) for run, _ in runs("a - b - c")] == ["a - b - c"]  # three have letters
    assert list(runs("a - b - 3")) == []  # two have
    assert list(runs("2024-04-08")) == []
    assert [" ".join(run) for run, _ in runs("1 2 3 4 5")] == ["1 2 3 4 5"]


def test_a_dataset_without_documents_beside_it_is_exported(minimal: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    alone = Path(shutil.copytree(minimal / "dataset", minimal / "alone" / "dataset"))
    files = export(Corpus(alone))
    assert "DATASHEET.md" not in files
    assert "croissant.json" not in files
