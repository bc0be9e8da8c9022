"""What WebMainBench and WCXB measure themselves: of texts as they are given, whatever Markdown or HTML is reduced to.

Their names keep their numbers, so that an option that reduces texts changes only the measures beside them.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from detente.metrics.ngrams import located_words, overlap
from detente.metrics.official.webmainbench import segment_overlap
from detente.tasks.content_extraction.metrics import METRICS
from detente.tasks.content_extraction.prediction import Output
from detente.tasks.content_extraction.references import ReferencePage
from detente.text import segmentation
from detente.text.display import counted, listed

if TYPE_CHECKING:
    import polars as pl

N: Final = 5
"""The segments of a run, in WebMainBench's primary measure."""
SHORT: Final = "short_references"
"""The column of pages whose reference is too short for that measure."""
LABELS: Final = ("level", "language", "page_type")
"""What the pages of the two can be broken down by."""
STANDARD: Final = {
    "webmainbench": (
        *("webmainbench_rouge_5_precision", "webmainbench_rouge_5_recall", "rouge_lsum_f1", "levenshtein"),
        *("bag_of_words_f1", "missed", "insertions"),
    ),
    "wcxb": (
        *("with_rate", "without_rate", "without_rate_listed", "rouge_lsum_f1", "levenshtein", "snippet_f1"),
        *("missed", "insertions"),
    ),
}
"""What is shown beside the metric that each ranks by."""
_READ: Final = {"gold_text": "references", "output_format": "outputs"}
_OWN: Final = {
    "webmainbench": tuple(metric.name for metric in METRICS if metric.name.startswith("webmainbench_")),
    "wcxb": tuple(metric.name for metric in METRICS if metric.name.startswith(("with_", "without_"))),
}
"""The metrics that only one of them has."""


def page_values(target: ReferencePage, output: Output) -> dict[str, float]:
    """The measures of one page by the names of their columns; none if its gold is of neither benchmark."""
    if target.benchmark == "webmainbench" and segmentation.segmenter_version() is not None:
        return _segment_values(target, output)
    return _wcxb_values(target, output) if target.benchmark == "wcxb" else {}


def _segment_values(target: ReferencePage, output: Output) -> dict[str, float]:
    reference = target.as_given.references[0]
    made = segmentation.segments(output.as_given)
    found = segment_overlap(reference.segments, made, N)._asdict()
    short = bool(reference.text.strip()) and len(reference.segments) < N
    return {f"segments_{part}": value for part, value in found.items()} | ({SHORT: 1} if short else {})


def _wcxb_values(target: ReferencePage, output: Output) -> dict[str, float]:
    given, lowered = target.as_given, output.as_given.lower()
    found: dict[str, float] = {}
    if target.given or output.given is not None:
        bag = overlap(given.references[0].words.compare(located_words(lowered)))
        found = {f"bag_{part}": value for part, value in bag._asdict().items()}
    for name, snippets in (("with", given.must_include), ("without", given.must_exclude)):
        there = sum(snippet.lower() in lowered for snippet in snippets)
        found[name] = there / len(snippets) if snippets else 1.0
        if snippets:
            found[f"{name}_listed"] = found[name]
    return found


def left_out(formats: Collection[str]) -> set[str]:
    """The metrics that gold of these formats is not of, or that need a package that is not installed."""
    benchmarks = {*formats}
    if segmentation.segmenter_version() is None:
        benchmarks.discard("webmainbench")
    return {name for benchmark, names in _OWN.items() if benchmark not in benchmarks for name in names}


def signature_parts(targets: Collection[ReferencePage]) -> dict[str, str]:
    """The format of the gold, and the version of jieba where it counts."""
    benchmark = next((target.benchmark for target in targets), "")
    parts = {"gold_format": benchmark} if benchmark else {}
    return parts | ({"jieba": segmentation.segmenter_version() or "none"} if benchmark == "webmainbench" else {})


def notes(rows: "pl.DataFrame", settings: Mapping[str, str]) -> Sequence[str]:
    """What the benchmarks' own numbers hide, of the rows and the settings of any score of the task."""
    benchmark, found = settings.get("gold_format"), []
    if settings.get("jieba") == "none":
        found.append("webmainbench_rouge_5 was not computed: pip install 'detente[webmainbench]'")
    if short := rows.filter(rows[SHORT] > 0)["id"].to_list():
        pages = f"{counted(len(short), 'reference')} of fewer than {N} segments"
        found.append(f"{pages}, which webmainbench_rouge_5 scores 0 whatever the output: {listed(short)}")
    for name, meaning in (("without", "the worst value"), ("with", "the best value")) if benchmark == "wcxb" else ():
        empty = rows.filter((rows[f"{name}_pages"] > 0) & (rows[f"{name}_listed_pages"] == 0))["id"].to_list()
        if empty:
            pages = f"{counted(len(empty), 'page')} without snippets of {name!r}"
            where = f"1 in {name}_rate, {meaning}, and left out of {name}_rate_listed"
            found.append(f"{pages}, {where}: {listed(empty)}")
    reduced = {name: settings[name] for name in ("gold_text", "output_format") if name in settings}
    if reduced and benchmark and settings.get("jieba") != "none":
        own = {"webmainbench": "webmainbench_rouge_5", "wcxb": "bag_of_words, with_rate and without_rate"}[benchmark]
        sources = " and ".join(f"{_READ[name]} from {value}" for name, value in reduced.items())
        found.append(f"reduced to text: {sources}; {own} measured on the texts as given")
    return found
