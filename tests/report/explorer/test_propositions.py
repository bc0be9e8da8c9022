"""Claims joined across articles, and who is counted behind them."""

from typing import Any

import polars as pl
import pytest

from detente.data.corpus import Corpus
from detente.report.explorer.propositions import Proposition, propositions
from detente.report.explorer.values import Names, Value

READY, SHUT = "france-ready-to-share", "paris-shut"


def joined(corpus: Corpus) -> dict[str, Proposition]:
    return {each.id: each for each in propositions(corpus, Names(corpus))}


def changed(corpus: Corpus, **layers: Any) -> Corpus:
    """The corpus with rows of some layers changed: from each layer a function of all its rows."""
    made = {}
    for name, change in layers.items():
        rows = corpus.rows(name)
        change(rows)
        made[name] = pl.DataFrame(rows, schema=corpus.table(name).schema)
    return Corpus(corpus.folder, made=made)


def test_those_of_most_articles_come_first(two: Corpus) -> None:
    assert [(each.id, each.articles) for each in joined(two).values()] == [(READY, 2), (SHUT, 1)]


def test_claims_of_all_articles_are_joined_with_who_tells_them(two: Corpus) -> None:
    first, second = joined(two)[READY].pages
    assert (first.article.text, second.article.text) == ("detente-900", "detente-901")
    # The headline says less than the proposition; the paragraph says the same.
    assert [(claim.link.text, claim.relation) for claim in first.claims] == [
        ("detente-900:c01", "less_specific"),
        ("detente-900:c02", "same"),
    ]
    assert first.claims[0].told_by == []
    (claim,) = second.claims
    assert claim.told_by == [[Value("Ivan Envoy", "sources.html#ivan-envoy", "ivan-envoy")]]
    assert claim.quotes == [Value("“France is ready to share”", "detente-901.html#claims/detente-901%3Ac02")]
    assert (claim.presentation.text, claim.normalised) == ("reported", "Sentence 2.")


def test_agreement_stands_with_each_article(two: Corpus) -> None:
    first, second = joined(two)[READY].pages
    assert (first.label.text, first.voice) == ("agree", "relayed")
    assert (second.label.text, second.voice) == ("agree", "relayed")
    assert "the page says so" in second.label.note
    assert [page.article.text for page in joined(two)[SHUT].pages] == ["detente-901"]  # the other is unrelated


def test_who_stands_behind_and_why_it_counts(two: Corpus) -> None:
    found = joined(two)
    # France by itself, and Russia by its envoy: two named principals.
    assert [(each.who.text, [one.text for one in each.through]) for each in found[READY].behind] == [
        ("France", []),
        ("Russia", ["Ivan Envoy"]),
    ]
    assert {each.counted for each in found[READY].behind} == {"named: adds to the minimum and the maximum"}
    assert found[READY].behind[1].claims[0].href == "detente-901.html#claims/detente-901%3Ac02"
    assert (found[READY].sources_min, found[READY].sources_max) == (2, 2)
    assert found[READY].support == "2 independent sources: france, russia"
    # Nobody is cited for the headline of the other: the page's own voice.
    (voice,) = found[SHUT].behind
    assert voice.who == Value("the own voice of detente-901", "detente-901.html", "detente-901")
    assert voice.counted == "a page's own voice: adds to the maximum only"
    assert (found[SHUT].sources_min, found[SHUT].sources_max) == (0, 1)


def test_a_source_without_a_name_adds_to_the_maximum_only(two: Corpus) -> None:
    def anonymous(rows: list[dict[str, Any]]) -> None:
        next(row for row in rows if row["id"] == "ivan-envoy").update(anonymous=True)

    assert [each.counted for each in joined(changed(two, sources=anonymous))[READY].behind] == [
        "named: adds to the minimum and the maximum",
        "no name is given: adds to the maximum only",
    ]


def test_those_that_are_possibly_the_same_are_counted_once(two: Corpus) -> None:
    def same(rows: list[dict[str, Any]]) -> None:
        next(row for row in rows if row["id"] == "russia").update(possibly_same_as="france")

    assert [each.counted for each in joined(changed(two, sources=same))[READY].behind] == [
        "named: adds to the minimum and the maximum, once with those who are possibly the same",
        "possibly the same as one above: adds to the maximum only",
    ]


def test_near_copies_have_one_voice(two: Corpus) -> None:
    def family(rows: list[dict[str, Any]]) -> None:
        rows[1]["family"] = "detente-900"

    (voice,) = joined(changed(two, articles=family))[SHUT].behind
    assert voice.who.text == "the own voice of detente-900 and its near-copies"
    assert voice.who.note == "detente-900, detente-901"


def test_a_proposition_is_contested_if_an_article_does_not_simply_agree(two: Corpus) -> None:
    assert not joined(two)[READY].contested

    for label, contested in (("disagree", True), ("discuss", True), ("unrelated", False), ("agree", False)):

        def relabelled(rows: list[dict[str, Any]], label: str = label) -> None:
            rows[-1]["label"] = label  # of the second article on the second proposition

        assert joined(changed(two, agreement=relabelled))[SHUT].contested is contested


def test_an_alternative_stands_with_its_reason(two: Corpus) -> None:
    def other(rows: list[dict[str, Any]]) -> None:
        rows[-1]["alternatives"] = [{"field": "label", "value": "discuss", "reason": "it is open"}]

    (page,) = joined(changed(two, agreement=other))[SHUT].pages
    assert page.alternatives == [("label discuss", "it is open")]


def test_what_is_told_in_passing_has_a_page_and_no_claim(gold: Corpus) -> None:
    pages = [page for each in joined(gold).values() for page in each.pages]
    assert any(page.label.text == "agree" and not page.claims for page in pages)


def test_counts_are_those_of_the_dataset(gold: Corpus) -> None:
    found = joined(gold)
    for row in gold.rows("propositions"):
        own = found[row["id"]]
        named = [each for each in own.behind if each.counted.startswith("named")]
        assert len(named) == row["sources_min"]
        assert len(own.behind) == row["sources_max"]
        assert own.articles == len(row["articles"])
    claims = {claim.link.text for each in found.values() for page in each.pages for claim in page.claims}
    assert claims == {row["id"] for row in gold.rows("claims") if row["propositions"]}


@pytest.mark.parametrize("layer", ["claims", "attribution", "agreement"])
def test_without_a_layer_the_rest_is_shown(two: Corpus, layer: str) -> None:
    found = joined(changed(two, **{layer: lambda rows: rows.clear()}))
    assert set(found) == {READY, SHUT}
    if layer == "claims":
        assert found[READY].behind == []
    if layer == "agreement":
        assert found[READY].pages[0].label.text == ""
