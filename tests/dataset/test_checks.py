"""Checks at their boundaries: the last value that passes, and the first that does not.

The page is the minimal one, 108 characters: the headline [0, 17), the body's two sentences [19, 48] and [50, 70], each
with its final stop, "Share this page" [73, 88) and "Paris offers help!" [89, 107).
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detente.data.annotated import Table, Tables, Unread
from detente.dataset import annotations, checks_spans, schema
from detente.dataset.checks import alternatives_known, ids_made_of_fields
from detente.dataset.registries import events_end, ids_tell_no_page
from detente.tasks.agreement.gold import AGREEMENT_LAYER, exceptions_name_a_pair
from detente.tasks.attribution.gold import spans_name_links, type_fits_the_chain
from detente.tasks.boilerplate.checks import partition, repeats_computed
from detente.tasks.claims.checks import body_covered, claims_are_whole, claims_disjoint
from detente.tasks.contrast.checks import pairs_are_whole
from detente.tasks.derivation.checks import edges_fit, no_page_derives_from_itself
from detente.tasks.layer import Check
from detente.tasks.reuse.gold import operation_fits
from detente.tasks.stance.checks import evidence_is_claimed, holders_are_on_the_grid, told_by_computed

ARTICLE = "detente-900"


@pytest.fixture
def tables(minimal: Path) -> dict[str, Table]:
    read, problems = annotations.read(minimal)
    assert problems == []
    return schema.complete(read)


def found(check: Check, tables: Tables) -> list[str]:
    return [problem.code for problem in check(tables)]


def span(start: int, end: int) -> dict[str, int]:
    return {"start": start, "end": end}


def add(tables: Tables, layer: str, **row: Any) -> None:
    tables[layer].rows.append(row)
    tables[layer].places.append(f"{layer}:{len(tables[layer].rows)}")


def add_page(tables: Tables, name: str, text: str) -> None:
    """A page that is one paragraph."""
    add(tables, "articles", id=name, text=text, headline=None)
    end = len(text)
    add(tables, "boilerplate", id=f"{name}:b01", article=name, start=0, end=end, type="paragraph", zone="body")


@pytest.mark.parametrize(
    ("start", "end", "rule"),
    [
        (0, 1, None),
        (-1, 1, "span-outside-text"),
        (107, 108, None),
        (107, 109, "span-outside-text"),
        (5, 6, None),
        (5, 5, "span-empty"),
        (6, 5, "span-empty"),
        (0, 108, None),
        (108, 109, "span-outside-text"),
    ],
)
def test_a_span_lies_from_0_to_the_end_of_the_text_and_holds_something(start: int, end: int, rule: str | None) -> None:
    problem = checks_spans.span_problem("here", (start, end), "x" * 108)
    assert (problem.code if problem else None) == rule


def test_an_empty_span_before_the_text_is_empty_first() -> None:
    problem = checks_spans.span_problem("here", (-1, -1), "x")
    assert problem is not None
    assert problem.code == "span-empty"


@pytest.mark.parametrize(
    ("start", "end", "rules"),
    [
        (19, 71, []),  # "France … Monday."
        (18, 71, ["segment-crosses-lines"]),  # with the line break before it
        (19, 72, ["segment-crosses-lines"]),  # with the line break after it
        (20, 71, ["segment-gap"]),  # without its first letter
        (19, 70, ["segment-gap"]),  # without its final stop
    ],
)
def test_a_segment_ends_at_its_last_letter(tables: Tables, start: int, end: int, rules: list[str]) -> None:
    tables["boilerplate"].rows[1].update(start=start, end=end)
    assert found(partition, tables) == rules


@pytest.mark.parametrize(
    ("end", "start", "rules"),
    [
        (25, 26, []),  # "France" | "is ready …": the space at 25 is in neither
        (26, 26, ["segment-crosses-lines"]),  # the space at an end
        (25, 25, ["segment-crosses-lines"]),  # the space at a start
        (25, 27, ["segment-gap"]),  # without "i"
        (24, 26, ["segment-gap"]),  # without "e"
    ],
)
def test_a_space_within_a_line_lies_between_segments(tables: Tables, end: int, start: int, rules: list[str]) -> None:
    row = tables["boilerplate"].rows[1]
    add(tables, "boilerplate", **{**row, "id": f"{ARTICLE}:b05", "start": start})
    row["end"] = end
    assert found(partition, tables) == rules


def test_segments_that_touch_do_not_overlap_and_one_character_does(tables: Tables) -> None:
    row = tables["boilerplate"].rows[1]
    add(tables, "boilerplate", **{**row, "id": f"{ARTICLE}:b05", "start": 30})
    row["end"] = 30  # "France is r" | "eady …"
    assert found(partition, tables) == []
    row["end"] = 31
    assert found(partition, tables) == ["segment-overlap"]


def test_a_gap_is_reported_at_its_line_and_first_character(tables: Tables) -> None:
    tables["boilerplate"].rows[3]["start"] = 95  # the fourth segment, on the sixth line, without "Paris "
    problem = next(partition(tables))
    assert problem.location == "dataset/raw/detente-900.txt:6"
    assert problem.message == "characters from 89 on are in no segment: 'Paris offers help!\\n'"


def test_repeats_are_compared_in_the_order_of_the_page_whatever_the_order_of_the_file(tables: Tables) -> None:
    tables["boilerplate"].rows.reverse()
    assert found(repeats_computed, tables) == []
    tables["boilerplate"].rows[0]["repeats"] = None  # "Paris offers help!" copies the headline
    assert found(repeats_computed, tables) == ["repeats-wrong"]


@pytest.mark.parametrize(("end", "rules"), [(50, []), (51, ["claim-overlap"])])
def test_a_claim_may_touch_another_but_not_share_a_character(tables: Tables, end: int, rules: list[str]) -> None:
    tables["claims"].rows[1]["spans"] = [span(19, end)]  # the next claim begins at 50
    assert found(claims_disjoint, tables) == rules


@pytest.mark.parametrize(("start", "rules"), [(70, []), (69, ["claim-overlap"])])
def test_a_no_claim_span_may_touch_a_claim(tables: Tables, start: int, rules: list[str]) -> None:
    add(tables, "no_claim", article=ARTICLE, reason="frame", **span(start, 71))  # the claim before ends at 70
    assert found(claims_disjoint, tables) == rules


@pytest.mark.parametrize(
    ("text", "claim", "gap"),
    [
        ("Yes, and no.", [span(0, 3), span(9, 11)], None),  # a connective between claims is nobody's
        ("Yes, And no.", [span(0, 3), span(9, 11)], None),  # however it is written
        ("Yes, nor no.", [span(0, 3), span(9, 11)], "nor"),
        ("Yes — no.", [span(0, 3), span(6, 8)], None),  # punctuation is no word
        ("Yes.", [span(0, 2)], "s"),  # one character
        ("It’s so.", [], "It’s"),
        ("1 2 3 4 5 6 7 8", [], "1 2 3 4 5 6 7 8"),
        ("1 2 3 4 5 6 7 8 9", [], "1 2 3 4 5 6 7 8"),  # eight words are shown
    ],
)
def test_every_word_but_a_connective_is_claimed(tables: Tables, text: str, claim: list[Any], gap: str | None) -> None:
    add_page(tables, "detente-901", text)
    add(tables, "claims", id="detente-901:c01", article="detente-901", spans=claim, propositions=[])
    shown = [problem.message for problem in body_covered(tables)]
    place = "boilerplate:5"
    assert shown == ([f"neither claim nor no-claim: {gap!r} in detente-901:b01 at {place}"] if gap else [])


def test_a_claim_links_a_proposition_once(tables: Tables) -> None:
    links = tables["claims"].rows[1]["propositions"]
    assert found(claims_are_whole, tables) == []
    links.append({"proposition": "paris-shut", "relation": "same"})
    assert found(claims_are_whole, tables) == []
    links.append({"proposition": "paris-shut", "relation": "conflicting"})
    assert found(claims_are_whole, tables) == ["id-duplicate"]


@pytest.mark.parametrize(
    ("start", "end", "rules"),
    [
        (19, 72, []),  # white space is everywhere allowed
        (19, 73, []),
        (19, 74, ["evidence-outside-content"]),  # the "S" of "Share this page"
        (0, 71, []),  # from the headline to the end of the body
    ],
)
def test_evidence_leaves_the_body_with_its_first_letter_outside(tables: Tables, start: int, end: int, rules) -> None:
    decided(tables)["evidence"] = [span(start, end)]
    assert found(checks_spans.spans_in_content, tables) == rules


def test_forty_characters_of_what_leaves_the_body_are_shown(tables: Tables) -> None:
    tables["stance"].rows[0]["evidence"] = [span(60, 107)]
    text = tables["articles"].rows[0]["text"]
    (problem,) = checks_spans.spans_in_content(tables)
    assert problem.message == f"[60, 107) leaves the body and the headlines: {text[60:100]!r}"


@pytest.mark.parametrize(("start", "end", "rules"), [(48, 50, ["evidence-unclaimed"]), (47, 50, []), (48, 51, [])])
def test_evidence_overlaps_a_claim_by_one_character(tables: Tables, start: int, end: int, rules: list[str]) -> None:
    # Claims are [19, 48) and [50, 70); between them are a full stop and a space.
    decided(tables)["evidence"] = [span(start, end)]
    assert found(evidence_is_claimed, tables) == rules


@pytest.mark.parametrize(("start", "end", "rules"), [(0, 4, ["evidence-unclaimed"]), (0, 5, []), (4, 6, [])])
def test_evidence_may_be_a_quotation_that_nobody_claims(tables: Tables, start: int, end: int, rules: list[str]) -> None:
    add_page(tables, "detente-901", 'Yes “sir” "no"')  # the first quotation is [4, 9)
    row = {**decided(tables), "article": "detente-901", "evidence": [span(start, end)]}
    add(tables, "stance", **row)
    assert found(evidence_is_claimed, tables) == rules


@pytest.mark.parametrize(("reason", "rules"), [("frame", []), ("no_clause", []), ("reporting", ["evidence-unclaimed"])])
def test_evidence_may_be_a_clause_that_is_no_claim_for_its_form_alone(
    tables: Tables, reason: str, rules: list[str]
) -> None:
    add_page(tables, "detente-901", "The talks came. Why?")
    add(tables, "no_claim", article="detente-901", start=0, end=14, reason=reason)
    add(tables, "stance", **{**decided(tables), "article": "detente-901", "evidence": [span(0, 14)]})
    assert found(evidence_is_claimed, tables) == rules


def decided(tables: Tables) -> dict[str, Any]:
    """The one row with a stance."""
    (row,) = (row for row in tables["stance"].rows if row["scale"] is not None)
    return row


def sources(tables: Tables, **speaks_for: str | None) -> None:
    for name, above in speaks_for.items():
        kind = "outlet" if name == "paper" else "person"
        add(tables, "sources", id=name, speaks_for=above, kind=kind, aliases=[])


@pytest.mark.parametrize(
    ("chain", "teller"),
    [
        ([], "own"),
        (["minister"], "own"),
        (["envoy"], "other"),
        (["minister", "envoy"], "other"),  # the innermost, who is last, decides
        (["envoy", "minister"], "own"),
        (["envoy", "paper"], "other"),  # media are skipped
        (["paper"], "own"),
        (["deputy"], "own"),  # who speaks for a minister of France speaks for France
    ],
)
def test_another_party_tells_a_stance_if_the_innermost_reporter_speaks_for_one(
    tables: Tables, chain: list[str], teller: str
) -> None:
    sources(tables, minister="france", deputy="minister", envoy="russia", paper=None)
    row = decided(tables)
    row.update(chain=chain, told_by=teller)
    assert found(told_by_computed, tables) == []
    row["told_by"] = "other" if teller == "own" else "own"
    assert found(told_by_computed, tables) == ["told-by-wrong"]


def test_nobody_tells_a_cell_without_a_stance(tables: Tables) -> None:
    tellers = [row["told_by"] for row in tables["stance"].rows if row["scale"] is None]
    assert set(tellers) == {"own", "other"}  # whatever its empty chain says
    assert found(told_by_computed, tables) == []


def test_holders_are_on_the_page_and_read(tables: Tables) -> None:
    sources(tables, herald=None, envoy="russia")
    row = decided(tables)
    for holder, problems in [("russia", []), ("voice-detente-900", []), ("herald", 1), ("envoy", 1), ("nobody", [])]:
        row["holder"] = holder  # nobody is not registered, which is another check's
        assert found(holders_are_on_the_grid, tables) == ["stance-grid"] * bool(problems)
    row["holder"] = "herald"
    for layer, unread in [("boilerplate", Unread(articles=frozenset([ARTICLE]))), ("sources", Unread(nameless=True))]:
        incomplete = {**tables, layer: replace(tables[layer], unread=unread)}
        assert found(holders_are_on_the_grid, incomplete) == []


@pytest.mark.parametrize("name", ["france", "russia", "voice-detente-900"])
def test_the_holders_of_every_page_are_registered(tables: Tables, name: str) -> None:
    rows = [row for row in tables["sources"].rows if row["id"] != name]
    without = replace(tables["sources"], rows=rows, places=["sources"] * len(rows))
    problems = list(holders_are_on_the_grid({**tables, "sources": without}))
    assert [(each.code, each.message.split()[0]) for each in problems] == [("holder-unregistered", name)]
    unread = replace(without, unread=Unread(ids=frozenset([name])))
    assert found(holders_are_on_the_grid, {**tables, "sources": unread}) == []


def edge(tables: Tables, source: str, **fields: Any) -> dict[str, Any]:
    row = {**tables["derivation"].rows[0], "source": source, "in_corpus": False, **fields}
    add(tables, "derivation", **row)
    return tables["derivation"].rows[-1]


def test_via_is_the_source_of_another_edge_of_its_article(tables: Tables) -> None:
    row = edge(tables, "france", via="monday-statement")
    assert found(edges_fit, tables) == []
    row["via"] = "france"  # an edge's source, but its own
    assert found(edges_fit, tables) == ["derivation-edge"]
    row["via"] = "russia"  # no edge's source
    assert found(edges_fit, tables) == ["derivation-edge"]
    edge(tables, "russia", article="detente-901")  # an edge's source, but another article's
    assert found(edges_fit, tables) == ["derivation-edge"]


@pytest.mark.parametrize(
    ("translated", "basis", "rules"), [(None, "stated", ["derivation-edge"]), (False, "stated", [])]
)
def test_what_is_not_known_to_be_translated_has_no_basis(tables: Tables, translated, basis, rules) -> None:
    tables["derivation"].rows[0].update(translated=translated, translated_basis=basis)
    assert found(edges_fit, tables) == rules
    tables["derivation"].rows[0]["translated_basis"] = None
    assert found(edges_fit, tables) == []


def test_pages_derive_in_a_line_but_not_in_a_circle(tables: Tables) -> None:
    for name in ("detente-901", "detente-902"):
        add_page(tables, name, "x")
    edge(tables, "detente-901", in_corpus=True)
    edge(tables, "detente-902", article="detente-901", in_corpus=True)
    edge(tables, "detente-902", in_corpus=True)
    assert found(no_page_derives_from_itself, tables) == []
    edge(tables, ARTICLE, article="detente-902", in_corpus=True)
    # All edges but the one to the statement now lead back to where they begin.
    assert found(no_page_derives_from_itself, tables) == ["derivation-cycle"] * 4


@pytest.mark.parametrize(
    ("article", "source", "rules"),
    [("detente-901", "detente-902", []), ("detente-902", "detente-901", ["reuse-operation"])],
)
def test_the_lower_article_comes_first(tables: Tables, article: str, source: str, rules: list[str]) -> None:
    add_page(tables, "detente-901", "Yes.")
    add_page(tables, "detente-902", "Yes.")
    passages = {"this": span(0, 4), "source_span": span(0, 4), "operation": "verbatim"}
    add(tables, "reuse", id="x", article=article, source=source, **passages)
    assert found(operation_fits, tables) == rules


def test_a_page_shares_nothing_with_itself(tables: Tables) -> None:
    passages = {"this": span(0, 5), "source_span": span(89, 94), "operation": "verbatim"}  # "Paris" twice
    add(tables, "reuse", id="x", article=ARTICLE, source=ARTICLE, **passages)
    assert found(operation_fits, tables) == ["reuse-operation"]


@pytest.mark.parametrize(
    ("other", "is_verbatim"), [("It's  “so”.", True), ('It’s "so".', True), ("It's so.", False), ("It's “so”", False)]
)
def test_passages_are_verbatim_up_to_quotes_and_spaces(tables: Tables, other: str, is_verbatim: bool) -> None:
    add_page(tables, "detente-901", "It's “so”.")
    add_page(tables, "detente-902", other)
    passages = {"this": span(0, 10), "source_span": span(0, len(other))}
    add(tables, "reuse", id="x", article="detente-901", source="detente-902", **passages)
    row = tables["reuse"].rows[-1]
    for operation in ("verbatim", "rewritten"):
        row["operation"] = operation
        assert found(operation_fits, tables) == ["reuse-operation"] * ((operation == "verbatim") != is_verbatim)


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({}, 0),
        ({"chain": [{"sources": ["france"]}]}, 1),  # none with a chain
        ({"type": "direct"}, 1),  # a type without a chain
        ({"type": "direct", "cue_spans": [span(0, 1)], "cue_force": "neutral"}, 0),  # a cue that names nobody
        ({"type": "direct", "chain": [{"sources": ["france"]}]}, 0),
        ({"source_spans": [{**span(0, 1), "link": 0}]}, 1),  # none with a span, of each sort
        ({"content_spans": [span(0, 1)]}, 1),
        ({"cue_spans": [span(0, 1)], "cue_force": "neutral"}, 1),
        ({"cue_force": "neutral"}, 1),  # a force without a cue
        ({"cue_spans": [span(0, 1)]}, 2),  # none with a span, and a cue without a force
    ],
)
def test_a_type_fits_its_chain_and_a_cue_its_force(tables: Tables, fields: dict[str, Any], faults: int) -> None:
    tables["attribution"].rows[0].update(fields)
    assert found(type_fits_the_chain, tables) == ["attribution-type"] * faults


@pytest.mark.parametrize(("links", "link", "faults"), [(1, 0, 0), (1, 1, 1), (1, -1, 1), (2, 1, 0), (2, 2, 1)])
def test_a_source_span_names_a_link_of_its_chain(tables: Tables, links: int, link: int, faults: int) -> None:
    chain = [{"sources": ["france"], "channel": "statement", "inherited": False}] * links
    tables["attribution"].rows[1].update(chain=chain, source_spans=[{**span(50, 52), "link": link}])
    assert found(spans_name_links, tables) == ["attribution-link"] * faults


def event(tables: Tables, name: str, about: str | None) -> None:
    add(tables, "events", **{**tables["events"].rows[0], "id": name, "about": about})


def test_events_are_about_others_but_not_in_a_circle(tables: Tables) -> None:
    event(tables, "readout", "call")
    event(tables, "statement-on-readout", "readout")
    event(tables, "call", None)
    assert found(events_end, tables) == []
    tables["events"].rows[-1]["about"] = "call"
    # The call is about itself; what leads to it is not.
    assert found(events_end, tables) == ["event-cycle"]
    tables["events"].rows[-1]["about"] = "statement-on-readout"
    assert found(events_end, tables) == ["event-cycle"] * 3


@pytest.mark.parametrize(
    ("name", "kind", "faults"),
    [
        ("unnamed-text-900", "text", 1),
        ("unnamed-text-1", "text", 0),
        ("unnamed-text-9", "text", 0),  # not the page's whole number
        ("900-text", "text", 1),
        ("text900", "text", 0),
        ("voice-detente-900", "voice", 0),
    ],
)
def test_an_id_of_a_source_does_not_tell_its_page(tables: Tables, name: str, kind: str, faults: int) -> None:
    add(tables, "sources", **{**tables["sources"].rows[0], "id": name, "kind": kind})
    assert found(ids_tell_no_page, tables) == ["id-tells"] * faults


@pytest.mark.parametrize(("in_corpus", "rules"), [(True, ["derivation-edge"]), (False, []), (None, [])])
def test_a_source_that_is_no_page_is_not_in_the_corpus_or_may_be(tables: Tables, in_corpus, rules) -> None:
    tables["derivation"].rows[0]["in_corpus"] = in_corpus
    assert found(edges_fit, tables) == rules


@pytest.mark.parametrize(("in_corpus", "faults"), [(True, 0), (False, 1), (None, 1)])
def test_a_source_that_is_a_page_is_in_the_corpus(tables: Tables, in_corpus, faults: int) -> None:
    add_page(tables, "detente-901", "x")
    edge(tables, "detente-901", in_corpus=in_corpus)
    assert found(edges_fit, tables) == ["derivation-edge"] * faults


@pytest.mark.parametrize(
    ("layer", "fields", "faults"),
    [
        ("boilerplate", {"id": "detente-901:b01"}, 1),
        ("claims", {"id": "detente-901:c01"}, 1),
        ("attribution", {"id": "detente-900:c02#1"}, 1),  # another claim's
        ("attribution", {"id": "detente-900:c01#2"}, 0),  # any number
        ("attribution", {"id": "detente-901:c01#1"}, 2),  # another article's, and another claim's
        ("stance", {"told_by": "other"}, 1),  # which the id must say
        ("stance", {"told_by": "other", "id": "detente-900:france:ct_cooperation:past:other"}, 0),
        ("stance", {"time": "current"}, 1),
        ("derivation", {"source": "france"}, 1),
    ],
)
def test_an_id_says_what_its_fields_say(tables: Tables, layer: str, fields: dict[str, Any], faults: int) -> None:
    tables[layer].rows[0].update(fields)
    assert found(ids_made_of_fields, tables) == ["id-wrong"] * faults


@pytest.mark.parametrize(
    ("layer", "field", "value", "is_known"),
    [
        ("stance", "scale", "2", False),  # the row's own
        ("stance", "scale", "1", True),
        ("stance", "scale", "-2", True),
        ("stance", "scale", "3", False),
        ("stance", "label", "none", True),
        ("stance", "chain", "whatever", True),
        ("stance", "expression", "inferred", True),
        ("stance", "time", "past", False),  # another cell
        ("stance", "told_by", "other", False),
        ("stance", "id", "whatever", False),
        ("boilerplate", "type", "headline", False),
        ("boilerplate", "type", "caption", True),
        ("boilerplate", "scale", "1", False),  # no field of this table
        ("claims", "check_worthy", "false", True),
        ("claims", "check_worthy", "true", False),
        ("claims", "relation", "paris-shut=same", True),
        ("claims", "relation", "paris-shut=none", True),
        ("claims", "relation", "paris-open=same", False),
        ("claims", "relation", "same", False),
        ("attribution", "event", "monday-statement", True),
        ("attribution", "event", "none", False),  # the first row has no event
        ("attribution", "chain", "france > russia + ivan-envoy", True),
        ("attribution", "channel", "call", False),  # of no link
        ("derivation", "degree", "partially", False),
        ("derivation", "degree", "wholly", True),
        ("derivation", "degree", "non-derived", True),
        ("derivation", "kind", "interview", True),
        ("derivation", "kind", "copy", False),
        ("derivation", "translated", "none", False),  # its own null
        ("derivation", "translated", "false", True),
        ("derivation", "in_corpus", "false", False),
        ("derivation", "in_corpus", "none", True),
        ("derivation", "in_corpus", "False", False),
        ("derivation", "name_basis", "none", True),
        ("derivation", "basis", "none", False),  # which must have a value
        ("derivation", "via", "france", True),
        ("contrast", "label", "none", True),
        ("contrast", "label", "favor", False),
        ("contrast", "label", "agree", False),  # of the other task
    ],
)
def test_an_alternative_is_another_value_of_a_field(tables: Tables, layer, field, value, is_known: bool) -> None:
    row = decided(tables) if layer == "stance" else tables[layer].rows[0]
    row["alternatives"] = [{"field": field, "value": value, "reason": "it may be"}]
    assert found(alternatives_known, tables) == ["alternative-unknown"] * (not is_known)


def test_a_channel_has_alternatives_where_there_is_a_link(tables: Tables) -> None:
    for value, faults in (("call", 0), ("statement", 1), ("fax", 1)):
        tables["attribution"].rows[1]["alternatives"] = [{"field": "channel", "value": value, "reason": "it may be"}]
        assert found(alternatives_known, tables) == ["alternative-unknown"] * faults


def test_an_exception_s_alternatives_are_of_label_and_voice(tables: Tables) -> None:
    for field, value, faults in (
        ("label", "agree", 0),
        ("label", "discuss", 1),
        ("voice", "relayed", 0),
        ("voice", "own", 1),
        ("voice", "none", 0),
        ("reason", "x", 1),
    ):
        row = {"id": "detente-900::paris-shut", "label": "discuss", "voice": "own", "reason": "…"}
        tables["exceptions"].rows.clear()
        tables["exceptions"].places.clear()
        add(tables, "exceptions", **row, alternatives=[{"field": field, "value": value, "reason": "it may be"}])
        assert found(alternatives_known, tables) == ["alternative-unknown"] * faults


def agreement_of(tables: Tables) -> dict[str, Any]:
    """The row of the page and `france-ready-to-share`: the headline is less specific, the body reports the same."""
    name = f"{ARTICLE}::france-ready-to-share"
    return next(row for row in AGREEMENT_LAYER.compute(tables).rows if row["id"] == name)


def test_agreement_is_otherwise_where_one_alternative_of_a_claim_makes_it_so(tables: Tables) -> None:
    row = agreement_of(tables)
    assert (row["label"], row["label_fnc1"], row["voice"], row["alternatives"]) == ("agree", "discuss", "relayed", [])
    # Asserted by the page itself, the label stays, and what follows from the voice changes.
    claim = tables["claims"].rows[1]
    claim["alternatives"] = [{"field": "presentation", "value": "asserted", "reason": "no cue"}]
    assert agreement_of(tables)["alternatives"] == [
        {"field": "label_fnc1", "value": "agree", "reason": "no cue"},
        {"field": "voice", "value": "own", "reason": "no cue"},
    ]
    # Without the link only the headline speaks of it, in the page's own voice; the first reason stands.
    claim["alternatives"].insert(0, {"field": "relation", "value": "france-ready-to-share=none", "reason": "too wide"})
    assert agreement_of(tables)["alternatives"] == [
        {"field": "label", "value": "discuss", "reason": "too wide"},
        {"field": "voice", "value": "own", "reason": "too wide"},
        {"field": "label_fnc1", "value": "agree", "reason": "no cue"},
    ]
    # Of another proposition nothing is said.
    claim["alternatives"] = [{"field": "relation", "value": "paris-shut=same", "reason": "…"}]
    assert agreement_of(tables)["alternatives"] == []


def test_where_no_link_is_left_the_other_voice_is_none(tables: Tables) -> None:
    tables["claims"].rows[0]["propositions"] = []
    other = {"field": "relation", "value": "france-ready-to-share=none", "reason": "too wide"}
    tables["claims"].rows[1]["alternatives"] = [other]
    found = {each["field"]: each["value"] for each in agreement_of(tables)["alternatives"]}
    assert found == {"label": "unrelated", "label_fnc1": "unrelated", "voice": "none"}


@pytest.mark.parametrize(
    ("label", "voice", "fnc1"),
    [("agree", "own", "agree"), ("disagree", "relayed", "discuss"), ("unrelated", None, "unrelated")],
)
def test_an_exception_gives_label_voice_and_alternatives(tables: Tables, label: str, voice: str, fnc1: str) -> None:
    # What the claim's alternative makes of the relations is no alternative of a label that does not rest on them.
    tables["claims"].rows[1]["alternatives"] = [{"field": "presentation", "value": "denied", "reason": "…"}]
    others = [{"field": "voice", "value": "relayed", "reason": "a quotation"}]
    name = f"{ARTICLE}::france-ready-to-share"
    add(tables, "exceptions", id=name, label=label, voice=voice, reason="…", alternatives=others)
    row = agreement_of(tables)
    assert (row["label"], row["voice"], row["label_fnc1"], row["alternatives"]) == (label, voice, fnc1, others)


@pytest.mark.parametrize(
    ("name", "is_pair"),
    [
        ("detente-900::paris-shut", True),
        ("detente-901::paris-shut", False),
        ("detente-900::paris-open", False),
        ("detente-900", False),
    ],
)
def test_an_exception_is_of_a_pair(tables: Tables, name: str, is_pair: bool) -> None:
    add(tables, "exceptions", id=name)
    assert found(exceptions_name_a_pair, tables) == ["id-wrong"] * (not is_pair)


@pytest.mark.parametrize(
    ("number", "fields", "wrong", "message"),
    [
        (0, {"id": "contrast:s009a"}, "0 1", "contrast:s001 must be two rows, a and b, alike but for text and label"),
        (0, {"phenomenon": "negation"}, "0 1", "contrast:s001 must be two rows"),
        (0, {"task": "agreement"}, "0 1", "contrast:s001 must be two rows"),
        (1, {"label": "favor"}, "0 1", "edit remove does not fit the two labels of contrast:s001"),
        (2, {"label": "none"}, "2 3", "edit keep does not fit the two labels of contrast:s002"),
    ],
)
def test_a_pair_is_whole(tables: Tables, number: int, fields: dict[str, str], wrong: str, message: str) -> None:
    rows = tables["contrast"].rows
    rows[number].update(fields)
    problems = list(pairs_are_whole(tables))
    assert " ".join(str(tables["contrast"].places.index(problem.location)) for problem in problems) == wrong
    assert all(problem.message.startswith(message) for problem in problems)


def test_twins_name_each_other_and_one_keeps_its_label(tables: Tables) -> None:
    rows = tables["contrast"].rows
    before = json.dumps(rows)
    for row in rows[2:]:
        row["twin"] = "contrast:s003"  # which there is not
    assert {problem.message for problem in pairs_are_whole(tables)} == {
        "contrast:s001 and contrast:s002 must name each other as twins",
        "contrast:s002 and contrast:s003 must name each other as twins",
    }
    rows[:] = json.loads(before)
    for row in rows[2:]:
        row.update(edit="remove")
    messages = [problem.message for problem in pairs_are_whole(tables)]
    assert messages[0] == "of contrast:s001 and contrast:s002 exactly one must keep its label"
    assert len(messages) == 4


# What cannot be checked is passed over, and what stands after it is still checked.


def with_claims_unread(tables: Tables) -> dict[str, Table]:
    """The tables, where some line of the first page's claims could not be read."""
    return {**tables, "claims": replace(tables["claims"], unread=Unread(articles=frozenset([ARTICLE])))}


