"""Agreement of the two blind passes, layer by layer and field by field, before adjudication and with nothing dropped.

Items are the union of what the two passes have; an item that one of them lacks has the value "(absent)" there.
Intervals resample items and are conditional on these pages. Passes of one model are not two minds: this says how
determinate a guideline is, not how true its labels are.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from detente.data.jsonl import Record, parse_lines
from detente.data.page import span_of
from detente.dataset import schema
from detente.metrics.agreement import alpha_u_terms, krippendorff_alpha, resampled_alphas
from detente.metrics.classification import Floats, ratio
from detente.metrics.clustering import b_cubed_items
from detente.stats import bootstrap
from detente.tasks.agreement.gold import agreement
from detente.tasks.layer import ROW, Compared, Layer, spans_in
from detente.text.spans import Span
from detente.text.tokens import line_spans

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


Passes = tuple[list[Record], list[Record]]
Figures = tuple[int, float, float, float]
"""Items, value, lower and upper bound."""


def _files(root: Path, layer: Layer, compared: Compared, name: str) -> list[Path]:
    annotations = root / "annotations"
    if name != "gold":
        return sorted(
            (annotations / compared.passes.format(layer=layer.name, name=name, letter=name[-1])).glob("*.jsonl")
        )
    return sorted((annotations / layer.path).glob("*.jsonl")) if layer.per_article else [annotations / layer.path]


def _read_pass(root: Path, layer: Layer, compared: Compared, name: str) -> list[Record]:
    """The rows of one pass over a layer, with their articles; empty if there was none."""
    rows = []
    for path in _files(root, layer, compared, name):
        lines, _ = parse_lines(path.read_bytes(), str(path))
        rows += [layer.unfold({"article": path.stem, **line.record}) for line in lines]
    return rows


def _apart(spans: list[Span]) -> list[Span]:
    """Spans in order, those that share characters made one: a passage may serve two rows."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _by_line(spans: Iterable[Span], text: str) -> dict[Span, list[Span]]:
    """Spans by the line of the page that they stand in, one that crosses lines in each of them; offsets stay."""
    found: dict[Span, list[Span]] = {}
    for start, end in spans:
        for low, high in line_spans(text):
            if start < high and low < end:
                found.setdefault((low, high), []).append((max(start, low), min(end, high)))
    return found


def _aligned(passes: Passes, compared: Compared, field: str) -> list[list[Any]]:
    """Each pass's values of a field over the union of the items."""
    values = [{compared.key(row): _label(row[field]) for row in rows} for rows in passes]
    items = list(dict.fromkeys(item for found in values for item in found))
    return [[found.get(item, ABSENT) for item in items] for found in values]


