"""The error report: what systems get wrong, how much, how often and where, as one page to be opened in a browser."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from detente.data.files import rewrite_folder
from detente.data.jsonl import Record
from detente.evaluation.compare import compare
from detente.evaluation.ranking import rank
from detente.evaluation.robustness import robustness
from detente.evaluation.score import ALL, Resampling, Scores
from detente.evaluation.systems import Systems
from detente.report import challenge, comparison, evidence
from detente.report import ranking as rankings
from detente.report import scores as reports
from detente.report.html.page import page
from detente.report.html.pieces import pieces, shown
from detente.report.tables import Section, bounds, number
from detente.tasks.metric_families import MISSING
from detente.tasks.task import Row, Task
from detente.text.display import counted, plural, shortened

MAX_ITEMS: Final = 10_000
"""So many items a report lists."""
MAX_TEXTS: Final = 9_000_000
"""About so many bytes of texts a report holds."""
MAX_LABELS: Final = 12
"""A confusion of more labels is no table, but a list of its most frequent cells."""
MAX_VALUES: Final = 60
"""A key of items with more values is no filter."""
SHOWN_CONFUSIONS: Final = 8
_FIXED: Final = ("id", "item", "gold", "predicted", "article", "template")
_NO_FACT: Final = ("id", "article", "text", "label", "alternatives", "sources", "start", "end")
"""Columns of gold rows that the page shows otherwise, or not at all."""


class Spread(NamedTuple):
    """A metric of a system as it is drawn: its value, the bounds beside it, what takes no reading; NaN if undefined.

    Attributes:
        name: Of the metric.
        value: As in the scores.
        low: The lower bound.
        high: The upper one.
        floors: By name.
        scale: The least and the greatest value that is drawn.
        n: Of how many observations, in words.
        best: The value of a perfect prediction.
    """

    name: str
    value: float
    low: float
    high: float
    floors: Mapping[str, float]
    scale: tuple[float, float]
    n: str
    best: float

    @property
    def shown(self) -> str:
        """The value, to three places."""
        return number(self.value)

    @property
    def bounds(self) -> str:
        """The bounds, to three places."""
        return bounds(self.low, self.high)

    def place(self, value: float) -> float | None:
        """Where a value is drawn, in 0…100, the better ones at 100; None if it is undefined."""
        if math.isnan(value):
            return None
        low, high = self.scale
        share = (min(max(value, low), high) - low) / (high - low)
        return round(100 * (1 - share if self.best <= low else share), 2)


def spreads(scores: Scores, asked: Sequence[str] = ()) -> list[Spread]:
    """The metrics asked for or, by default, the primary one and the standard ones, as they are drawn.

    A metric without a greatest value is drawn up to the greatest number that is shown of it.
    """
    measures = {measure.name: measure for measure in scores.task.measures}
    found = []
    for name in list(scores.metrics) if asked else reports.standard(scores):
        metric, each = measures[name], scores.metrics[name]
        floors = {floor: values[name] for floor, values in scores.floors.items() if name in values}
        low, high = metric.bounds
        if math.isinf(high):
            known = [value for value in (each.value, each.high, *floors.values()) if not math.isnan(value)]
            high = max([*known, low + 1])
        n = counted(scores.n[name], scores.task.nouns[name])
        found.append(Spread(name, each.value, each.low, each.high, floors, (low, high), n, metric.best))
    return found


class Confused(NamedTuple):
    """How often one label is taken for another.

    Attributes:
        gold: The label.
        said: What is predicted; the same if it is right.
        size: How many items.
        of: How many items have the gold label.
    """

    gold: str
    said: str
    size: int
    of: int

    @property
    def level(self) -> int:
        """How dark its cell is."""
        return math.ceil(4 * self.size / self.of) if self.of else 0


class Confusion(NamedTuple):
    """A table of labels, empty where there are too many of them; and its cells off the diagonal, the fullest first."""

    labels: Sequence[str]
    rows: Sequence[Sequence[Confused]]
    errors: Sequence[Confused]


def confusion(scores: Scores) -> Confusion | None:
    """The confusion of a system; None for a task without labels."""
    table = scores.confusion
    if not table:
        return None
    every = {label for row in table.values() for label in row} | set(table)
    inventory = [label for label in scores.task.labels if label in every]
    golds = [*inventory, *sorted(every - {*inventory, MISSING})]
    labels = [*golds, *(every & {MISSING})]
    rows = [
        [
            Confused(gold, label, table.get(gold, {}).get(label, 0), sum(table.get(gold, {}).values()))
            for label in labels
        ]
        for gold in golds
    ]
    wrong = [cell for row in rows for cell in row if cell.gold != cell.said and cell.size]
    errors = sorted(wrong, key=lambda cell: -cell.size)[:SHOWN_CONFUSIONS]
    return Confusion(labels, rows, errors) if len(labels) <= MAX_LABELS else Confusion((), (), errors)


class Items(NamedTuple):
    """The items that a report lists.

    Attributes:
        names: Of the items, the worst first; of equals the first in the gold.
        rows: Of each system the rows of counts by item.
        wrong: How many items are wrong, of some system.
        every: How many items there are.
        remark: Which items are left out, in words; empty if none.
    """

    names: Sequence[str]
    rows: Sequence[Mapping[str, Sequence[Row]]]
    wrong: int
    every: int
    remark: str


def items(scores: Sequence[Scores], most: int = MAX_ITEMS) -> Items:
    """The items of some systems: all of them, or as many as there is room for.

    What is wrong comes first. If there is no room for all of that, it is the worst or, where all is equally wrong,
    items at equal distances in the order of the gold.
    """
    kept = ("item", "id", "slice", "wrong", "detail", "blocks", "gold", "predicted")
    frames = [
        each.rows.select(name for name in each.rows.columns if name in kept or name in each.task.keys)
        for each in scores
    ]
    sums = [each.group_by("item", maintain_order=True).agg(pl.col("wrong").sum()) for each in frames]
    worst = pl.concat(sums).group_by("item", maintain_order=True).agg(pl.col("wrong").max())
    wrong = worst.filter(pl.col("wrong") > 0).sort("wrong", descending=True, maintain_order=True)
    right = worst.filter(pl.col("wrong") <= 0)
    remark = ""
    chosen, others = wrong, right
    if len(worst) > most:
        alike = wrong["wrong"].min() == wrong["wrong"].max()
        step = math.ceil(len(wrong) / most) if alike and len(wrong) else 1
        chosen = wrong.gather_every(step) if alike else wrong.head(most)
        others = right.head(most - len(chosen))
        how = "all of them" if len(chosen) == len(wrong) else f"one in {step}" if alike else "the worst"
        remark = f"{len(chosen):,} of {len(wrong):,} wrong items are listed, {how}; "
        remark += f"and {len(others):,} of {len(right):,} right ones"
    names = [*chosen["item"], *others["item"]]
    listed = pl.DataFrame({"item": names})
    rows = []
    for frame in frames:
        found: dict[str, list[Row]] = {}
        for row in frame.join(listed, on="item", how="semi", maintain_order="left").iter_rows(named=True):
            found.setdefault(row["item"], []).append(row)
        rows.append(found)
    return Items(names, rows, len(wrong), len(worst), remark)


class _Table:
    """Strings by their number, each once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, value: str) -> int:
        return self.numbers.setdefault(value, len(self.numbers))


