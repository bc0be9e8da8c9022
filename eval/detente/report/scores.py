"""Scores as a table, as Markdown, as JSON; the per-unit file."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from detente.data.files import write_whole
from detente.data.jsonl import dump_lines, without_nan
from detente.data.problems import Invalid, Problem
from detente.evaluation.score import Scores, errors, per_unit
from detente.report.tables import Section, print_tables, rendered

SHOWN_METRICS: Final = 4
DEFAULT_BREAKDOWNS: Final = ("article", "template", "phenomenon", "output", "slice")
MOST_PARTS: Final = 12
"""A breakdown into more parts than these is shown only if it is asked for."""
SHOWN_ERRORS: Final = 10


def _number(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.3f}"


def _pair(low: float, high: float) -> str:
    return "–" if math.isnan(low) else f"{low:.3f} … {high:.3f}"


def choose(scores: Scores, metrics: Sequence[str], by: Sequence[str]) -> Scores:
    """The scores with the chosen metrics only; all of them if none are named.

    Raises:
        Invalid: If a metric or a breakdown is not the task's.
    """
    names = list(metrics) or list(scores.metrics)
    problems = [
        Problem("option", "--metrics", f"{scores.task.name} has no metric {name!r}: {', '.join(scores.metrics)}")
        for name in names
        if name not in scores.metrics
    ]
    problems += [
        Problem("option", "--by", f"{scores.task.name} is not broken down by {key!r}: {', '.join(scores.breakdown)}")
        for key in by
        if key not in scores.breakdown
    ]
    if problems:
        raise Invalid(problems)
    parts = {
        key: {
            value: {"n": part["n"], **{name: part[name] for name in names if name in part}}
            for value, part in values.items()
        }
        for key, values in scores.breakdown.items()
    }
    return replace(scores, metrics={name: scores.metrics[name] for name in names}, breakdown=parts)


def sections(scores: Scores, by: Sequence[str] = ()) -> Iterator[Section]:
    """The tables that people read, in their order; `by` names further breakdowns."""
    task, families = scores.task, scores.sizes["families"]
    spread = "95% interval" if scores.interval == "bootstrap" else "range"
    header: tuple[str, ...] = ("metric", "value", spread, "mean", "n")
    if scores.majority:
        header = (*header, "majority")
    rows = []
    for name, found in scores.metrics.items():
        row: tuple[str, ...] = (name, _number(found.value), _pair(found.low, found.high), _number(found.mean))
        row = (*row, str(scores.n[name]))
        rows.append((*row, _number(scores.majority.get(name))) if scores.majority else row)
    title = f"{task.name}: {scores.sizes['units']} units, {families} families"
    if scores.sizes["scored"] < scores.sizes["items"]:
        title += f"; {scores.sizes['scored']} of {scores.sizes['items']} items enter these scores"
    yield Section(title, header, rows)
    yield from _breakdowns(scores, by)
    if scores.confusion:
        labels = sorted({label for row in scores.confusion.values() for label in row} | set(scores.confusion))
        counted = [(gold, *(str(scores.confusion.get(gold, {}).get(label, 0)) for label in labels)) for gold in labels]
        yield Section("confusion: gold down, predicted across", ("gold", *labels), counted)
    wrong = errors(scores)
    if len(wrong):
        title = f"what went wrong: {min(SHOWN_ERRORS, len(wrong))} of {len(wrong)} items, the worst first"
        found_rows: list[tuple[str, ...]] = wrong.head(SHOWN_ERRORS).select("item", "slice", "detail").rows()
        yield Section(title, ("item", "slice", "what"), found_rows, ("slice", "what"))


def _breakdowns(scores: Scores, by: Sequence[str]) -> Iterator[Section]:
    defined = {name for parts in scores.breakdown.values() for part in parts.values() for name in part}
    shown = [name for name in scores.metrics if name in defined][:SHOWN_METRICS]
    for key in dict.fromkeys((*DEFAULT_BREAKDOWNS, *by)):
        parts = scores.breakdown.get(key, {})
        if 1 < len(parts) <= MOST_PARTS or key in by:
            rows = [
                (value, str(int(part["n"])), *(_number(part[name]) for name in shown)) for value, part in parts.items()
            ]
            yield Section(f"by {key}", (key, "items", *shown), rows)


def notes(scores: Scores) -> list[str]:
    """What a reader must know to read the numbers right."""
    found = []
    if scores.interval == "range":
        found.append(
            "range and mean are over families, of equal weight; so few families allow no interval and no p"
            if "unit:family" in scores.signature
            else "range and mean are over the units named in the signature"
        )
    if "unit:family" not in scores.signature:
        found.append("units share texts and topics: this spread is conditional on these pages")
    if "without_text" in scores.rows.columns and (count := int(scores.rows["without_text"].sum())):
        dropped = "empty:drop" in scores.signature
        how = "left out of every mean" if dropped else "counted as each measure counts them, mostly as 0"
        found.append(f"{count} pages without text are {how}: see the breakdown by {'slice' if dropped else 'output'}")
    if scores.tools:
        found.append(f"made by {', '.join(scores.tools)}")
    if "nltk:none" in scores.signature:
        found.append("rouge_lsum needs the extra: pip install 'detente[rouge]'")
    if scores.missing:
        found.append(f"scored as empty, since missing: {', '.join(scores.missing)}")
    undefined = {name: found.undefined for name, found in scores.metrics.items() if found.undefined > 0}
    if undefined:
        shares = ", ".join(f"{name} {share:.1%}" for name, share in undefined.items())
        found.append(f"undefined resamples, left out: {shares}")
    return found


def print_table(scores: Scores, file: IO[str], by: Sequence[str] = ()) -> None:
    """Prints the tables: ruled and coloured on a terminal, bare columns elsewhere."""
    print_tables(list(sections(scores, by)), notes(scores), scores.signature, file)


def as_json(scores: Scores) -> dict[str, Any]:
    """The scores as `detente.scores/1`: undefined is null, everything at full precision."""
    metrics: dict[str, Any] = {}
    for name, found in scores.metrics.items():
        metrics[name] = {"value": found.value, "low": found.low, "high": found.high, "n": scores.n[name]}
        metrics[name] |= {"mean": found.mean, "clusters": found.defined}
        if scores.interval == "bootstrap":
            metrics[name]["undefined"] = found.undefined
        if scores.majority:
            metrics[name]["majority"] = scores.majority.get(name)
    document = {
        "schema": "detente.scores/1",
        "task": scores.task.name,
        "dataset": scores.dataset,
        "n": scores.sizes,
        "missing": list(scores.missing),
        "tools": list(scores.tools),
        "interval": scores.interval,
        "metrics": metrics,
        "breakdown": scores.breakdown,
        "confusion": scores.confusion,
        "errors": errors(scores).to_dicts(),
        "signature": scores.signature,
    }
    nulled: dict[str, Any] = without_nan(document)
    return nulled


def render(scores: Scores, form: str, by: Sequence[str] = ()) -> str:
    """The scores as text: `table` (without colour), `json` or `markdown`."""
    return rendered(form, list(sections(scores, by)), notes(scores), scores.signature, lambda: as_json(scores))


def write_per_unit(systems: Mapping[str, Scores], path: Path) -> None:
    """Writes one row per unit, of several systems with a column that names them, as CSV or JSON Lines by the suffix.

    Raises:
        Invalid: If the suffix is neither, or the file cannot be written.
    """
    frames = [per_unit(scores) for scores in systems.values()]
    if len(systems) > 1:
        named = zip(systems, frames, strict=True)
        frames = [frame.select(pl.lit(name).alias("system"), pl.all()) for name, frame in named]
    frame = pl.concat(frames, how="diagonal")
    if path.suffix == ".csv":
        write_whole(path, frame.write_csv())
    elif path.suffix == ".jsonl":
        write_whole(path, dump_lines(frame.iter_rows(named=True)))
    else:
        raise Invalid([Problem("file-suffix", str(path), "name the file .csv or .jsonl")])
