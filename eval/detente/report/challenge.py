"""Challenge suites as tables: which there are, what is done to their items, and how a score moves with that."""

from dataclasses import asdict
from typing import Any, Final

from detente.challenge.suite import COMBINED, STRENGTHS, Suite
from detente.evaluation.robustness import TOLERANCE, Robustness
from detente.report.tables import Report, Section, bounds, number
from detente.text.display import counted

_FEW_SOURCES: Final = (
    "however many items there are, they are variants of {sources}: intervals over items hold for these sources only,"
    " and the range over sources is all that is known of others"
)


def suites() -> Report:
    """The suites that there are."""
    from detente.challenge.all import SUITES

    rows: list[tuple[str, ...]] = [
        (each.name, ", ".join(each.tasks), str(len(each.operations)), str(len(each.variants)), each.summary)
        for each in SUITES.values()
    ]
    header = ("suite", "tasks", "operations", "variants", "items")
    return Report([Section("challenge suites", header, rows, ("tasks", "items"))], [], "", dict)


def operations(suite: Suite) -> Report:
    """What is done to the items of a suite."""
    rows: list[tuple[str, ...]] = [(each.name, *each.strengths, each.summary) for each in suite.operations]
    rows += [(COMBINED, *suite.combined, "several of them, one after another")] if suite.combined else []
    header = ("operation", *STRENGTHS, "what is done")
    return Report([Section(f"{suite.name}: {suite.summary}", header, rows, header[1:])], [], "", dict)


def section(found: Robustness) -> Section:
    """How a score moves: a line for each operation and strength, the control first."""
    name = found.metric.name
    header = (
        *("operation", "strength", "items", name, "95% over items", "over sources"),
        *("drop", "95% over items", "over sources"),
    )
    rows: list[tuple[str, ...]] = [
        (
            *(each.operation, each.strength, str(each.items), number(each.value)),
            *(bounds(each.interval.low, each.interval.high), bounds(*each.sources), number(each.drop, "+")),
            *(bounds(each.drop_interval.low, each.drop_interval.high, "+"), bounds(*each.drop_sources, "+")),
        )
        for each in found.slices
    ]
    return Section(f"robustness: {name} by what was done to the items", header, rows, ("strength",))


def notes(found: Robustness) -> list[str]:
    """What must be said beside it: how few sources there are, the worst slice, the consistency."""
    said = [_FEW_SOURCES.format(sources=counted(found.sources, "source"))]
    if found.worst:
        worst = found.worst
        said.append(f"worst slice: {worst.operation}, {worst.strength}: {number(worst.drop, '+')} below the control")
    said.append(
        f"consistency: {number(found.consistency)} of the variants are worse than their control by at most {TOLERANCE}"
    )
    return said


def document(found: Robustness) -> dict[str, Any]:
    """The same for programs, at full precision."""
    return {
        "metric": found.metric.name,
        "bases": found.bases,
        "sources": found.sources,
        "consistency": found.consistency,
        "worst": None if found.worst is None else [found.worst.operation, found.worst.strength],
        "slices": [
            asdict(each) | {"interval": _bounds(each.interval), "drop_interval": _bounds(each.drop_interval)}
            for each in found.slices
        ],
    }


def _bounds(interval: Any) -> dict[str, float]:
    return {"low": interval.low, "high": interval.high}
