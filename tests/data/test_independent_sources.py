"""Agreement and independent sources: computed from claims, on cases that can be counted by hand."""

from typing import Any

import pytest

from detente.data.independent_sources import Origin, Support, SupportLayers, in_words, origins, principal, support
from detente.tasks.agreement.gold import agreement, fnc1_label, side
from detente.tasks.claims.gold import check_worthy


def source(name: str, kind: str = "person", speaks_for: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": kind,
        "speaks_for": speaks_for,
        "anonymous": False,
        "possibly_same_as": None,
        **fields,
    }


SOURCES = [
    source("france", "state"),
    source("russia", "state"),
    source("union", "bloc"),
    source("ministry", "official_body", "france"),
    source("minister", speaks_for="ministry"),
    source("envoy", speaks_for="russia"),
    source("commissioner", speaks_for="union"),
    source("militia", "group"),
    source("branch", "group", possibly_same_as="militia"),
    source("spokesman", speaks_for="branch"),
    source("wire", "agency"),
    source("insider", anonymous=True),
    source("other-insider", anonymous=True, possibly_same_as="insider"),
    source("aide", speaks_for="france", anonymous=True),
    source("voice-a", "voice"),
]
FAMILIES = {"a": "a", "b": "a", "c": "c", "d": "d"}
"""a and b are near-copies."""


def claim(name: str, article: str, relation: str = "same", presentation: str = "reported"):
    links = [{"proposition": "p", "relation": relation}]
    return {"id": name, "article": article, "presentation": presentation, "propositions": links}


def chain(claim_id: str, *links: str):
    return {"claim": claim_id, "chain": [{"sources": link.split("+")} for link in links]}


def counted(claims, attributions):
    return support(SupportLayers([{"id": "p"}], claims, attributions, SOURCES, FAMILIES))["p"]


def behind(*innermost: str):
    """The support by one claim of page c for each of these; the empty one has no chain."""
    names = range(len(innermost))
    told = [chain(str(n), *filter(None, [source])) for n, source in zip(names, innermost, strict=True)]
    return counted([claim(str(n), "c") for n in names], told)[1:]


@pytest.mark.parametrize(
    ("innermost", "expected"),
    [
        (["minister"], (1, 1, ["france"])),
        # Who speaks for one state is one principal, however many there are, on whatever occasions.
        (["minister", "ministry", "france"], (1, 1, ["france"])),
        (["minister", "envoy"], (2, 2, ["france", "russia"])),
        (["minister+envoy"], (2, 2, ["france", "russia"])),
        (["commissioner"], (1, 1, ["union"])),
        # Neither a group nor an agency is a party.
        (["militia"], (1, 1, [])),
        (["wire", "minister"], (2, 2, ["france"])),
        # What is possibly the same is one at the least and two at the most, also through a spokesman.
        (["militia", "branch"], (1, 2, [])),
        (["militia", "spokesman", "branch"], (1, 2, [])),
        (["branch"], (1, 1, [])),
        # The anonymous are none at the least, and each one at the most.
        (["insider"], (0, 1, [])),
        (["insider", "other-insider"], (0, 2, [])),
        (["minister", "insider"], (1, 2, ["france"])),
        # One who speaks for a state is that state, which has not spoken by name.
        (["aide"], (0, 1, [])),
        (["aide", "minister"], (1, 1, ["france"])),
        # Nor is the page's own voice a named source, with a chain or without.
        ([""], (0, 1, [])),
        (["", "voice-a"], (0, 1, [])),
        (["", "minister"], (1, 2, ["france"])),
        # Nobody that is registered: as good as nobody.
        (["stranger"], (0, 1, [])),
        ([], (0, 0, [])),
    ],
)
def test_who_stands_behind_a_proposition(innermost: list[str], expected: tuple[int, int, list[str]]) -> None:
    assert behind(*innermost) == expected


def test_only_the_innermost_link_stands_behind_a_claim() -> None:
    assert counted([claim("1", "c")], [chain("1", "wire", "envoy", "minister")]) == (["c"], 1, 1, ["france"])


def test_each_of_a_claim_s_chains_counts() -> None:
    assert counted([claim("1", "c")], [chain("1", "minister"), chain("1", "envoy")]) == (
        ["c"],
        2,
        2,
        ["france", "russia"],
    )


