"""The scores of one system: tables for people, a document for programs, a row per unit."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

import polars as pl

from detente.data.files import write_whole
from detente.data.jsonl import dump_lines
from detente.data.problems import Problem, ValidationError
from detente.evaluation.items import MOST_ITEMS, errors, unit_slices
from detente.evaluation.robustness import robustness
from detente.evaluation.score import ALL, Scores, named_metrics
from detente.report import challenge
from detente.report.tables import Report, Section, bounds, number
from detente.stats.bootstrap import MIN_CLUSTERS
from detente.tasks.content_extraction.structure import BOUNDS, GROUP, NOT_MEASURED, PAGES
from detente.tasks.metric_families import MISSING, NOTED, SURPLUS
from detente.text.display import counted, listed, plural

SHOWN_METRICS: Final = 4
DEFAULT_BREAKDOWNS: Final = (
    *("article", "template", "phenomenon", "output", "slice"),
    *("level", "language", "page_type"),
)
MAX_PARTS: Final = 12
"""A breakdown into more parts than these is shown only if it is asked for."""
SHOWN_ERRORS: Final = 10
CONDITIONAL: Final = (
    "intervals are conditional on these pages: items of one page, and pages that share a text, depend on one another,"
    " so that intervals for other pages would be wider"
)
"""What must be known where families are not what is resampled."""
NO_ROUGE: Final = "ROUGE-LSum was not computed: pip install 'detente[rouge]'"


def choose(scores: Scores, metrics: Sequence[str], by: Sequence[str]) -> Scores:
    """The scores with the metrics named only; all of them if none are, or `all` is.

    Raises:
        ValidationError: If a metric or a breakdown is not the task's.
    """
    task = scores.task
    asked, problems = named_metrics(task, scores.metrics, metrics)
    names = asked or list(scores.metrics)
    problems += [
        Problem("option", "--by", f"{task.name} has no breakdown by {key!r}: {', '.join(scores.breakdown)}")
        for key in by
        if key not in scores.breakdown
    ]
    if problems:
        raise ValidationError(problems)
    parts = {
        key: {
            value: {"n": part["n"], **{name: part[name] for name in names if name in part}}
            for value, part in values.items()
        }
        for key, values in scores.breakdown.items()
    }
    return replace(scores, metrics={name: scores.metrics[name] for name in names}, breakdown=parts)


def standard(scores: Scores) -> list[str]:
    """The metrics of the first table: the primary one, then the standard ones that have a value."""
    order = (scores.primary, *scores.task.standard_of.get(scores.dataset["version"], scores.task.standard))
    valued = [
        name for name in order if name in scores.metrics and scores.metrics[name].value == scores.metrics[name].value
    ]
    return list(dict.fromkeys([*([scores.primary] if scores.primary in scores.metrics else []), *valued]))


def report(scores: Scores, asked: Sequence[str] = (), by: Sequence[str] = ()) -> Report:
    """What is printed of scores.

    Args:
        scores: The scores; see `choose`.
        asked: The metrics that the tables show, or `all`, in groups; by default the primary and the standard ones.
        by: Breakdowns to show beside the usual ones.
    """
    names = list(scores.metrics) if asked else standard(scores)
    most = len(names) if asked and ALL not in asked else SHOWN_METRICS
    sections = [*_metric_sections(scores, names, ALL in asked), *_breakdowns(scores, names, by, most), *_items(scores)]
    told = notes(scores, names)
    if moved := robustness(scores, asked=asked):
        sections.append(challenge.section(moved))
        told += challenge.notes(moved)
    return Report(sections, told, scores.signature, lambda: document(scores, asked))


def _metric_sections(scores: Scores, names: Sequence[str], grouped: bool) -> Iterator[Section]:
    sizes = scores.sizes
    title = f"{scores.task.name}: {counted(sizes['units'], 'unit')}, {counted(sizes['families'], 'family')}"
    if sizes["scored"] < sizes["items"]:
        title += f"; {sizes['scored']} of {sizes['items']} items enter these scores"
    if not grouped:
        yield _metric_table(scores, title, names)
        return
    groups = {measure.name: measure.group for measure in scores.task.measures}
    if scores.primary in names:
        yield _metric_table(scores, title, [scores.primary])
    for group in dict.fromkeys(groups[name] for name in names):
        yield _metric_table(scores, group, [name for name in names if groups[name] == group])


def _metric_table(scores: Scores, title: str, names: Sequence[str]) -> Section:
    spread = "95% interval" if scores.interval == "bootstrap" else "range"
    remarks = {name: _remark(scores, name) for name in names}
    header = ["metric", "value", spread, "mean", "n", *scores.floors]
    header += ["remark"] if any(remarks.values()) else []
    rows = []
    for name in names:
        found = scores.metrics[name]
        row = [name, number(found.value), bounds(found.low, found.high), number(found.mean)]
        row += [counted(scores.n[name], scores.task.nouns[name])]
        row += [number(values.get(name)) for values in scores.floors.values()]
        rows.append(tuple([*row, remarks[name]][: len(header)]))
    return Section(title, tuple(header), rows, ("remark",))


def _remark(scores: Scores, name: str) -> str:
    """What must be known of one metric's line."""
    if name in scores.reasons:
        return scores.reasons[name]
    remarks = []
    if name == scores.primary and scores.one_item == scores.one_item:
        remarks.append(f"primary; one item: up to {number(scores.one_item)}")
    found = scores.metrics[name]
    if 0 < found.defined < found.clusters:
        what = "mean" if scores.interval == "bootstrap" else "range and mean"
        remarks.append(f"{what} over {found.defined} of {counted(found.clusters, scores.resampling.unit)}")
    if scores.outside_range(name):
        remarks.append("outside the range, because it is computed from all counts together")
    return "; ".join(remarks)


