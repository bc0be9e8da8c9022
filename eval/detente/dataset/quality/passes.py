"""The passes of annotators, read and checked by the rules of the gold: a broken file is a problem and never a label.

What a row alone can break is checked, and whatever it names. What an annotator labels otherwise than the guideline
computes it (a repeat, who tells a stance) is a disagreement, and is measured as one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from detente.data.annotated import Table, Tables
from detente.data.files import read_bytes
from detente.data.jsonl import Record, parse_lines
from detente.data.problems import Problem
from detente.dataset import annotations, checks, checks_spans, schema
from detente.tasks.layer import ROW, Compared, Layer, SpanField

LABELS: Final = "pass-*"
"""The folders of passes over labels."""
SPANS: Final = "spans-*"
"""The folders of passes over spans, which come before there are labels."""
_ITEM_RULE: Final = "item-unknown"


class Pass(NamedTuple):
    """One pass of an annotator over a layer.

    Attributes:
        rows: What the annotator wrote, nested labels as fields of their own.
        articles: The pages that the annotator had; None where the items stand on no page.
    """

    rows: list[Record]
    articles: frozenset[str] | None


Passes = Mapping[tuple[str, str], Pass]
"""By layer and name: `pass-a` or `spans-b`."""


def read_file(path: Path, layer: Layer, tables: Tables) -> tuple[Pass, bool, list[Problem]]:
    """One person's file of a layer, which may hold several pages.

    Args:
        path: The file. A row stands on the page that its id begins with, or else that the file is named by.
        layer: What is labelled.
        tables: The gold and the registries, complete.

    Returns:
        The pass, whether it holds spans alone, and every problem.
    """
    problems: list[Problem] = []
    pages = [row["id"] for row in tables["articles"].rows]
    cut, labels = schema.cut_columns(layer.name), label_columns(layer)
    keys = first_keys(path)
    is_cut = keys != labels.keys() and keys == cut.keys()
    table = annotations.read_file(layer, path, cut if is_cut else labels, str(path), problems)
    if layer.per_article:
        for place, row in table:
            row["article"] = next((page for page in pages if row.get("id", path.stem).startswith(page)), None)
            if row["article"] is None:
                message = "stands on no page: let its id begin with a registered article, or name the file by one"
                problems.append(Problem("article-unregistered", place, message))
    if problems:
        return Pass([], frozenset()), is_cut, problems
    articles = frozenset(row["article"] for row in table.rows) if layer.per_article else None
    rows, problems = checked(layer, table, tables, articles, is_cut=is_cut)
    return Pass(rows, articles), is_cut, problems


def first_keys(path: Path) -> frozenset[str]:
    """The keys of a file's first line that is an object; none if there is no such line."""
    lines, _ = parse_lines(read_bytes(path), str(path))
    return frozenset(lines[0].record) if lines else frozenset()


def layers_of(path: Path) -> list[Layer]:
    """The layers that a file may be a pass over, told from the keys of its first line."""
    keys = first_keys(path)
    forms = {
        name: (label_columns(layer).keys(), schema.cut_columns(name).keys())
        for name, layer in schema.LAYERS.items()
        if layer.compared
    }
    return [schema.LAYERS[name] for name, known in forms.items() if keys in known]


def read(root: Path, tables: Tables) -> tuple[dict[tuple[str, str], Pass], list[Problem]]:
    """Every pass in `annotations/`.

    Args:
        root: The folder that holds `annotations/`.
        tables: The gold and the registries, complete.

    Returns:
        The passes, and every problem. A page without a file in a pass is none: the annotator did not have it.
    """
    found: dict[tuple[str, str], Pass] = {}
    problems: list[Problem] = []
    for layer in schema.LAYERS.values():
        for name, folder, is_cut in _folders(root, layer):
            wanted = schema.cut_columns(layer.name) if is_cut else label_columns(layer)
            if layer.per_article:
                table = annotations.read_folder(layer, folder, wanted, tables["articles"], root, problems, whole=False)
                articles = frozenset(path.stem for path in folder.glob("*.jsonl"))
            else:
                path = folder / Path(layer.path).name
                table = annotations.read_file(layer, path, wanted, path.relative_to(root).as_posix(), problems)
                articles = None
            rows, faults = checked(layer, table, tables, articles, is_cut=is_cut)
            found[layer.name, name] = Pass(rows, articles)
            problems += faults
    return found, problems


