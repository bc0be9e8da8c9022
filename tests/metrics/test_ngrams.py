"""Shingles, words and other multisets: counted by hand, and against `collections.Counter`."""

import re
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.metrics.ngrams import Hits, Shingles, WordCounts, _Places, compare, located_words, overlap, words

LARGE = 65_534
"""From this many words on, four numbers of words no longer fit 64 bits."""


def shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = words(text)
    return Counter(tuple(tokens[start : start + 4]) for start in range(max(1, len(tokens) - 3)) if tokens)


def by_counter(reference: str, candidate: str) -> Hits:
    first, second = shingles(reference), shingles(candidate)
    return Hits((first & second).total(), (second - first).total(), (first - second).total())


def one(reference: Shingles, candidate: str) -> tuple[Hits, bool]:
    return reference.compare_all([candidate])[0]


def compared(reference: Shingles, candidate: str) -> Hits:
    found, same = one(reference, candidate)
    if same:
        assert (found.fp, found.fn) == (0, 0)
    return found


def hits(reference: str, candidate: str) -> Hits:
    return compared(Shingles(reference), candidate)


# Words


def test_words_are_runs_of_word_characters_with_their_case() -> None:
    assert words("The U.S.'s co-op, 3.5 km_h — Été") == ["The", "U", "S", "s", "co", "op", "3", "5", "km_h", "Été"]
    assert words("") == words(" \n—.") == []
    assert words("\U0010ffffa\U0010ffff") == ["a"]  # the last code point there is


@given(st.text())
def test_words_are_what_the_regular_expression_finds(text: str) -> None:
    assert words(text) == re.findall(r"\w+", text)
    located = located_words(text)
    found = located.spelt(np.arange(len(located.starts)))
    assert [word.decode("utf-8", "surrogatepass") for word in found] == words(text)


def test_code_points_of_the_first_planes_are_told_apart_as_the_regular_expression_does() -> None:
    text = "-".join(map(chr, range(0x30000)))
    assert words(text) == re.findall(r"\w+", text)
    located = located_words(text)
    found = located.spelt(np.arange(len(located.starts)))
    assert [word.decode("utf-8", "surrogatepass") for word in found] == words(text)


# Shingles by hand


@pytest.mark.parametrize(
    ("reference", "candidate", "expected"),
    [
        # 5 tokens have 2 shingles: a b c d and b c d e; the candidate has b c d e and c d e f.
        ("a b c d e", "b c d e f", (1, 1, 1)),
        # One wrong token in the middle of 7 stands in all 4 shingles, at an end in one.
        ("a b c d e f g", "a b c x e f g", (0, 4, 4)),
        ("a b c d e f g", "a b c d e f x", (3, 1, 1)),
        # a a a a a has a a a a twice, a a a a a a a four times: 2 in both, 2 let in.
        ("a a a a a", "a a a a a a a", (2, 2, 0)),
        ("a a a a a a a", "a a a a a", (2, 0, 2)),
        # The same tokens in another order.
        ("a b c d", "d c b a", (0, 1, 1)),
        # Case is kept; punctuation and line ends are not.
        ("The talks go on", "the talks go on", (0, 1, 1)),
        ("The talks go on", "“The talks,\ngo on.”", (1, 0, 0)),
    ],
)
def test_shingles_are_four_tokens_in_a_row(reference: str, candidate: str, expected: tuple[int, ...]) -> None:
    assert hits(reference, candidate) == by_counter(reference, candidate) == expected


@pytest.mark.parametrize(
    ("reference", "candidate", "expected"),
    [
        ("a", "a", (1, 0, 0)),
        ("a b", "a b", (1, 0, 0)),
        ("a b c", "a b c", (1, 0, 0)),
        # A shorter shingle is none of the shingles of a longer text, nor of one shorter still.
        ("a b c", "a b", (0, 1, 1)),
        ("a b", "b a", (0, 1, 1)),
        ("a b c", "a b c d", (0, 1, 1)),
        ("a b c d e", "a b c", (0, 1, 2)),
        ("a", "x", (0, 1, 1)),
        ("a", "a a", (0, 1, 1)),
    ],
)
def test_a_text_of_one_to_three_tokens_has_one_shorter_shingle(
    reference: str, candidate: str, expected: tuple[int, ...]
) -> None:
    assert hits(reference, candidate) == by_counter(reference, candidate) == expected


