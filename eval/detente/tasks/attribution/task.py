"""The task `attribution`: who answers for a claim, through whom, and in which words.

The unit is a claim. Where it has several gold rows, the one that fits the prediction best counts: one whose innermost
sources are named before any other, then the one with most of the rest right, of equals the first. Content is nearly the
claim's own spans, which a model is given: it is scored where a line gives it, but says little. What a line leaves out
counts as wrong as soon as the system says it of some claim; a measure of what it says of no claim is undefined.
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import ATTRIBUTION_TYPES
from detente.data.page import Page
from detente.metrics import classification
from detente.metrics.classification import Floats, f1, precision, ratio, recall
from detente.tasks.attribution.prediction import Claim, Prediction, parse
from detente.tasks.attribution.readings import NO_TYPE, PARTS, counted, faults, likeness, names, of_row, pairs, words
from detente.tasks.task import Counts, Metric, Options, Row, Task, confusion, confusion_columns

TYPES: Final = (*ATTRIBUTION_TYPES, NO_TYPE)
LEVELS: Final = ("char", "token")
OUTCOMES: Final = ("tp", "fp", "fn")
NO_SOURCE_KINDS: Final = ("voice", "text")
"""Registered, but nobody who says anything: a page's own voice is an empty chain, and texts belong to derivation."""


def _sources(corpus: Corpus) -> list[Record]:
    rows = (row for row in corpus.rows("sources") if row["kind"] not in NO_SOURCE_KINDS)
    return [{name: row[name] for name in ("id", "name", "aliases")} for row in rows]


def _units(corpus: Corpus) -> dict[str, Claim]:
    known = {row["id"]: None for row in _sources(corpus)}
    pages = {name: Page(name, row["family"], row["text"], ()) for name, row in corpus.articles.items()}
    rows: dict[str, list[Record]] = {}
    for row in corpus.rows("attribution"):
        rows.setdefault(row["claim"], []).append(row)
    return {
        name: Claim(name, found[0]["article"], pages[found[0]["article"]], tuple(found), known)
        for name, found in rows.items()
    }


def _inputs(corpus: Corpus) -> list[Record]:
    """The claim as spans and as words; its normalised sentence would tell whether the page or somebody else speaks."""
    sources = _sources(corpus)
    inputs = []
    for row in corpus.rows("claims"):
        text, spans = corpus.articles[row["article"]]["text"], [list(pair) for pair in pairs(row["spans"])]
        claim = " … ".join(text[start:end] for start, end in spans)
        line = {"id": row["id"], "article": row["article"], "text": text, "spans": spans, "claim": claim}
        inputs.append({**line, "sources": sources})
    return inputs


def _count(claim: Claim, prediction: Prediction | None, options: Options) -> list[Row]:
    predicted = prediction or Prediction(None, None)
    readings = [reading for row in claim.rows for reading in of_row(row, options)]
    gold, counts = max(((each, counted(claim, each, predicted)) for each in readings), key=lambda pair: likeness(*pair))
    found = list(faults(claim.page, gold, predicted, counts)) if prediction else ["not predicted"]
    return [
        {
            "id": claim.id,
            "family": claim.page.family,
            "slice": "headline",
            "article": claim.article,
            "type": gold.type,
            "cue_force": gold.cue_force or "none",
            "item": claim.id,
            "gold": names(gold.ids),
            "predicted": names(predicted.ids) if predicted.ids is not None else words(claim.page, predicted.spans),
            **counts,
            "wrong": len(found),
            "detail": "; ".join(found),
        }
    ]


_Compute = Callable[[Counts, Counts], Floats]


def _if_said(given: str, compute: _Compute) -> _Compute:
    """The measure of a field, NaN where nobody predicts it."""

    def defined(counts: Counts, full: Counts) -> Floats:
        return np.where(counts[given] > 0, compute(counts, full), np.nan)

    return defined


