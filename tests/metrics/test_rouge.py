"""ROUGE-LSum against the table and the backtracking that define it, on numbers worked by hand, and on real pages."""

import json
import lzma
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.metrics.rouge import Overlap, rouge_lsum, union_tokens

SUITE = Path(__file__).parents[3] / "shared" / "suites" / "article_extraction"
SYSTEMS = ("AutoExtract", "boilerpipe", "go_trafilatura", "goose3", "newspaper", "trafilatura")

Text = list[list[str]]


def text(*sentences: str) -> Text:
    return [sentence.split() for sentence in sentences]


def subsequence(reference: list[str], candidate: list[str], *, flipped: bool) -> set[int]:
    """The reference's positions in the longest common subsequence, by the full table and backtracking from the ends."""
    table = [[0] * (len(candidate) + 1) for _ in range(len(reference) + 1)]
    for i, token in enumerate(reference, start=1):
        for j, other in enumerate(candidate, start=1):
            table[i][j] = table[i - 1][j - 1] + 1 if token == other else max(table[i - 1][j], table[i][j - 1])
    positions, i, j = set(), len(reference), len(candidate)
    while i and j:
        if reference[i - 1] == candidate[j - 1]:
            i, j = i - 1, j - 1
            positions.add(i)
        elif table[i][j - 1] > table[i - 1][j] or (flipped and table[i][j - 1] == table[i - 1][j]):
            j -= 1
        else:
            i -= 1
    return positions


def union_by_definition(reference: Text, candidate: Text, *, flipped: bool = False) -> list[str]:
    unions = [set().union(*(subsequence(row, other, flipped=flipped) for other in candidate)) for row in reference]
    return [row[place] for row, union in zip(reference, unions, strict=True) for place in sorted(union)]


def by_definition(reference: Text, candidate: Text, *, flipped: bool = False) -> Overlap:
    left = [Counter(token for sentence in side for token in sentence) for side in (reference, candidate)]
    size, other = left[0].total(), left[1].total()
    hits = 0
    for token in union_by_definition(reference, candidate, flipped=flipped):
        if left[0][token] > 0 and left[1][token] > 0:
            hits += 1
            for counts in left:
                counts[token] -= 1
    if not size:
        return Overlap(float(not other), 1.0, float(not other))
    precision, recall = hits / other if other else 0.0, hits / size
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0)


# By hand


def test_the_union_over_candidate_sentences_is_lins_own_example() -> None:
    # Lin 2004, 3.2: common subsequences w1 w2 and w1 w3 w5, their union w1 w2 w3 w5: R = 4/5; P = 4/10;
    # F1 = 2 · 4/(5 + 10).
    scores = rouge_lsum(text("w1 w2 w3 w4 w5"), text("w1 w2 w6 w7 w8", "w1 w3 w8 w9 w5"))
    assert scores == pytest.approx((4 / 10, 4 / 5, 8 / 15))


def test_case_and_punctuation_make_another_token() -> None:
    # Of "The", "end." and "the", "end." one is shared: P = R = F1 = 1/2.
    assert rouge_lsum(text("The end."), text("the end.")) == (1 / 2, 1 / 2, 1 / 2)


def test_tokens_in_another_order_are_found_only_as_far_as_they_keep_it() -> None:
    # "a b c" and "c a b" share a b: 2/3 on each side.
    assert rouge_lsum(text("a b c"), text("c a b")) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


@pytest.mark.parametrize(
    ("second", "right", "flipped"),
    [
        # In "a b" against "b a" either token alone is longest. At (b, a) T[2][1] = T[1][2] = 1: the step goes back in
        # the reference, to a. With "a x" the union is {a} ∪ {a}: 1 hit, P 1/4, R 1/2. Flipped it were {b} ∪ {a}.
        ("a x", (1 / 4, 1 / 2, 1 / 3), (2 / 4, 2 / 2, 2 / 3)),
        # With "b x" it is {a} ∪ {b}: 2 hits, P 2/4, R 2/2. Flipped it were {b} ∪ {b}.
        ("b x", (2 / 4, 2 / 2, 2 / 3), (1 / 4, 1 / 2, 1 / 3)),
    ],
)
def test_a_tie_is_a_step_back_in_the_reference(
    second: str, right: tuple[float, ...], flipped: tuple[float, ...]
) -> None:
    reference, candidate = text("a b"), text("b a", second)
    assert rouge_lsum(reference, candidate) == pytest.approx(right)
    assert by_definition(reference, candidate, flipped=True) == pytest.approx(flipped)


def test_a_tie_is_kept_where_a_token_that_the_reference_lacks_stands_between() -> None:
    # As above, with y stepped over in the candidate: {a} ∪ {a}: P 1/6, R 1/2, F1 = 2 · 1/(6 + 2).
    assert rouge_lsum(text("a b"), text("b y a y", "a x")) == pytest.approx((1 / 6, 1 / 2, 2 / 8))


def test_a_token_is_hit_no_oftener_than_the_candidate_has_it() -> None:
    # "a b" and "a c" are both found whole in "a b c", which has one a: hits a, b, c; P = 3/3, R = 3/4, F1 = 6/7.
    assert sorted(union_tokens(text("a b", "a c"), text("a b c"))) == ["a", "a", "b", "c"]
    assert rouge_lsum(text("a b", "a c"), text("a b c")) == pytest.approx((1, 3 / 4, 6 / 7))
    # One sentence, thrice in the reference and once in the candidate: 2 hits of 6 and of 2; F1 = 4/8.
    assert rouge_lsum(text("a b", "a b", "a b"), text("a b")) == pytest.approx((1, 1 / 3, 1 / 2))