def test_a_page_with_a_bad_segment_does_not_hide_what_the_next_one_repeats(tables: Tables) -> None:
    add_page(tables, "detente-901", "One two.")
    tables["boilerplate"].rows[0]["end"] = 999
    tables["boilerplate"].rows[-1]["repeats"] = "detente-901:b99"
    problems = list(repeats_computed(tables))
    assert [(problem.code, problem.location) for problem in problems] == [("repeats-wrong", "boilerplate:5")]


def test_a_page_with_unread_claims_does_not_hide_what_the_next_one_leaves_unclaimed(tables: Tables) -> None:
    add_page(tables, "detente-901", "One two.")
    assert found(body_covered, with_claims_unread(tables)) == ["claim-gap"]


def test_a_page_with_unread_claims_does_not_hide_evidence_that_nobody_claims_on_the_next(tables: Tables) -> None:
    add_page(tables, "detente-901", "One two.")
    add(tables, "stance", **{**decided(tables), "article": "detente-901", "evidence": [span(0, 3)]})
    assert found(evidence_is_claimed, with_claims_unread(tables)) == ["evidence-unclaimed"]


def test_a_stance_of_an_unknown_source_does_not_hide_the_next(tables: Tables) -> None:
    first = decided(tables)
    add(tables, "stance", **{**first, "told_by": "other"})
    first["chain"] = ["nobody-registered"]
    assert found(told_by_computed, tables) == ["told-by-wrong"]


def test_a_passage_outside_its_text_does_not_hide_the_next(tables: Tables) -> None:
    add_page(tables, "detente-901", "One two.")
    for end in (999, 3):
        passages = {"this": span(0, end), "source_span": span(0, 3), "operation": "rewritten"}
        add(tables, "reuse", id="x", article="detente-901", source="detente-901", **passages)
    # The second passage is of one page with itself, and its two sides are equal though said to be rewritten.
    assert found(operation_fits, tables) == ["reuse-operation"] * 2