def test_an_empty_text_has_no_shingles() -> None:
    assert hits("", "") == (0, 0, 0)
    assert hits("", "a b c d e") == (0, 2, 0)
    assert hits("a b c d e", " .") == (0, 0, 2)
    assert hits("", "a") == (0, 1, 0)


# Shingles against a counter

TEXTS = st.lists(st.sampled_from(["a", "b", "A", "ab", "x"]), max_size=14).map(" ".join)


@settings(max_examples=400)
@given(TEXTS, TEXTS)
def test_shingles_are_compared_as_a_counter_compares_them(reference: str, candidate: str) -> None:
    assert hits(reference, candidate) == by_counter(reference, candidate)


@given(st.text(), st.text())
def test_any_texts_are_compared_as_a_counter_compares_them(reference: str, candidate: str) -> None:
    assert hits(reference, candidate) == by_counter(reference, candidate)


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_one_reference_serves_any_number_of_texts(reference: str, candidates: list[str]) -> None:
    counted = Shingles(reference)
    assert [compared(counted, text) for text in candidates] == [by_counter(reference, text) for text in candidates]


@given(TEXTS, TEXTS)
def test_texts_are_the_same_if_their_words_are_in_their_order(reference: str, candidate: str) -> None:
    counted = Shingles(reference)
    assert one(counted, candidate)[1] == (words(reference) == words(candidate))
    assert one(counted, f"“{reference}”.")[1]


def test_the_same_shingles_in_another_order_are_not_the_same_text() -> None:
    # x and y each stand between one a b c and the next: 4 shingles with x, 4 with y, whichever comes first.
    assert one(Shingles("a b c x a b c y a b c"), "a b c y a b c x a b c") == ((8, 0, 0), False)
    assert one(Shingles("a b c d"), "a b c d") == ((1, 0, 0), True)
    assert one(Shingles(""), " .") == ((0, 0, 0), True)
    assert one(Shingles("a"), "") == ((0, 0, 1), False)


@pytest.mark.parametrize(
    "distinct",
    [
        ("abcdefg", "abcdefgh", "abcdefghi", "abcdefghj"),  # 7, 8 and 9 bytes: the last two are equal in eight
        ("äöüß", "äöüßa", "äöüßb", "äöü"),  # 8, 9, 9 and 6 bytes
        ("ab", "abc", "abcd", "abcde"),
        ("a" * 100, "a" * 101, "a" * 8, "a" * 9),
    ],
)
def test_words_that_begin_alike_are_told_apart(distinct: tuple[str, ...]) -> None:
    for reference in permutations(distinct):
        counted = Shingles(" ".join(reference))
        for candidate in permutations(distinct):
            same = candidate == reference
            assert one(counted, " ".join(candidate)) == ((1, 0, 0) if same else (0, 1, 1), same)


@pytest.mark.parametrize("unknown", ["z", "extraordinary"])
def test_an_unknown_word_makes_no_shingle_of_the_three_words_of_a_reference(unknown: str) -> None:
    for reference in permutations(("x", "y", "malaagajaggaad")):
        assert hits(" ".join(reference), " ".join((*reference, unknown))) == (0, 1, 1)
        assert hits(" ".join(reference), " ".join((unknown, *reference))) == (0, 1, 1)


def test_pairs_that_share_a_slot_of_the_table_have_their_own_numbers() -> None:
    first, second = np.random.default_rng(0).integers(2**64, size=(2, 10_000), dtype=np.uint64)
    first[1::2] = first[::2]  # every other pair is like its neighbour but for the second number
    twice = np.tile(first[:5000], 2), np.tile(second[:5000], 2)
    places = _Places(*twice)
    assert places.size == 5000
    assert len(places._others) > 30  # n² / 2 · 32 n and more pairs in a slot: some n / 64
    assert sorted(places.given[:5000].tolist()) == [*range(5000)]
    assert places.given[:5000].tolist() == places.given[5000:].tolist()
    assert places.of(first, second).tolist() == [*places.given[:5000].tolist(), *[5000] * 5000]
    assert places.of(second[:5000], first[:5000]).tolist() == [5000] * 5000
    assert places.of(first[:0], second[:0]).tolist() == []


