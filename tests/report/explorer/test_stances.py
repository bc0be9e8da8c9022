"""The grid of stances, nested and counted."""

import polars as pl

from detente.data.corpus import Corpus
from detente.report.explorer.stances import Group, overview, silent, stances
from detente.report.explorer.values import Names, Value


def levels(group: Group) -> list[str]:
    return [group.name.text, *(levels(group.groups[0]) if group.groups else ())]


def test_the_grid_is_nested_and_its_cells_are_counted(two: Corpus) -> None:
    (france, *others) = stances(two, Names(two))
    # France on 2 pages: 4 targets · 3 times · 2 tellers each, of which one cell a page is in favour.
    assert (france.favor, france.against, france.empty) == (2, 0, 2 * 24 - 2)
    (target,) = france.groups
    assert (target.name.text, target.favor, target.empty) == ("ct_cooperation", 2, 2 * 6 - 2)
    (time,) = target.groups
    assert (time.name.text, time.favor, time.empty) == ("current", 2, 2 * 2 - 2)
    assert [(teller.name.text, len(teller.cells), teller.empty) for teller in time.groups] == [
        ("own", 1, 1),
        ("other", 1, 1),
    ]
    assert silent([france, *others]) == others
    assert sum(each.favor + each.against + each.empty for each in (france, *others)) == len(two.rows("stance"))


def test_a_cell_says_who_tells_it_and_where(two: Corpus) -> None:
    (france, *_) = stances(two, Names(two))
    (cell,) = france.groups[0].groups[0].groups[1].cells
    place = "detente-901.html#stance/detente-901%3Afrance%3Act_cooperation%3Acurrent%3Aother"
    assert cell.article == Value("detente-901", place)
    assert cell.evidence == [Value("“France is ready to share”", place)]
    assert cell.chain == [Value("Ivan Envoy", "sources.html#ivan-envoy", "ivan-envoy")]
    assert (cell.label.text, cell.scale, cell.expression) == ("favor", "+1", "explicit")
    assert france.name == Value("France", "sources.html#france", "france")


def test_a_cell_that_may_be_read_otherwise_is_shown_though_it_is_empty(two: Corpus) -> None:
    rows = two.rows("stance")
    for row in rows:
        if row["holder"] == "russia" and row["article"] == "detente-901":
            row["alternatives"] = [{"field": "label", "value": "favor", "reason": "it may"}]
    corpus = Corpus(two.folder, made={"stance": pl.DataFrame(rows, schema=two.table("stance").schema)})
    russia = next(each for each in stances(corpus, Names(corpus)) if each.name.note == "russia")
    (cell,) = russia.groups[0].groups[0].groups[0].cells
    assert (cell.label.text, cell.scale, cell.alternatives) == ("none", "", [("label favor", "it may")])
    assert russia.empty == 24  # those of the other page
    assert russia not in silent([russia])


def test_against_comes_with_a_minus(gold: Corpus) -> None:
    found = stances(gold, Names(gold))
    scales = {cell.scale for each in found for cell in _cells(each)}
    assert scales <= {"−2", "−1", "0", "+1", "+2", ""}
    assert "−2" in scales
    labels = [row["label"] for row in gold.rows("stance")]
    assert sum(each.favor for each in found) == labels.count("favor")
    assert sum(each.against for each in found) == labels.count("against")
    assert found == sorted(found, key=lambda each: -(each.favor + each.against))


def _cells(group: Group):
    yield from group.cells
    for each in group.groups:
        yield from _cells(each)


def test_the_overview_counts_articles_by_side(two: Corpus) -> None:
    found = [each for each in stances(two, Names(two)) if each.groups]
    section = overview(found, two.inventory)
    assert section.header == (
        "holder, target",
        *(f"{time}, {teller}" for time in ("past", "current", "conditional") for teller in ("own", "other")),
    )
    assert section.rows == [("France, ct cooperation", "", "", "1+", "1+", "", "")]


def test_the_overview_of_the_dataset_adds_up(gold: Corpus) -> None:
    found = [each for each in stances(gold, Names(gold)) if each.groups]
    cells = [word for row in overview(found, gold.inventory).rows for cell in row[1:] for word in cell.split()]
    for sign, label in (("+", "favor"), ("−", "against")):
        total = sum(int(word[:-1]) for word in cells if word.endswith(sign))
        assert total == sum(row["label"] == label for row in gold.rows("stance"))
