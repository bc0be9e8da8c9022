"""Agreement and independent sources: computed from claims, on cases that can be counted by hand."""

import pytest

from detente.data.independent_sources import oldest_text, support
from detente.tasks.agreement.gold import agreement, fnc1_label, side
from detente.tasks.claims.gold import check_worthy

SOURCES = [
    {"id": "france", "speaks_for": None, "anonymous": False},
    {"id": "ministry", "speaks_for": "france", "anonymous": False},
    {"id": "minister", "speaks_for": "ministry", "anonymous": False},
    {"id": "envoy", "speaks_for": "russia", "anonymous": False},
    {"id": "insider", "speaks_for": None, "anonymous": True},
]
EVENTS = [{"id": "call", "speaker": "minister"}, {"id": "interview", "speaker": "envoy"}]
EDGES = [
    {"article": "a", "source": "outlet", "degree": "wholly", "via": None},
    {"article": "a", "source": "feed", "degree": "wholly", "via": "outlet"},
    {"article": "b", "source": "feed", "degree": "wholly", "via": None},
    {"article": "b", "source": "call", "degree": "partially", "via": None},
]


def claim(name: str, article: str, relation: str = "same", presentation: str = "reported"):
    links = [{"proposition": "p", "relation": relation}]
    return {"id": name, "article": article, "presentation": presentation, "propositions": links}


def chain(claim_id: str, event: str | None, *links: str):
    return {"claim": claim_id, "event": event, "chain": [{"sources": [link]} for link in links]}


def counted(claims, attributions):
    return support([{"id": "p"}], claims, attributions, EDGES, SOURCES, EVENTS)["p"]


def test_three_pages_that_tell_one_speech_event_are_one_source() -> None:
    claims = [claim("1", "a"), claim("2", "b", "more_specific"), claim("3", "c", "compatible_value")]
    told = [chain("1", "call", "ministry", "minister"), chain("2", "call", "ministry"), chain("3", "call")]
    assert counted(claims, told) == (["a", "b", "c"], 1, 1, ["france"])


def test_two_parties_are_two_sources() -> None:
    told = [chain("1", "call", "minister"), chain("2", "interview", "envoy")]
    assert counted([claim("1", "a"), claim("2", "b")], told) == (["a", "b"], 2, 2, ["france", "russia"])


def test_anonymous_and_unattributed_origins_raise_the_maximum_only() -> None:
    # One named event; an insider; and two pages in their own voice that were both wholly taken from one feed.
    claims = [claim("1", "a"), claim("2", "a"), claim("3", "a", presentation="asserted"), claim("4", "b")]
    told = [chain("1", "call", "minister"), chain("2", None, "insider"), chain("3", None), chain("4", None)]
    assert counted(claims, told) == (["a", "b"], 1, 3, ["france"])


def test_what_is_denied_questioned_less_specific_or_contrary_does_not_report_it() -> None:
    claims = [
        claim("1", "a", "conflicting"),
        claim("2", "b", "less_specific"),
        claim("3", "c", presentation="denied"),
        claim("4", "d", presentation="questioned"),
    ]
    assert counted(claims, []) == ([], 0, 0, [])


def test_the_oldest_text_is_the_one_that_came_through_no_other() -> None:
    assert oldest_text("a", EDGES) == "feed"
    assert oldest_text("b", EDGES) == "feed"
    assert oldest_text("c", EDGES) == "c"


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([], ("unrelated", None)),
        ([("same", "reported")], ("agree", "relayed")),
        ([("same", "reported"), ("compatible_value", "asserted")], ("agree", "own")),
        ([("conflicting", "reported")], ("disagree", "relayed")),
        ([("same", "asserted"), ("conflicting", "reported")], ("discuss", "own")),
        ([("less_specific", "reported")], ("discuss", "relayed")),
        ([("same", "questioned")], ("discuss", "own")),
        ([("same", "reported"), ("same", "denied")], ("discuss", "relayed")),
        ([("same", "denied")], ("disagree", "relayed")),
        ([("less_specific", "denied")], ("disagree", "relayed")),
        ([("conflicting", "denied")], ("discuss", "relayed")),
        # Open entries neither change a label nor lend it their voice.
        ([("same", "reported"), ("less_specific", "asserted")], ("agree", "relayed")),
    ],
)
def test_agreement_follows_the_guidelines_table(links, expected) -> None:
    assert agreement(links) == expected


def test_fnc1_discusses_what_is_only_relayed() -> None:
    assert fnc1_label("agree", "relayed") == "discuss"
    assert fnc1_label("disagree", "own") == "disagree"
    assert fnc1_label("unrelated", None) == "unrelated"
    assert side("more_specific", "denied") == "open"


def test_check_worthiness_is_its_formula() -> None:
    answers = {"checkable": True, "key_matter": False, "accuses": True, "settled": False}
    assert check_worthy(answers)
    assert not check_worthy(answers | {"settled": True})
    assert not check_worthy(answers | {"accuses": False})


def proposition(gold, name: str):
    return next(row for row in gold.rows("propositions") if row["id"] == name)


def label(gold, name: str) -> str:
    return next(row["label"] for row in gold.rows("agreement") if row["id"] == name)


def test_the_ministrys_readiness_rests_on_one_speech_event_though_three_pages_tell_it(gold) -> None:
    row = proposition(gold, "france-ready-for-exchanges")
    assert row["articles"] == ["detente-002", "detente-003", "detente-004"]
    assert (row["sources_min"], row["sources_max"], row["parties"]) == (1, 1, ["france"])


def test_the_standstill_has_two_parties_and_is_contradicted_by_003(gold) -> None:
    row = proposition(gold, "cooperation-at-standstill")
    # The ambassador (000, 001) and the foreign minister (004).
    assert row["articles"] == ["detente-000", "detente-001", "detente-004"]
    assert (row["sources_min"], row["parties"]) == (2, ["france", "russia"])
    assert label(gold, "detente-003::cooperation-at-standstill") == "disagree"


def test_the_agreement_matrix_is_complete(gold) -> None:
    pairs = {f"{article}::{row['id']}" for article in gold.articles for row in gold.rows("propositions")}
    assert {row["id"] for row in gold.rows("agreement")} == pairs


def test_the_coverage_that_was_asked_for(gold) -> None:
    assert len(gold.rows("claims")) >= 100
    assert len(gold.rows("propositions")) >= 30
    assert len(gold.rows("stance")) >= 30
    assert len({row["pair"] for row in gold.rows("contrast")}) >= 80
    claimed = {row["claim"] for row in gold.rows("attribution")}
    assert claimed == {row["id"] for row in gold.rows("claims")}
    assert all(row["synthetic"] for row in gold.rows("contrast"))
