"""The measures of a text against its reference: metrics of sums over pages, under the names of their benchmarks."""

from dataclasses import replace
from typing import Final

import numpy as np

from detente.metrics.classification import Floats, f1, precision, ratio, recall
from detente.tasks.metric_families import DAMAGE, swapped, toggled, toggled_together
from detente.tasks.task import Counts, Metric

MEANS: Final = (
    *("shingle_precision", "shingle_recall", "shingle_precision_all", "shingle_page_f1", "shingle_same"),
    *(f"rouge_{part}" for part in ("precision", "recall", "f1")),
    *("levenshtein", "wer"),
    *(f"bag_{part}" for part in ("precision", "recall", "f1")),
    *(f"paragraph_{part}" for part in ("precision", "recall", "f1", "all")),
    *(f"segments_{part}" for part in ("precision", "recall", "f1")),
    *("with", "without", "with_listed", "without_listed"),
)
"""Each has a column of sums over pages and one of the pages in which it is defined."""
GROUPS: Final = {
    "shingle": "runs of four words",
    "rouge": "longest common subsequences",
    "levenshtein": "edits",
    "wer": "edits",
    "bag": "words whatever their order",
    "paragraph": "whole paragraphs",
    "snippet": "snippets",
    "webmainbench": "runs of five segments",
    "with": "snippets",
    "without": "snippets",
}
"""What metrics tell, by the first word of their name."""
SNIPPETS: Final = ("snippet_tp", "snippet_fp", "snippet_fn", "snippet_tn")


SHINGLE_PAGES: Final = "shingle_pages"
PARAGRAPH_PAGES: Final = "paragraph_pages"
"""The pages that have shingles, or paragraphs, in output or reference: F1 is undefined on the others."""


def _mean(name: str, column: str, formula: str, reference: str, best: float = 1.0, high: float = 1.0) -> Metric:
    def compute(counts: Counts, _: Counts) -> Floats:
        return ratio(counts[column], counts[f"{column}_pages"])

    flips = toggled(column, f"{column}_pages")
    return Metric(
        name, formula, compute, (f"{column}_pages",), best, (0.0, high), reference, _group(name), flips, "page"
    )


def _group(name: str) -> str:
    return GROUPS.get(name.partition("_")[0], DAMAGE)


def _or_zero(values: Floats, pages: Floats) -> Floats:
    """An F1 as the benchmark has it, and 0 where it has none although something is missed or let in."""
    found: Floats = np.where(np.isnan(values) & (np.asarray(pages) > 0), 0.0, values)
    return found


def _mean_f1(name: str, column: str, formula: str, reference: str) -> Metric:
    """A mean of F1 over the pages where the benchmark has one; 0 where it has none at all."""
    mean = _mean(name, column, formula, reference)

    def compute(counts: Counts, full: Counts) -> Floats:
        return _or_zero(mean.compute(counts, full), counts[PARAGRAPH_PAGES])

    return replace(mean, compute=compute, n=(PARAGRAPH_PAGES,))


def _harmonic(name: str, column: str, formula: str, reference: str) -> Metric:
    """F1 of two means, as the benchmark has it: not the mean of F1."""

    def compute(counts: Counts, _: Counts) -> Floats:
        first = ratio(counts[column], counts[f"{column}_pages"])
        second = ratio(counts["shingle_recall"], counts["shingle_recall_pages"])
        mean = np.where(first + second == 0, 0.0, ratio(2 * first * second, first + second))
        return _or_zero(mean, counts[SHINGLE_PAGES])

    flips = toggled_together((column, "shingle_recall"), "_pages")
    return Metric(name, formula, compute, (SHINGLE_PAGES,), 1.0, (0.0, 1.0), reference, _group(name), flips, "page")


def _pooled(name: str, formula: str, which: str) -> Metric:
    def compute(counts: Counts, _: Counts) -> Floats:
        tp, fp, fn, tn = (counts[column] for column in SNIPPETS)
        if which == "accuracy":
            return ratio(tp + tn, tp + fp + fn + tn)
        return {"precision": precision(tp, fp), "recall": recall(tp, fn), "f1": f1(tp, fp, fn)}[which]

    source, flips = "Trafilatura's evaluation", swapped("snippet")
    return Metric(name, formula, compute, SNIPPETS, 1.0, (0.0, 1.0), source, _group(name), flips, "snippet")


