"""The task `reuse`: which passages two articles share, and what the texts do to each other.

The unit is a pair of articles, the lower id first; all pairs are asked for, also those that share nothing. The pairs
are not independent of one another: each article is in several of them. The family of a pair is made of those of its
articles, `detente-000|detente-002`, or is their own if they have the same one, and families of pairs overlap likewise.

Of plagdet and its parts: characters are counted in each pair (`detente.metrics.textalignment`). The macro averages
count detections, so a near copy of a right detection lifts macro precision, which granularity need not make up for;
micro averages count characters once, and passages are matched one to one, so that neither is lifted. Operations are
looked at where passages match: a passage that names none is wrong about it as soon as the system names one somewhere,
else both measures are undefined.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.metrics import official
from detente.metrics import text_alignment as alignment
from detente.metrics.matching import IOU_THRESHOLD, match
from detente.metrics.text_alignment import Passage
from detente.tasks.labels import OFFICIAL
from detente.tasks.metric_families import MISSING, cell
from detente.tasks.reuse import KINDS
from detente.tasks.reuse.baselines import BASELINES
from detente.tasks.reuse.metrics import COLUMNS, METRICS
from detente.tasks.reuse.prediction import Detection, Pair, as_pan, parse
from detente.tasks.task import CorpusMetric, CorpusValue, Options, Row, Task
from detente.text.display import excerpt

_WHOLE_PAIR: Final = "pair"
"""In the place of an operation in the row of a pair."""


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Pair]:
    rows: dict[tuple[str, str], list[Record]] = {}
    for row in corpus.rows("reuse"):
        rows.setdefault((row["article"], row["source"]), []).append(row)
    pairs = {}
    pages = corpus.pages("reuse")
    both = (pair for group in corpus.groups for pair in combinations(sorted(pages.keys() & set(group)), 2))
    for pair in both:
        first, second = (pages[name] for name in pair)
        family = "|".join(sorted({first["family"], second["family"]}))
        name = "::".join(pair)
        outlets = " | ".join(sorted({first["outlet"] or "unknown", second["outlet"] or "unknown"}))
        passages = tuple(rows.get(pair, ()))
        pairs[name] = Pair(name, family, *pair, first["text"], second["text"], passages, outlets)
    return pairs


def _inputs(corpus: Corpus) -> list[Record]:
    return [
        {"id": pair.id, "this_text": pair.this_text, "source_text": pair.source_text}
        for pair in _units(corpus).values()
    ]


def _count(pair: Pair, prediction: tuple[Detection, ...] | None, options: Options) -> list[Row]:
    detections = prediction or ()
    cases, passages = pair.cases, [detection.passage for detection in detections]
    overlaps = alignment.passage_iou(cases, passages)
    operations = [[options.reading(row, "operation", each.operation) for each in detections] for row in pair.rows]
    agreement = [
        [float(operation == each.operation) for operation, each in zip(own, detections, strict=True)]
        for own in operations
    ]
    matched = dict(match(overlaps, IOU_THRESHOLD, np.reshape(agreement, overlaps.shape)))
    detectors = alignment.touching(cases, passages).sum(axis=1)
    covered_cases, covered_detections = alignment.coverage(cases, passages), alignment.coverage(passages, cases)
    key = {"id": pair.id, "family": pair.family, "slice": "main"}
    key |= {"article": pair.article, "source": pair.source, "outlets": pair.outlets}
    rows = [key | _whole_pair(pair, cases, passages)]
    for index, (gold, found) in enumerate(zip(pair.rows, alignment.found(cases, passages), strict=True)):
        row: Row = {
            **key,
            "operation": gold["operation"],
            "item": gold["id"],
            "cases": 1,
            "covered_cases": covered_cases[index],
            "detected": int(detectors[index] > 0),
            "detectors": int(detectors[index]),
            "found": int(found),
        }
        if index in matched:
            place = matched[index]
            row |= {"passage_tp": 1, "detections": 1, "covered_detections": covered_detections[place]}
            row |= _operation(operations[index][place], detections[place].operation, float(overlaps[index, place]))
            row["named"] = int(detections[place].operation is not None)
        else:
            row |= {"passage_fn": 1, "wrong": 1, "detail": f"missed, {covered_cases[index]:.0%} of it covered: "}
            row["detail"] += _shown(pair, cases[index])
        rows.append(row)
    spurious = [index for index in range(len(detections)) if index not in matched.values()]
    return [*rows, *(key | _spurious(pair, detections[index], covered_detections[index]) for index in spurious)]


def _whole_pair(pair: Pair, cases: Sequence[Passage], passages: Sequence[Passage]) -> Row:
    outcome = {(True, True): "tp", (True, False): "fn", (False, True): "fp", (False, False): "tn"}[
        bool(cases), bool(passages)
    ]
    details = {
        "fn": "the articles share passages, none is predicted",
        "fp": f"the articles share no passage, {len(passages)} predicted",
    }
    return {
        "operation": _WHOLE_PAIR,
        "item": pair.id,
        "case_characters": alignment.union(cases),
        "detection_characters": alignment.union(passages),
        "shared_characters": alignment.shared_characters(cases, passages),
        f"pair_{outcome}": 1,
        "wrong": int(outcome in details),
        "detail": details.get(outcome, ""),
    }


def _operation(gold: str, predicted: str | None, overlap: float) -> Row:
    faults = [f"overlap {overlap:.2f}"] if overlap < 1 else []
    if predicted not in (None, gold):
        faults.append(f"{gold}, predicted {predicted}")
    said = predicted or MISSING
    return {
        "gold": gold,
        "predicted": said,
        cell(gold, said): 1,
        "wrong": 1 - overlap + (0.5 if predicted not in (None, gold) else 0),
        "detail": "; ".join(faults),
    }


def _spurious(pair: Pair, detection: Detection, coverage: float) -> Row:
    places = "~".join(f"{start}-{end}" for start, end in detection.passage)
    return {
        "operation": detection.operation or MISSING,
        "named": int(detection.operation is not None),
        "item": f"{pair.id}:{places}",
        "detections": 1,
        "covered_detections": coverage,
        "passage_fp": 1,
        "wrong": 1,
        "detail": f"no such passage, {coverage:.0%} of it reused: {_shown(pair, detection.passage)}",
    }


def _shown(pair: Pair, passage: Passage) -> str:
    texts = (pair.this_text[slice(*passage.this)], pair.source_text[slice(*passage.source)])
    sides = (" ".join(text.split()) for text in texts)
    return " ~ ".join(excerpt(side) for side in sides)


def _official(units: Mapping[str, Any], by_id: Mapping[str, Any], _: Any) -> CorpusValue:
    found = {name: [each.passage for each in by_id.get(name, ())] for name in units}
    cases = [row for pair in units.values() for row in as_pan(pair, pair.cases)]
    detections = [row for name, pair in units.items() for row in as_pan(pair, found[name])]
    value = official.plagdet(cases=cases, detections=detections)["macro"]["plagdet"]
    return CorpusValue(value, len(cases) + len(detections))


REUSE: Final = Task(
    name="reuse",
    summary="which passages two articles share, and how the text was changed",
    primary="passage_f1",
    standard=(
        "micro_plagdet",
        "granularity",
        "micro_precision",
        "micro_recall",
        "pair_f1",
        "operation_macro_f1",
        "plagdet",
    ),
    kinds=KINDS,
    extras=("offset_unit",),
    tabular=False,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "source", "outlets", "operation", "item", "gold", "predicted"),
    columns=COLUMNS,
    metrics=METRICS,
    corpus_metrics=(
        CorpusMetric(
            "plagdet",
            "macro-averaged, by PAN's program: neither cases nor detections are 1",
            _official,
            reference="pan-webis-de/pan-code @db0391d3, text alignment measures 1.3",
            group=OFFICIAL,
            of="passage",
        ),
    ),
    units=_units,
    parse=parse,
    count=_count,
    inputs=_inputs,
    baselines=BASELINES,
)
