"""The task `claims`: what an article asserts, as spans that may be discontinuous, with what is said of each.

Gold and predicted claims are matched one to one, by optimal assignment on the IoU of their characters. Labels, ranks
and clusters rest on the matching at IoU .5; what is left over there is missed or spurious, and counts as such.

Predicted claims on the same spans, with the same score, that agree with the gold in the same labels are tied: where one
of them is matched, or spurious, the mean of the counts that each would give is counted. Their keys are united.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

import numpy as np

from detente.data.corpus import Corpus
from detente.data.independent_sources import support_layers
from detente.data.inventory import Inventory
from detente.data.jsonl import Record
from detente.data.page import Page, pairs_of
from detente.data.problems import Problem, ValidationError
from detente.metrics import matching as spans
from detente.metrics import ranking
from detente.tasks.claims import independent_sources
from detente.tasks.claims.baselines import BASELINES
from detente.tasks.claims.matching import (
    CLUSTER_METRICS,
    Article,
    Matching,
    is_check_worthy,
    matching,
)
from detente.tasks.claims.metrics import COLUMNS, FIRST, METRICS, THRESHOLDS, columns, metrics
from detente.tasks.claims.prediction import FIELDS, Claim, parse
from detente.tasks.task import Options, Row, Task
from detente.text.display import excerpt
from detente.text.spans import Span

_ZONES: Final = {"paragraph": "body", "headline": "headline", "subheading": "subheading"}
_JUDGED: Final = ("type", "presentation", "check_worthy")
_ALL_WRONG: Final = 1 + len(_JUDGED)
"""What is wrong with a claim that is missed or spurious: its spans, and all that is judged of it."""


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Article]:
    segments: dict[str, list[Row]] = {name: [] for name in corpus.articles}
    claims: dict[str, list[Record]] = {name: [] for name in corpus.pages("claims")}
    for row in corpus.rows("boilerplate"):
        segments[row["article"]].append(row)
    for row in corpus.rows("claims"):
        claims[row["article"]].append(row)
    behind = support_layers(corpus.rows)
    return {
        name: Article(
            Page(name, row["family"], row["text"], tuple(segments[name])),
            tuple(claims[name]),
            tuple(pairs_of(claim["spans"]) for claim in claims[name]),
            behind,
            corpus.inventory.claim_types,
        )
        for name, row in corpus.pages("claims").items()
    }


def _inputs(corpus: Corpus) -> list[Record]:
    pages = corpus.pages("claims")
    return [{"id": name, "text": row["text"], "language": row["language"]} for name, row in pages.items()]


def _parse(article: Article, record: Record) -> tuple[Claim, ...]:
    return parse(article.page.text, record, article.types)


def _count(article: Article, prediction: Sequence[Claim] | None, options: Options) -> list[Row]:
    predicted = prediction or ()
    found = matching(article, predicted)
    given = [field for field in _JUDGED if any(getattr(claim, field) is not None for claim in predicted)]
    rows, worthy = [], []
    for mine, own in enumerate(article.claims):
        row = _row(article, own["id"], own["zone"], own["type"], own["presentation"])
        tied = found.tied(found.partner[mine]) if mine in found.partner else []
        answers: Sequence[Claim | None] = tied or [None]
        golds = [_resolved(own, claim, options) for claim in answers]
        row |= _mean([_gold_counts(*pair) for pair in zip(golds, answers, strict=True)])
        shown = _shown(article.page.text, article.spans[mine])
        if not tied:
            row |= {"wrong": _ALL_WRONG, "detail": f"missed: {shown}"}
        elif faults := _faults(golds[0], tied, given, float(found.similarity[mine, found.partner[mine]])):
            row |= {"wrong": len(faults), "detail": f"{'; '.join(faults)}: {shown}"}
        rows.append(row)
        worthy.append(golds[0]["check_worthy"])
    for group, places in groupby(found.spurious, found.group.__getitem__):
        row = _spurious_row(article, found.groups[group])
        rows += [dict(row) for _ in places]
    _add_overlaps(rows, article, found)
    return [*rows, *_ranking_row(article, worthy, found)]


def _mean(counts: Sequence[Row]) -> Row:
    """The mean of each count, 0 where it is not told; the same in whatever order they come."""
    if len(counts) == 1:
        return counts[0]
    columns = dict.fromkeys(column for each in counts for column in each)
    return {column: math.fsum(each.get(column, 0) for each in counts) / len(counts) for column in columns}


def _row(article: Article, item: str, zone: str, kind: str, presentation: str) -> Row:
    page = article.page
    row = {"id": page.id, "article": page.id, "family": page.family, "slice": "main", "wrong": 0, "detail": ""}
    return row | {"item": item, "zone": zone, "type": kind, "presentation": presentation}


def _shown(text: str, parts: Sequence[Span]) -> str:
    return excerpt(" … ".join(text[start:end] for start, end in parts))


def _resolved(gold: Record, claim: Claim | None, options: Options) -> Record:
    """The gold labels, and where alternatives are accepted those of them that are predicted."""
    labels = {field: gold[field] for field in (*_JUDGED, "normalised")}
    if claim is not None and gold["alternatives"]:
        labels |= {field: options.reading(gold, field, getattr(claim, field)) for field in ("type", "presentation")}
        if claim.check_worthy is not None and options.others(gold, "check_worthy"):
            labels["check_worthy"] = is_check_worthy(claim)  # the only other value there is
    return labels


def _gold_counts(gold: Record, claim: Claim | None) -> Row:
    """The counts of a gold claim and of the predicted one that it is matched with, if any."""
    kind, worthy = gold["type"], gold["check_worthy"]
    row: Row = {"gold_claims": 1, f"type_{kind}_gold": 1, "check_worthy_fn": int(worthy)}
    if claim is None:
        return row
    row |= {"matched": 1, f"type_{kind}_matched_gold": 1, **_said(claim)}
    if claim.type is not None:
        row |= {f"type_{claim.type}_predicted": 1, f"type_{claim.type}_matched_predicted": 1}
    if claim.type == kind:
        row |= {"type_right": 1, f"type_{kind}_right": 1}
    row["presentation_right"] = int(claim.presentation == gold["presentation"])
    if is_check_worthy(claim):
        row |= {"check_worthy_tp": int(worthy), "check_worthy_fp": int(not worthy), "check_worthy_fn": 0}
    if claim.normalised is not None:
        row["chrf"] = _chrf(claim.normalised, gold["normalised"])
    return row


def _said(claim: Claim) -> Row:
    """The counts of a predicted claim, wherever it belongs."""
    return {"predicted_claims": 1, **{f"has_{field}": int(getattr(claim, field) is not None) for field in FIELDS}}


def _chrf(predicted: str, gold: str) -> float:
    from detente.metrics.chrf import chrf

    try:
        return chrf(predicted, gold)
    except ModuleNotFoundError as error:
        message = "chrF needs sacrebleu: pip install 'detente[text]', or leave the sentences out"
        raise ValidationError([Problem("extra-missing", "normalised", message)]) from error


def _either(claims: Sequence[Claim], field: str, none: str) -> str:
    """What claims say, in words: a label, or those of tied ones."""
    return " or ".join(sorted({getattr(claim, field) or none for claim in claims}))


def _faults(gold: Record, tied: Sequence[Claim], given: Sequence[str], similarity: float) -> list[str]:
    """What is wrong with a matched claim, in words; a label that no claim of the article has is not asked for.

    What is wrong with one of those that are tied is wrong with all.
    """
    faults = [f"IoU {similarity:.2f}"] if similarity < 1 else []
    faults += [
        f"{field} {gold[field]}, predicted {_either(tied, field, 'none')}"
        for field in ("type", "presentation")
        if field in given and getattr(tied[0], field) != gold[field]
    ]
    if "check_worthy" in given and is_check_worthy(tied[0]) != gold["check_worthy"]:
        faults.append("check-worthy, predicted not" if gold["check_worthy"] else "not check-worthy, predicted so")
    return faults


def _spurious_row(article: Article, tied: Sequence[Claim]) -> Row:
    page, parts = article.page, tied[0].spans
    first = parts[0][0]
    home = next((row["type"] for row in page.segments if row["start"] <= first < row["end"]), "")
    place = "+".join(f"{start}-{end}" for start, end in parts)
    labels = (_either(tied, field, "unlabelled") for field in ("type", "presentation"))
    row = _row(article, f"{page.id}:{place}", _ZONES.get(home, "outside"), *labels)
    row |= {"wrong": _ALL_WRONG, "detail": f"spurious: {_shown(page.text, parts)}"}
    return row | _mean([_spurious_counts(claim) for claim in tied])


def _spurious_counts(claim: Claim) -> Row:
    kind = {f"type_{claim.type}_predicted": 1} if claim.type else {}
    return {"spurious": 1, "check_worthy_fp": int(is_check_worthy(claim)), **kind, **_said(claim)}


def _add_overlaps(rows: list[Row], article: Article, found: Matching) -> None:
    """Adds what is matched at each threshold, the soft matches and the characters, to the rows that they belong to."""
    matchings = spans.match_each(found.similarity, list(THRESHOLDS.values()))
    for level, pairs in zip(THRESHOLDS, matchings, strict=True):
        for mine, _ in pairs:
            rows[mine][f"{level}_tp"] = 1
    for mine, theirs in spans.soft_match(found.similarity):
        rows[mine]["partial_tp"] = float(found.similarity[mine, theirs])
    length = len(article.page.text)
    mine_at = spans.owners(article.spans, length)
    theirs_at = spans.owners([found.groups[group][0].spans for group in found.group], length)
    home = np.array([found.home[index] for index in range(len(found.group))], dtype=int)
    visible, in_gold, in_predicted = article.page.visible, mine_at >= 0, theirs_at >= 0
    for column, at in (
        ("char_tp", mine_at[visible & in_gold & in_predicted]),
        ("char_fn", mine_at[visible & in_gold & ~in_predicted]),
        ("char_fp", home[theirs_at[visible & in_predicted & ~in_gold]]),
    ):
        for row, size in enumerate(np.bincount(at, minlength=len(rows)).tolist()):
            rows[row][column] = size


def _ranking_row(article: Article, worthy: list[bool], found: Matching) -> list[Row]:
    """How the article's claims are ranked, as a row of its own; none if no claim of the gold is check-worthy.

    A missed claim, and one without a score, is not retrieved; a spurious one is not relevant.
    """
    count = sum(worthy)
    if not count:
        return []
    scores = np.full(len(worthy) + len(found.spurious), -np.inf)
    for index, group in enumerate(found.group):
        if (score := found.groups[group][0].check_worthy) is not None:
            scores[found.home[index]] = score
    relevant = [*worthy, *(False for _ in found.spurious)]
    row = _row(article, f"{article.page.id}:ranking", "ranking", "ranking", "ranking")
    measures = {
        "average_precision": ranking.average_precision(scores, relevant),
        "r_precision": ranking.precision_at(scores, relevant, count),
        "precision_at_5": ranking.precision_at(scores, relevant, min(FIRST, count)),
        "mrr": ranking.reciprocal_rank(scores, relevant),
    }
    return [row | {"ranked": 1} | {f"ranked_{name}": value for name, value in measures.items()}]


def _fit(own: Inventory) -> Task:
    """The task with the types of claims that the corpus has."""
    return replace(CLAIMS, columns=columns(own.claim_types), metrics=metrics(own.claim_types))


CLAIMS: Final = Task(
    name="claims",
    summary="what an article asserts: spans, type, presentation, check-worthiness, and which claims say the same",
    primary="iou50_f1",
    standard=(
        *("exact_f1", "partial_f1", "claim_char_f1", "type_macro_f1_overall"),
        *("check_worthy_average_precision", "b_cubed_f1", "sources_min_error", "nervaluate"),
    ),
    kinds=("claims",),
    extras=("offset_unit",),
    tabular=False,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "zone", "type", "presentation", "item"),
    columns=COLUMNS,
    metrics=METRICS,
    units=_units,
    parse=_parse,
    count=_count,
    inputs=_inputs,
    baselines=BASELINES,
    corpus_metrics=(*CLUSTER_METRICS, *independent_sources.CORPUS_METRICS),
    aliases={
        **{f"strict_{part}": f"exact_{part}" for part in ("precision", "recall", "f1")},
        **{f"char_{part}": f"claim_char_{part}" for part in ("precision", "recall", "f1")},
        "type_accuracy": "claim_type_accuracy",
        "type_macro_f1": "claim_type_macro_f1",
        "independent_source_error": "sources_min_error",
    },
    fit=_fit,
)
