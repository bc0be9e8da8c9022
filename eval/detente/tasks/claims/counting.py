"""The counts of claims, of many articles at once: a row for each gold claim, each spurious one, and each ranking.

What is said where a row is are its answers: one, or as many as are tied, of which a row counts the mean.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from detente.data.labels import CLAIM_ZONES, PRESENTATIONS
from detente.data.page import Page
from detente.data.problems import Problem, ValidationError
from detente.metrics import ranking
from detente.metrics.classification import Floats
from detente.metrics.matching import match_pairs, soft_match_pairs
from detente.metrics.span_columns import Ints, Items, integers, runs
from detente.tasks.batch import Batch, gathered
from detente.tasks.claims.matching import Article, Labels, Matching, Truths, is_check_worthy, matching, unsaid
from detente.tasks.claims.metrics import FIRST, THRESHOLDS
from detente.tasks.claims.prediction import Claim
from detente.tasks.task import Options
from detente.text.display import excerpt
from detente.text.spans import Span

Counts = dict[str, Floats]
"""Of each row, by column; those that are left out are 0."""

_ZONES: Final = {"paragraph": "body", "headline": "headline", "subheading": "subheading"}
_OUTSIDE: Final = "outside"
_UNLABELLED: Final = "unlabelled"
_ALL_WRONG: Final = 4
"""What is wrong with a claim that is missed or spurious: its spans, type, presentation and check-worthiness."""
_RANKING: Final = "ranking"


class _Rows(NamedTuple):
    """Where rows are: an article's together, its gold claims, then what is spurious, then its ranking, if it has one.

    Attributes:
        article: Of each row.
        gold: The row of each gold claim.
        claim: The row of each predicted claim: its own if it is spurious, else that of its gold claim.
        spurious: The predicted claims that are.
        ranking: The row of each ranking.
        ranked: How many gold claims its article has that are check-worthy.
    """

    article: Ints
    gold: Ints
    claim: Ints
    spurious: Ints
    ranking: Ints
    ranked: Ints


class _Answers(NamedTuple):
    """Answers to gold claims.

    Attributes:
        gold: The gold claim, in their order.
        claim: The predicted one; −1 if there is none.
        labels: The gold labels, and where alternatives are accepted those of them that are predicted.
    """

    gold: Ints
    claim: Ints
    labels: Labels


class _Faults(NamedTuple):
    """What is wrong with each gold claim.

    Attributes:
        similarity: The IoU of its spans with those of the claim that it is matched with; 0 if it is missed.
        type: Whether its type is.
        presentation: Whether its presentation is.
        worthy: Whether it is that it is check-worthy, or not.
        labels: What would be right.
    """

    similarity: Floats
    type: Truths
    presentation: Truths
    worthy: Truths
    labels: Labels


def count(articles: Sequence[Article], predictions: Sequence[Sequence[Claim] | None], options: Options) -> Batch:
    """The rows of all articles."""
    found = matching(articles, predictions)
    answers = _answers(found, options)
    labels = answers.labels.at(np.flatnonzero(np.diff(answers.gold, prepend=-1)))
    rows = _rows(len(articles), found, labels.worthy)
    counts = _label_counts(found, answers, rows) | _overlap_counts(articles, found, rows)
    counts |= _ranking_counts(found, labels.worthy, rows)
    faults = _faults(found, labels)
    keys = _keys(articles, found, rows) | {"wrong": _wrong(found, faults, rows)}
    frame = pl.DataFrame(keys | {name: values for name, values in counts.items() if values.any()})
    return Batch(frame, partial(_words, articles, found, faults, rows))


def _answers(found: Matching, options: Options) -> _Answers:
    first, size = np.append(found.first, -1)[found.partner], np.append(found.size, 1)[found.partner]
    gold, claim = runs(first, size)
    labels = found.labels.at(gold)
    if options.alternatives == "accept":
        for answer, (mine, theirs) in enumerate(zip(gold.tolist(), claim.tolist(), strict=True)):
            own, said = found.golds[mine], found.claims[theirs] if theirs >= 0 else None
            if said is None or not own["alternatives"]:
                continue
            if said.type in options.others(own, "type"):
                labels.type[answer] = found.said.type[theirs]
            if said.presentation in options.others(own, "presentation"):
                labels.presentation[answer] = found.said.presentation[theirs]
            if said.check_worthy is not None and options.others(own, "check_worthy"):
                labels.score[answer] = is_check_worthy(said)  # the only other value there is
    return _Answers(gold, claim, labels)


def _rows(articles: int, found: Matching, worthy: Truths) -> _Rows:
    spurious = np.flatnonzero(found.home < 0)
    of_gold, of_spurious = found.gold.text, found.predicted.text[spurious]
    golds, others, ranked = (np.bincount(each, minlength=articles) for each in (of_gold, of_spurious, of_gold[worthy]))
    sizes = golds + others + (ranked > 0)
    first = np.cumsum(sizes) - sizes
    mine = np.arange(len(of_gold)) + (first - np.cumsum(golds) + golds)[of_gold]
    claim = np.append(mine, -1)[found.home]
    claim[spurious] = np.arange(len(spurious)) + (first + golds - np.cumsum(others) + others)[of_spurious]
    there = np.flatnonzero(ranked)
    row_of_ranking = (first + sizes - 1)[there]
    return _Rows(np.repeat(np.arange(articles), sizes), mine, claim, spurious, row_of_ranking, ranked[there])


def _label_counts(found: Matching, answers: _Answers, rows: _Rows) -> Counts:
    number = len(rows.article)
    which, others = runs(found.first[rows.spurious], found.size[rows.spurious])
    row = np.concatenate([rows.gold[answers.gold], rows.claim[rows.spurious][which]])
    claim = np.concatenate([answers.claim, others])
    of_gold, said_at = np.arange(len(row)) < len(answers.gold), claim >= 0
    gold, said = _padded(answers.labels, len(others)), _padded(found.said, 1).at(claim)
    size = np.maximum(np.bincount(row, minlength=number), 1)

    def mean(values: Truths) -> Floats:
        return np.bincount(row[values], minlength=number) / size

    keys, sentence = (_given(found.claims, field)[claim] for field in ("propositions", "normalised"))
    right = of_gold & said_at & (said.type == gold.type)
    counts = {
        "gold_claims": of_gold,
        "predicted_claims": said_at,
        "matched": of_gold & said_at,
        "spurious": ~of_gold,
        "has_type": said.type >= 0,
        "has_presentation": said.presentation >= 0,
        "has_check_worthy": ~np.isnan(said.score),
        "has_propositions": keys,
        "has_normalised": sentence,
        "type_right": right,
        "presentation_right": of_gold & said_at & (said.presentation == gold.presentation),
        "check_worthy_tp": gold.worthy & said.worthy,
        "check_worthy_fp": ~gold.worthy & said.worthy,
        "check_worthy_fn": gold.worthy & ~said.worthy,
    }
    columns = {name: mean(values) for name, values in counts.items()}
    for what, kinds, where in (
        ("gold", gold.type, of_gold),
        ("matched_gold", gold.type, of_gold & said_at),
        ("predicted", said.type, said.type >= 0),
        ("matched_predicted", said.type, of_gold & (said.type >= 0)),
        ("right", gold.type, right),
    ):
        cells = np.bincount(kinds[where] * number + row[where], minlength=len(found.types) * number)
        each = cells.reshape(len(found.types), number) / size
        columns |= {f"type_{name}_{what}": values for name, values in zip(found.types, each, strict=True)}
    if (judged := np.flatnonzero(sentence & of_gold)).size:
        columns["chrf"] = _chrf(found, answers, row, judged, size)
    return columns


def _given(claims: Sequence[Claim], field: str) -> Truths:
    """Which claims have a field; one truth more, at the end, for where there is no claim."""
    values = [*map(attrgetter(field), claims)]
    if unsaid(values):
        return np.zeros(len(claims) + 1, dtype=bool)
    return np.array([value is not None for value in values] + [False])


def _padded(labels: Labels, more: int) -> Labels:
    """Labels, and so many that say nothing."""
    none = np.full(more, -1)
    return Labels(
        np.append(labels.type, none), np.append(labels.presentation, none), np.append(labels.score, none + np.nan)
    )


def _chrf(found: Matching, answers: _Answers, row: Ints, judged: Ints, size: Ints) -> Floats:
    """The mean chrF of the answers of each row that have a sentence; 0 of those that have none."""
    from detente.metrics.chrf import chrf

    values: dict[int, list[float]] = {}
    for answer in judged.tolist():
        gold, claim = found.golds[answers.gold[answer]], found.claims[answers.claim[answer]]
        try:
            value = chrf(claim.normalised or "", gold["normalised"])
        except ModuleNotFoundError as error:
            message = "chrF needs sacrebleu: pip install 'detente[text]', or leave the sentences out"
            raise ValidationError([Problem("extra-missing", "normalised", message)]) from error
        values.setdefault(int(row[answer]), []).append(value)
    column = np.zeros(len(size))
    for place, each in values.items():
        column[place] = math.fsum(each) / size[place]
    return column


def _overlap_counts(articles: Sequence[Article], found: Matching, rows: _Rows) -> Counts:
    """What is matched at each threshold, the soft matches, and the characters of the rows that they belong to."""
    number = len(rows.article)
    pairs = found.rows, found.columns, found.similarity
    taken = {f"{level}_tp": match_pairs(*pairs, threshold) for level, threshold in THRESHOLDS.items()}
    taken["partial_tp"] = soft_match_pairs(*pairs)
    columns: Counts = {}
    for name, places in taken.items():
        columns[name] = np.zeros(number)
        columns[name][rows.gold[found.rows[places]]] = found.similarity[places] if name == "partial_tp" else 1
    pages = [article.page.visible for article in articles]
    visible = np.concatenate([*pages, np.zeros(1, dtype=bool)])
    lengths = integers(map(len, pages))
    begins = np.cumsum(lengths) - lengths
    bounds = [
        begins[items.spans.text] + edge
        for items in (found.gold, found.predicted)
        for edge in (items.spans.start, items.spans.end)
    ]
    at_edge = np.zeros(len(visible), dtype=bool)
    at_edge[np.concatenate(bounds)] = True
    edges = np.flatnonzero(at_edge)
    sizes = np.add.reduceat(visible, edges, dtype=np.int32) if len(edges) else edges
    number_of = np.empty(len(visible), dtype=np.int64)  # read at edges only
    number_of[edges] = np.arange(len(edges))
    first, last, first_said, last_said = (number_of[each] for each in bounds)
    mine = _owners(found.gold, first, last, len(edges))
    theirs = _owners(found.predicted, first_said, last_said, len(edges))
    for name, owners, home, where in (
        ("char_tp", mine, rows.gold, (mine >= 0) & (theirs >= 0)),
        ("char_fn", mine, rows.gold, (mine >= 0) & (theirs < 0)),
        ("char_fp", theirs, rows.claim, (mine < 0) & (theirs >= 0)),
    ):
        columns[name] = np.bincount(home[owners[where]], sizes[where], number).astype(float)
    return columns


def _owners(items: Items, first: Ints, last: Ints, count: int) -> Ints:
    """For each of so many stretches between edges the item that covers it, the first of several, or −1.

    Args:
        items: The items.
        first: Of each of their spans the first stretch.
        last: The first that is behind it.
        count: How many stretches there are.
    """
    span, stretch = runs(first, last - first)
    owner = np.full(count, -1)
    owner[stretch[::-1]] = items.item[span][::-1]  # who comes last stays
    return owner


def _ranking_counts(found: Matching, worthy: Truths, rows: _Rows) -> Counts:
    """How each article's claims are ranked that has check-worthy ones.

    A missed claim, and one without a score, is not retrieved; a spurious one is not relevant.
    """
    scores, relevant = np.full(len(rows.article), -np.inf), np.zeros(len(rows.article), dtype=bool)
    scored = ~np.isnan(found.said.score)
    scores[rows.claim[scored]] = found.said.score[scored]
    relevant[rows.gold] = worthy
    there = rows.article[rows.ranking]
    of_article = np.full(int(rows.article.max(initial=-1)) + 1, -1)
    of_article[there] = np.arange(len(there))
    numbers = of_article[rows.article]
    numbers[rows.ranking] = -1
    items = np.flatnonzero(numbers >= 0)
    rankings = ranking.Rankings.of(scores[items], relevant[items], numbers[items], len(there))
    values = {
        "ranked": np.ones(len(there)),
        "ranked_average_precision": ranking.average_precision_each(rankings),
        "ranked_r_precision": ranking.precision_at_each(rankings, rows.ranked),
        "ranked_precision_at_5": ranking.precision_at_each(rankings, np.minimum(FIRST, rows.ranked)),
        "ranked_mrr": ranking.reciprocal_rank_each(rankings),
    }
    columns = {name: np.zeros(len(rows.article)) for name in values}
    for name, each in values.items():
        columns[name][rows.ranking] = each
    return columns


def _keys(articles: Sequence[Article], found: Matching, rows: _Rows) -> dict[str, pl.Series]:
    number, pages = len(rows.article), [article.page for article in articles]
    own = rows.claim[rows.spurious]

    def key(of_golds: Iterable[str], at: Ints, spurious: Sequence[str], of_rankings: Sequence[str]) -> pl.Series:
        """From the words of gold claims, and which of them each has, and those of all others: a key of all rows."""
        words = [*of_golds]
        places = np.empty(number, dtype=np.int64)
        places[rows.gold], places[own] = at, len(words) + np.arange(len(own))
        places[rows.ranking] = len(words) + len(own) + np.arange(len(of_rankings))
        return gathered([*words, *spurious, *of_rankings], places)

    def said(field: str, names: Sequence[str], codes: Ints) -> list[str]:
        """The labels of what is spurious."""
        words = [(*names, _UNLABELLED)[code] for code in codes[rows.spurious].tolist()]
        for place in np.flatnonzero(found.size[rows.spurious] > 1).tolist():
            words[place] = _either(found.tied(int(rows.spurious[place])), field, _UNLABELLED)
        return words

    last = [_RANKING] * len(rows.ranking)
    zones = np.concatenate([integers(()), *(article.zones for article in articles)])
    names, families = (gathered([getattr(page, key) for page in pages], rows.article) for key in ("id", "family"))
    return {
        "id": names,
        "article": names,
        "family": families,
        "slice": gathered(["main"], np.zeros(number, dtype=np.int64)),
        "item": key(
            chain.from_iterable(article.ids for article in articles),
            np.arange(len(found.golds)),
            [
                f"{pages[article].id}:" + "+".join([f"{start}-{end}" for start, end in found.claims[index].spans])
                for article, index in zip(rows.article[own].tolist(), rows.spurious.tolist(), strict=True)
            ],
            [f"{pages[article].id}:{_RANKING}" for article in rows.article[rows.ranking].tolist()],
        ),
        "zone": key(CLAIM_ZONES, zones, _homes(pages, found, rows), last),
        "type": key(found.types, found.labels.type, said("type", found.types, found.said.type), last),
        "presentation": key(
            PRESENTATIONS,
            found.labels.presentation,
            said("presentation", PRESENTATIONS, found.said.presentation),
            last,
        ),
    }


def _homes(pages: Sequence[Page], found: Matching, rows: _Rows) -> list[str]:
    """The zones in which what is spurious starts."""
    starts = found.predicted.spans.start[found.predicted.first[rows.spurious]].tolist()
    homes = []
    for article, start in zip(found.predicted.text[rows.spurious].tolist(), starts, strict=True):
        page = pages[article]
        place = bisect_right(page.spans, (start, len(page.text))) - 1
        inside = place >= 0 and start < page.spans[place][1]
        homes.append(_ZONES.get(page.segments[place]["type"], _OUTSIDE) if inside else _OUTSIDE)
    return homes


def _faults(found: Matching, labels: Labels) -> _Faults:
    """What is wrong with gold claims.

    A label that no claim of the article has is not asked for. What is wrong with one of those that are tied is wrong
    with all.
    """
    pair = found.partner[found.rows] == found.columns
    similarity = np.zeros(len(found.golds))
    similarity[found.rows[pair]] = found.similarity[pair]
    said = _padded(found.said, 1).at(np.append(found.first, -1)[found.partner])

    def differ(given: Truths, different: Truths) -> Truths:
        asked = np.bincount(found.predicted.text[given], minlength=int(found.gold.text.max(initial=-1)) + 1) > 0
        return asked[found.gold.text] & different

    return _Faults(
        similarity,
        differ(found.said.type >= 0, said.type != labels.type),
        differ(found.said.presentation >= 0, said.presentation != labels.presentation),
        differ(~np.isnan(found.said.score), said.worthy != labels.worthy),
        labels,
    )


def _wrong(found: Matching, faults: _Faults, rows: _Rows) -> Floats:
    """How much is wrong with each row."""
    several = (faults.similarity < 1).astype(float) + faults.type + faults.presentation + faults.worthy
    wrong = np.zeros(len(rows.article))
    wrong[rows.gold] = np.where(found.partner < 0, _ALL_WRONG, several)
    wrong[rows.claim[rows.spurious]] = _ALL_WRONG
    return wrong


def _words(
    articles: Sequence[Article], found: Matching, faults: _Faults, rows: _Rows, places: Sequence[int]
) -> list[str]:
    """What is wrong with the rows at some places."""
    golds = dict(zip(rows.gold.tolist(), range(len(found.golds)), strict=True))
    spurious = dict(zip(rows.claim[rows.spurious].tolist(), rows.spurious.tolist(), strict=True))
    first = np.cumsum([0, *(len(article.claims) for article in articles)])

    def words(place: int) -> str:
        article = int(rows.article[place])
        text = articles[article].page.text
        if place in spurious:
            return f"spurious: {_shown(text, found.claims[found.first[spurious[place]]].spans)}"
        if place not in golds:
            return ""
        gold = golds[place]
        shown = _shown(text, articles[article].spans[gold - first[article]])
        if found.partner[gold] < 0:
            return f"missed: {shown}"
        told = "; ".join(_told(found, faults, gold))
        return f"{told}: {shown}" if told else ""

    return [words(place) for place in places]


def _told(found: Matching, faults: _Faults, gold: int) -> Iterator[str]:
    """What is wrong with a gold claim that is matched."""
    tied = found.tied(int(found.partner[gold]))
    if faults.similarity[gold] < 1:
        yield f"IoU {faults.similarity[gold]:.2f}"
    if faults.type[gold]:
        yield f"type {found.types[faults.labels.type[gold]]}, predicted {_either(tied, 'type', 'none')}"
    if faults.presentation[gold]:
        own = PRESENTATIONS[faults.labels.presentation[gold]]
        yield f"presentation {own}, predicted {_either(tied, 'presentation', 'none')}"
    if faults.worthy[gold]:
        yield "check-worthy, predicted not" if faults.labels.score[gold] else "not check-worthy, predicted so"


def _either(claims: Sequence[Claim], field: str, none: str) -> str:
    """What claims say, in words: a label, or those of tied ones."""
    return " or ".join(sorted({getattr(claim, field) or none for claim in claims}))


def _shown(text: str, parts: Sequence[Span]) -> str:
    return excerpt(" … ".join([text[start:end] for start, end in parts]))