def _breakdowns(scores: Scores, names: Sequence[str], by: Sequence[str], most: int) -> Iterator[Section]:
    defined = {name for parts in scores.breakdown.values() for part in parts.values() for name in part}
    shown = [name for name in names if name in defined][:most]
    for key in dict.fromkeys((*DEFAULT_BREAKDOWNS, *(scores.task.breakdowns or ()), *by)):
        parts = scores.breakdown.get(key, {})
        if 1 < len(parts) <= MAX_PARTS or key in by:
            known = scores.part_intervals.get(key, {}) if shown[:1] == [scores.primary] else {}
            rows = []
            for value, part in parts.items():
                each = [number(part[name]) for name in shown]
                if known:
                    each.insert(1, bounds(known[value].low, known[value].high) if value in known else "–")
                rows.append((value, str(int(part["n"])), *each))
            columns = [*shown[:1], "95% interval", *shown[1:]] if known else shown
            yield Section(f"by {key}", (key, "items", *columns), rows)
        if key in by and (tables := scores.confusion_by(key)):
            golds, labels = _labels(scores)
            counts = [
                (value, gold, *_cells(table, gold, labels))
                for value, table in tables.items()
                for gold in golds
                if gold in table
            ]
            yield Section(f"confusion by {key}: gold down, predicted across", (key, "gold", *labels), counts)


def _labels(scores: Scores) -> tuple[list[str], list[str]]:
    """The rows and the columns of a confusion table."""
    every = {label for row in scores.confusion.values() for label in row} | set(scores.confusion)
    golds = sorted(every - {MISSING})
    return golds, [*golds, *(every & {MISSING})]


def _cells(table: Mapping[str, Mapping[str, int]], gold: str, labels: Sequence[str]) -> list[str]:
    return [str(table.get(gold, {}).get(label, 0)) for label in labels]


