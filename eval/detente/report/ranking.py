"""A ranking as a table, as Markdown, as JSON."""

import math
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final

from detente.data.jsonl import without_nan
from detente.evaluation.compare import parts_of
from detente.evaluation.ranking import Placed, Ranking, with_and_without_empty
from detente.report.scores import as_json
from detente.report.tables import Section, print_tables, rendered

SHOWN: Final = (
    *("shingle_f1", "rouge_lsum_f1", "levenshtein", "bag_of_words_f1"),
    *("paragraph_match_f1", "wer", "snippet_f1"),
)
"""Columns beside the one that ranks, where the gold is reference texts."""
MOST: Final = 4
"""So many of a task's other metrics are columns."""


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _others(ranking: Ranking, asked: Sequence[str]) -> list[str]:
    """The metrics beside the one that ranks."""
    known = [name for name in ranking.systems[0].scores.metrics if name != ranking.by.name]
    if asked:
        return [name for name in asked if name in known]
    shown: list[str] = [name for name in SHOWN if name in known]
    return shown or [name for name in known if "precision" not in name and "recall" not in name][:MOST]


def sections(ranking: Ranking, asked: Sequence[str] = ()) -> Iterator[Section]:
    """The table that people read."""
    bootstrap = ranking.interval == "bootstrap"
    others = _others(ranking, asked)
    empty = "without_text" in ranking.task.columns
    header = [
        "system",
        "rank",
        *(["ranks"] if bootstrap else []),
        ranking.by.name,
        "95% interval" if bootstrap else "range",
    ]
    header += [*(["next"] if bootstrap else []), *others, *(["no text"] if empty else [])]
    rows = []
    for placed in ranking.systems:
        place, found = placed.place, placed.scores.metrics
        spread = found[ranking.by.name]
        row = [placed.name, str(place.rank or "–")]
        row += ["–" if place.interval is None else "{}…{}".format(*place.interval)] if bootstrap else []
        row += [_figure(place.value), "–" if math.isnan(spread.low) else f"{spread.low:.3f} … {spread.high:.3f}"]
        row += [{True: ">", False: "≈", None: ""}[placed.separated]] if bootstrap else []
        row += [_figure(found[name].value) for name in others]
        row += [str(int(placed.scores.rows["without_text"].sum()))] if empty else []
        rows.append(tuple(row))
    sizes = ranking.systems[0].scores.sizes
    title = f"{ranking.task.name}: {len(ranking.systems)} systems by {ranking.by.name}, {sizes['units']} units"
    yield Section(title, tuple(header), rows)


def notes(ranking: Ranking) -> list[str]:
    """What a reader must know to read the order right."""
    found = []
    pairs = list(zip(ranking.systems, ranking.systems[1:], strict=False))
    tied = [(first.name, second.name) for first, second in pairs if first.separated is False]
    if ranking.interval == "bootstrap":
        names = ", ".join(f"{first} ≈ {second}" for first, second in tied)
        found.append(
            f"{len(tied)} of {len(pairs)} neighbours are not separated (≈: the 95% interval of their paired difference"
            f" holds 0){': ' + names if names else ''}"
        )
    else:
        found.append("so few families allow neither interval nor rank interval: the range is over families")
    for placed in ranking.systems:
        found += _absences(placed, ranking)
    if "nltk:none" in ranking.signature:
        found.append("rouge_lsum needs the extra: pip install 'detente[rouge]'")
    return found


def _without_text(placed: Placed) -> int:
    rows = placed.scores.rows
    return int(rows["without_text"].sum()) if "without_text" in rows.columns else 0


def _absences(placed: Placed, ranking: Ranking) -> Iterator[str]:
    """What of a system's pages is not there, and what that does to its score."""
    if count := _without_text(placed):
        counted, left_out = with_and_without_empty(placed.scores, ranking.by)
        effect = f"{_figure(counted)} as it counts them, {_figure(left_out)} without them"
        yield f"{placed.name}: {count} pages without text; {ranking.by.name} {effect}"
    parts = parts_of(placed.scores.signature)
    for name, what in (("missing", "missing"), ("crashed", "crashed"), ("extra", "not in the gold")):
        if int(parts.get(name, 0)):
            yield f"{placed.name}: {parts[name]} pages {what}, {'left out' if name == 'extra' else 'counted as empty'}"


def print_table(ranking: Ranking, file: IO[str], asked: Sequence[str] = ()) -> None:
    """Prints the table: ruled and coloured on a terminal, bare columns elsewhere."""
    print_tables(list(sections(ranking, asked)), notes(ranking), ranking.signature, file)


def as_document(ranking: Ranking) -> dict[str, Any]:
    """The ranking as `detente.ranking/1`: undefined is null, everything at full precision."""
    systems = []
    for placed in ranking.systems:
        own = as_json(placed.scores)
        systems.append(
            {
                "name": placed.name,
                "rank": placed.place.rank,
                "ranks": list(placed.place.interval) if placed.place.interval else None,
                "separated_from_next": placed.separated,
                "lead": {"low": placed.lead.low, "high": placed.lead.high} if placed.lead else None,
                "metrics": own["metrics"],
                "without_text": _without_text(placed),
                "missing": own["missing"],
                "tools": own["tools"],
                "signature": own["signature"],
            }
        )
    document = {
        "schema": "detente.ranking/1",
        "task": ranking.task.name,
        "dataset": ranking.systems[0].scores.dataset,
        "n": ranking.systems[0].scores.sizes,
        "by": ranking.by.name,
        "unit": ranking.unit,
        "interval": ranking.interval,
        "systems": systems,
        "signature": ranking.signature,
    }
    nulled: dict[str, Any] = without_nan(document)
    return nulled


def render(ranking: Ranking, form: str, asked: Sequence[str] = ()) -> str:
    """The ranking as text: `table` (without colour), `json` or `markdown`."""
    return rendered(
        form, list(sections(ranking, asked)), notes(ranking), ranking.signature, lambda: as_document(ranking)
    )
