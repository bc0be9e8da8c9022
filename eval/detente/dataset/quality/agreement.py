"""Agreement of the two blind passes, layer by layer and field by field, before adjudication and with nothing dropped.

Passes are compared on the pages that both had; the others are left out, and named. There, items are the union of what
the two passes have; an item that one of them lacks has the value "(absent)" there.
Intervals resample items and are conditional on these pages. Passes of one model are not two minds: this says how
determinate a guideline is, not how true its labels are.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from detente.data.annotated import Tables
from detente.data.jsonl import Record
from detente.data.page import span_of
from detente.data.problems import Problem, ValidationError
from detente.dataset import schema
from detente.dataset.quality.passes import Pass, Passes, layers_of, read_file
from detente.metrics.agreement import alpha_u_terms, krippendorff_alpha, resampled_alphas
from detente.metrics.classification import Floats, ratio
from detente.metrics.clustering import b_cubed_items
from detente.metrics.sums import weighted_sums
from detente.stats import bootstrap
from detente.tasks.agreement.gold import agreement
from detente.tasks.layer import ROW, Compared, Layer, spans_in
from detente.text.spans import Span
from detente.text.tokens import line_spans

ABSENT: Final = "(absent)"
Names = tuple[str, str]
"""Of two passes."""
PASSES: Final = ("pass-a", "pass-b")
SPAN_PASSES: Final = ("spans-a", "spans-b")
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


class LeftOut(NamedTuple):
    """Pages that two passes over a layer are not compared on, because one of them or both did not have them.

    Attributes:
        layer: The annotated layer.
        passes: The names of the two.
        articles: The pages, in the order of the registry.
    """

    layer: str
    passes: Names
    articles: tuple[str, ...]


Pair = tuple[list[Record], list[Record]]
"""The rows of two passes."""
Figures = tuple[int, float, float, float]
"""Items, value, lower and upper bound."""
Named = tuple[str, str, Callable[[Pair], Figures]]
"""What of a layer is compared, by which measure, and how."""


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


def _aligned(passes: Pair, compared: Compared, field: str) -> list[list[Any]]:
    """Each pass's values of a field over the union of the items."""
    values = [{compared.key(row): _label(row[field]) for row in rows} for rows in passes]
    items = list(dict.fromkeys(item for found in values for item in found))
    return [[found.get(item, ABSENT) for item in items] for found in values]


