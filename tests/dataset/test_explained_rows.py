"""Rows that can be read alone: beside ids and labels stand the words that they mean."""

import json
import re
from pathlib import Path

import pytest

from detente.data.corpus import Corpus, table_name
from detente.data.page import pairs_of
from detente.data.stance_question import question
from detente.dataset import build, schema
from detente.dataset.diff import changes
from detente.dataset.quality import seeded_errors
from detente.tasks.all import TASKS

ALONE = {
    "stance": {
        *("text", "holder_name", "holder_kind", "holder_aliases"),
        *("target_definition", "time_definition", "told_by_definition"),
    },
    "agreement": {"text", "proposition_text"},
    "attribution": {"text", "claim_text", "spans"},
    "contrast": {"roles", "target_definition"},
}
"""The columns that explain, by config."""
CANDIDATES = {"sources", "labels"}
"""What inputs offer to choose from, which is no column of a row."""
MOST_BYTES = 80_000
"""Of the four Parquet files, which have 72 kB: each distinct text is stored once. Without dictionaries it is 118 kB."""


def test_these_configs_have_them() -> None:
    assert {name: set(layer.explained) for name, layer in schema.LAYERS.items() if layer.explained} == ALONE


def test_the_card_names_them(root: Path) -> None:
    table = (root / "dataset" / "README.md").read_text().partition("| config | columns that explain a row |")[2]
    lines = [line.split("|") for line in table.partition("\n\n")[0].splitlines()[2:]]
    assert {name.strip(): set(re.findall(r"`(\w+)`", columns)) for _, name, columns, _ in lines} == ALONE


@pytest.mark.parametrize("task", [task for task in TASKS if task.name in ALONE], ids=lambda task: task.name)
def test_what_a_model_is_asked_stands_in_the_row(gold: Corpus, task) -> None:
    key = "claim" if task.name == "attribution" else "id"
    rows = {row[key]: row for row in gold.rows(task.name)}
    lines = task.inputs(gold)
    assert [line["id"] for line in lines] == list(rows)
    for line in lines:
        row = rows[line.pop("id")]
        if "spans" in line:  # in the form of predictions
            assert line.pop("spans") == [list(pair) for pair in pairs_of(row["spans"])]
        asked = line.keys() - CANDIDATES
        assert ALONE[task.name] - {"spans"} <= asked
        assert {name: line[name] for name in asked} == {name: row[name] for name in asked}


def test_the_words_are_those_of_the_registries_and_pages(gold: Corpus) -> None:
    sources = {row["id"]: row for row in gold.rows("sources")}
    for row in gold.rows("stance"):
        holder = sources[row["holder"]]
        assert row["text"] == gold.articles[row["article"]]["text"]
        assert [row[f"holder_{name}"] for name in ("name", "kind", "aliases")] == [
            holder[name] for name in ("name", "kind", "aliases")
        ]
    propositions = {row["id"]: row["text"] for row in gold.rows("propositions")}
    for row in gold.rows("agreement"):
        assert row["text"] == gold.articles[row["article"]]["text"]
        assert row["proposition_text"] == propositions[row["proposition"]]
    claims = {row["id"]: row for row in gold.rows("claims")}
    for row in gold.rows("attribution"):
        assert row["text"] == gold.articles[row["article"]]["text"]
        assert row["spans"] == claims[row["claim"]]["spans"]
        assert row["claim_text"] == " … ".join(row["text"][start:end] for start, end in pairs_of(row["spans"]))


def test_the_rows_of_a_page_of_two_sentences(minimal_gold: Corpus) -> None:
    text = minimal_gold.articles["detente-900"]["text"]
    assert text.startswith("Paris offers help\n\nFrance is ready to share more. It said so on Monday.\n")
    stance = minimal_gold.rows("stance")[5]
    assert (stance["id"], stance["text"]) == ("detente-900:france:ct_cooperation:conditional:other", text)
    assert (stance["holder_name"], stance["holder_kind"], stance["holder_aliases"]) == ("France", "state", ["Paris"])
    assert stance["target_definition"].startswith(
        "cooperation on counter-terrorism between France and Russia as a whole"
    )
    assert stance["time_definition"].startswith("a stance that waits for something")
    assert stance["told_by_definition"].startswith("told by another party")
    first, _ = minimal_gold.rows("agreement")
    assert (first["text"], first["proposition_text"]) == (text, "France is ready to share more.")
    spans = [row["spans"] for row in minimal_gold.rows("attribution")]
    assert spans == [[{"start": start, "end": end}] for start, end in ((0, 17), (19, 48), (50, 70))]
    words = [row["claim_text"] for row in minimal_gold.rows("attribution")]
    assert words == ["Paris offers help", "France is ready to share more", "It said so on Monday"]


