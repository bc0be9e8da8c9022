"""Agreement of the two blind passes, layer by layer and field by field, before adjudication and with nothing dropped.

Items are the union of what the two passes have; an item that one of them lacks has the value "(absent)" there.
Intervals resample items and are conditional on these pages. Passes of one model are not two minds: this says how
determinate a guideline is, not how true its labels are.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from detente import resample
from detente.computed import check_worthy
from detente.metrics.agreement import alpha_interval, alpha_u_terms, b_cubed_items, krippendorff_alpha
from detente.metrics.classification import Floats, ratio
from detente.models_claims import CHECK_WORTHINESS
from detente.records import Record, parse_lines
from detente.spans import Span

ABSENT: Final = "(absent)"
PASSES: Final = ("pass-a", "pass-b")
SPAN_PASSES: Final = ("spans-a", "spans-b")
REPRODUCTION: Final = ("gold", "pass-c")
"""The gold, and a fresh pass that was made after adjudication from the final guideline alone."""
RESAMPLES: Final = 2000
NEAR_COPY: Final = "detente-001"
"""The page that nearly copies another: agreement is given without it, too."""


class Measure(NamedTuple):
    """One figure of agreement.

    Attributes:
        layer: The annotated layer.
        field: What of it is compared.
        measure: `α`, `α ordinal`, `α_U` or `B³`.
        items: How many items, or annotated units, it rests on.
        value: The figure; NaN where nothing varies.
        low: Lower bound; NaN where there is no interval.
        high: Upper bound.
        without_copy: The figure without `NEAR_COPY`.
    """

    layer: str
    field: str
    measure: str
    items: int
    value: float
    low: float
    high: float
    without_copy: float


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


def _by_id(row: Record) -> Any:
    return row["id"]


LAYERS: Final[Mapping[str, Layer]] = {
    "boilerplate": Layer(lambda row: (row["article"], row["start"], row["end"]), ("type", "repeats"), cut=("segment",)),
    "claims": Layer(_by_id, ("type", "presentation", "check_worthy", *CHECK_WORTHINESS), cut=("spans",)),
    "stance": Layer(_by_id, ("label", "expression", "chain"), ("scale",), ("evidence",), ("segment",)),
    "attribution": Layer(
        _by_id, ("event", "chain", "type", "cue_force"), cut=("source_spans", "cue_spans", "content_spans")
    ),
    "derivation": Layer(
        _by_id,
        ("degree", "kind", "via", "translated", "confidence", "basis"),
        spans=("evidence",),
        cut=("segment",),
    ),
    "reuse": Layer(
        lambda row: json.dumps([row["article"], row["source"], row["this"], row["source_span"]]),
        ("operation",),
        cut=("this", "source_span"),
    ),
    "contrast": Layer(_by_id, ("label",)),
}
"""`segment` stands for a row that is itself a span."""

Passes = tuple[list[Record], list[Record]]


def read_pass(root: Path, layer: str, name: str) -> list[Record]:
    """The rows of one pass over a layer, with their articles; empty if there was none."""
    rows = []
    folder = root / "annotations" / layer
    files = (
        [folder / "items.jsonl"] if (layer, name) == ("contrast", "gold") else sorted((folder / name).glob("*.jsonl"))
    )
    for path in files:
        lines, _ = parse_lines(path.read_bytes(), str(path))
        rows += [{"article": path.stem, **line.record} for line in lines]
    for row in rows:
        if answers := row.get("check_worthy_answers"):
            row.update(answers, check_worthy=check_worthy(answers))
    return rows


def _aligned(passes: Passes, layer: Layer, field: str) -> list[list[Any]]:
    """Each pass's values of a field over the union of the items."""
    values = [{layer.key(row): _label(row[field]) for row in rows} for rows in passes]
    items = list(dict.fromkeys(item for found in values for item in found))
    return [[found.get(item, ABSENT) for item in items] for found in values]


