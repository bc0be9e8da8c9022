"""The task `derivation`: which texts stand behind a page?"""

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from detente.data.independent_sources import SupportLayers
from detente.data.labels import EVENT_KINDS
from detente.data.problems import ValidationError
from detente.evaluation import score as scoring
from detente.evaluation.items import errors
from detente.tasks.derivation.edges import Article, Edge, independent_sources, origins, related
from detente.tasks.derivation.task import DERIVATION
from detente.tasks.task import Options

KNOWN = ("feed", "call", "wire", "outlet", "a", "b", "c")
GOLD = {
    "a": (Edge("feed", "wholly", "common_source"), Edge("call", "partially", "official_text")),
    "b": (Edge("feed", "wholly", "common_source"),),
    "c": (Edge("call", "partially", "official_text"),),
}


def said(name: str, page: str, proposition: str) -> dict[str, Any]:
    links = [{"proposition": proposition, "relation": "same"}]
    return {"id": name, "article": page, "presentation": "asserted", "propositions": links}


# All three pages tell p in their own voice, c alone tells q, and nobody tells r.
BEHIND = SupportLayers(
    propositions=[{"id": "p"}, {"id": "q"}, {"id": "r"}],
    claims=[said("1", "a", "p"), said("2", "b", "p"), said("3", "c", "p"), said("4", "c", "q")],
    attribution=[],
    sources=[],
    families={},
)
NODES = ("feed", "call")


def unit(page: str, edges: tuple[Edge, ...], alternatives: dict[str, dict[str, str]]) -> Article:
    """A page; the alternatives of an edge by its source, as field and value."""
    rows = []
    for each in edges:
        others = alternatives.get(each.source, {}).items()
        soft = [{"field": field, "value": value, "reason": "…"} for field, value in others]
        rows.append({**each._asdict(), "alternatives": soft})
    return Article(page, page, tuple(rows), NODES, KNOWN, BEHIND)


UNITS = {page: unit(page, edges, {}) for page, edges in GOLD.items()}


def values(lines: dict[str, list[dict[str, str]]], units=UNITS, options: Options | None = None) -> dict[str, float]:
    by_id = {page: DERIVATION.parse(units[page], {"edges": edges}) for page, edges in lines.items()}
    rows = scoring.count(DERIVATION, units, [by_id], options or Options())[0]
    sums = scoring.Columns(DERIVATION.columns, rows.select(DERIVATION.columns).sum().to_numpy()[0])
    found = {metric.name: metric.whole(sums) for metric in DERIVATION.metrics}
    return found | {measure.name: measure.compute(units, by_id, rows)[0] for measure in DERIVATION.corpus_metrics}


def edge(source: str, degree: str | None = None, kind: str | None = None) -> dict[str, str]:
    return {
        name: value for name, value in (("source", source), ("degree", degree), ("kind", kind)) if value is not None
    }


PREDICTED = {
    "a": [edge("feed", "partially", "common_source"), edge("call", "partially", "interview")],
    "b": [edge("a", "wholly", "outlet_to_outlet")],
    "c": [],
}


def test_every_metric_by_hand() -> None:
    found = values(PREDICTED)
    # feed and call of a are found; b's edge to a is let in; b's feed and c's call are lost.
    assert (found["edge_precision"], found["edge_recall"], found["edge_f1"]) == (2 / 3, 2 / 4, 4 / 7)
    # Six pairs of pages with feed and call, and b with a. wholly: 0 right, 1 let in (b with a), 2 lost (a and b with
    # feed). partially: 1 right (a with call), 1 let in, 1 lost. non-derived: b with call and c with feed right, 2 let
    # in (b with feed, c with call), 1 lost (b with a).
    by_degree = {"f1_wholly": 0.0, "f1_partially": 2 / 4, "f1_non_derived": 4 / 7}
    assert {name: found[name] for name in by_degree} == by_degree
    assert found["degree_macro_f1"] == pytest.approx(sum(by_degree.values()) / 3)
    # Of the two edges that are there, common_source is right, official_text is taken for interview.
    assert (found["kind_accuracy"], found["kind_macro_f1"]) == (1 / 2, 1 / 2)
    # With their kind, 1 edge is right, 2 are let in, 3 are lost.
    assert found["edge_kind_f1"] == 2 / 7
    # a and b are related by the feed, and predicted as one taken from the other. The call of a and c relates nothing.
    assert (found["related_pages_precision"], found["related_pages_recall"], found["related_pages_f1"]) == (1, 1, 1)
    # p: the feed and c are two; predicted a, from which b comes, and c. q: c alone. Nobody reports r.
    assert found["sources_max_error"] == 0