def test_a_token_is_hit_no_oftener_than_the_reference_has_it() -> None:
    # P = 2/6, R = 2/2, F1 = 4/8: what is doubled costs precision.
    assert rouge_lsum(text("a b"), text("a b", "a b", "a b")) == pytest.approx((1 / 3, 1, 1 / 2))


def test_the_two_sides_are_not_symmetric() -> None:
    # "a b" against "b a" and "a x": {a}, 1 hit of 4 and of 2. The other way round "b a" gives b and "a x" gives a.
    one, two = text("a b"), text("b a", "a x")
    assert rouge_lsum(one, two) == pytest.approx((1 / 4, 1 / 2, 1 / 3))
    assert rouge_lsum(two, one) == pytest.approx((2 / 2, 2 / 4, 2 / 3))


@pytest.mark.parametrize("blank", [[], [[]], [[], []]])
def test_a_blank_side_scores_0_but_a_blank_reference_has_recall_1(blank: Text) -> None:
    assert rouge_lsum(text("a b"), blank) == (0, 0, 0)
    assert rouge_lsum(blank, text("a b")) == (0, 1, 0)
    assert rouge_lsum(blank, []) == rouge_lsum([], blank) == (1, 1, 1)


def test_texts_with_nothing_in_common_score_0() -> None:
    assert rouge_lsum(text("a b", "c"), text("d", "e f")) == (0, 0, 0)


# Against the definition


@st.composite
def texts(draw: st.DrawFn, alphabet: str) -> Text:
    """Sentences of which some are empty and some repeated."""
    pool = draw(st.lists(st.lists(st.sampled_from(alphabet), max_size=9), min_size=1, max_size=5))
    return draw(st.lists(st.sampled_from(pool), max_size=6))


@settings(max_examples=300)
@given(texts("abcx"), texts("abcy"))
def test_scores_are_those_of_the_table(reference: Text, candidate: Text) -> None:
    assert Counter(union_tokens(reference, candidate)) == Counter(union_by_definition(reference, candidate))
    assert rouge_lsum(reference, candidate) == pytest.approx(by_definition(reference, candidate), abs=1e-12)


@settings(max_examples=100)
@given(texts("abx"), texts("aby"), st.randoms(use_true_random=False))
def test_the_order_of_the_sentences_changes_nothing(reference: Text, candidate: Text, chance: random.Random) -> None:
    shuffled = [chance.sample(side, len(side)) for side in (reference, candidate)]
    assert rouge_lsum(*shuffled) == rouge_lsum(reference, candidate)


@given(texts("abc"))
def test_a_text_against_itself_is_perfect(both: Text) -> None:
    assert rouge_lsum(both, both) == (1, 1, 1)


def test_sentences_longer_than_a_machine_word_are_scored_as_short_ones_are() -> None:
    chance = random.Random(20240322)
    for alphabet, other in (("ab", "ab"), ("abcdefgh", "abcdxyz"), ("abcdefghijklmnop", "klmnopqrst")):
        reference = [chance.choices(alphabet, k=chance.choice((1, 63, 64, 65, 150))) for _ in range(6)]
        candidate = [chance.choices(other, k=chance.choice((1, 63, 64, 65, 150))) for _ in range(6)]
        scores = rouge_lsum(reference, candidate)
        assert scores == pytest.approx(by_definition(reference, candidate), abs=1e-12)


def test_every_pair_of_sentences_of_two_tokens_up_to_length_five_takes_the_same_subsequence() -> None:
    sentences = [format(number, "b")[1:] for number in range(2, 2**6)]
    for one in sentences:
        for two in sentences:
            # Digits made tokens of their own by how often they stood before: the positions show in the union.
            first, second = ([f"{digit}{side[:n].count(digit)}" for n, digit in enumerate(side)] for side in (one, two))
            for pair in ([list(one)], [list(two)]), ([first], [second]):
                assert union_tokens(*pair) == union_by_definition(*pair), pair


# Real pages


def read(name: str) -> Any:
    if not SUITE.exists() and os.environ.get("CI") != "true":
        pytest.skip("../shared/suites is not beside this checkout")
    return json.loads(lzma.decompress((SUITE / f"{name}.json.xz").read_bytes()))


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_page_has_its_published_score(system: str) -> None:
    published = read("per_page")[system]["rouge_lsum_p_r_f1"]
    offsets, references, outputs = read("sentences_nltk391"), read("ground_truth"), read(f"outputs/{system}")
    outputs = outputs.get("output", outputs)
    assert len(published) == len(references) == 181

    def tokens(pages: Any, source: str, page: str) -> Text:
        return [pages[page]["articleBody"][start:end].split() for start, end in offsets[source][page]]

    for page, expected in published.items():
        found = rouge_lsum(tokens(references, "ground_truth", page), tokens(outputs, system, page))
        assert found == pytest.approx(expected, abs=1e-9), page


def test_published_scores_are_here_for_the_six_systems() -> None:
    assert set(read("per_page")) == set(SYSTEMS)
