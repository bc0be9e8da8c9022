"""Baselines for `derivation`."""

from typing import Final

from detente.data.corpus import Corpus
from detente.data.jsonl import Record
from detente.tasks import blind, held_out
from detente.tasks.task import Baseline

_LIKELY: Final = 0.5


def guess(inputs: list[Record], corpus: Corpus) -> list[Record]:
    """An edge to every candidate that is likelier than not without the page."""
    family = held_out.families(corpus)
    right: dict[str, set[str]] = {unit["id"]: set() for unit in inputs}
    for row in corpus.rows("derivation"):
        right[row["article"]].add(row["source"])
    asked = [
        blind.of_candidates(
            {name: value for name, value in unit.items() if name != "sources"},
            unit["sources"],
            frozenset(right[unit["id"]]),
            family[unit["id"]],
        )
        for unit in inputs
    ]
    found = iter(held_out.probabilities([example for pairs in asked for _, example in pairs]))
    return [
        {
            "id": unit["id"],
            "edges": [{"source": name} for name, _ in pairs if next(found).get("True", 0.0) >= _LIKELY],
        }
        for unit, pairs in zip(inputs, asked, strict=True)
    ]


def named(inputs: list[Record], _: Corpus) -> list[Record]:
    """An edge to every outlet, agency or event all of whose names the page prints."""
    return [
        {"id": unit["id"], "edges": [{"source": each["id"]} for each in unit["sources"] if _prints(unit, each)]}
        for unit in inputs
    ]


def _prints(unit: Record, source: Record) -> bool:
    names = source["name"].partition(": ")[-1] or source["name"]
    return all(name in unit["text"] for name in names.split(", "))


BASELINES: Final = (
    Baseline("named", "the texts all of whose names the page prints", named),
    blind.baseline(guess, held_out.of_pages("derivation")),
)