def _items(scores: Scores) -> Iterator[Section]:
    if scores.confusion:
        golds, labels = _labels(scores)
        counts = [(gold, *_cells(scores.confusion, gold, labels)) for gold in golds]
        yield Section("confusion: gold down, predicted across", ("gold", *labels), counts)
    if wrong := scores.counted.wrong:
        title = f"what went wrong: {min(SHOWN_ERRORS, wrong)} of {wrong} items, the worst first"
        rows: list[tuple[str, ...]] = errors(scores, SHOWN_ERRORS).select("item", "slice", "detail").rows()
        yield Section(title, ("item", "slice", "what"), rows, ("slice", "what"))


def notes(scores: Scores, names: Collection[str] = ()) -> list[str]:
    """What a reader must know to read the numbers right."""
    found = list(scores.task.remarks)
    settings, by_family = scores.settings, scores.resampling.unit == "family"
    if scores.interval == "range":
        found.append(
            f"range and mean are over families of equal weight; under {MIN_CLUSTERS} families there is no interval"
            if by_family
            else "range and mean are over the clusters that the signature names"
        )
    if not by_family:
        found.append(CONDITIONAL)
    if "without_text" in scores.counted.frame.columns and (count := int(scores.counted.frame["without_text"].sum())):
        dropped = settings.get("empty") == "drop"
        how = "left out of every mean" if dropped else "counted by the rule of each measure, mostly as 0"
        where = f"see the breakdown by {'slice' if dropped else 'output'}"
        found.append(f"{counted(count, 'output')} without text, {how}: {where}")
    if scores.tools:
        found.append(f"made by {listed(scores.tools)}")
    if scores.prompts:
        found.append(f"asked with the prompt {listed(scores.prompts)}")
    if settings.get("nltk") == "none":
        found.append(NO_ROUGE)
    found += [f"{group}: {reason}" for group, reason in not_measured(scores).items()]
    if BOUNDS in scores.counted.frame.columns and (large := int(scores.main_rows[BOUNDS].sum())):
        found.append(f"of {large} tables and code blocks the similarity is a lower bound: too large, or too many")
    if scores.missing:
        found.append(missing_note(scores))
    found += scores.task.gold_notes(scores.counted.frame, settings)
    found += surplus(scores)
    valued = {name: each.undefined for name, each in scores.metrics.items() if name not in scores.reasons}
    if undefined := undefined_shares(valued.items()):
        found.append(undefined)
    if (wrong := scores.counted.wrong) > MOST_ITEMS:
        found.append(f"the JSON lists the worst {MOST_ITEMS} of {wrong} wrong items; --per-unit writes all")
    if hidden := len(scores.metrics.keys() - set(names)):
        found.append(f"{counted(hidden, 'more metric')} with --metrics {ALL}")
    return found


def surplus(scores: Scores) -> list[str]:
    """Notes on outputs with much text that is invented or repeated."""
    shares = {name: scores.metrics[name].value for name in SURPLUS if name in scores.metrics}
    return [f"{share:.1%} {SURPLUS[name]} ({name})" for name, share in shares.items() if share > NOTED]


def not_measured(scores: Scores) -> dict[str, str]:
    """Groups of metrics that are not there, and why, where one side of the texts was Markdown or HTML all the same."""
    markup = scores.settings.keys() & {"output_format", "gold_text"}
    without = PAGES in scores.counted.frame.columns and not scores.counted.frame[PAGES].sum()
    return {GROUP: NOT_MEASURED} if markup and without else {}


def missing_note(scores: Scores) -> str:
    """Which units have no prediction: their number, and the first of them."""
    labelled = "predicted" in scores.task.keys and bool((scores.counted.frame["predicted"] == MISSING).any())
    how = "counted as the answer `missing`" if labelled else "counted as empty"
    units = counted(scores.sizes["units"], "unit")
    whys = [f"{len(names) + scores.omitted.get(why, 0)} {why}" for why, names in scores.unanswered.items()]
    of_which = f" ({', '.join(whys)})" if whys else ""
    missing = len(scores.missing) + scores.omitted.get("missing", 0)
    return f"{missing} of {units} without a prediction{of_which}, {how}: {listed(scores.missing, missing)}"


