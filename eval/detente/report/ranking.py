"""A ranking as a table, as Markdown, as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from detente.evaluation.ranking import RankedSystem, Ranking, with_and_without_empty
from detente.evaluation.score import named_metrics
from detente.report.scores import CONDITIONAL, NO_ROUGE, missing_note, standard, surplus
from detente.report.scores import document as scores_document
from detente.report.tables import Report, Section, bounds, number
from detente.stats.bootstrap import MIN_CLUSTERS
from detente.tasks.metric_families import SURPLUS
from detente.text.display import counted

MAX_COLUMNS: Final = 7
"""So many metrics stand beside the one that ranks and those of invented and repeated text; the JSON has all."""


def _others(ranking: Ranking, asked: Sequence[str]) -> list[str]:
    """The metrics beside the one that ranks."""
    first = ranking.systems[0].scores
    names, _ = named_metrics(ranking.task, first.metrics, asked)
    chosen = names or [name for name in standard(first) if name != first.primary][:MAX_COLUMNS]
    if not names:
        every = [placed.scores.metrics for placed in ranking.systems]
        held = [name for name in SURPLUS if any(name in found and found[name].value > 0 for found in every)]
        chosen = list(dict.fromkeys([*chosen, *held]))
    return [name for name in chosen if name in first.metrics and name != ranking.by.name]


def sections(ranking: Ranking, asked: Sequence[str] = (), by: Sequence[str] = ()) -> Iterator[Section]:
    """The tables that people read."""
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
    header += [*(["next"] if bootstrap else []), "n", *others, *(["no text"] if empty else [])]
    rows = []
    for placed in ranking.systems:
        place, found = placed.standing, placed.scores.metrics
        spread = found[ranking.by.name]
        row = [placed.name, str(place.rank or "–")]
        row += ["–" if place.interval is None else "{}…{}".format(*place.interval)] if bootstrap else []
        row += [number(place.value), bounds(spread.low, spread.high)]
        row += [{True: ">", False: "≈", None: ""}[placed.significant]] if bootstrap else []
        row += [f"{_answered(placed)} of {placed.scores.sizes['units']}"]
        row += [number(found[name].value) for name in others]
        row += [str(int(placed.scores.counted.frame["without_text"].sum()))] if empty else []
        rows.append(tuple(row))
    sizes = ranking.systems[0].scores.sizes
    title = (
        f"{ranking.task.name}: {len(ranking.systems)} systems by {ranking.by.name}, {counted(sizes['units'], 'unit')}"
    )
    yield Section(title, tuple(header), rows)
    for key in by:
        parts = [placed.scores.breakdown[key] for placed in ranking.systems]
        values = [
            (value, str(int(part["n"])), *(number(each[value].get(ranking.by.name)) for each in parts))
            for value, part in parts[0].items()
        ]
        names = (placed.name for placed in ranking.systems)
        yield Section(f"{ranking.by.name} by {key}", (key, "items", *names), values)


def notes(ranking: Ranking) -> list[str]:
    """What a reader must know to read the order right."""
    found = list(ranking.task.remarks)
    pairs = list(zip(ranking.systems, ranking.systems[1:], strict=False))
    tied = [(first.name, second.name) for first, second in pairs if first.significant is False]
    if ranking.interval == "bootstrap":
        names = ", ".join(f"{first} ≈ {second}" for first, second in tied)
        found.append(
            f"{len(tied)} of {counted(len(pairs), 'pair')} of neighbours may be equal (≈: the 95% interval of their"
            f" paired difference contains 0){': ' + names if names else ''}"
        )
    else:
        found.append(
            f"the range is over families; under {MIN_CLUSTERS} families there is no interval, of values or ranks"
        )
    if ranking.unit != "family":
        found.append(CONDITIONAL)
    for placed in ranking.systems:
        found += _absences(placed, ranking)
        found += [f"{placed.name}: {note}" for note in surplus(placed.scores)]
    if ranking.settings.get("nltk") == "none":
        found.append(NO_ROUGE)
    found += ranking.task.gold_notes(ranking.systems[0].scores.counted.frame, ranking.settings)
    return found


def _answered(placed: RankedSystem) -> int:
    """How many units have a prediction."""
    scores = placed.scores
    return scores.sizes["units"] - len(scores.missing) - scores.omitted.get("missing", 0)


def _without_text(placed: RankedSystem) -> int:
    rows = placed.scores.counted.frame
    return int(rows["without_text"].sum()) if "without_text" in rows.columns else 0


def _absences(placed: RankedSystem, ranking: Ranking) -> Iterator[str]:
    """What of a system's pages is not there, and what that does to its score."""
    if count := _without_text(placed):
        every, texts = with_and_without_empty(placed.scores, ranking.by)
        effect = f"{number(every)} with them, {number(texts)} without them"
        yield f"{placed.name}: {counted(count, 'output')} without text; {ranking.by.name} {effect}"
    parts = placed.scores.settings
    if placed.scores.missing and "predicted" in ranking.task.keys:
        yield f"{placed.name}: {missing_note(placed.scores)}"
        return
    for name, what in (("missing", "missing"), ("crashed", "crashed"), ("extra", "not in the gold")):
        if int(parts.get(name, 0)):
            how = "left out" if name == "extra" else "counted as empty"
            yield f"{placed.name}: {counted(int(parts[name]), 'page')} {what}, {how}"


def report(ranking: Ranking, asked: Sequence[str] = (), by: Sequence[str] = ()) -> Report:
    """What is printed of a ranking; `asked` names the metrics beside the one that ranks, `by` the breakdowns of it."""
    return Report(list(sections(ranking, asked, by)), notes(ranking), ranking.signature, lambda: document(ranking))


def document(ranking: Ranking) -> dict[str, Any]:
    """The ranking as `detente.ranking/2`, everything at full precision; NaN is written as null."""
    systems = []
    for placed in ranking.systems:
        own = scores_document(placed.scores)
        systems.append(
            {
                "name": placed.name,
                "answered": _answered(placed),
                "rank": placed.standing.rank,
                "ranks": list(placed.standing.interval) if placed.standing.interval else None,
                "significant": placed.significant,
                "gap_to_next": {"low": placed.gap_to_next.low, "high": placed.gap_to_next.high}
                if placed.gap_to_next
                else None,
                "one_item": own["one_item"],
                "metrics": own["metrics"],
                "without_text": _without_text(placed),
                "missing": own["missing"],
                "tools": own["tools"],
                "signature": own["signature"],
            }
        )
    first = ranking.systems[0].scores
    return {
        "schema": "detente.ranking/2",
        "task": ranking.task.name,
        "dataset": first.dataset,
        "n": first.sizes,
        "by": ranking.by.name,
        "primary": first.primary,
        "unit": ranking.unit,
        "interval": ranking.interval,
        "systems": systems,
        "signature": ranking.signature,
    }