def test_without_pairs_every_pair_is_unknown() -> None:
    none = np.zeros(0, dtype=np.uint64)
    zeros = np.zeros(3, dtype=np.uint64)
    assert _Places(none, none).of(zeros, zeros).tolist() == [0, 0, 0]
    one = _Places(zeros, zeros)
    assert (one.size, one.given.tolist()) == (1, [0, 0, 0])
    assert one.of(zeros, np.arange(3, dtype=np.uint64)).tolist() == [0, 1, 1]


@pytest.mark.parametrize("size", [7, 8, 9, 15, 16, 17, 24])
@pytest.mark.parametrize("letter", ["a", "é"])
def test_long_words_are_told_apart_by_every_letter(size: int, letter: str) -> None:
    word = letter * size
    others = [word[:place] + "b" + word[place + 1 :] for place in range(size)]
    for other in (*others, word[1:], word + letter):
        assert hits(word, other) == hits(other, word) == (0, 1, 1)
        assert hits(f"{word} {other}", f"{other} {word}") == (0, 1, 1)
    assert one(Shingles(f"{word} x"), f"{word}-x") == ((1, 0, 0), True)


# Words whatever their order


@given(st.text("aé b—\U00020000\ud800"), st.text("aé b—\U00020000\ud800"))
def test_words_whatever_their_order_are_compared_as_counters(reference: str, candidate: str) -> None:
    assert WordCounts(reference).compare(located_words(candidate)) == compare(words(reference), words(candidate))


def test_words_are_shared_as_often_as_both_texts_have_them() -> None:
    long = "incomprehensibilities"
    counted = WordCounts(f"the cat and the dog and {long}")
    # the 2 and 1, and 2 and 3, long 1 and 1: 1 + 2 + 1 shared of 7 and of 6; a long word that it lacks is one too many.
    assert counted.compare(located_words(f"and the and {long} and {long}ly")) == (4, 2, 3)
    assert counted.compare(located_words("")) == (0, 0, 7)
    assert WordCounts("").compare(located_words("the the")) == (0, 2, 0)
    assert WordCounts("").compare(located_words("")) == (0, 0, 0)


# Several texts at once


def test_texts_compared_together_share_no_shingle_across_their_ends() -> None:
    # Joined, the first two would have all three shingles of the reference; alone each has one, of three words.
    counted = Shingles("a b c d e f")
    assert counted.compare_all(["a b c", "d e f", "", "a b c d", "", "", "b c d e f", "c", "a b c d e f"]) == [
        ((0, 1, 3), False),
        ((0, 1, 3), False),
        ((0, 0, 3), False),
        ((1, 0, 2), False),
        ((0, 0, 3), False),
        ((0, 0, 3), False),
        ((2, 0, 1), False),
        ((0, 1, 3), False),
        ((3, 0, 0), True),
    ]
    assert counted.compare_all(["", "", ""]) == [((0, 0, 3), False)] * 3
    assert counted.compare_all([]) == []
    assert Shingles("").compare_all(["a b", ""]) == [((0, 1, 0), False), ((0, 0, 0), True)]


@given(st.text("aé b—\U00020000\ud800"), st.lists(st.text("aé b—\U00020000\ud800"), max_size=5))
def test_texts_compared_together_are_as_each_alone(reference: str, texts: list[str]) -> None:
    found = Shingles(reference).compare_all(texts)
    assert found == [(by_counter(reference, text), words(text) == words(reference)) for text in texts]


