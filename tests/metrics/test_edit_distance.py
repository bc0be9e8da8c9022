"""Edit distances by hand, by a dynamic programme, by jiwer, and on real pages."""

import json
import lzma
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.metrics.edit_distance import indel_ratio, wer_tokens, word_error_rate

SUITE = Path(__file__).parents[3] / "shared" / "suites" / "article_extraction"
SYSTEMS = ("AutoExtract", "boilerpipe", "go_trafilatura", "goose3", "newspaper", "trafilatura")
TOKENS = st.lists(st.sampled_from(["a", "b", "ab", "Ab", "été"]), max_size=12)


def distance(one: list[str], two: list[str], substitution: int) -> int:
    """The least cost of making one list of the other, by the full table; insertions and deletions cost 1."""
    row = list(range(len(two) + 1))
    for i, token in enumerate(one, start=1):
        before, row = row, [i]
        for j, other in enumerate(two, start=1):
            replaced = before[j - 1] + (0 if token == other else substitution)
            row.append(min(replaced, before[j] + 1, row[j - 1] + 1))
    return row[-1]


# Levenshtein as Bevendorff et al. have it


@pytest.mark.parametrize(
    ("reference", "candidate", "expected"),
    [
        ("a b c", "a b c", 1),
        # One deleted: 1 − 1/(3 + 2).
        ("a b c", "a c", 4 / 5),
        # b deleted, d inserted: 1 − 2/(3 + 3).
        ("a b c", "a c d", 4 / 6),
        # Another token in its place is a deletion and an insertion: 1 − 2/(2 + 2).
        ("a b", "a c", 1 / 2),
        # Only one of the two can stay: 1 − 2/4.
        ("a b", "b a", 1 / 2),
        ("a b", "c d e", 0),
        # Tokens are compared whole, and with their case: 1 − 2/4.
        ("a bc", "a b", 1 / 2),
        ("a B", "a b", 1 / 2),
        # One side empty: 1 − 2/2. Both: 1.
        ("a b", "", 0),
        ("", "a b", 0),
        ("", "", 1),
    ],
)
def test_indel_ratio_by_hand(reference: str, candidate: str, expected: float) -> None:
    assert indel_ratio(reference.split(), candidate.split()) == pytest.approx(expected)


@settings(max_examples=300)
@given(TOKENS, TOKENS)
def test_indel_ratio_is_the_dynamic_programmes(reference: list[str], candidate: list[str]) -> None:
    both = len(reference) + len(candidate)
    expected = 1 - distance(reference, candidate, substitution=2) / both if both else 1
    assert indel_ratio(reference, candidate) == pytest.approx(expected, abs=1e-12)
    assert indel_ratio(candidate, reference) == indel_ratio(reference, candidate)


# Word error rate


@pytest.mark.parametrize("other", [0, 1, 9, 10, 11, 50, 99, 100])
def test_the_ratio_is_the_same_whether_or_not_it_is_near_1(other: int) -> None:
    reference = [str(number) for number in range(100)]
    # 2 · (100 − k) tokens of 200 are shared: nine tenths at k = 10.
    assert indel_ratio(reference, ["x"] * other + reference[other:]) == 1 - 2 * other / 200


def test_spoken_words_are_what_single_spaces_divide_once_runs_of_white_space_are_one() -> None:
    assert wer_tokens("  The  talks, \n\n went on.\t\t") == ["The", "talks,", "went", "on."]
    assert wer_tokens("") == wer_tokens(" \n ") == []


def test_a_line_end_without_more_white_space_divides_no_spoken_words() -> None:
    assert wer_tokens("one\ntwo\tthree") == ["one\ntwo\tthree"]
    assert wer_tokens("one\n\ntwo\t three") == ["one", "two", "three"]
    assert wer_tokens("\none\n") == ["one"]


@pytest.mark.parametrize(
    ("reference", "candidate", "expected"),
    [
        ("the talks went on", "the talks went on", 0),
        # One substitution, one insertion, one deletion of 4 words each.
        ("the talks went on", "the talk went on", 1 / 4),
        ("the talks went on", "the talks went on today", 1 / 4),
        ("the talks went on", "the went on", 1 / 4),
        # the → a, today inserted: 2/4. Deletion and insertion cost no more than substitutions: 2/2.
        ("the talks went on", "a talks went on today", 2 / 4),
        ("a b", "b a", 2 / 2),
        # All lost: 4/4. One word replaced and two put in, of one: 3/1.
        ("the talks went on", "", 1),
        ("a", "b c d", 3),
        # Divided by the reference's words, so not symmetric: 1/1 and 1/2.
        ("a", "a b", 1),
        ("a b", "a", 1 / 2),
    ],
)
def test_word_error_rate_by_hand(reference: str, candidate: str, expected: float) -> None:
    assert word_error_rate(wer_tokens(reference), wer_tokens(candidate)) == expected


def test_word_error_rate_of_an_empty_reference_is_undefined() -> None:
    assert math.isnan(word_error_rate([], ["a"]))
    assert math.isnan(word_error_rate([], []))


@settings(max_examples=300)
@given(TOKENS.filter(bool), TOKENS)
def test_word_error_rate_is_the_dynamic_programmes(reference: list[str], candidate: list[str]) -> None:
    expected = distance(reference, candidate, substitution=1) / len(reference)
    assert word_error_rate(reference, candidate) == pytest.approx(expected, abs=1e-12)


SPOKEN = st.text(alphabet="abC,. \n\t\u00a0", max_size=30)


@settings(max_examples=300)
@given(SPOKEN, SPOKEN)
def test_jiwer_agrees(reference: str, candidate: str) -> None:
    jiwer = pytest.importorskip("jiwer")
    words = wer_tokens(reference)
    assert [words] == jiwer.transformations.wer_default([reference])
    if words:
        ours = word_error_rate(words, wer_tokens(candidate))
        assert ours == pytest.approx(jiwer.wer(reference, candidate), abs=1e-12)


# Real pages


def read(name: str) -> Any:
    if not SUITE.exists() and os.environ.get("CI") != "true":
        pytest.skip("../shared/suites is not beside this checkout")
    return json.loads(lzma.decompress((SUITE / f"{name}.json.xz").read_bytes()))


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_page_has_its_published_indel_ratio(system: str) -> None:
    published = read("per_page")[system]["levenshtein_ratio"]
    references, outputs = read("ground_truth"), read(f"outputs/{system}")
    outputs = outputs.get("output", outputs)
    assert len(published) == len(references) == 181
    for page, expected in published.items():
        found = indel_ratio(references[page]["articleBody"].split(), outputs[page]["articleBody"].split())
        assert found == pytest.approx(expected, abs=1e-9), page
