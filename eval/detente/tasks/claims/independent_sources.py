"""Measures of all articles' claims together that look beyond the claims: independent sources, and official scorers."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from detente.data.independent_sources import SUPPORTING, support
from detente.data.jsonl import Record
from detente.metrics import official
from detente.tasks.claims.matching import Article, of_all
from detente.tasks.claims.prediction import Claim
from detente.tasks.labels import OFFICIAL
from detente.tasks.task import CorpusMetric, CorpusValue
from detente.text.spans import Span

Units = Mapping[str, Article]
ById = Mapping[str, Sequence[Claim]]
Labelled = tuple[str, tuple[Span, ...]]


def _matched(units: Units, by_id: ById) -> list[tuple[Record, set[str]]]:
    """The gold claims that are found, each with its predicted keys, those of all claims that are tied for it."""
    found = of_all(units, by_id)
    return [
        (found.golds[mine], {key for claim in found.tied(theirs) for key in claim.propositions or ()})
        for mine, theirs in found.matched
    ]


def _propositions_of_keys(matched: list[tuple[Record, set[str]]], known: set[str]) -> dict[str, set[str]]:
    """What each predicted key stands for: itself, if registered, else what most of its claims say."""
    said: dict[str, dict[str, set[int]]] = {}
    for number, (gold, keys) in enumerate(matched):
        links = [link["proposition"] for link in gold["propositions"] if link["relation"] in SUPPORTING]
        for key in keys:
            behind = said.setdefault(key, {})
            for name in links:
                behind.setdefault(name, set()).add(number)
    return {key: {key} if key in known else _most_said(behind) for key, behind in said.items()}


def _most_said(behind: Mapping[str, set[int]]) -> set[str]:
    """The propositions that most claims say, several only if the same claims say them; none if others tie with them."""
    most = max(map(len, behind.values()), default=0)
    found = {name for name, claims in behind.items() if len(claims) == most}
    return found if len({frozenset(behind[name]) for name in found}) == 1 else set()


def _source_error(units: Units, by_id: ById, _: Any) -> CorpusValue:
    """Mean |gold − predicted| `sources_min` over the propositions, with the predicted clusters and gold attribution."""
    matched = _matched(units, by_id)
    behind = next((article.behind for article in units.values()), None)
    predicted = [claim for claims in by_id.values() for claim in claims]
    if behind is None or (predicted and all(claim.propositions is None for claim in predicted)):
        return CorpusValue(np.nan, 0, "no prediction has propositions")
    known = {row["id"] for row in behind.propositions}
    names = _propositions_of_keys(matched, known)
    linked = [
        gold
        | {
            "propositions": [
                {"proposition": name, "relation": "same"} for name in set().union(*(names[key] for key in keys))
            ]
        }
        for gold, keys in matched
    ]
    mine, theirs = support(behind), support(behind._replace(claims=linked))
    errors = [abs(mine[name].sources_min - theirs[name].sources_min) for name in mine if mine[name].articles]
    return CorpusValue(float(np.mean(errors)) if errors else np.nan, len(errors))


def _entities(claims: Sequence[Labelled]) -> list[dict[str, Any]]:
    return [{"label": label, "start": start, "end": end - 1} for label, spans in claims for start, end in spans]


def _in_order(claims: Sequence[Labelled], gold: Sequence[Labelled]) -> list[Labelled]:
    """Claims as the greedy scorer takes them: in the order of the text, of equal spans those first that the gold has.

    Those in the gold's order. What is predicted more often than the gold has it is not the gold's any more.
    """
    free: defaultdict[tuple[str, Span], list[float]] = defaultdict(list)
    for place, entity in enumerate((label, span) for label, spans in gold for span in spans):
        free[entity].append(place)
    places = []
    for label, spans in sorted(claims):
        there = [free[label, span] for span in spans]
        places.append((spans, [each.pop(0) if each else math.inf for each in there], label))
    return [(label, spans) for spans, _, label in sorted(places)]


def _nervaluate(units: Units, by_id: ById, _: Any) -> CorpusValue:
    """Strict F1 over spans with their type, or with one label for all where no type is predicted."""
    typed = any(claim.type for claims in by_id.values() for claim in claims)
    gold, predicted = [], []
    for name, article in units.items():
        kinds = [row["type"] if typed else "claim" for row in article.claims]
        there = list(zip(kinds, article.spans, strict=True))
        gold.append(_entities(there))
        claims = [((claim.type or "") if typed else "claim", claim.spans) for claim in by_id.get(name, ())]
        predicted.append(_entities(_in_order(claims, there)))
    found = official.nervaluate(gold=gold, predicted=predicted)
    return CorpusValue(float(found["overall"]["strict"]["f1"]), sum(map(len, gold)))


def _checkthat(units: Units, by_id: ById, _: Any) -> CorpusValue:
    """Mean average precision over articles; the scorer takes no ranking that lacks a line, which is a gold claim."""
    matching = of_all(units, by_id)
    scores = {mine: matching.tied(theirs)[0].check_worthy for mine, theirs in matching.matched}
    found, lacking, every = [], 0, 0
    for article in units.values():
        worthy = [int(row["check_worthy"]) for row in article.claims]
        ranked = [scores.get(every + mine) for mine in range(len(worthy))]
        lines = [(line, score) for line, score in enumerate(ranked, 1) if score is not None]
        every, lacking = every + len(worthy), lacking + len(worthy) - len(lines)
        if sum(worthy) and len(lines) == len(worthy):
            scored = official.checkthat_average_precision(scores_in_submission_order=lines, relevant=worthy)
            found.append(scored["average_precision"])
    if lacking:
        return CorpusValue(np.nan, 0, f"{lacking} of {every} claims are not found, or have no score")
    return CorpusValue(float(np.mean(found)) if found else np.nan, len(found))


CORPUS_METRICS: Final = (
    CorpusMetric(
        "sources_min_error",
        "mean |gold − predicted| least number of independent sources of a proposition, with the predicted clusters",
        _source_error,
        0.0,
        (0.0, np.inf),
        group="independent sources",
        of="proposition",
    ),
    CorpusMetric(
        "nervaluate",
        "strict F1 over spans and types, greedy, 0/0 = 0",
        _nervaluate,
        reference="nervaluate 1.2.1",
        group=OFFICIAL,
        of="span",
    ),
    CorpusMetric(
        "checkthat_average_precision",
        "mean average precision over articles, ties in gold order; none if a gold claim is not ranked",
        _checkthat,
        reference="CheckThat! 2018 task 1 @201e236f",
        group=OFFICIAL,
        of="page",
    ),
)