def _label(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _nominal(passes: Pair, compared: Compared, field: str) -> Figures:
    ratings = _aligned(passes, compared, field)
    return len(ratings[0]), krippendorff_alpha(ratings), *_alpha_interval(ratings)


def _ordinal(passes: Pair, compared: Compared, field: str) -> Figures:
    values = [{compared.key(row): row[field] for row in rows} for rows in passes]
    items = list(dict.fromkeys(item for found in values for item in found))
    ratings = [[found.get(item) for item in items] for found in values]
    both = sum(None not in pair for pair in zip(*ratings, strict=True))
    return both, krippendorff_alpha(ratings, "ordinal"), *_alpha_interval(ratings, "ordinal")


def _spans(passes: Pair, key: Callable[[Record], Any], field: str, texts: Mapping[str, str]) -> Figures:
    """α_U with the item as the category, on the whole page."""
    return _alpha_u(_marked(passes, key, field), lambda place: (0, len(texts[place[0]])))


def _cut_spans(passes: Pair, compared: Compared, field: str, texts: Mapping[str, str]) -> Figures:
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


def _marked(passes: Pair, key: Callable[[Record], Any], field: str) -> list[dict[Any, list[Span]]]:
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

    summed = np.array(terms, dtype=float).reshape(-1, 2)
    return units, float(alpha(summed.sum(axis=0))), *_interval(alpha, summed)


def _alpha_interval(ratings: list[list[Any]], level: str = "nominal") -> tuple[float, float]:
    """Percentile bounds of α over resampled units; NaN where everybody gives one value."""
    return bootstrap.percentile_interval(resampled_alphas(ratings, level, RESAMPLES))[:2]


def _interval(statistic: Callable[[Floats], Floats], terms: Floats) -> tuple[float, float]:
    """Percentile bounds of a statistic of summed terms over resampled items; NaN under ten items."""
    if len(terms) < bootstrap.MIN_CLUSTERS:
        return np.nan, np.nan
    drawn = bootstrap.bootstrap_weights(len(terms), RESAMPLES, seed=0)
    return bootstrap.percentile_interval(statistic(weighted_sums(drawn, terms)))[:2]


def _relations(passes: Pair, field: str) -> Figures:
    """α on the relation of every claim and proposition that either pass links."""
    linked = [
        {(row["id"], link["proposition"]): link["relation"] for row in rows for link in row[field]} for rows in passes
    ]
    pairs = list(dict.fromkeys(pair for found in linked for pair in found))
    ratings = [[found.get(pair, ABSENT) for pair in pairs] for found in linked]
    return len(pairs), krippendorff_alpha(ratings), *_alpha_interval(ratings)


def _agreement(passes: Pair, field: str) -> Figures:
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


def _clusters(passes: Pair, field: str) -> Figures:
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


def _without(pages: Collection[str], passes: Pair) -> Pair:
    """The rows of two passes that stand on none of the pages."""
    first, second = ([row for row in rows if row.get("article") not in pages] for rows in passes)
    return first, second


def measures(
    passes: Passes, texts: Mapping[str, str], labels: Names | None = PASSES, cut: Names | None = SPAN_PASSES
) -> list[Measure]:
    """The agreement of two passes over every layer that has both, on the pages that both had.

    Args:
        passes: All of them.
        texts: Of each article.
        labels: The two passes over labels that are compared; None for none.
        cut: The two that spans which came first are taken from.
    """
    found = []
    for layer, names, figures in _pairs(texts, labels, cut):
        first, second = (passes.get((layer.name, name)) for name in names)
        if not first or not second or not (first.rows or second.rows):
            continue
        common = _common(first, second)
        both = _without(frozenset(texts) - common, (first.rows, second.rows))
        for field, measure, compute in figures:
            items, value, low, high = compute(both)
            without = compute(_without({NEAR_COPY}, both))[1]
            found.append(Measure(layer.name, field, measure, items, value, low, high, without))
    return found


class Person(NamedTuple):
    """What one annotator labelled, of those that two are compared in.

    Attributes:
        name: How the annotator is called: the file.
        labelled: The rows.
        spans_alone: Are there no labels?
    """

    name: str
    labelled: Pass
    spans_alone: bool


def compared_files(
    files: tuple[Path, Path], tables: Tables, task: str | None = None
) -> tuple[list[Measure], list[LeftOut]]:
    """The agreement of two people's files of one layer, and the pages that only one of them has rows of.

    Args:
        files: In the form of a pass.
        tables: The gold and the registries, complete.
        task: The layer's name; by default told from the keys of the lines.

    Raises:
        ValidationError: With every problem of both files.
    """
    first, second = files
    known = [schema.LAYERS[task]] if task else [one for one in layers_of(first) if one in layers_of(second)]
    if len(known) != 1:
        others = ", ".join(layer.name for layer in known) or "none"
        message = f"the lines of the two fit not exactly one task ({others}): name it with --task"
        raise ValidationError([Problem("task-unclear", str(second), message)])
    (layer,) = known
    read = [read_file(path, layer, tables) for path in files]
    one, other = (Person(str(path), *found[:2]) for path, found in zip(files, read, strict=True))
    return compared(layer, (one, other), tables, [problem for *_, faults in read for problem in faults])


def compared(
    layer: Layer, people: tuple[Person, Person], tables: Tables, problems: Sequence[Problem] = ()
) -> tuple[list[Measure], list[LeftOut]]:
    """The agreement of two people on one layer, and the pages that only one of them has rows of.

    Args:
        layer: What they labelled.
        people: The two, whose names differ.
        tables: The gold and the registries, complete.
        problems: What was wrong with their files.

    Raises:
        ValidationError: If anything was, or only one of them has labels.
    """
    first, second = people
    found = list(problems)
    if first.spans_alone != second.spans_alone:
        message = "one of the files has spans alone, the other has labels"
        found.append(Problem("not-comparable", second.name, message))
    if found:
        raise ValidationError(found)
    names = (first.name, second.name)
    passes = {(layer.name, each.name): each.labelled for each in people}
    texts = {row["id"]: row["text"] for row in tables["articles"].rows}
    had = frozenset().union(*(each.articles or () for each in passes.values()))
    pair = (None if first.spans_alone else names, names)
    missing = left_out(passes, {name: text for name, text in texts.items() if name in had}, *pair)
    return measures(passes, texts, *pair), missing


def left_out(
    passes: Passes, texts: Mapping[str, str], labels: Names | None = PASSES, cut: Names | None = SPAN_PASSES
) -> list[LeftOut]:
    """The pages that passes are not compared on, where there is a pass to compare; arguments as of `measures`."""
    found = []
    for layer, names, _ in _pairs(texts, labels, cut):
        pair = [passes.get((layer.name, name)) for name in names]
        if any(pair) and layer.per_article:
            common = _common(*pair)
            if missing := tuple(name for name in texts if name not in common):
                found.append(LeftOut(layer.name, names, missing))
    return list(dict.fromkeys(found))


def _common(first: Pass | None, second: Pass | None) -> frozenset[str]:
    """The pages that both passes had."""
    return ((first and first.articles) or frozenset()) & ((second and second.articles) or frozenset())


def _pairs(
    texts: Mapping[str, str], labels: Names | None, cut: Names | None
) -> Iterator[tuple[Layer, Names, list[Named]]]:
    """What is compared: of each layer the two passes, and the figures that they are compared by."""
    for layer in schema.LAYERS.values():
        if compared := layer.compared:
            own_cut = cut if compared.cut_apart else labels
            if own_cut and (figures := list(_of_spans(layer, compared, texts, with_rows=own_cut != labels))):
                yield layer, own_cut, figures
            if labels:
                yield layer, labels, list(_of_labels(compared, texts))


def _of_spans(layer: Layer, compared: Compared, texts: Mapping[str, str], *, with_rows: bool) -> Iterator[Named]:
    rows_are_spans = any(span.field == ROW for span in layer.spans)
    for field in compared.cut:
        if field != ROW or with_rows or rows_are_spans:  # elsewhere only the span passes have such rows
            shown = "spans" if field == ROW else field
            yield shown, "α_U", partial(_cut_spans, compared=compared, field=field, texts=texts)


def _of_labels(compared: Compared, texts: Mapping[str, str]) -> Iterator[Named]:
    for field in compared.spans:
        yield field, "α_U", partial(_spans, key=compared.key, field=field, texts=texts)
    for field in compared.nominal:
        yield field, "α", partial(_nominal, compared=compared, field=field)
    for field in compared.ordinal:
        yield field, "α ordinal", partial(_ordinal, compared=compared, field=field)
    if compared.links:
        yield "agreement", "α", partial(_agreement, field=compared.links)
        yield compared.links, "α", partial(_relations, field=compared.links)
        yield compared.links, "B³", partial(_clusters, field=compared.links)