def document(systems: Systems, scores: Mapping[str, Scores], found: Items) -> dict[str, Any]:
    """What the page's script lists and shows: items, pages, texts with marks.

    Returns:
        JSON: `systems`, `labelled` (whether items have labels), `values` (strings that others name by number),
        `filters` (keys of items), `items`, `pages` (the worst first) with their `sheets` of each system (one for all
        where they are equal; null where the report has no room for texts), `meanings` of marks, `on_choice`, `remarks`.
    """
    task = next(iter(scores.values())).task
    golds, key = evidence.gold_rows(task, systems.gold), evidence.page_key(task, systems.gold)
    first = [next(rows[name][0] for rows in found.rows if name in rows) for name in found.names]
    wrong = [[sum(row["wrong"] for row in rows.get(name, ())) for rows in found.rows] for name in found.names]
    pages = _worst_pages([row[key] for row in first], wrong)
    filters = _filters(task, first, key)
    values, place = _Table(), {name: number for number, name in enumerate(pages)}
    listed = [
        {
            "name": shown(name),
            "page": place[row[key]],
            "gold": values.number(_joined(each.get("gold") for each in _all(found, name)) if "gold" in row else ""),
            "said": [values.number(_said(rows.get(name, ()))) for rows in found.rows],
            "wrong": each,
            "detail": [values.number(_joined(one["detail"] for one in rows.get(name, ()))) for rows in found.rows],
            "keys": [values.number(str(row[of]) if row[of] is not None else "") for of in filters],
            "kinds": sorted({block["kind"] for one in _all(found, name) for block in one.get("blocks") or ()}),
            "facts": [(values.number(of), values.number(is_)) for of, is_ in _facts(golds.get(name, ()), filters)],
        }
        for name, row, each in zip(found.names, first, wrong, strict=True)
    ]
    sheets, remark = _sheets(systems, found, pages, golds, key)
    return {
        "systems": [shown(name) for name in scores],
        "labelled": "predicted" in task.keys,
        "filters": filters,
        "items": listed,
        "pages": [{"name": shown(name), "sheets": sheet} for name, sheet in zip(pages, sheets, strict=True)],
        "meanings": evidence.MEANINGS,
        "on_choice": evidence.ON_CHOICE,
        "remarks": [each for each in (found.remark, remark) if each],
        "values": list(map(shown, values.numbers)),
    }


