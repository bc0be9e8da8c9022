"""The tables of counts in the card and the datasheet: generated, so that none can drift from the data."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from detente.data import independent_sources
from detente.data.annotated import Tables
from detente.dataset import schema
from detente.dataset.quality.adversarial_review import Found
from detente.dataset.quality.agreement import LeftOut, Measure
from detente.tasks.layer import Grid


def markdown(header: Sequence[object], rows: Iterable[Iterable[object]]) -> str:
    """A table; an empty cell for None."""
    lines: list[Iterable[object]] = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join("–" if cell is None else str(cell) for cell in line) + " |\n" for line in lines)


def _configs(tables: Tables) -> Grid:
    """Every config with its rows, and how many of them have alternatives, where they may."""
    rows = []
    for name in schema.PUBLISHED:
        may_have = "alternatives" in schema.polars_schema(name)
        soft = sum(bool(row["alternatives"]) for row in tables[name].rows) if may_have else None
        rows.append((name, len(tables[name].rows), soft))
    return ("config", "rows", "rows with alternatives"), rows


def figure(value: float) -> str:
    """A figure to three places; a dash where it is undefined."""
    return "–" if math.isnan(value) else f"{value:.3f}"


def agreement_rows(measures: Sequence[Measure]) -> list[tuple[str, ...]]:
    """The agreement table as text cells."""
    return [
        (
            found.layer,
            found.field,
            found.measure,
            str(found.items),
            figure(found.value),
            "–" if math.isnan(found.low) else f"{figure(found.low)} … {figure(found.high)}",
            figure(found.without_copy),
        )
        for found in measures
    ]


def in_prose(tables: Tables) -> dict[str, int]:
    """The counts that prose may name."""
    articles = tables["articles"].rows
    return {"pages": len(articles), "families": len({row["family"] for row in articles})}


def left_out_lines(found: Sequence[LeftOut]) -> list[str]:
    """A sentence for each layer and pair of passes that are not compared on every page."""
    return [
        f"{each.layer}, {' and '.join(each.passes)}: without {', '.join(each.articles)}, which not both of them have"
        for each in found
    ]


AGREEMENT_HEADER: Final = ("layer", "field", "measure", "items", "value", "95% interval", "without 001")
NO_PASSES: Final = (
    "There are no two passes to compare: put what two annotators label into annotations/<layer>/pass-a/<page>.jsonl "
    "and annotations/<layer>/pass-b/<page>.jsonl, or name their two files."
)
REVIEW_HEADER: Final = ("layer", "challenges", "upheld", "arguable", "planted", "found")


def card_blocks() -> tuple[str, ...]:
    """The generated parts that the card must have."""
    return ("configs", "definition", *(name for layer in schema.LAYERS.values() for name in layer.card))


def blocks(tables: Tables, found: Found) -> dict[str, str]:
    """Every generated part by name, as Markdown."""
    grids = {name: grid(tables) for layer in schema.LAYERS.values() for name, grid in layer.card.items()}
    absent = "".join(f"\n{line}.\n" for line in left_out_lines(found.left_out))
    return {
        "configs": markdown(*_configs(tables)),
        "definition": independent_sources.DEFINITION,
        **{name: markdown(*grid) for name, grid in grids.items()},
        "agreement": markdown(AGREEMENT_HEADER, agreement_rows(found.passes)) + absent,
        "trial": markdown(AGREEMENT_HEADER[:-1], (row[:-1] for row in agreement_rows(found.trial))),
        "refutation": markdown(REVIEW_HEADER, found.reviews),
    }


def extractor_table(paths: Sequence[Path]) -> str:
    """The scores of extractors' outputs on rendered pages as Markdown: `char_f1` by template and over all, and more."""
    from detente.data.corpus import load
    from detente.evaluation.predictions import read
    from detente.evaluation.score import score
    from detente.tasks.boilerplate.html import NAMES

    gold, rows = load(), []
    for path in paths:
        predictions = read(path.name, path.read_bytes(), gold)
        scores = score(predictions, gold)
        f1s = [scores.breakdown["template"][name]["char_f1"] for name in NAMES]
        over_all = [scores.metrics[name].value for name in ("char_f1", "body_coverage", "promotional", "claims_kept")]
        rows.append((*predictions.tools, *(f"{value:.3f}" for value in (*f1s, *over_all))))
    header = ("extractor", *NAMES, "all", "body kept", "promotional", "claims kept")
    return markdown(header, sorted(rows))
