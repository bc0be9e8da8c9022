"""The grid of stance: who is a holder on a page, and which cells that makes."""

from typing import Any

import pytest

from detente.data.labels import STANCE_TARGETS, STANCE_TIMES, TELLERS
from detente.tasks.stance.grid import Cell, cell_of, cells, holders, id_of, named, null_row


def source(name: str, kind: str, *aliases: str, speaks_for: str | None = None) -> dict[str, Any]:
    return {"id": name, "kind": kind, "speaks_for": speaks_for, "aliases": list(aliases)}


SOURCES = [
    source("russia", "state", "Russia"),
    source("france", "state", "France"),
    source("orlen", "state", "Orlen"),
    source("orlen-ministry", "official_body", "Orlen's ministry", speaks_for="orlen"),
    source("orlen-news", "outlet", "Orlen Daily News"),
    source("union", "bloc", "the Union"),
    source("rebels", "group", "rebels"),
    source("mayor", "person", "the mayor"),
    source("envoy", "person", "the envoy", speaks_for="minister"),
    source("minister", "person", "the minister", speaks_for="france"),
    source("treaty", "text", "the Treaty"),
]


@pytest.mark.parametrize(
    ("passage", "found"),
    [
        ("Orlen said no.", {"orlen"}),
        ("Orlens and Orlen2 and orlen", set()),  # whole words, in their case
        ("read in Orlen Daily News", {"orlen-news"}),  # the longest alias wins
        ("read in Orlen Daily News of Orlen", {"orlen-news", "orlen"}),
        ("“Orlen’s ministry”", {"orlen-ministry"}),  # whatever the quotation marks
        ("Orlen's minis", {"orlen"}),
        ("", set()),
    ],
)
def test_a_source_is_named_by_a_whole_alias_that_no_longer_one_holds(passage: str, found: set[str]) -> None:
    assert named([passage], SOURCES) == found


def test_nobody_is_named_without_an_alias() -> None:
    assert named(["Orlen"], [source("orlen", "state")]) == frozenset()


@pytest.mark.parametrize(
    ("passage", "others"),
    [
        ("nobody", []),
        (
            "Orlen's ministry and Orlen",
            ["orlen", "orlen-ministry"],
        ),  # whoever speaks for a third party stands for itself
        ("the Union, the rebels and the mayor", ["mayor", "rebels", "union"]),
        ("the envoy of the minister", []),  # who speak, in the end, for France
        ("Orlen Daily News on the Treaty", []),  # outlets and texts take no stance
    ],
)
def test_holders_are_both_parties_the_voice_and_the_third_parties_that_are_named(
    passage: str, others: list[str]
) -> None:
    assert holders("p1", [passage], SOURCES) == sorted(["france", "russia", "voice-p1", *others])
    assert holders("p1", [passage], SOURCES[::-1]) == holders("p1", [passage], SOURCES)  # whatever the registry's order


def test_every_holder_has_24_cells_in_the_order_of_the_inventories() -> None:
    found = list(cells(["b", "a"]))
    assert len(found) == len(set(found)) == 2 * 24
    first = Cell("b", STANCE_TARGETS[0], STANCE_TIMES[0], TELLERS[0])
    assert (found[0], found[1], found[24].holder) == (first, first._replace(told_by="other"), "a")
    assert id_of("p1", first) == "p1:b:ct_cooperation:past:own"
    row = null_row("p1", first)
    assert (cell_of(row), row["id"], row["scale"], row["label"]) == (first, id_of("p1", first), None, "none")
