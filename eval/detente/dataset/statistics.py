"""The tables of counts in the card and the datasheet: generated, so that none can drift from the data."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from detente.data import labels as inventory
from detente.dataset.annotations import Tables
from detente.dataset.quality.agreement import Measure
from detente.dataset.quality.refutation import Found
from detente.dataset.schema import MODELS

_SOFT: Final = ("boilerplate", "claims", "stance", "agreement", "attribution")


def _markdown(header: Sequence[object], rows: Iterable[Iterable[object]]) -> str:
    lines: list[Iterable[object]] = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join("–" if cell is None else str(cell) for cell in line) + " |\n" for line in lines)


def _cross(tables: Tables, config: str, field: str, by: str, fields: Sequence[str], bys: Sequence[str]) -> str:
    """Rows of a config counted by two fields."""
    counted = Counter((row[field], row[by]) for row in tables[config].rows)
    return _markdown((field, *bys), ((value, *(counted[value, other] for other in bys)) for value in fields))


def _articles(tables: Tables) -> str:
    header = ("article", "family", "outlet", "date", "characters", "headline")
    return _markdown(
        header,
        (
            (
                row["id"],
                row["family"],
                f"{row['outlet']} ({row['outlet_basis']})" if row["outlet"] else "unknown",
                f"{row['date']} ({row['date_basis']})" if row["date"] else "unknown",
                len(row["text"]),
                row["headline"],
            )
            for row in tables["articles"].rows
        ),
    )


def _configs(tables: Tables) -> str:
    rows = []
    for name in MODELS:
        soft = sum(bool(row["alternatives"]) for row in tables[name].rows) if name in _SOFT else None
        rows.append((name, len(tables[name].rows), soft))
    return _markdown(("config", "rows", "rows with alternatives"), rows)


def _stance(tables: Tables) -> str:
    counted = Counter((row["target"], row["label"], row["alleged"]) for row in tables["stance"].rows)
    rows = [
        (target, "yes" if alleged else "no", *(counted[target, label, alleged] for label in inventory.STANCE_LABELS))
        for target in inventory.STANCE_TARGETS
        for alleged in (False, True)
    ]
    return _markdown(("target", "alleged", *inventory.STANCE_LABELS), rows)


def _derivation(tables: Tables) -> str:
    header = ("article", "source", "degree", "kind", "via", "translated", "basis", "confidence")
    return _markdown(header, ([row[name] for name in header] for row in tables["derivation"].rows))


def _support(tables: Tables) -> str:
    """How many propositions so many articles report, by the least number of independent sources."""
    rows = tables["propositions"].rows
    counted = Counter((len(row["articles"]), row["sources_min"]) for row in rows)
    least = sorted({row["sources_min"] for row in rows})
    header = ("reporting articles", *(f"{count} named" for count in least))
    return _markdown(
        header,
        ((size, *(counted[size, count] for count in least)) for size in sorted({len(row["articles"]) for row in rows})),
    )


def _contrast(tables: Tables) -> str:
    rows = tables["contrast"].rows
    pairs = {row["pair"]: row for row in rows}.values()
    counted = Counter((row["phenomenon"], row["task"]) for row in pairs)
    phenomena = list(dict.fromkeys(row["phenomenon"] for row in rows))
    header = ("phenomenon", *(f"{task} pairs" for task in inventory.CONTRAST_TASKS))
    return _markdown(
        header, ((name, *(counted[name, task] for task in inventory.CONTRAST_TASKS)) for name in phenomena)
    )


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


AGREEMENT_HEADER: Final = ("layer", "field", "measure", "items", "value", "95% interval", "without 001")
REFUTATION_HEADER: Final = ("layer", "challenges", "upheld", "arguable", "planted", "found")


def blocks(tables: Tables, found: Found) -> dict[str, str]:
    """Every generated table by name, as Markdown."""
    ids = [row["id"] for row in tables["articles"].rows]
    return {
        "articles": _articles(tables),
        "configs": _configs(tables),
        "boilerplate": _cross(tables, "boilerplate", "type", "article", inventory.SEGMENT_TYPES, ids),
        "claims": _cross(tables, "claims", "type", "presentation", inventory.CLAIM_TYPES, inventory.PRESENTATIONS),
        "stance": _stance(tables),
        "labels": _cross(tables, "agreement", "label", "article", inventory.AGREEMENT_LABELS, ids),
        "support": _support(tables),
        "attribution": _cross(tables, "attribution", "type", "article", inventory.ATTRIBUTION_TYPES, ids),
        "derivation": _derivation(tables),
        "reuse": _cross(tables, "reuse", "operation", "article", inventory.OPERATIONS, ids),
        "contrast": _contrast(tables),
        "agreement": _markdown(AGREEMENT_HEADER, agreement_rows(found.passes)),
        "reproduction": _markdown(AGREEMENT_HEADER, agreement_rows(found.reproduction)),
        "refutation": _markdown(REFUTATION_HEADER, found.refutation),
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
    return _markdown(header, sorted(rows))
