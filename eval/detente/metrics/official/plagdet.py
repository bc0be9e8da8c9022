"""Detection of reused passages, PAN text alignment."""

from collections.abc import Iterable, Sequence
from math import fsum, log2
from typing import Any, NamedTuple

from detente.text.spans import mask_of


class Stretch(NamedTuple):
    """Characters of a document, half-open."""

    document: str
    start: int
    end: int


class Passage(NamedTuple):
    """A passage (this) and where it comes from (source), as PAN annotates a case and a system reports a detection."""

    this_reference: str
    this_offset: int
    this_length: int
    source_reference: str
    source_offset: int
    source_length: int
    is_external: bool

    @property
    def this(self) -> Stretch:
        """The suspicious characters."""
        return Stretch(self.this_reference, self.this_offset, self.this_offset + self.this_length)

    @property
    def source(self) -> Stretch:
        """The characters they are taken from."""
        return Stretch(self.source_reference, self.source_offset, self.source_offset + self.source_length)


def plagdet(cases: Sequence[Sequence[Any]], detections: Sequence[Sequence[Any]]) -> dict[str, dict[str, float]]:
    """Plagdet and its parts, macro- and micro-averaged (Potthast et al. 2010).

    A detection detects a case if they overlap in the same suspicious document and, if both are external, in the same
    source document too. Macro recall is the mean over cases of the share of their characters, this and source, that
    their detections cover; macro precision is the same with the roles exchanged. Micro counts the union of the
    characters that cases and their detections share, over that of all cases (recall) or detections (precision).
    Granularity, at least 1, is the mean number of detections of a detected case. plagdet = 2PR / (P + R) / log2(1 +
    granularity); it, recall and precision are in 0…1.

    Source: pan-webis-de/pan-code @db0391d3, text alignment measures 1.3.

    Defect: the program crashes where no detection overlaps a case (micro), and its last digits move with the order in
    which a set is walked; here the first is 0 and the sums are exact, so that order changes nothing.

    Args:
        cases: this_reference, this_offset, this_length, source_reference, source_offset, source_length, is_external.
            Equal ones count once.
        detections: The same fields.

    Returns:
        `macro` and `micro`, each with `recall`, `precision`, `granularity`, `plagdet`. Neither cases nor detections
        score 1; one without the other scores 0, at granularity 1.
    """
    wanted = list(dict.fromkeys(Passage(*case) for case in cases))
    found = list(dict.fromkeys(Passage(*detection) for detection in detections))
    granularity = _granularity(wanted, found)
    shared = _shared(wanted, found)
    return {
        "macro": _combined(_mean_coverage(wanted, found), _mean_coverage(found, wanted), granularity),
        "micro": _combined(_share(shared, wanted, found), _share(shared, found, wanted), granularity),
    }


def _combined(recall: float, precision: float, granularity: float) -> dict[str, float]:
    f1 = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    scores = {"recall": recall, "precision": precision, "granularity": granularity}
    return {**scores, "plagdet": f1 / log2(1 + granularity)}


def _meet(one: Stretch, other: Stretch) -> bool:
    return one.document == other.document and one.start < other.end and other.start < one.end


def _detects(one: Passage, other: Passage) -> bool:
    both_external = one.is_external and other.is_external
    return _meet(one.this, other.this) and (not both_external or _meet(one.source, other.source))


def _granularity(cases: Sequence[Passage], detections: Sequence[Passage]) -> float:
    times = [sum(_detects(case, detection) for detection in detections) for case in cases]
    detected = sum(time > 0 for time in times)
    return sum(times) / detected if detected else 1.0


def _intersection(one: Stretch, other: Stretch) -> Stretch:
    """Within the document of `one`; empty if they do not meet."""
    start = max(one.start, other.start)
    return Stretch(one.document, start, max(start, min(one.end, other.end)))


def _characters(stretches: Iterable[Stretch]) -> int:
    """Size of the union."""
    by_document: dict[str, list[tuple[int, int]]] = {}
    for document, start, end in stretches:
        by_document.setdefault(document, []).append((start, end))
    return sum(int(mask_of(spans, max(end for _, end in spans)).sum()) for spans in by_document.values())


def _mean_coverage(passages: Sequence[Passage], others: Sequence[Passage]) -> float:
    """Mean over passages of the share of their characters, this and source, that overlapping others cover."""
    if not passages or not others:
        return float(not passages and not others)
    shares = []
    for passage in passages:
        touching = [other for other in others if _detects(passage, other)]
        covered = _characters(_intersection(passage.this, other.this) for other in touching)
        covered += _characters(_intersection(passage.source, other.source) for other in touching)
        shares.append(covered / (passage.this_length + passage.source_length) if covered else 0.0)
    return fsum(shares) / len(passages)


def _shared(cases: Sequence[Passage], detections: Sequence[Passage]) -> int:
    """Characters, this and source, that cases share with their detections."""
    pairs = [(case, detection) for case in cases for detection in detections if _detects(case, detection)]
    both_external = [(case, detection) for case, detection in pairs if case.is_external and detection.is_external]
    return _characters(_intersection(case.this, detection.this) for case, detection in pairs) + _characters(
        _intersection(case.source, detection.source) for case, detection in both_external
    )


def _share(shared: int, passages: Sequence[Passage], others: Sequence[Passage]) -> float:
    """The shared characters over all that the passages have."""
    if not passages or not others:
        return float(not passages and not others)
    characters = _characters(passage.this for passage in passages) + _characters(p.source for p in passages)
    return shared / characters if characters else 0.0
