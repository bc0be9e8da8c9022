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

from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Any, Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.metrics import official
from detente.tasks.labels import OFFICIAL
from detente.tasks.reuse import KINDS
from detente.tasks.reuse.baselines import BASELINES
from detente.tasks.reuse.counting import count as count_all
from detente.tasks.reuse.metrics import COLUMNS, METRICS
from detente.tasks.reuse.prediction import Detection, Pair, as_pan, parse
from detente.tasks.task import CorpusMetric, CorpusValue, Options, Row, Task


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
    return count_all([pair], [prediction], options).told.to_dicts()


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
    count_all=count_all,
    inputs=_inputs,
    baselines=BASELINES,
)
