"""What is doubtful in annotations that break no rule: a page that was captured, and not yet labelled in full.

A layer without rows is valid, since a page may have nothing of it. Of the pages so far none is without a stance or a
link to a proposition, so one that is has more likely been forgotten. These are warnings, and keep nothing from being
built.
"""

from collections.abc import Iterator

from detente.data.annotated import Table, Tables
from detente.data.problems import Problem
from detente.dataset import schema
from detente.text.display import counted, listed


def _absent(table: Table, pages: int) -> Problem:
    """That a layer is not there, or not for every page."""
    layer = schema.LAYERS[table.layer]
    said = f"{len(table.absent)} of {counted(pages, 'page')} have no file: {listed(sorted(table.absent))}"
    message = f"{said if layer.per_article else 'there is no such file'}; version 1.0.0 needs it"
    return Problem("layer-absent", f"annotations/{layer.path}", message)


def doubts(tables: Tables) -> Iterator[Problem]:
    """The warnings about every page.

    Args:
        tables: The gold and the registries, complete.
    """
    stances = {row["article"] for row in tables["stance"].rows if row["scale"] is not None}
    claims = [row["article"] for row in tables["claims"].rows]
    linked = {row["article"] for row in tables["claims"].rows if row["propositions"]}
    related = {row["article"] for row in tables["agreement"].rows if row["label"] != "unrelated"}
    asked = {row["article"] for row in tables["agreement"].rows}
    for table in tables.values():
        if table.absent and schema.LAYERS[table.layer].path:
            yield _absent(table, len(tables["articles"].rows))
    for _, page in tables["articles"]:
        name = page["id"]
        if name not in stances and name not in tables["stance"].absent:
            message = "no cell of the page has a stance: see whether it was labelled"
            yield Problem("stance-empty", f"annotations/stance/gold/{name}.jsonl", message)
        if name in claims and name not in linked:
            said = f"none of the page's {claims.count(name)} claims says anything of a proposition"
            message = f"{said}: link them, or register the propositions that it brings"
            yield Problem("claims-unlinked", f"annotations/claims/gold/{name}.jsonl", message)
        elif name in asked and name not in related:
            message = "the page is unrelated to every proposition: see whether its claims are there"
            yield Problem("agreement-unrelated", f"annotations/claims/gold/{name}.jsonl", message)