def undefined_shares(shares: Iterable[tuple[str, float]]) -> str:
    """A note on the resamples in which metrics are undefined; empty if there are none."""
    shown = ", ".join(f"{name} {share:.1%}" for name, share in shares if share > 0)
    return f"resamples without a value, left out of the interval: {shown}" if shown else ""


def document(scores: Scores, asked: Sequence[str] = ()) -> dict[str, Any]:
    """The scores as `detente.scores/2`, everything at full precision; NaN is written as null."""
    wrong = errors(scores, MOST_ITEMS)
    return {
        "schema": "detente.scores/2",
        "task": scores.task.name,
        "dataset": scores.dataset,
        "n": scores.sizes,
        "missing": list(scores.missing),
        "missing_omitted": scores.omitted.get("missing", 0),
        "unanswered": {why: list(names) for why, names in scores.unanswered.items()},
        "tools": list(scores.tools),
        "prompts": list(scores.prompts),
        "interval": scores.interval,
        "primary": scores.primary,
        "one_item": scores.one_item,
        "metrics": {name: _metric(scores, name) for name in scores.metrics},
        "not_measured": not_measured(scores),
        "breakdown": scores.breakdown,
        "breakdown_intervals": {
            key: {value: {"low": found.low, "high": found.high} for value, found in parts.items()}
            for key, parts in scores.part_intervals.items()
        },
        "confusion": scores.confusion,
        "confusion_by": {key: scores.confusion_by(key) for key in scores.breakdown} if scores.confusion else {},
        "errors": wrong.to_dicts(),
        "errors_omitted": scores.counted.wrong - len(wrong),
        "remarks": list(scores.task.remarks),
        **({"robustness": challenge.document(moved)} if (moved := robustness(scores, asked=asked)) else {}),
        "signature": scores.signature,
    }


def _metric(scores: Scores, name: str) -> dict[str, Any]:
    found, of = scores.metrics[name], plural(scores.task.nouns[name])
    entry: dict[str, Any] = {"value": found.value, "low": found.low, "high": found.high, "n": scores.n[name], "of": of}
    entry |= {"mean": found.mean, "clusters": found.defined, "outside_range": scores.outside_range(name)}
    if scores.interval == "bootstrap":
        entry["undefined"] = found.undefined
    entry |= {floor: values.get(name) for floor, values in scores.floors.items()}
    return entry | ({"reason": scores.reasons[name]} if name in scores.reasons else {})


def write_per_unit(systems: Mapping[str, Scores], path: Path) -> None:
    """Writes one row per unit, of several systems with a column that names them, as CSV or JSON Lines by the suffix.

    Raises:
        ValidationError: If the suffix is neither, or the file cannot be written.
    """
    slices = _slices(systems)
    if path.suffix == ".csv":
        numbered = enumerate(map(_without_formulas, slices))
        write_whole(path, (frame.write_csv(include_header=number == 0) for number, frame in numbered))
    elif path.suffix == ".jsonl":
        write_whole(path, (dump_lines(frame.iter_rows(named=True)) for frame in slices))
    else:
        raise ValidationError([Problem("file-suffix", str(path), "name the file .csv or .jsonl")])


def _slices(systems: Mapping[str, Scores]) -> Iterator[pl.DataFrame]:
    """The rows of all systems, some at a time, all with the columns that any of them has."""
    slices = {name: unit_slices(scores) for name, scores in systems.items()}
    firsts = {name: next(each) for name, each in slices.items()}
    columns = pl.concat([each.clear() for each in firsts.values()], how="diagonal")
    for name, first in firsts.items():
        for frame in chain([first], slices[name]):
            rows = pl.concat([columns, frame], how="diagonal")
            yield rows.select(pl.lit(name).alias("system"), pl.all()) if len(systems) > 1 else rows


def _without_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Texts that a spreadsheet would compute, with the apostrophe that keeps it from doing so."""
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(r"^[=+\-@\t\r]")).then("'" + text).otherwise(text).name.keep())