def _label(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _nominal(passes: Passes, compared: Compared, field: str) -> Figures:
    ratings = _aligned(passes, compared, field)
    return len(ratings[0]), krippendorff_alpha(ratings), *_alpha_interval(ratings)


def _ordinal(passes: Passes, compared: Compared, field: str) -> Figures:
    values = [{compared.key(row): row[field] for row in rows} for rows in passes]
    items = list(dict.fromkeys(item for found in values for item in found))
    ratings = [[found.get(item) for item in items] for found in values]
    both = sum(None not in pair for pair in zip(*ratings, strict=True))
    return both, krippendorff_alpha(ratings, "ordinal"), *_alpha_interval(ratings, "ordinal")


def _spans(passes: Passes, key: Callable[[Record], Any], field: str, texts: Mapping[str, str]) -> Figures:
    """α_U with the item as the category, on the whole page."""
    return _alpha_u(_marked(passes, key, field), lambda place: (0, len(texts[place[0]])))


def _cut_spans(passes: Passes, compared: Compared, field: str, texts: Mapping[str, str]) -> Figures:
    """α_U of spans that came first: row by row on the page, else line by line, so that lines can be resampled.

    Lines in which neither pass marks anything are left out.
    """
    if compared.cut_by_row:
        return _spans(passes, compared.key, field, texts)
    marked = []
    for found in _marked(passes, lambda row: row.get("source"), field):
        lines: dict[Any, list[Span]] = {}
        for place, own in found.items():
            lines |= {(*place, line): spans for line, spans in _by_line(own, texts[place[0]]).items()}
        marked.append(lines)
    return _alpha_u(marked, lambda place: place[-1])


def _marked(passes: Passes, key: Callable[[Record], Any], field: str) -> list[dict[Any, list[Span]]]:
    """For each pass the spans of each article and item."""
    marked = []
    for rows in passes:
        found: dict[Any, list[Span]] = {}
        for row in rows:
            place = row["source"] if field == "source_span" else row["article"]
            found.setdefault((place, key(row)), []).extend(map(span_of, spans_in(row, field)))
        marked.append({place: _apart(spans) for place, spans in found.items()})
    return marked


def _alpha_u(marked: list[dict[Any, list[Span]]], extent: Callable[[Any], Span]) -> Figures:
    places = list(dict.fromkeys(key for found in marked for key in found))
    terms = []
    for place in places:
        low, high = extent(place)
        moved = [[(start - low, end - low) for start, end in found.get(place, [])] for found in marked]
        terms.append(alpha_u_terms(moved, high - low))
    units = sum(len(spans) for found in marked for spans in found.values())

    def alpha(sums: Floats) -> Floats:
        return 1 - ratio(sums[..., 0], sums[..., 1])

    summed = np.array(terms)
    return units, float(alpha(summed.sum(axis=0))), *_interval(alpha, summed)


def _alpha_interval(ratings: list[list[Any]], level: str = "nominal") -> tuple[float, float]:
    """Percentile bounds of α over resampled units; NaN where everybody gives one value."""
    return bootstrap.percentile_interval(resampled_alphas(ratings, level, RESAMPLES))[:2]


def _interval(statistic: Callable[[Floats], Floats], terms: Floats) -> tuple[float, float]:
    """Percentile bounds of a statistic of summed terms over resampled items; NaN under ten items."""
    if len(terms) < bootstrap.MIN_CLUSTERS:
        return np.nan, np.nan
    drawn = bootstrap.bootstrap_weights(len(terms), RESAMPLES, seed=0)
    return bootstrap.percentile_interval(statistic(drawn @ terms))[:2]


def _relations(passes: Passes, field: str) -> Figures:
    """α on the relation of every claim and proposition that either pass links."""
    linked = [
        {(row["id"], link["proposition"]): link["relation"] for row in rows for link in row[field]} for rows in passes
    ]
    pairs = list(dict.fromkeys(pair for found in linked for pair in found))
    ratings = [[found.get(pair, ABSENT) for pair in pairs] for found in linked]
    return len(pairs), krippendorff_alpha(ratings), *_alpha_interval(ratings)


def _agreement(passes: Passes, field: str) -> Figures:
    """α on the labels of agreement that follow from each pass's claims, over every article and proposition linked."""
    labels = []
    for rows in passes:
        links: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for row in rows:
            for link in row[field]:
                pair = (row["article"], link["proposition"])
                links.setdefault(pair, []).append((link["relation"], row["presentation"]))
        labels.append({pair: agreement(found)[0] for pair, found in links.items()})
    pairs = list(dict.fromkeys(pair for found in labels for pair in found))
    ratings = [[found.get(pair, "unrelated") for pair in pairs] for found in labels]
    return len(pairs), krippendorff_alpha(ratings), *_alpha_interval(ratings)


def _clusters(passes: Passes, field: str) -> Figures:
    """B-cubed F1 of the clusters that claims with the same propositions make."""
    first, second = (
        {row["id"]: tuple(sorted(link["proposition"] for link in row[field])) for row in rows} for rows in passes
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


def measures(root: Path, texts: Mapping[str, str], names: tuple[str, str] = PASSES) -> list[Measure]:
    """The agreement of two passes over every layer that has both.

    Args:
        root: The folder that holds `annotations/`.
        texts: Of each article.
        names: The folders of the two.
    """
    found = []
    cut = SPAN_PASSES if names == PASSES else names
    for layer in schema.LAYERS.values():
        if not (compared := layer.compared):
            continue
        for field, measure, compute, folders in _measures_of(layer, compared, texts, names, cut):
            first, second = (_read_pass(root, layer, compared, folder) for folder in folders)
            if first and second:
                items, value, low, high = compute((first, second))
                without = compute(_without_copy((first, second)))[1]
                found.append(Measure(layer.name, field, measure, items, value, low, high, without))
    return found


Compute = Callable[[Passes], Figures]


def _measures_of(
    layer: Layer, compared: Compared, texts: Mapping[str, str], names: tuple[str, str], cut: tuple[str, str]
) -> Iterable[tuple[str, str, Compute, tuple[str, str]]]:
    rows_are_spans = any(span.field == ROW for span in layer.spans)
    for field in compared.cut:
        if field != ROW or cut != names or rows_are_spans:  # elsewhere only the span passes have such rows
            shown = "spans" if field == ROW else field
            yield shown, "α_U", partial(_cut_spans, compared=compared, field=field, texts=texts), cut
    for field in compared.spans:
        yield field, "α_U", partial(_spans, key=compared.key, field=field, texts=texts), names
    for field in compared.nominal:
        yield field, "α", partial(_nominal, compared=compared, field=field), names
    for field in compared.ordinal:
        yield field, "α ordinal", partial(_ordinal, compared=compared, field=field), names
    if compared.links:
        yield "agreement", "α", partial(_agreement, field=compared.links), names
        yield compared.links, "α", partial(_relations, field=compared.links), names
        yield compared.links, "B³", partial(_clusters, field=compared.links), names