def test_a_target_of_the_contrast_set_lies_between_its_own_states(gold: Corpus) -> None:
    rows = gold.rows("contrast")
    assert {row["target"] is None for row in rows} == {True, False}
    for row in rows:
        assert (row["target_definition"] is None) == (row["target"] is None)
        if row["target"] == "official_dialogue":
            assert row["target_definition"] == (
                "talks, calls, meetings and other contacts between officials of Vestrania and Tarsenia, whatever they"
                " are about"
            )
        assert "Hadrenia is a third party" in row["roles"]


def test_the_files_stay_small(gold: Corpus) -> None:
    sizes = [(gold.folder / table_name(name)).stat().st_size for name in ALONE]
    assert sum(sizes) <= MOST_BYTES


def test_annotators_write_none_of_them(minimal: Path) -> None:
    for name, columns in ALONE.items():
        assert columns.isdisjoint(schema.annotated_columns(name))
        assert columns.isdisjoint(schema.cut_columns(name))
    path = minimal / "annotations/stance/gold/detente-900.jsonl"
    path.write_text(json.dumps({**json.loads(path.read_text()), "holder_name": "France"}) + "\n")
    with pytest.raises(build.ValidationError, match="unknown-field: `holder_name` is not a field") as invalid:
        build.files_of(minimal)
    assert len(invalid.value.problems) == 1


def test_what_is_nowhere_registered_has_no_words() -> None:
    cell = {"holder": "nobody", "target": "t", "time": "then", "told_by": "us"}
    words = dict.fromkeys(
        ("holder_name", "holder_kind", "target_definition", "time_definition", "told_by_definition"), ""
    )
    assert question(cell, {}) == {**cell, **words, "holder_aliases": []}


@pytest.mark.parametrize(
    ("name", "old", "new", "rules"),
    [
        ("contrast/items", '"target": "ct_cooperation"', '"target": "war"', {"value-not-allowed"}),
        ("attribution/gold/detente-900", "detente-900:c01", "detente-900:c09", {"claim-unregistered"}),
        ("stance/gold/detente-900", "france", "nobody", {"holder-unregistered"}),
    ],
)
def test_an_unknown_id_is_reported_for_itself_and_not_for_its_words(
    minimal: Path, name: str, old: str, new: str, rules: set[str]
) -> None:
    path = minimal / f"annotations/{name}.jsonl"
    first, *others = path.read_text().splitlines(keepends=True)
    path.write_text("".join([first.replace(old, new), *others]))
    with pytest.raises(build.ValidationError) as invalid:
        build.files_of(minimal)
    told = [each for each in invalid.value.problems if each.location == f"annotations/{name}.jsonl:1"]
    assert {each.code for each in told} == rules


def test_a_diff_tells_a_change_where_it_was_made(minimal: Path, minimal_gold: Corpus) -> None:
    for name, old, new in (
        ("sources", '"name": "France"', '"name": "French state"'),
        ("propositions", "Paris is shut.", "Paris is closed."),
        ("contrast/items", "Vestrania will help Tarsenia.", "Vestrania helps Tarsenia."),
    ):
        path = minimal / f"annotations/{name}.jsonl"
        path.write_text(path.read_text().replace(old, new))
    build.write(minimal, build.files_of(minimal))
    assert [str(change) for change in changes(minimal_gold, Corpus(minimal / "dataset"))] == [
        'propositions paris-shut: text "Paris is shut." → "Paris is closed."',
        'sources france: name "France" → "French state"',
        'contrast contrast:s001a: text "Vestrania will help Tarsenia." → "Vestrania helps Tarsenia."',
    ]


def test_reviewers_of_labels_get_none_of_them(minimal: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    for name, columns in ALONE.items():
        rows = seeded_errors.rows_of(schema.LAYERS[name], minimal)
        assert rows
        assert columns.isdisjoint(rows[0])