def test_lost_edges_make_sources_of_copies() -> None:
    found = values({})
    # p has three sources where there are two, q one: 1 too many over 2 propositions.
    assert found["sources_max_error"] == 1 / 2
    assert (found["edge_recall"], found["edge_f1"], found["related_pages_recall"], found["related_pages_f1"]) == (
        0,
        0,
        0,
        0,
    )
    assert (found["f1_wholly"], found["f1_partially"], found["edge_kind_f1"]) == (0, 0, 0)
    # 2 of the 6 pairs are non-derived, 4 are taken for it.
    assert found["f1_non_derived"] == 4 / 8
    assert np.isnan([found["edge_precision"], found["related_pages_precision"], found["kind_accuracy"]]).all()


def test_one_text_behind_all_is_an_error_too() -> None:
    found = values({page: [edge("wire", "wholly")] for page in UNITS})
    # p has one source where there are two; all three pairs of pages are related where one is.
    assert found["sources_max_error"] == 1 / 2
    assert (found["related_pages_precision"], found["related_pages_recall"], found["edge_precision"]) == (1 / 3, 1, 0)


def test_what_no_edge_says_is_null_and_what_some_leave_out_is_wrong() -> None:
    bare = {page: [edge(each.source) for each in edges] for page, edges in GOLD.items()}
    found = values(bare)
    assert {name for name, value in found.items() if value == 1} == {"edge_precision", "edge_recall", "edge_f1"}
    assert all(np.isnan(value) for name, value in found.items() if not name.startswith("edge_") or "kind" in name)
    some = values(bare | {"a": [edge("feed", "wholly", "common_source"), edge("call")]})
    # wholly: 1 right, 1 lost; partially: 2 lost; non-derived is not touched.
    assert some["degree_macro_f1"] == pytest.approx((2 / 3 + 0 + 1) / 3)
    assert (some["kind_accuracy"], some["edge_kind_f1"]) == (1 / 4, 2 / 8)
    # b's edge is not wholly, so that the feed no longer relates it to a.
    assert (some["related_pages_recall"], some["sources_max_error"]) == (0, 1 / 2)


def test_alternatives_of_degree_and_kind_count_only_if_accepted() -> None:
    units = UNITS | {"a": unit("a", GOLD["a"], {"feed": {"degree": "partially", "kind": "agency_copy"}})}
    whole = {page: [edge(*each) for each in edges] for page, edges in GOLD.items()}
    other = whole | {"a": [edge("feed", "partially", "agency_copy"), edge("call", "partially", "official_text")]}
    accept = Options(alternatives="accept")
    rejected, accepted = values(other, units), values(other, units, accept)
    # Of the four edges' kinds three are right; of the two wholly one is found.
    assert (rejected["kind_accuracy"], rejected["edge_kind_f1"], rejected["f1_wholly"]) == (3 / 4, 6 / 8, 2 / 3)
    assert (accepted["kind_accuracy"], accepted["edge_kind_f1"], accepted["f1_wholly"]) == (1, 1, 1)
    # With the other degree no page is related to another, and p has three sources: in prediction and gold alike.
    assert (rejected["related_pages_recall"], rejected["sources_max_error"]) == (0, 1 / 2)
    assert np.isnan(accepted["related_pages_recall"])
    assert accepted["sources_max_error"] == 0
    # The row's own values are right either way, and a third is never.
    for options in (Options(), accept):
        assert {values(whole, units, options)[name] for name in ("kind_accuracy", "degree_macro_f1")} == {1}
        third = values(whole | {"a": [edge("feed", "wholly", "interview")]}, units, options)
        assert third["kind_accuracy"] == 2 / 3


