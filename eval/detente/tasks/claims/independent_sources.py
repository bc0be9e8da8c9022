"""Measures of all articles' claims together that look beyond the claims: independent sources, and official scorers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from detente.data.independent_sources import SUPPORTING, support
from detente.data.jsonl import Record
from detente.metrics import official
from detente.tasks.claims.matching import Article, matching
from detente.tasks.claims.prediction import Claim
from detente.tasks.labels import OFFICIAL
from detente.tasks.task import CorpusMetric, CorpusValue

Units = Mapping[str, Article]
ById = Mapping[str, Sequence[Claim]]


def _matched(units: Units, by_id: ById) -> list[tuple[Record, Claim]]:
    """The gold claims that are found, each with what is predicted of it."""
    return [
        (article.claims[mine], by_id[name][theirs])
        for name, article in units.items()
        if name in by_id
        for mine, theirs in matching(article, by_id[name]).partner.items()
    ]


def _propositions_of_keys(matched: list[tuple[Record, Claim]], known: set[str]) -> dict[str, str]:
    """The proposition that each predicted key stands for: itself, if registered, else what most of its claims say."""
    said: dict[str, Counter[str]] = {}
    for gold, claim in matched:
        links = [link["proposition"] for link in gold["propositions"] if link["relation"] in SUPPORTING]
        for key in claim.propositions or ():
            said.setdefault(key, Counter()).update(links)
    found = {key: min(counts, key=lambda name: (-counts[name], name)) for key, counts in said.items() if counts}
    return {**found, **{key: key for key in said if key in known}}


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
                {"proposition": names[key], "relation": "same"} for key in claim.propositions or () if key in names
            ]
        }
        for gold, claim in matched
    ]
    mine, theirs = support(behind), support(behind._replace(claims=linked))
    errors = [abs(mine[name].sources_min - theirs[name].sources_min) for name in mine if mine[name].articles]
    return CorpusValue(float(np.mean(errors)) if errors else np.nan, len(errors))


def _entities(claims: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    return [{"label": label, "start": start, "end": end - 1} for label, spans in claims for start, end in spans]


def _nervaluate(units: Units, by_id: ById, _: Any) -> CorpusValue:
    """Strict F1 over spans with their type, or with one label for all where no type is predicted."""
    typed = any(claim.type for claims in by_id.values() for claim in claims)
    gold, predicted = [], []
    for name, article in units.items():
        kinds = [row["type"] if typed else "claim" for row in article.claims]
        gold.append(_entities(list(zip(kinds, article.spans, strict=True))))
        there = set(zip(kinds, article.spans, strict=True))
        claims = [((claim.type or "") if typed else "claim", claim.spans) for claim in by_id.get(name, ())]
        # The scorer is greedy: in the order of the text, of equal spans those first that the gold has.
        claims.sort(key=lambda claim: (claim[1], claim not in there))
        predicted.append(_entities(claims))
    found = official.nervaluate(gold=gold, predicted=predicted)
    return CorpusValue(float(found["overall"]["strict"]["f1"]), sum(map(len, gold)))


def _checkthat(units: Units, by_id: ById, _: Any) -> CorpusValue:
    """Mean average precision over articles; the scorer takes no ranking that lacks a line, which is a gold claim."""
    found, lacking, every = [], 0, 0
    for name, article in units.items():
        worthy = [int(row["check_worthy"]) for row in article.claims]
        claims = by_id.get(name, ())
        scores = {mine: claims[theirs].check_worthy for mine, theirs in matching(article, claims).partner.items()}
        lines = [(mine + 1, score) for mine in range(len(worthy)) if (score := scores.get(mine)) is not None]
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
