"""Ids by a hash of their own: the same on every machine, so that what is said of an id comes together wherever.

An id is in one of `BUCKETS` buckets. A partition is some of them, so that what is made bucket by bucket, as the digest
of gold is, does not depend on how many partitions there are.
"""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.data.jsonl import dump_line

if TYPE_CHECKING:
    import polars as pl

BUCKETS: Final = 256
"""How many there are; at most so many partitions."""
_AT_ONCE: Final = 1 << 18
"""Bytes of ids that are hashed at once."""
_BASE: Final = 0x9E3779B97F4A7C15
"""Odd, so that it can be divided by, modulo 2^64."""
_INVERSE: Final = pow(_BASE, -1, 1 << 64)
_ESCAPED: Final = bytes((*range(32), ord("\\")))
"""What JSON does not have in words as it is, beside the quotation mark."""

_BUCKET: Final = np.uint64(56)
"""The bucket is what is left of a hash without so many bits, so that by their hashes ids stand bucket by bucket."""
Hashes = NDArray[np.uint64]


def hashes_of(ids: "pl.Series") -> Hashes:
    """A number from 0 to 2^64 − 1 for each id, from its bytes in UTF-8; of a null that of the empty word.

    Σ (byte + 1) · b^place modulo 2^64, then stirred as SplitMix64 does. All ids at once, as differences of one running
    sum over the bytes of all of them.
    """
    held, steps = _buffer(ids.fill_null(""))
    data = np.frombuffer(held, dtype=np.uint8)
    found = np.empty(len(ids), dtype=np.uint64)
    start = 0
    while start < len(ids):
        end = int(np.searchsorted(steps, steps[start] + _AT_ONCE, side="right")) - 1
        end = min(max(end, start + 1), len(ids))  # of long ids fewer at once
        own = steps[start : end + 1]
        found[start:end] = _hashed(data[own[0] : own[-1]], own - own[0])
        start = end
    return found


def partitions_of(ids: "pl.Series", partitions: int) -> "pl.Series":
    """The partition of each id, of so many."""
    import polars as pl

    return pl.Series("partition", (hashes_of(ids) >> _BUCKET) % partitions, dtype=pl.UInt8)


def _hashed(data: NDArray[np.uint8], steps: NDArray[np.int64]) -> Hashes:
    """The hashes of words that follow one another in `data`, each from one step to the next."""
    powers = _powers(_BASE, len(data))
    sums = np.zeros(len(data) + 1, dtype=np.uint64)
    np.cumsum((data.astype(np.uint64) + np.uint64(1)) * powers, out=sums[1:])
    found = (sums[steps[1:]] - sums[steps[:-1]]) * _powers(_INVERSE, len(data) + 1)[steps[:-1]]
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        found = (found ^ (found >> np.uint64(shift))) * np.uint64(factor)
    stirred: Hashes = found ^ (found >> np.uint64(31))
    return stirred


_known_powers: Final[dict[int, Hashes]] = {}


def _powers(base: int, count: int) -> Hashes:
    """The first powers of a number modulo 2^64, kept for the next call."""
    known = _known_powers.get(base)
    if known is None or len(known) < count:
        known = np.full(max(count, 1 << 12), base, dtype=np.uint64)
        known[0] = 1
        known = np.multiply.accumulate(known)
        _known_powers[base] = known
    return known[:count]


class Digests(NamedTuple):
    """Rows by the buckets of their ids.

    Attributes:
        by_bucket: Of each bucket that has rows, their SHA-256.
        apart: Whether no two ids have the same hash, so that none is there twice.
    """

    by_bucket: dict[int, str]
    apart: bool


def bucket_digests(rows: "pl.DataFrame") -> Digests:
    """The SHA-256 of each bucket of rows: canonical JSON, a list of lists, in an order that is that of no file.

    Args:
        rows: Words, of which the first column is the id.
    """
    import polars as pl

    ids = rows.to_series(0)
    hashed = hashes_of(ids)
    order = np.argsort(hashed, kind="stable")
    ordered = hashed[order]
    apart = not (ordered[1:] == ordered[:-1]).any()
    if not apart:  # hardly ever
        order = pl.DataFrame({"hash": hashed, "id": ids}).select(pl.arg_sort_by("hash", "id")).to_series().to_numpy()
    buckets = ordered >> _BUCKET
    steps = [0, *(np.flatnonzero(buckets[1:] != buckets[:-1]) + 1).tolist(), len(buckets)]
    data, ends = _buffer(_json_of(rows)[order])
    found = {
        int(buckets[start]): hashlib.sha256(data[ends[start] : ends[end]]).hexdigest()
        for start, end in pairwise(steps)
        if start < end
    }
    return Digests(found, apart)


def digest_of(buckets: Iterable[Mapping[Any, str]]) -> str:
    """One SHA-256 from those of all buckets, whichever came with which; those without rows have none."""
    known = {int(bucket): digest for part in buckets for bucket, digest in part.items()}
    return hashlib.sha256(dump_line([known.get(bucket) for bucket in range(BUCKETS)]).encode()).hexdigest()


def _json_of(rows: "pl.DataFrame") -> "pl.Series":
    """Each row as a list in canonical JSON."""
    import polars as pl

    marks = ",".join(['"{}"'] * rows.width)
    written = rows.select(pl.format(f"[{marks}]", *rows.columns)).to_series()
    data = memoryview(_buffer(written)[0])
    quotes = int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == ord('"')))
    if quotes > 2 * rows.width * len(rows) or len(bytes(data).translate(None, _ESCAPED)) < len(data):
        return pl.Series([dump_line(row) for row in rows.rows()], dtype=pl.String)
    return written


def _buffer(words: "pl.Series") -> tuple[Any, NDArray[np.int64]]:
    """The bytes of words, one after the other, and where each begins, the end of the last at the end."""
    import polars as pl

    array = words.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, starts, held = array.buffers()
    steps = np.frombuffer(starts, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return held or b"", steps