def test_an_edge_that_may_be_none_may_be_left_out() -> None:
    units = UNITS | {"b": unit("b", GOLD["b"], {"feed": {"degree": "non-derived"}})}
    whole = {page: [edge(*each) for each in edges] for page, edges in GOLD.items()}
    accept = Options(alternatives="accept")
    left_out = whole | {"b": []}
    assert values(left_out, units)["edge_recall"] == 3 / 4
    assert values(left_out, units, accept)["edge_recall"] == 1
    # a alone is then from the feed, in the gold as read as well.
    assert (values(left_out, units)["sources_max_error"], values(left_out, units, accept)["sources_max_error"]) == (
        1 / 2,
        0,
    )
    assert values(whole, units, accept)["edge_f1"] == values(whole, units)["edge_f1"] == 1


def test_related_pages_are_sets() -> None:
    both_ways = {"a": (Edge("b", None, None),), "b": (Edge("a", None, None),), "c": (Edge("feed", "wholly", None),)}
    assert related(both_ways) == {frozenset("ab")}
    # Two pages from a third are related to it, not to each other; two from one text outside are.
    assert related({"a": (Edge("c", "wholly", None),), "b": (Edge("c", "wholly", None),), "c": ()}) == {
        frozenset("ac"),
        frozenset("bc"),
    }
    assert related(GOLD) == {frozenset("ab")}


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ({"a": "", "b": ""}, {"a": "a", "b": "b"}),
        ({"a": "x y", "b": "y"}, {"a": "y", "b": "y"}),
        ({"a": "y x", "b": ""}, {"a": "x", "b": "b"}),
        ({"a": "b", "b": "x"}, {"a": "x", "b": "x"}),
        ({"a": "b x", "b": ""}, {"a": "b", "b": "b"}),
        ({"a": "b", "b": "c", "c": "b"}, {"a": "b", "b": "b", "c": "b"}),
    ],
)
def test_the_origin_of_a_page(whole: dict[str, str], expected: dict[str, str]) -> None:
    edges = {page: [Edge(source, "wholly", None) for source in names.split()] for page, names in whole.items()}
    assert origins(edges) == expected


def test_the_golds_own_numbers_of_sources_are_the_published_ones(gold) -> None:
    units = DERIVATION.units(gold)
    behind = next(iter(units.values())).behind
    published = {row["id"]: row["sources_max"] for row in gold.rows("propositions") if row["articles"]}
    assert independent_sources({page: unit.edges for page, unit in units.items()}, behind) == published


KINDS = {
    "source": ("source",),
    "degree": ("source", "degree"),
    "kind": ("source", "kind"),
    "all": ("source", "degree", "kind"),
}


def records(gold, form: str = "all") -> list[dict[str, Any]]:
    return [
        {"id": page, "edges": [{name: getattr(each, name) for name in KINDS[form]} for each in unit.edges]}
        for page, unit in DERIVATION.units(gold).items()
    ]


@pytest.mark.parametrize(("form", "defined"), [("source", 3), ("degree", 11), ("kind", 6), ("all", 14)])
def test_gold_against_itself_is_best_or_null(gold, predict, form: str, defined: int) -> None:
    scores = scoring.score(predict(DERIVATION, gold, records(gold, form)), gold)
    found = {
        metric.name: scores.metrics[metric.name].value
        for metric in (*DERIVATION.metrics, *DERIVATION.corpus_metrics)
        if not np.isnan(scores.metrics[metric.name].value)
    }
    assert found == {name: 0 if name == "sources_max_error" else 1 for name in found}
    assert len(found) == defined
    assert errors(scores).is_empty()