def test_near_copies_have_one_voice_and_are_listed_each() -> None:
    own = [claim("1", "a"), claim("2", "b", "more_specific"), claim("3", "c", "compatible_value", "asserted")]
    # a and b are one, c is another.
    assert counted(own, [chain("1"), chain("2"), chain("3")]) == (["a", "b", "c"], 0, 2, [])
    # Without a row it is the page's own voice, too; d is a family of its own.
    assert counted([*own, claim("4", "d")], []) == (["a", "b", "c", "d"], 0, 3, [])
    # A source that both cite is one.
    assert counted(own[:2], [chain("1", "minister"), chain("2", "minister")]) == (["a", "b"], 1, 1, ["france"])


def test_what_is_denied_questioned_less_specific_or_contrary_does_not_support_it() -> None:
    claims = [
        claim("1", "a", "conflicting"),
        claim("2", "b", "less_specific"),
        claim("3", "c", presentation="denied"),
        claim("4", "d", presentation="questioned"),
    ]
    assert counted(claims, [chain(name, "minister") for name in "1234"]) == ([], 0, 0, [])


@pytest.mark.parametrize(
    ("speaks_for", "end"),
    [
        ({"a": None}, "a"),
        ({}, "a"),
        ({"a": "b", "b": "c", "c": None}, "c"),
        ({"a": "b"}, "b"),
        ({"a": "a"}, "a"),
        # Of a circle the first by id, from wherever one comes.
        ({"a": "c", "c": "b", "b": "c"}, "b"),
        ({"a": "b", "b": "c", "c": "b"}, "b"),
    ],
)
def test_a_principal_is_whom_one_speaks_for_in_the_end(speaks_for: dict[str, str | None], end: str) -> None:
    assert principal("a", speaks_for) == end


def test_two_that_are_possibly_each_other_are_one_at_the_least() -> None:
    both = [source("x", possibly_same_as="y"), source("y", possibly_same_as="x")]
    layers = SupportLayers([{"id": "p"}], [claim("1", "c")], [chain("1", "x+y")], both, FAMILIES)
    assert support(layers)["p"][1:] == (1, 2, [])


@pytest.mark.parametrize(
    ("articles", "least", "most", "parties", "told"),
    [
        (["a"], 1, 1, [], "1 independent source"),
        (["a"], 1, 2, ["france"], "1 to 2 independent sources: france"),
        (["a"], 2, 2, ["france", "russia"], "2 independent sources: france, russia"),
        (["a"], 0, 2, [], "no named source stands behind it"),
        ([], 0, 0, [], "no page supports it"),
    ],
)
def test_support_in_words(articles: list[str], least: int, most: int, parties: list[str], told: str) -> None:
    row = Support(articles, least, most, parties)._asdict()
    assert in_words(row) == told


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


def test_origins_say_who_stands_behind_by_whom_and_for_which_claims() -> None:
    claims = [claim("1", "a"), claim("2", "b"), claim("3", "c"), claim("4", "d", relation="conflicting")]
    chains = [chain("1", "minister"), chain("2", "france+aide", "insider"), chain("3", "aide+spokesman+minister")]
    layers = SupportLayers([{"id": "p"}], [*claims, claim("5", "b")], chains, SOURCES, FAMILIES)
    # 4 does not support it; 5 has no chain, so the voice of the family of a and b; innermost of 2 is the insider.
    assert origins(layers) == {
        "p": [
            Origin("france", voice=False, named=True, same="france", claims=["1", "3"], through=["minister", "aide"]),
            Origin("insider", voice=False, named=False, same="insider", claims=["2"], through=["insider"]),
            Origin("branch", voice=False, named=True, same="militia", claims=["3"], through=["spokesman"]),
            Origin("a", voice=True, named=False, same="a", claims=["5"], through=[]),
        ]
    }
    # Named are France and the branch; all four at the most.
    assert support(layers)["p"] == Support(["a", "b", "c"], 2, 4, ["france"])


def test_a_registered_voice_is_one_through_which_a_page_speaks() -> None:
    layers = SupportLayers([{"id": "p"}], [claim("1", "c")], [chain("1", "voice-a")], SOURCES, FAMILIES)
    (origin,) = origins(layers)["p"]
    assert origin == Origin("c", voice=True, named=False, same="c", claims=["1"], through=["voice-a"])


def test_a_name_given_once_is_enough() -> None:
    layers = SupportLayers([{"id": "p"}], [claim("1", "c")], [chain("1", "aide+minister")], SOURCES, FAMILIES)
    (origin,) = origins(layers)["p"]
    assert (origin.name, origin.named) == ("france", True)
