"""Hashes of ids are the same everywhere, and digests do not see how rows are ordered or divided."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from detente.data.buckets import BUCKETS, bucket_digests, digest_of, hashes_of, partitions_of

BASE = 0x9E3779B97F4A7C15
WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), unique=True, max_size=20)


def hashed(word: str) -> int:
    """The formula, in whole numbers: Σ (byte + 1) · b^place modulo 2^64, stirred."""
    found: int = sum((byte + 1) * BASE**place for place, byte in enumerate(word.encode())) % 2**64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        found = ((found ^ (found >> shift)) * factor) % 2**64
    return found ^ (found >> 31)


@given(WORDS)
def test_hashes_are_those_of_the_formula(words: list[str]) -> None:
    assert hashes_of(pl.Series(words, dtype=pl.String)).tolist() == list(map(hashed, words))


def test_hashes_never_change() -> None:
    assert hashes_of(pl.Series(["", "a", "detente-000"])).tolist() == [0, hashed("a"), hashed("detente-000")]
    assert hashes_of(pl.Series(["a", None, "b"])).tolist() == [hashed("a"), 0, hashed("b")]
    long = "x" * 300_000  # longer than what is hashed at once
    assert hashes_of(pl.Series(["a", long, "b"])).tolist()[::2] == [hashed("a"), hashed("b")]
    assert hashes_of(pl.Series([long]))[0] == hashes_of(pl.Series(["a", long]))[1]


@given(WORDS, st.integers(1, BUCKETS))
def test_a_digest_does_not_depend_on_order_or_partitions(words: list[str], partitions: int) -> None:
    rows = pl.DataFrame({"id": words, "label": words}, schema={"id": pl.String, "label": pl.String})
    whole = digest_of([bucket_digests(rows).by_bucket])
    assert digest_of([bucket_digests(rows.reverse()).by_bucket]) == whole
    parts = rows.with_columns(partitions_of(rows["id"], partitions)).partition_by("partition", include_key=False)
    assert digest_of(bucket_digests(part).by_bucket for part in parts) == whole


def test_a_digest_sees_every_word() -> None:
    rows = [("a", "x"), ("b", 'y"z')]
    others = [[("a", "x"), ("b", "y")], [("a", "x")], [("a", 'y"z'), ("b", "x")], [("a", "x"), ("c", 'y"z')], []]
    digests = [
        digest_of(
            [bucket_digests(pl.DataFrame(each, schema={"id": pl.String, "label": pl.String}, orient="row")).by_bucket]
        )
        for each in (rows, *others)
    ]
    assert len(set(digests)) == len(digests)


@given(WORDS)
def test_ids_that_are_there_twice_are_not_apart(words: list[str]) -> None:
    rows = pl.DataFrame({"id": words}, schema={"id": pl.String})
    assert bucket_digests(rows).apart == (len(set(map(hashed, words))) == len(words))
    assert not bucket_digests(pl.concat([rows, rows.head(1)])).apart or not words