def noisy(gold) -> list[dict[str, Any]]:
    """Every page with the edges of the next one, except the first."""
    lines = records(gold)
    edges = [line["edges"] for line in lines]
    return [{"id": line["id"], "edges": edges[0] if n == 0 else edges[n - 1]} for n, line in enumerate(lines)]


def test_order_changes_nothing(gold, predict) -> None:
    draw = random.Random(3)
    shuffled = [{**line, "edges": draw.sample(line["edges"], len(line["edges"]))} for line in noisy(gold)]
    first, second = (
        scoring.score(predict(DERIVATION, gold, each), gold) for each in (noisy(gold), draw.sample(shuffled, 5))
    )
    np.testing.assert_equal(list(first.metrics.values()), list(second.metrics.values()))
    assert first.rows.equals(second.rows)


def test_scikit_learn_agrees(gold, predict) -> None:
    scores = scoring.score(predict(DERIVATION, gold, noisy(gold)), gold)
    wanted, found = scores.rows["gold"].to_list(), scores.rows["predicted"].to_list()
    assert len(wanted) == 55  # five pages and the eleven texts that the gold has edges to
    assert scores.metrics["degree_macro_f1"].value == pytest.approx(
        sklearn_metrics.f1_score(wanted, found, average="macro")
    )
    derived = [[label != "non-derived" for label in labels] for labels in (wanted, found)]
    assert scores.metrics["edge_f1"].value == pytest.approx(sklearn_metrics.f1_score(*derived))


def test_shards_add_up(gold) -> None:
    units = DERIVATION.units(gold)
    by_id = {line["id"]: DERIVATION.parse(units[line["id"]], line) for line in noisy(gold)}
    shards = [dict(list(units.items())[start::2]) for start in (0, 1)]
    whole, *parts = (
        scoring.count(DERIVATION, each, [by_id], Options())[0].select(DERIVATION.columns).sum().to_numpy()
        for each in (units, *shards)
    )
    assert np.array_equal(whole, sum(parts))


PAIRS = [(page, source) for page in UNITS for source in KNOWN if source != page]
LIFTED = ("edge_precision", "kind_accuracy", "kind_macro_f1", "related_pages_precision", "sources_max_error")


@settings(max_examples=50)
@given(data=st.data())
def test_one_more_wrong_edge_never_lifts_f1(data: st.DataObject) -> None:
    right = {page: {each.source: edge(*each) for each in edges} for page, edges in GOLD.items()}
    changed = data.draw(st.sets(st.sampled_from(PAIRS), max_size=8))
    more = data.draw(st.sampled_from(PAIRS))

    def found(wrong: set[tuple[str, str]]) -> dict[str, float]:
        lines = {page: dict(edges) for page, edges in right.items()}
        for page, source in wrong:
            if lines[page].pop(source, None) is None:
                lines[page][source] = edge(source, "wholly", "interview")
        return values({page: list(edges.values()) for page, edges in lines.items()})

    before, after = found(changed - {more}), found(changed | {more})
    # An edge between pages may relate the right two; what is conditional on a match has no such rule.
    names = [name for name in before if name not in LIFTED and not name.startswith("related_pages_")]
    assert all(np.isnan(before[name]) or after[name] <= before[name] + 1e-12 for name in names)


def test_a_missing_page_has_no_edges(gold, predict) -> None:
    lines = records(gold)
    with pytest.raises(ValidationError, match="detente-004"):
        predict(DERIVATION, gold, lines[:4])
    scores = scoring.score(predict(DERIVATION, gold, lines[:4], allow_missing=True), gold)
    # Six of the 17 edges are of that page.
    assert scores.metrics["edge_recall"].value == 11 / 17
    assert "missed: partially, official_text" in errors(scores)["detail"].to_list()