@pytest.mark.parametrize("size", [LARGE - 1, LARGE, LARGE + 1])
def test_a_vocabulary_too_large_for_64_bits_is_counted_as_any_other(size: int) -> None:
    vocabulary = [f"w{number}" for number in range(size)]
    everything = " ".join([*vocabulary, *vocabulary[-5:]])
    counted = Shingles(everything)
    # The vocabulary has size − 3 shingles; the five words at its end, once more, have 5.
    assert one(counted, everything) == ((size + 2, 0, 0), True)
    for candidate, expected in [
        # Of the six words at the end 3 shingles, each of them in both.
        (vocabulary[-6:], (3, 0, size - 1)),
        # Twice the last five: 2 + 3 across the seam + 2, all of which the reference has as often.
        (vocabulary[-5:] * 2, (7, 0, size - 5)),
        # Thrice: the seam's 3 stand twice here and once there, the others thrice here and twice there.
        (vocabulary[-5:] * 3, (7, 5, size - 5)),
        (["w1", "w0", "w2", "w3", "unknown"], (0, 2, size + 2)),
        (["w0", "w1", "w2"], (0, 1, size + 2)),
        (["w0"], (0, 1, size + 2)),
        ([], (0, 0, size + 2)),
    ]:
        assert compared(counted, " ".join(candidate)) == expected


def test_numbers_of_shingles_that_are_the_same_in_64_bits_are_told_apart() -> None:
    vocabulary = [f"w{number}" for number in range(100_000)]
    counted = Shingles(" ".join(vocabulary))
    numbers = counted.numbers.tolist()
    # Less 2⁶⁴, the number of a shingle is that of four other words.
    word_of, base = dict(zip(numbers, vocabulary, strict=True)), len(vocabulary) + 2
    tried = 0
    for start in range(50_000, 50_700, 7):
        number = sum(digit * base ** (3 - place) for place, digit in enumerate(numbers[start : start + 4])) - 2**64
        digits = [number // base ** (3 - place) % base for place in range(4)]
        if number >= 0 and all(digit in word_of for digit in digits):
            tried += 1
            assert compared(counted, " ".join(word_of[digit] for digit in digits)) == (0, 1, 99_997)
    assert tried > 50


# Multisets


def test_multisets_share_the_lesser_count_of_each_member() -> None:
    # a: 2 and 1; b: 1 and 3; c: 1 and 0; d: 0 and 1. Shared 1 + 1, excess 2 + 1 and 1 + 1.
    assert compare("aabc", "abbbd") == (2, 3, 2)
    assert compare([], []) == (0, 0, 0)
    assert compare([], "ab") == (0, 2, 0)
    assert compare("ab", []) == (0, 0, 2)
    assert compare(iter("ab"), iter("ba")) == (2, 0, 0)
    assert compare(["one paragraph", "another"], ("another",)) == (1, 0, 1)


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abce")))
def test_multisets_are_compared_as_counters_are_subtracted(reference: list[str], candidate: list[str]) -> None:
    first, second = Counter(reference), Counter(candidate)
    expected = ((first & second).total(), (second - first).total(), (first - second).total())
    assert compare(reference, candidate) == expected
    tp, fp, fn = compare(candidate, reference)
    assert (tp, fn, fp) == expected


def test_overlap_by_hand() -> None:
    # 3 in both, 1 let in, 2 lost: P = 3/4, R = 3/5, F1 = 6/9.
    assert overlap(Hits(3, 1, 2)) == pytest.approx((3 / 4, 3 / 5, 6 / 9))
    assert overlap(Hits(2, 0, 0)) == (1, 1, 1)


def test_overlap_is_1_where_both_are_empty_and_0_where_nothing_is_shared() -> None:
    assert overlap(Hits(0, 0, 0)) == (1, 1, 1)
    for nothing in (Hits(0, 3, 0), Hits(0, 0, 3), Hits(0, 1, 1)):
        assert overlap(nothing) == (0, 0, 0)


@given(st.builds(Hits, *[st.integers(0, 50)] * 3))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(counts: Hits) -> None:
    precision, recall, f1 = overlap(counts)
    assert 0 <= min(precision, recall) <= max(precision, recall) <= 1
    if precision + recall:
        assert f1 == pytest.approx(2 * precision * recall / (precision + recall))
    else:
        assert f1 == 0