def _folders(root: Path, layer: Layer) -> Iterator[tuple[str, Path, bool]]:
    """The passes over a layer: the name, the folder, and whether spans alone are in it."""
    if layer.compared:
        place = layer.compared.passes
        for pattern in (LABELS, SPANS) if layer.compared.cut_apart else (LABELS,):
            for folder in sorted((root / "annotations").glob(place.format(layer=layer.name, name=pattern, letter="*"))):
                if folder.is_dir():
                    yield f"{pattern[:-1]}{folder.name[-1]}", folder, pattern == SPANS


def label_columns(layer: Layer) -> dict[str, pl.DataType]:
    """The columns that a line of a pass over labels holds."""
    columns = schema.annotated_columns(layer.name)
    answers = layer.compared.answers if layer.compared else ()
    return {column: columns[column] for column in answers} or columns


def checked(
    layer: Layer, table: Table, tables: Tables, articles: frozenset[str] | None, *, is_cut: bool
) -> tuple[list[Record], list[Problem]]:
    """The rows of a pass as the agreement takes them, and what is wrong with them.

    Args:
        layer: The layer that is labelled.
        table: The pass as it was read.
        tables: The gold and the registries, complete.
        articles: The pages that the annotator had; None where the items stand on no page.
        is_cut: Are there spans alone?
    """
    assert layer.compared
    inventory = tables[layer.name].inventory
    table = replace(table, inventory=inventory)
    if is_cut:
        frame = pl.DataFrame(
            [{column: row[column] for column in schema.cut_columns(layer.name)} for row in table.rows],
            schema=schema.cut_columns(layer.name),
            orient="row",
        )
        problems = schema.table_problems(layer.name, frame, table.places, schema.cut_model(layer.name, inventory))
        part = _cut_layer(layer, layer.compared)
        problems += _problems_across(part, {**tables, layer.name: table})
        return table.rows, problems
    table, problems = _with_items(layer, table, tables[layer.name])
    if layer.compute:
        table = layer.compute({**tables, "articles": _only(tables["articles"], articles), layer.name: table})
    problems += schema.table_problems(layer.name, schema.frame_of(table), table.places, inventory=inventory)
    own = {**tables, layer.name: table}
    problems += [*_problems_across(layer, own), *checks.alternatives_known(own, (layer,))]
    problems += (problem for check in layer.row_checks for problem in check(own))
    if not problems:
        problems += _twice(layer.compared, table)
        return [layer.unfold(row) for row in table.rows], problems
    return [], problems


def _only(articles: Table, wanted: frozenset[str] | None) -> Table:
    """The pages that an annotator had: what a layer adds to the rows of others, this pass does not have."""
    lines = [line for line in articles if wanted is None or line.record["id"] in wanted]
    return replace(articles, rows=[row for _, row in lines], places=[place for place, _ in lines])


def _problems_across(layer: Layer, tables: Tables) -> Iterator[Problem]:
    for check in (checks.references_registered, checks.ids_made_of_fields, checks_spans.spans_inside):
        yield from check(tables, (layer,))


def _cut_layer(layer: Layer, compared: Compared) -> Layer:
    """The layer as far as spans alone can be checked by it."""
    columns = compared.cut_columns
    spans = tuple(span for span in layer.spans if span.field in columns)
    references = tuple(reference for reference in layer.references if reference.field in columns)
    with_id = "id" in columns
    return replace(
        layer,
        spans=(SpanField(ROW),) if "start" in columns else spans,
        references=references,
        id_separator=layer.id_separator if with_id else "",
        made_id=layer.made_id if with_id else None,
    )


def _with_items(layer: Layer, table: Table, gold: Table) -> tuple[Table, list[Problem]]:
    """The rows with what was given with each item, where annotators only wrote its id and the answers."""
    if not (layer.compared and layer.compared.answers):
        return table, []
    items = {row["id"]: row for row in gold.rows}
    known = [(place, {**items[row["id"]], **row}) for place, row in table if row["id"] in items]
    message = "is no item of {}: give the id as it stands there"
    problems = [
        Problem(_ITEM_RULE, place, f"{row['id']} {message.format(layer.path)}")
        for place, row in table
        if row["id"] not in items
    ]
    return replace(table, rows=[row for _, row in known], places=[place for place, _ in known]), problems


def _twice(compared: Compared, table: Table) -> Iterator[Problem]:
    """Rows of one item: only one of them could be compared."""
    first: dict[object, str] = {}
    for place, row in table:
        if (before := first.setdefault(compared.key(row), place)) != place:
            yield Problem("id-duplicate", place, f"labels the same item as {before}: give it once")
