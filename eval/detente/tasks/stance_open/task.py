"""The task `stance_open`: find who stands where on cooperation between France and Russia, and the words that show it.

The unit is an article. A stance is a tuple of holder, target, label and evidence; a holder without a stance is left
out, so null cells are no gold here, and `none` is the label of a balanced stance only. Times are not asked for: where a
holder has a past and a current stance on one target, the evidence tells them apart. Who tells it may be given
(`told_by`); a stance that does not say so fits either.

A holder is right if it is the gold's: as its id, or as spans each of which is a name or an alias of it, whole and in
its case. An office-holder is not the state; nothing is folded.

Two stances match strictly if holder, target and label are equal, their evidence shares a token, and `told_by` is equal
or left open. What accepted alternatives change is in `matching.sides`; the official scorer does not heed them.

Softly, two stances match by (holder + target + evidence) / 3, of which the first two are 1 or 0 and the third is the
F1 of tokens; by 0 if their labels or their tellers differ. The matching is one to one and optimal, so that a copy of a
prediction can only take a row that nothing else fits better.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from detente.data.corpus import Corpus
from detente.data.inventory import Inventory
from detente.data.jsonl import Record
from detente.data.page import Page
from detente.metrics import official
from detente.metrics.classification import ratio
from detente.metrics.official.sentiment_graph_f1 import Opinion
from detente.tasks.labels import OFFICIAL
from detente.tasks.metric_families import outcome_columns, overlap, share, toggled
from detente.tasks.stance_open.baselines import BASELINES
from detente.tasks.stance_open.matching import counted
from detente.tasks.stance_open.prediction import Article, Stance, parse
from detente.tasks.task import CorpusMetric, CorpusValue, Metric, Options, Row, Task

_NO_HOLDERS: Final = ("outlet", "agency", "text")
"""Kinds of sources that report, and take no stance."""
_SCORED: Final = ("id", "article", "holder", "target", "told_by", "scale", "label", "evidence", "alternatives")


def _units(corpus: Corpus, _: Collection[str] = ()) -> dict[str, Article]:
    names = {row["id"]: (row["name"], *row["aliases"]) for row in corpus.rows("sources")}
    pages = corpus.pages("stance")
    rows: dict[str, list[Record]] = {name: [] for name in pages}
    for row in corpus.rows("stance", *_SCORED):
        rows[row["article"]].append(row)
    return {
        name: Article(
            Page(name, row["family"], row["text"], ()), tuple(rows[name]), names, tuple(corpus.inventory.targets)
        )
        for name, row in pages.items()
    }


def _inputs(corpus: Corpus) -> list[Record]:
    """Pages, targets, and all who are registered, on whatever page; not who has a row."""
    sources = sorted(corpus.rows("sources"), key=lambda row: str(row["id"]))
    holders = [{"id": row["id"], "name": row["name"]} for row in sources if row["kind"] not in _NO_HOLDERS]
    return [
        {
            "id": name,
            "text": row["text"],
            "language": row["language"],
            "targets": list(corpus.inventory.targets),
            "holders": holders,
        }
        for name, row in corpus.pages("stance").items()
    ]


def sentiment_graphs(article: Article, predicted: Sequence[Stance]) -> tuple[list[Opinion], list[Opinion]]:
    """The stances of an article, gold and predicted, as `official.sentiment_graph_f1` has opinions.

    A holder is the tokens of the page that are a name or an alias of it, none for a page's own voice; one that was
    predicted as spans which name nobody is their tokens. A target is a token of its own, past those of the page. The
    expression is the evidence, the polarity the label.
    """

    def opinion(stance: Stance) -> Opinion:
        holder = article.mentions(stance.holder) or article.tokens_of(stance.mention)
        target = len(article.page.tokens) + list(article.targets).index(stance.target)
        return sorted(holder), [target], sorted(stance.tokens), stance.label

    return [opinion(stance) for _, stance in article.gold], [opinion(stance) for stance in predicted]


def _count(article: Article, prediction: tuple[Stance, ...] | None, options: Options) -> list[Row]:
    key = {"id": article.page.id, "family": article.page.family, "article": article.page.id}
    return [key | {"slice": "main"} | row for row in counted(article, prediction or (), options.alternatives)]


_LEVELS: Final = {
    "strict": "stances with equal holder, target and label whose evidence shares a token",
    "holder_target": "distinct pairs of holder and target",
    "polarity": "distinct labels of pairs of holder and target that both have",
    "evidence": "tokens of evidence, whoever's",
}
_STANCE: Final = "stance"
_NOUNS: Final = {"strict": _STANCE, "holder_target": "pair", "polarity": "label", "evidence": "token"}
_SIDES: Final = ("stances_predicted", "stances")
_WHOLE: Final = "whole stances"
_PARTS: Final = "parts of stances"
_OFFICIAL: Final = "sentiment_graph_f1"


def _sentiment_graph_f1(units: Mapping[str, Article], by_id: Mapping[str, Sequence[Stance]], _: Any) -> CorpusValue:
    graphs = [sentiment_graphs(article, by_id.get(name, ())) for name, article in units.items()]
    gold, predicted = [mine for mine, _ in graphs], [theirs for _, theirs in graphs]
    value = official.sentiment_graph_f1(gold=gold, predicted=predicted)["SF1"]
    return CorpusValue(value, sum(map(len, gold)))


def _fit(own: Inventory) -> Task:
    """The task as a corpus with other parties and targets has it."""
    targets = ", ".join(own.targets)
    return replace(
        STANCE_OPEN,
        summary=f"find who stands where on {targets} between {own.party_names}, with the words that show it",
    )


STANCE_OPEN: Final = Task(
    name="stance_open",
    layer="stance",
    summary="find who stands where on cooperation between France and Russia, with the words that show it",
    primary="soft_f1",
    standard=(
        "soft_precision",
        "soft_recall",
        "strict_f1",
        "holder_target_f1",
        "polarity_f1",
        "evidence_f1",
        _OFFICIAL,
    ),
    kinds=("stances",),
    extras=("offset_unit",),
    tabular=False,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "holder", "target", "item"),
    columns=(*_SIDES, "soft_tp", *(column for level in _LEVELS for column in outcome_columns(level))),
    metrics=(
        share(
            "soft_precision",
            "how well stances match one to one (holder, target, evidence), summed / predicted",
            "soft_tp",
            "stances_predicted",
            1.0,
            of=_STANCE,
            group=_WHOLE,
        ),
        share(
            "soft_recall",
            "how well stances match one to one (holder, target, evidence), summed / those of the gold",
            "soft_tp",
            "stances",
            1.0,
            of=_STANCE,
            group=_WHOLE,
        ),
        Metric(
            "soft_f1",
            "2 × the same sum / (predicted + those of the gold)",
            lambda counts, _: ratio(2 * counts["soft_tp"], counts["stances_predicted"] + counts["stances"]),
            _SIDES,
            group=_WHOLE,
            of=_STANCE,
            flips=toggled("soft_tp", "stances"),
        ),
        *(
            metric
            for level, noun in _LEVELS.items()
            for metric in overlap(level, noun, of=_NOUNS[level], group=_WHOLE if level == "strict" else _PARTS)
        ),
    ),
    units=_units,
    parse=parse,
    count=_count,
    inputs=_inputs,
    baselines=BASELINES,
    corpus_metrics=(
        CorpusMetric(
            _OFFICIAL,
            "weighted F1 of (holder, target, evidence, label), not one to one, 0/0 = 0",
            _sentiment_graph_f1,
            reference="SemEval-2022 task 10 @aa65f2c9, evaluate.py",
            group=OFFICIAL,
            of=_STANCE,
        ),
    ),
    fit=_fit,
)