def _all(found: Items, name: str) -> Iterator[Row]:
    for rows in found.rows:
        yield from rows.get(name, ())


def _joined(words: Iterator[str | None]) -> str:
    return " · ".join(dict.fromkeys(word for word in words if word))


def _said(rows: Sequence[Row]) -> str:
    return _joined(row.get("predicted") for row in rows)


def _worst_pages(page_of: Sequence[str], wrong: Sequence[Sequence[float]]) -> list[str]:
    """The pages of items, the one with most wrong (of the system that is worst there) first, equals in their order."""
    sums: dict[str, list[float]] = {}
    for name, each in zip(page_of, wrong, strict=True):
        sums[name] = [one + other for one, other in zip(sums.get(name, [0] * len(each)), each, strict=True)]
    return sorted(sums, key=lambda name: -max(sums[name]))


def _filters(task: Task, rows: Sequence[Row], page: str) -> list[str]:
    """The keys of items that have some values, but not too many, and are not their pages."""
    return [
        key
        for key in task.keys
        if key not in _FIXED
        if 1 < len({row[key] for row in rows}) <= MAX_VALUES and any(row[key] != row[page] for row in rows)
    ]


def _facts(golds: Sequence[Record], filters: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the gold says of an item, beside what is listed of it anyway, in words."""
    for gold in golds:
        for name, value in gold.items():
            known = name in _NO_FACT or name in filters
            if not known and isinstance(value, str | int | float) and value != "":
                yield name.replace("_", " "), str(value)
            elif not known and isinstance(value, list) and value and all(isinstance(each, str) for each in value):
                yield name.replace("_", " "), ", ".join(value)
        for other in gold.get("alternatives") or ():
            yield f"or {other['field'].replace('_', ' ')}", f"{other['value']}: {other['reason']}"


def _sheets(
    systems: Systems, found: Items, pages: Sequence[str], golds: Mapping[str, Sequence[Record]], key: str
) -> tuple[list[list[Any] | None], str]:
    """Of each page what is shown of each system, as long as there is room; and for how many pages, in words."""
    place = {name: number for number, name in enumerate(found.names)}
    rows = [_by_page(each, key) for each in found.rows]
    sheets: list[list[Any] | None] = []
    size, held = 0, 0
    for name in pages:
        own: list[Any] | None = None
        if size < MAX_TEXTS:
            made = [
                evidence.sheet(name, evidence.Given(systems.gold, each, of.get(name, ()), golds))
                for each, of in zip(systems.predictions.values(), rows, strict=True)
            ]
            own = [_written(each, place) for each in made if each is not None] or None
            if own and all(each == own[0] for each in own):
                own = own[:1]  # what is shown is the gold's affair alone
            size += sum(len(text.encode("utf-8", "replace")) for each in made if each for text in each.texts.values())
            held += own is not None
        sheets.append(own)
    left = len(pages) - held
    remark = f"{held:,} of {len(pages):,} pages are shown with their texts, the worst" if held and left else ""
    return sheets, remark


def _by_page(rows: Mapping[str, Sequence[Row]], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for each in rows.values():
        for row in each:
            found.setdefault(row[key], []).append(row)
    return found


def _written(sheet: evidence.Sheet, place: Mapping[str, int]) -> list[dict[str, Any]]:
    """The texts of a sheet in pieces, each with its marks: kind, number of the item (-1 if it is not listed), words."""
    written = []
    for name, text in sheet.texts.items():
        marks = [mark for mark in sheet.marks if mark.of == name]
        written.append(
            {
                "name": shown(name),
                "pieces": pieces(text, [mark.spans for mark in marks]),
                "marks": [(mark.kind, place.get(mark.item, -1), shown(mark.says)) for mark in marks],
            }
        )
    return written


def tables(
    scores: Mapping[str, Scores], asked: Sequence[str], by: Sequence[str], resampling: Resampling
) -> list[Section]:
    """The tables beside the first one: breakdowns of one system, or the ranking and the differences of several.

    Of a challenge suite also how each system's score moves with what was done to the items.
    """
    one = next(iter(scores.values()))
    if len(scores) == 1:
        known = reports.report(one, asked, by).sections
        return [each for first in ("robustness", "by ") for each in known if each.title.startswith(first)]
    names = [name for name in asked if name != ALL] or reports.standard(one)
    ranked = rankings.report(rank(scores, names[0], resampling), asked, by).sections
    compared = comparison.sections(compare(scores, names, resampling))
    moved = [
        section._replace(title=f"{name}: {section.title}")
        for name, each in scores.items()
        if (found := robustness(each)) and (section := challenge.section(found))
    ]
    return [*ranked, *(each for each in compared if each.header[0] == "metric"), *moved]


def error_report(
    systems: Systems,
    scores: Mapping[str, Scores],
    asked: Sequence[str] = (),
    by: Sequence[str] = (),
    resampling: Resampling | None = None,
) -> str:
    """The report as one HTML file.

    Args:
        systems: The systems, read and checked, and their gold.
        scores: Those of each system, with errors attributed (`Options.errors`).
        asked: The metrics to show, or `all`; by default the primary and the standard ones.
        by: Breakdowns to show beside the usual ones.
        resampling: How the scores' intervals were made.

    Raises:
        ValidationError: If a metric or a breakdown is not the task's.
    """
    chosen = {name: reports.choose(each, asked, by) for name, each in scores.items()}
    one = next(iter(chosen.values()))
    found = items(list(chosen.values()))
    written = document(systems, chosen, found)
    return page(
        "error_report.html.jinja",
        title=shortened(f"Errors of {', '.join(chosen)}: {one.task.name}"),
        data={"report": written},
        styles=("error_report.css",),
        scripts=("error_report.js",),
        task=one.task,
        scores=chosen,
        spreads={name: spreads(each, asked) for name, each in chosen.items()},
        confusions={name: each for name, own in chosen.items() if (each := confusion(own))},
        tables=tables(chosen, asked, by, resampling or one.resampling),
        notes=_notes(chosen),
        remarks=written["remarks"],
        by_page=1 < len(written["pages"]) < len(written["items"]),
        filters=written["filters"],
        number=number,
        counted=counted,
        plural=plural,
    )


def write_error_report(folder: Path, report: str) -> Path:
    """Writes the page into a folder, as `index.html`; a folder that was written so is written again.

    Returns:
        The page's path.

    Raises:
        ValidationError: If there is something else in its place, or it cannot be written.
    """
    rewrite_folder(folder, {"index.html": report.encode()})
    return folder / "index.html"


def _notes(scores: Mapping[str, Scores]) -> list[str]:
    """What a reader must know, after the names of the systems of which it must be known."""
    found: dict[str, list[str]] = {}
    for name, each in scores.items():
        moved = robustness(each)
        for note in [*reports.notes(each, list(each.metrics)), *(challenge.notes(moved) if moved else ())]:
            found.setdefault(note, []).append(name)
    return [
        shortened(note if len(names) == len(scores) else f"{', '.join(names)}: {note}", 1000)
        for note, names in found.items()
    ]
