"""What is compared of two passes over a layer, and how the passes are read."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detente.data.jsonl import Record, parse_lines
from detente.dataset.derived_columns import check_worthy
from detente.dataset.models_claims import CHECK_WORTHINESS
from detente.text.spans import Span
from detente.text.tokens import line_spans


@dataclass(frozen=True)
class Layer:
    """How two passes over a layer are compared.

    Attributes:
        key: What makes an item.
        nominal: Fields with labels.
        ordinal: Fields with labels in an order.
        spans: Fields with spans that a pass over labels chose for its items.
        cut: Fields with spans that came first, in passes of their own, and were adjudicated before there were labels.
    """

    key: Callable[[Record], Any]
    nominal: tuple[str, ...] = ()
    ordinal: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()


def by_id(row: Record) -> Any:
    """A row's id."""
    return row["id"]


LAYERS: Final[Mapping[str, Layer]] = {
    "boilerplate": Layer(lambda row: (row["article"], row["start"], row["end"]), ("type", "repeats"), cut=("segment",)),
    "claims": Layer(by_id, ("type", "presentation", "check_worthy", *CHECK_WORTHINESS), cut=("spans",)),
    "no_claim": Layer(lambda row: (row["article"], row["start"], row["end"]), ("reason",), cut=("segment",)),
    "stance": Layer(by_id, ("label", "expression", "chain"), ("scale",), ("evidence",), ("segment",)),
    "attribution": Layer(
        by_id, ("event", "chain", "type", "cue_force"), cut=("source_spans", "cue_spans", "content_spans")
    ),
    "derivation": Layer(
        by_id,
        ("degree", "kind", "via", "translated", "confidence", "basis", "name_basis", "translated_basis"),
        spans=("evidence",),
        cut=("segment",),
    ),
    "reuse": Layer(
        lambda row: json.dumps([row["article"], row["source"], row["this"], row["source_span"]]),
        ("operation",),
        cut=("this", "source_span"),
    ),
    "contrast": Layer(by_id, ("label",)),
}
"""`segment` stands for a row that is itself a span."""

Passes = tuple[list[Record], list[Record]]


def _files(root: Path, layer: str, name: str) -> list[Path]:
    folder = root / "annotations" / layer
    if (layer, name) == ("contrast", "gold"):
        return [folder / "items.jsonl"]
    if layer == "no_claim":  # what the claims' annotators listed as no claim, spans and reasons in one go
        folder = root / "annotations" / "claims"
        name = "no_claim" if name == "gold" else f"no_claim-{name[-1]}"
    return sorted((folder / name).glob("*.jsonl"))


def read_pass(root: Path, layer: str, name: str) -> list[Record]:
    """The rows of one pass over a layer, with their articles; empty if there was none."""
    rows = []
    for path in _files(root, layer, name):
        lines, _ = parse_lines(path.read_bytes(), str(path))
        rows += [{"article": path.stem, **line.record} for line in lines]
    for row in rows:
        if answers := row.get("check_worthy_answers"):
            row.update(answers, check_worthy=check_worthy(answers))
    return rows


def spans_of(row: Record, field: str) -> list[Span]:
    """The spans of a field; `segment` stands for the row itself."""
    value = row if field == "segment" else row[field]
    return [(span["start"], span["end"]) for span in (value if isinstance(value, list) else [value])]


def apart(spans: list[Span]) -> list[Span]:
    """Spans in order, those that share characters made one: a passage may serve two rows."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def by_line(spans: Iterable[Span], text: str) -> dict[Span, list[Span]]:
    """Spans by the line of the page that they stand in, one that crosses lines in each of them; offsets stay."""
    found: dict[Span, list[Span]] = {}
    for start, end in spans:
        for low, high in line_spans(text):
            if start < high and low < end:
                found.setdefault((low, high), []).append((max(start, low), min(end, high)))
    return found