def _label(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _nominal(passes: Passes, layer: Layer, field: str) -> tuple[int, float, float, float]:
    ratings = _aligned(passes, layer, field)
    return len(ratings[0]), krippendorff_alpha(ratings), *alpha_interval(ratings)


def _ordinal(passes: Passes, layer: Layer, field: str) -> tuple[int, float, float, float]:
    values = [{layer.key(row): row[field] for row in rows} for rows in passes]
    items = list(dict.fromkeys(item for found in values for item in found))
    ratings = [[found.get(item) for item in items] for found in values]
    both = sum(None not in pair for pair in zip(*ratings, strict=True))
    return both, krippendorff_alpha(ratings, "ordinal"), *alpha_interval(ratings, "ordinal")


def _spans(
    passes: Passes, key: Callable[[Record], Any], field: str, lengths: Mapping[str, int]
) -> tuple[int, float, float, float]:
    """α_U with the item as the category."""
    marked: list[dict[tuple[str, Any], list[Span]]] = []
    for rows in passes:
        found: dict[tuple[str, Any], list[Span]] = {}
        for row in rows:
            place = row["source"] if field == "source_span" else row["article"]
            found.setdefault((place, key(row)), []).extend(_spans_of(row, field))
        marked.append({place: _apart(spans) for place, spans in found.items()})
    places = list(dict.fromkeys(key for found in marked for key in found))
    terms = np.array([alpha_u_terms([found.get(place, []) for found in marked], lengths[place[0]]) for place in places])
    units = sum(len(spans) for found in marked for spans in found.values())

    def alpha(sums: Floats) -> Floats:
        return 1 - ratio(sums[..., 0], sums[..., 1])

    return units, float(alpha(terms.sum(axis=0))), *_interval(alpha, terms)


def _spans_of(row: Record, field: str) -> list[Span]:
    value = row if field == "segment" else row[field]
    return [(span["start"], span["end"]) for span in (value if isinstance(value, list) else [value])]


def _apart(spans: list[Span]) -> list[Span]:
    """Spans in order, those that share characters made one: a passage may serve two rows."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _cut_key(layer: str) -> Callable[[Record], Any]:
    """What a span that came first belongs to: a claim's row, else the page, for reuse the pair of pages."""
    if layer == "attribution":
        return _by_id
    return lambda row: (row["article"], row.get("source"))


def _interval(statistic: Callable[[Floats], Floats], terms: Floats) -> tuple[float, float]:
    """Percentile bounds of a statistic of summed terms over resampled items; NaN under ten items."""
    if len(terms) < resample.ENOUGH:
        return np.nan, np.nan
    values = statistic(resample.weights(len(terms), RESAMPLES, seed=0) @ terms)
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _relations(passes: Passes) -> tuple[int, float, float, float]:
    """α on the relation of every claim and proposition that either pass links."""
    linked = [
        {(row["id"], link["proposition"]): link["relation"] for row in rows for link in row["propositions"]}
        for rows in passes
    ]
    pairs = list(dict.fromkeys(pair for found in linked for pair in found))
    ratings = [[found.get(pair, ABSENT) for pair in pairs] for found in linked]
    return len(pairs), krippendorff_alpha(ratings), *alpha_interval(ratings)


def _clusters(passes: Passes) -> tuple[int, float, float, float]:
    """B-cubed F1 of the clusters that claims with the same propositions make."""
    first, second = (
        {row["id"]: tuple(sorted(link["proposition"] for link in row["propositions"])) for row in rows}
        for rows in passes
    )
    items = [item for item in first if item in second]
    precision, recall = b_cubed_items([first[item] for item in items], [second[item] for item in items])
    terms = np.column_stack([precision, recall, np.ones(len(items))])

    def f1(sums: Floats) -> Floats:
        return ratio(2 * sums[..., 0] * sums[..., 1], sums[..., 2] * (sums[..., 0] + sums[..., 1]))

    return len(items), float(f1(terms.sum(axis=0))), *_interval(f1, terms)


def _without_copy(passes: Passes) -> Passes:
    first, second = ([row for row in rows if row["article"] != NEAR_COPY] for rows in passes)
    return first, second


def measures(root: Path, lengths: Mapping[str, int], names: tuple[str, str] = PASSES) -> list[Measure]:
    """The agreement of two passes over every layer that has both.

    Args:
        root: The folder that holds `annotations/`.
        lengths: Characters of each article.
        names: The folders of the two.
    """
    found = []
    for name, layer in LAYERS.items():
        cut = SPAN_PASSES if names == PASSES else names
        for field, measure, compute, folders in _measures_of(name, layer, lengths, names, cut):
            passes = (read_pass(root, name, folders[0]), read_pass(root, name, folders[1]))
            if all(passes):
                items, value, low, high = compute(passes)
                found.append(Measure(name, field, measure, items, value, low, high, compute(_without_copy(passes))[1]))
    return found


Compute = Callable[[Passes], tuple[int, float, float, float]]


def _measures_of(
    name: str, layer: Layer, lengths: Mapping[str, int], names: tuple[str, str], cut: tuple[str, str]
) -> Iterable[tuple[str, str, Compute, tuple[str, str]]]:
    for field in layer.cut:
        if field != "segment" or cut != names or name == "boilerplate":  # elsewhere only the span passes have such rows
            shown = "spans" if field == "segment" else field
            yield shown, "α_U", lambda both, field=field: _spans(both, _cut_key(name), field, lengths), cut  # type: ignore[misc]
    for field in layer.spans:
        yield field, "α_U", lambda both, field=field: _spans(both, layer.key, field, lengths), names  # type: ignore[misc]
    for field in layer.nominal:
        yield field, "α", lambda both, field=field: _nominal(both, layer, field), names  # type: ignore[misc]
    for field in layer.ordinal:
        yield field, "α ordinal", lambda both, field=field: _ordinal(both, layer, field), names  # type: ignore[misc]
    if name == "claims":
        yield "propositions", "α", _relations, names
        yield "propositions", "B³", _clusters, names