def test_faults_are_told_in_words() -> None:
    prediction = DERIVATION.parse(UNITS["a"], {"edges": [*PREDICTED["a"], edge("wire", "wholly"), edge("outlet")]})
    rows = DERIVATION.count(UNITS["a"], prediction, Options())
    assert [(row["item"], row["detail"]) for row in rows] == [
        ("a>feed", "wholly, predicted partially"),
        ("a>call", "official_text, predicted interview"),
        ("a>outlet", "not in the gold: an edge"),
        ("a>wire", "not in the gold: wholly"),
    ]


def test_inputs_offer_every_node_and_name_no_unnamed_one(gold) -> None:
    lines = DERIVATION.inputs(gold)
    for line, unit in zip(lines, DERIVATION.units(gold).values(), strict=True):
        assert tuple(line) == ("id", "text", "language", "sources")
        offered = {source["id"]: source["name"] for source in line["sources"]}
        assert {each.source for each in unit.edges} <= offered.keys() <= set(unit.known) - {line["id"]}
        assert "detente-0" not in " ".join(offered.values())


def test_candidates_stand_by_kind_and_name_and_tell_no_page(gold) -> None:
    numbers = {page.rpartition("-")[2] for page in gold.articles}
    kinds = {row["id"]: row["kind"] for name in ("sources", "events") for row in gold.rows(name)}
    order = [*("outlet", "agency", "text"), *EVENT_KINDS]
    for line in DERIVATION.inputs(gold):
        others = [source for source in line["sources"] if source["id"] not in gold.articles]
        places = [(order.index(kinds[source["id"]]), source["name"], source["id"]) for source in others]
        assert places == sorted(places)
        assert [source for source in others if numbers.intersection(source["id"].split("-"))] == []
        pages = [source["id"] for source in line["sources"][len(others) :]]
        assert pages == sorted(gold.articles.keys() - {line["id"]})


def test_an_event_without_partners_is_named_by_its_kind(minimal_gold) -> None:
    (row,) = minimal_gold.rows("events")
    joint = SimpleNamespace(
        articles=minimal_gold.articles,
        groups=minimal_gold.groups,
        suite=None,
        pages=minimal_gold.pages,
        inventory=minimal_gold.inventory,
        rows=lambda name: [{**row, "speaker": None}] if name == "events" else minimal_gold.rows(name),
    )
    (line,) = DERIVATION.inputs(joint)
    assert {"id": "monday-statement", "name": "statement"} in line["sources"]


@pytest.mark.parametrize(
    ("edges", "messages"),
    [
        ("france", ["wrong-type: edges is"]),
        ({}, ["wrong-type: edges is an object"]),
        (["france"], [r"wrong-type: edges\[0\] is \"france\", not an object"]),
        ([{"degree": "wholly"}], [r"wrong-type: edges\[0\] has no source"]),
        ([{"source": None}], [r"wrong-type: edges\[0\] has no source"]),
        ([edge("monday-statment")], ["label-unknown: .*did you mean monday-statement"]),
        ([edge("detente-900")], ["label-unknown: .*no page derives from itself"]),
        ([edge("france"), edge("france", "wholly")], [r"id-duplicate: edges\[1\] is a duplicate of edges\[0\]"]),
        ([edge("france", "whole")], [r"label-unknown: edges\[0\].degree \"whole\""]),
        ([{"source": "france", "kind": 0}], [r"label-unknown: edges\[0\].kind 0"]),
        ([{"source": "france", "via": "x", "id": 1}], ["unknown-field: .*'id', 'via'"]),
        (
            [{"source": "x", "degree": 1, "kind": "copy", "basis": "stated"}, {"source": "x"}, 3],
            ["'basis'", r'edges\[0\].source "x"', "degree 1", 'kind "copy"', r'edges\[1\].source "x"', "is 3"],
        ),
    ],
)
def test_each_fault_is_named(minimal_gold, predict, edges, messages: list[str]) -> None:
    with pytest.raises(ValidationError) as invalid:
        predict(DERIVATION, minimal_gold, [{"id": "detente-900", "edges": edges}])
    assert len(invalid.value.problems) == len(messages)
    for message in messages:
        invalid.match(message)
