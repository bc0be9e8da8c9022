"""The task `claims`: what an article asserts, as spans that may be discontinuous, with what is said of each.

Gold and predicted claims are matched one to one, by optimal assignment on the IoU of their characters. Labels, ranks
and clusters rest on the matching at IoU .5; what is left over there is missed or spurious, and counts as such.

Predicted claims on the same spans, with the same score, that agree with the gold in the same labels are tied: where one
of them is matched, or spurious, the mean of the counts that each would give is counted. Their keys are united.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from detente.data.corpus import Corpus
from detente.data.independent_sources import support_layers
from detente.data.inventory import Inventory
from detente.data.jsonl import Record
from detente.data.page import Page, pairs_of
from detente.tasks.claims import KINDS, independent_sources
from detente.tasks.claims.baselines import BASELINES
from detente.tasks.claims.counting import count as count_all
from detente.tasks.claims.matching import CLUSTER_METRICS, Article
from detente.tasks.claims.metrics import COLUMNS, METRICS, columns, metrics
from detente.tasks.claims.prediction import Claim, parse
from detente.tasks.task import Options, Row, Task


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
            Page(name, row["family"], row["text"], tuple(sorted(segments[name], key=itemgetter("start")))),
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
    return count_all([article], [prediction], options).told.to_dicts()


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
    kinds=KINDS,
    extras=("offset_unit",),
    tabular=False,
    options=("alternatives",),
    keys=("id", "family", "slice", "article", "zone", "type", "presentation", "item"),
    columns=COLUMNS,
    metrics=METRICS,
    units=_units,
    parse=_parse,
    count=_count,
    count_all=count_all,
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