def _unless_other(given: str, other: str, compute: _Compute) -> _Compute:
    """The measure of one kind of `source`, NaN where the system only gives the other kind."""

    def defined(counts: Counts, full: Counts) -> Floats:
        silent = [(sums[given] == 0) & (sums[other] > 0) for sums in (counts, full)]
        return np.where(silent[0] | silent[1], np.nan, compute(counts, full))

    return defined


def _overlap_metrics(name: str, noun: str, defined: Callable[[_Compute], _Compute]) -> Iterator[Metric]:
    tp, fp, fn = n = tuple(f"{name}_{outcome}" for outcome in OUTCOMES)
    for measure, formula, compute in (
        ("precision", f"{noun} that are gold and predicted / predicted", lambda c, _: precision(c[tp], c[fp])),
        ("recall", f"{noun} that are gold and predicted / gold", lambda c, _: recall(c[tp], c[fn])),
        ("f1", f"2 tp / (2 tp + fp + fn) of {noun}", lambda c, _: f1(c[tp], c[fp], c[fn])),
    ):
        yield Metric(f"{name}_{measure}", formula, defined(compute), n)


def _by_ids(compute: _Compute) -> _Compute:
    return _unless_other("named", "pointed", compute)


def _by_spans(compute: _Compute) -> _Compute:
    return _unless_other("pointed", "named", compute)


def _by_cue(compute: _Compute) -> _Compute:
    return _if_said("cued", compute)


def _by_content(compute: _Compute) -> _Compute:
    return _if_said("delimited", compute)


def _share(right: str, whole: str) -> _Compute:
    return lambda counts, _: ratio(counts[right], counts[whole])


def _type_accuracy(counts: Counts, _: Counts) -> Floats:
    return classification.accuracy(confusion(counts, TYPES))


def _type_macro_f1(counts: Counts, full: Counts) -> Floats:
    return classification.macro_f1(confusion(counts, TYPES), classification.supported(confusion(full, TYPES)))


_TYPE_CELLS: Final = confusion_columns(TYPES)

ATTRIBUTION: Final = Task(
    name="attribution",
    summary="who answers for a claim, through whom, and in which words",
    forms=("source",),
    extras=("chain", "cue", "content", "type", "channel", "offset_unit"),
    flat=False,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "type", "cue_force", "item", "gold", "predicted"),
    columns=(
        *("claims", "named", "pointed", "chained", "cued", "delimited", "typed", "channelled"),
        *("entity_right", "chain_right", "channels", "channel_right"),
        *(f"entity_{outcome}" for outcome in OUTCOMES),
        *(f"{part}_{level}_{outcome}" for part in PARTS for level in LEVELS for outcome in OUTCOMES),
        *_TYPE_CELLS,
    ),
    metrics=(
        Metric(
            "entity_accuracy",
            "claims whose innermost sources are those of the gold / claims",
            _by_ids(_share("entity_right", "claims")),
            ("claims",),
        ),
        *_overlap_metrics("entity", "innermost sources", _by_ids),
        *_overlap_metrics("source_token", "tokens of sources", _by_spans),
        *_overlap_metrics("source_char", "characters of sources", _by_spans),
        *_overlap_metrics("cue_token", "tokens of cues", _by_cue),
        *_overlap_metrics("cue_char", "characters of cues", _by_cue),
        *_overlap_metrics("content_token", "tokens of content", _by_content),
        *_overlap_metrics("content_char", "characters of content", _by_content),
        Metric("type_accuracy", "types right / claims", _if_said("typed", _type_accuracy), _TYPE_CELLS),
        Metric(
            "type_macro_f1",
            "mean F1 over the types that the gold has",
            _if_said("typed", _type_macro_f1),
            _TYPE_CELLS,
        ),
        Metric(
            "channel_accuracy",
            "channels of innermost links right / claims with a chain",
            _if_said("channelled", _share("channel_right", "channels")),
            ("channels",),
        ),
        Metric(
            "chain_exact_match",
            "chains with all their links right, in their order / claims",
            _if_said("chained", _share("chain_right", "claims")),
            ("claims",),
        ),
    ),
    units=_units,
    parse=parse,
    count=_count,
    inputs=_inputs,
)