_AEB: Final = "article-extraction-benchmark"
_WCEB: Final = "Bevendorff et al. 2023"
_FUNDUS: Final = "Dallabetta et al. 2024"
_WEBMAINBENCH: Final = "WebMainBench, texts as given"
_WCXB: Final = "WCXB, texts as given"

METRICS: Final = (
    _mean("shingle_precision", "shingle_precision", "mean of 4-gram precision over pages with output", _AEB),
    _mean("shingle_recall", "shingle_recall", "mean of 4-gram recall over pages with a reference", _AEB),
    _harmonic(
        "shingle_f1",
        "shingle_precision",
        "harmonic mean of shingle_precision and shingle_recall; 0 for a page, or pages, without output",
        _AEB,
    ),
    _mean("shingle_accuracy", "shingle_same", "pages whose words are all the same / pages", _AEB),
    _mean(
        "shingle_precision_all",
        "shingle_precision_all",
        "over all pages; an empty output counts 0, or 1 beside an empty reference",
        "",
    ),
    _harmonic("shingle_f1_all", "shingle_precision_all", "harmonic mean of shingle_precision_all and _recall", ""),
    _mean(
        "shingle_f1_mean",
        "shingle_page_f1",
        "mean of the pages' own F1; an empty output counts 0, or 1 beside an empty reference",
        "",
    ),
    _mean("rouge_lsum_precision", "rouge_precision", "mean of ROUGE-LSum precision", _WCEB),
    _mean("rouge_lsum_recall", "rouge_recall", "mean of ROUGE-LSum recall", _WCEB),
    _mean("rouge_lsum_f1", "rouge_f1", "mean of ROUGE-LSum F1", _WCEB),
    _mean("levenshtein", "levenshtein", "mean of 1 − indel distance / tokens of both", _WCEB),
    _mean("bag_of_words_precision", "bag_precision", "mean precision of lower-cased words", "WCXB"),
    _mean("bag_of_words_recall", "bag_recall", "mean recall of lower-cased words", "WCXB"),
    _mean("bag_of_words_f1", "bag_f1", "mean F1 of lower-cased words", "WCXB"),
    _mean("paragraph_match_precision", "paragraph_precision", "mean precision of whole paragraphs", _FUNDUS),
    _mean("paragraph_match_recall", "paragraph_recall", "mean recall of whole paragraphs", _FUNDUS),
    _mean_f1(
        "paragraph_match_f1",
        "paragraph_f1",
        "mean F1 of whole paragraphs over pages with a match; 0 for a page, or pages, without one",
        _FUNDUS,
    ),
    _mean("paragraph_match_f1_all", "paragraph_all", "the same over all pages, one without a match counting 0", ""),
    _mean("wer", "wer", "mean of (substitutions + insertions + deletions) / words", _FUNDUS, 0.0, float("inf")),
    _pooled("snippet_precision", "wanted snippets found / all snippets found", "precision"),
    _pooled("snippet_recall", "wanted snippets found / wanted snippets", "recall"),
    _pooled("snippet_f1", "2 tp / (2 tp + fp + fn) of snippets", "f1"),
    _pooled("snippet_accuracy", "(tp + tn) / all snippets", "accuracy"),
    *(
        _mean(
            f"webmainbench_rouge_5_{part}",
            f"segments_{part}",
            f"mean {name} of runs of five jieba segments; 0 for a text of fewer, even against itself",
            _WEBMAINBENCH,
        )
        for part, name in (("precision", "precision"), ("recall", "recall"), ("f1", "F1"))
    ),
    _mean("with_rate", "with", "mean share of wanted snippets found, case folded; 1 for a page without any", _WCXB),
    _mean(
        "without_rate",
        "without",
        "mean share of unwanted snippets found, case folded; 1, the worst, for a page without any",
        _WCXB,
        0.0,
    ),
    _mean("with_rate_listed", "with_listed", "with_rate over the pages that list wanted snippets", ""),
    _mean("without_rate_listed", "without_listed", "without_rate over the pages that list unwanted ones", "", 0.0),
)
