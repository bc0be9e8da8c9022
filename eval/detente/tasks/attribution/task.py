"""The task `attribution`: who answers for a claim, through whom, and in which words.

The unit is a claim. Where it has several gold rows, the one that fits the prediction best counts: one whose innermost
sources are named before any other, then the one with most of the rest right, of equals the first. Content is nearly the
claim's own spans, which a model is given: it is scored where a line gives it, but says little. What a line leaves out
counts as wrong as soon as the system says it of some claim; a measure of what it says of no claim is undefined.
"""

from collections.abc import Collection
from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.data.labels import ATTRIBUTION_TYPES, SOURCE_KINDS
from detente.data.page import Page, pairs_of
from detente.tasks.attribution import KINDS
from detente.tasks.attribution.baselines import BASELINES
from detente.tasks.attribution.counting import count as count_all
from detente.tasks.attribution.overlaps import LEVELS
from detente.tasks.attribution.prediction import Claim, Prediction, parse
from detente.tasks.attribution.readings import PARTS
from detente.tasks.metric_families import (
    accuracy,
    confusion_columns,
    macro_f1,
    outcome_columns,
    overlap,
    share,
    where_said,
)
from detente.tasks.task import Metric, Options, Row, Task

NO_SOURCE_KINDS: Final = ("voice", "text")
"""Registered, but nobody who says anything: a page's own voice is an empty chain, and texts belong to derivation."""


def _sources(corpus: Corpus) -> list[Record]:
    """Who may be cited, by kind and name: the order of a registry that follows the pages would tell who is."""
    rows = [row for row in corpus.rows("sources") if row["kind"] not in NO_SOURCE_KINDS]
    rows.sort(key=lambda row: (SOURCE_KINDS.index(row["kind"]), row["name"], row["id"]))
    return [{name: row[name] for name in ("id", "name", "aliases")} for row in rows]


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Claim]:
    known = {row["id"]: None for row in _sources(corpus)}
    pages = {name: Page(name, row["family"], row["text"], ()) for name, row in corpus.articles.items()}
    rows: dict[str, list[Record]] = {}
    for row in corpus.rows("attribution"):
        rows.setdefault(row["claim"], []).append(row)
    return {
        name: Claim(
            name, found[0]["article"], pages[found[0]["article"]], tuple(found), known, corpus.inventory.channels
        )
        for name, found in rows.items()
    }


def _inputs(corpus: Corpus) -> list[Record]:
    """Each claim once; its spans as pairs, which is how predictions give spans."""
    sources = _sources(corpus)
    claims = {
        row["claim"]: row for row in corpus.rows("attribution", "claim", "article", "text", "spans", "claim_text")
    }
    return [
        {
            "id": name,
            "article": row["article"],
            "text": row["text"],
            "spans": [list(pair) for pair in pairs_of(row["spans"])],
            "claim_text": row["claim_text"],
            "sources": sources,
        }
        for name, row in claims.items()
    ]


def _count(claim: Claim, prediction: Prediction | None, options: Options) -> list[Row]:
    return count_all([claim], [prediction], options).told.to_dicts()


def _by_ids(metric: Metric) -> Metric:
    """The measure of sources given as ids; none where the system only points to words."""
    return where_said(metric, "a source id", "named", "pointed")


def _by_spans(metric: Metric) -> Metric:
    """The measure of sources given as words; none where the system only names ids."""
    return where_said(metric, "the words of a source", "pointed", "named")


def _if_said(metric: Metric, given: str) -> Metric:
    """The measure of a field; none if the system never says it, though it answers."""
    noun = {"cued": "a cue", "delimited": "content", "typed": "a type", "channelled": "a channel", "chained": "a chain"}
    return where_said(metric, noun[given], given)


def _spans(part: str, level: str, noun: str, group: str, of: str) -> tuple[Metric, ...]:
    both = f"{noun} that are gold and predicted"
    formulas = (f"{both} / predicted", f"{both} / gold", f"2 tp / (2 tp + fp + fn) of {noun}")
    return overlap(f"{part}_{level}" if level else part, noun, of=of, formulas=formulas, group=group)


_SOURCES: Final = "sources of a claim"
_WORDS: Final = "the words"
_HOW: Final = "how it is given"
_CLAIM: Final = "claim"
_LEVELS: Final = (("token", "token"), ("char", "character"))

ATTRIBUTION: Final = Task(
    name="attribution",
    summary="who is cited for a claim, through whom, and in which words",
    primary="entity_accuracy",
    standard=(
        *("entity_f1", "source_token_f1", "cue_token_f1", "content_token_f1"),
        *("attribution_type_macro_f1", "channel_accuracy", "chain_exact_match"),
    ),
    kinds=KINDS,
    extras=("chain", "cue", "content", "type", "channel", "offset_unit"),
    tabular=False,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "type", "cue_force", "item", "gold", "predicted"),
    columns=(
        *("claims", "named", "pointed", "chained", "cued", "delimited", "typed", "channelled"),
        *("entity_right", "chain_right", "channels", "channel_right"),
        *outcome_columns("entity"),
        *(column for part in PARTS for level in LEVELS for column in outcome_columns(f"{part}_{level}")),
        *confusion_columns(ATTRIBUTION_TYPES),
    ),
    metrics=(
        _by_ids(
            share(
                "entity_accuracy",
                "claims whose innermost sources are those of the gold / claims",
                "entity_right",
                "claims",
                1.0,
                of=_CLAIM,
                group=_SOURCES,
            )
        ),
        *map(_by_ids, _spans("entity", "", "innermost sources", _SOURCES, "source")),
        *(
            _by_spans(metric)
            for level, noun in _LEVELS
            for metric in _spans("source", level, f"{noun}s of sources", _WORDS, noun)
        ),
        *(
            _if_said(metric, given)
            for part, words_of, given in (("cue", "cues", "cued"), ("content", "content", "delimited"))
            for level, noun in _LEVELS
            for metric in _spans(part, level, f"{noun}s of {words_of}", _WORDS, noun)
        ),
        _if_said(
            accuracy(
                "attribution_type_accuracy", ATTRIBUTION_TYPES, formula="types right / claims", group=_HOW, of=_CLAIM
            ),
            "typed",
        ),
        _if_said(
            macro_f1(
                "attribution_type_macro_f1",
                ATTRIBUTION_TYPES,
                formula="mean F1 over the types that the gold has",
                group=_HOW,
                of=_CLAIM,
            ),
            "typed",
        ),
        _if_said(
            share(
                "channel_accuracy",
                "channels of innermost links right / claims with a chain",
                "channel_right",
                "channels",
                1.0,
                of=_CLAIM,
                group=_HOW,
            ),
            "channelled",
        ),
        _if_said(
            share(
                "chain_exact_match",
                "chains with all their links right, in their order / claims",
                "chain_right",
                "claims",
                1.0,
                of=_CLAIM,
                group=_SOURCES,
            ),
            "chained",
        ),
    ),
    units=_units,
    parse=parse,
    count=_count,
    count_all=count_all,
    inputs=_inputs,
    baselines=BASELINES,
    aliases={f"type_{part}": f"attribution_type_{part}" for part in ("accuracy", "macro_f1")},
)
