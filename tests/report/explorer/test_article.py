"""The page of an article: what of it stands where, and how else it was read."""

import json
from typing import Any

import polars as pl
import pytest

from detente.data.corpus import Corpus
from detente.report.explorer import readings
from detente.report.explorer.article import Article, Field, Row, article, shown_layers
from detente.report.explorer.readings import Readings, Remark
from detente.report.explorer.values import Names, Value
from detente.tasks.all import layers

LAYERS = ["boilerplate", "claims", "stance", "attribution", "derivation", "reuse"]


def page(corpus: Corpus, name: str = "detente-901", read: Readings | None = None) -> Article:
    own = shown_layers(layers(), corpus)
    return article(corpus, name, own, readings.read(corpus, own) if read is None else read, Names(corpus))


def row(found: Article, identity: str) -> Row:
    (one,) = [each for each in found.rows if each.id == identity]
    return one


def field(found: Row, name: str) -> Field:
    (one,) = [each for each in found.fields if each.name == name]
    return one


def words(lines: Any) -> list[list[str]]:
    return [[value.text for value in line] for line in lines]


def test_rows_of_every_layer_stand_in_the_order_of_the_text(two: Corpus) -> None:
    found = page(two)
    # 2 segments, 2 claims, 1 stance (of 24 cells), 2 attributions, 1 edge, and the pair of passages seen from here.
    assert found.layers == dict(zip(LAYERS, (2, 2, 1, 2, 1, 1), strict=True))
    assert [each.place for each in found.rows] == sorted(each.place for each in found.rows)
    assert [each.id for each in found.rows][:3] == ["detente-901:b01", "detente-901:c01", "detente-901:c01#1"]
    assert found.absent == []
    assert found.headline == "Paris is shut."


def test_the_rows_of_the_other_page_are_on_the_other_page(two: Corpus) -> None:
    # tests/minimal: 4 segments, 3 claims, 1 stance, 3 attributions, 1 edge; and the pair of passages.
    assert page(two, "detente-900").layers == dict(zip(LAYERS, (4, 3, 1, 3, 1, 1), strict=True))


def test_the_text_is_cut_where_marks_start_and_end(two: Corpus) -> None:
    found = page(two)
    assert [(piece.text, piece.begins) for piece in found.pieces] == [
        ("Paris is shut.", ["headline"]),
        ("\n\n", []),
        ("France is ready to share", ["paragraph"]),
        (", ", []),
        ("Ivan Envoy", []),
        (" ", []),
        ("said", []),
        (".", []),
        ("\n", []),
    ]
    marks = [sorted((mark.layer, mark.field, mark.label) for mark in piece.marks) for piece in found.pieces]
    segment = ("boilerplate", "segment", "body")
    assert marks[0] == [("boilerplate", "segment", "paratext"), ("claims", "spans", "")]
    assert marks[2] == [
        ("attribution", "content_spans", ""),
        segment,
        ("claims", "spans", ""),
        ("derivation", "evidence", ""),
        ("reuse", "source_span", ""),
        ("stance", "evidence", "favor"),
    ]
    assert marks[3:7] == [
        [segment],
        [("attribution", "source_spans", ""), segment],
        [segment],
        [("attribution", "cue_spans", ""), segment],
    ]
    assert marks[1] == marks[8] == []


def test_a_mark_names_its_row(two: Corpus) -> None:
    found = page(two)
    assert {found.rows[mark.row].layer == mark.layer for piece in found.pieces for mark in piece.marks} == {True}


def test_the_columns_of_a_row_are_those_of_the_dataset_with_links_and_meanings(two: Corpus) -> None:
    found = row(page(two), "detente-901:c02")
    assert [each.name for each in found.fields] == [
        *("spans", "zone", "type", "check_worthy", "check_worthy_answers", "presentation", "normalised"),
        "propositions",
    ]
    assert field(found, "spans").gold == [
        [Value("“France is ready to share”", "detente-901.html#claims/detente-901%3Ac02")]
    ]
    ((value,),) = field(found, "presentation").gold
    assert value.note == "words outside the claim cite somebody for it, or it is quoted as a whole"
    link = Value("france-ready-to-share", "propositions.html#france-ready-to-share", "France is ready to share more.")
    assert field(found, "propositions").gold == [
        [Value("proposition", key=True), link, Value("relation", key=True), Value("same")]
    ]
    ((answer, *_),) = field(found, "check_worthy").gold
    assert (answer.text, answer.note[:31]) == ("yes", "a record, recording or witness ")


def test_what_a_row_explains_itself_is_its_note_and_no_column(two: Corpus) -> None:
    found = row(page(two), "detente-901:france:ct_cooperation:current:other")
    assert [each.name for each in found.fields] == [
        *("holder", "chain", "speaker", "target", "time", "told_by", "scale", "label", "expression", "evidence")
    ]
    ((holder,),), ((target,),) = field(found, "holder").gold, field(found, "target").gold
    assert (holder.text, holder.note, holder.href) == ("france", "France", "sources.html#france")
    assert target.note.startswith("cooperation on counter-terrorism between France and Russia")
    assert words(field(found, "scale").gold) == [["+1"]]
    assert words(field(found, "speaker").gold) == [["–"]]
    assert found.title == "favor · France · ct_cooperation · current"


def test_a_span_on_the_other_page_is_quoted_from_there(two: Corpus) -> None:
    found = row(page(two), "detente-900::detente-901#01")
    assert words(field(found, "this").gold) == [["“France is ready to share more”"]]
    assert words(field(found, "source_span").gold) == [["“France is ready to share”"]]
    ((there,),) = field(found, "this").gold
    assert there.href == "detente-900.html#reuse/detente-900%3A%3Adetente-901%2301"
    assert found.quote == "“France is ready to share”"


def test_passes_stand_beside_the_gold_where_they_differ(two: Corpus) -> None:
    found = row(page(two), "detente-901:c01")
    assert found.passes == ["pass-a", "pass-b"]
    first, second = field(found, "type").passes
    assert first is None  # the same
    assert words(second) == [["event"]]
    assert field(found, "presentation").passes == [None, None]
    assert field(found, "zone").passes == [None, None]  # computed: no pass has it
    assert found.differs
    assert not row(page(two), "detente-901:c02").differs


def test_words_of_ones_own_are_shown_and_are_no_difference(two: Corpus) -> None:
    read = readings.read(two, shown_layers(layers(), two))
    rows = {key: dict(own) for key, own in read.rows.items()}
    rows["claims", "pass-b"]["detente-901:c01"] |= {"type": "state"}
    found = row(page(two, read=Readings(rows, read.pages)), "detente-901:c01")
    _, second = field(found, "normalised").passes
    assert words(second) == [["In other words."]]
    assert not found.differs


def test_of_two_orders_of_the_same_spans_none_differs(two: Corpus) -> None:
    read = readings.read(two, shown_layers(layers(), two))
    rows = {key: dict(own) for key, own in read.rows.items()}
    own = rows["claims", "pass-b"]["detente-901:c02"]
    links = [{"proposition": name, "relation": "same"} for name in ("paris-shut", "france-ready-to-share")]
    rows["claims", "pass-a"]["detente-901:c02"] = own | {"propositions": links}
    changed = Readings(rows, read.pages)
    first, second = field(row(page(two, read=changed), "detente-901:c02"), "propositions").passes
    assert words(first)[0][1] == "paris-shut"
    assert second is None
    made = two.table("claims").to_dicts()
    made[-1]["propositions"] = links[::-1]
    table = pl.DataFrame(made, schema=two.table("claims").schema)
    with_both = Corpus(two.folder, made={"claims": table})
    first, _ = field(row(page(with_both, read=changed), "detente-901:c02"), "propositions").passes
    assert first is None


def test_a_row_that_a_pass_left_out_has_nothing_there(two: Corpus) -> None:
    read = readings.read(two, shown_layers(layers(), two))
    rows = {key: dict(own) for key, own in read.rows.items()}
    del rows["claims", "pass-a"]["detente-901:c02"]
    found = row(page(two, read=Readings(rows, read.pages)), "detente-901:c02")
    first, second = field(found, "type").passes
    assert (words(first), second, found.differs) == ([["–"]], None, True)


def test_a_row_that_only_a_pass_has_is_said_to_be_so(two: Corpus) -> None:
    read = readings.read(two, shown_layers(layers(), two))
    rows = {key: dict(own) for key, own in read.rows.items()}
    rows["claims", "pass-a"]["detente-901:c03"] = rows["claims", "pass-a"]["detente-901:c02"] | {
        "id": "detente-901:c03",
        "spans": [{"start": 42, "end": 57}],
    }
    found = page(two, read=Readings(rows, read.pages))
    extra = row(found, "detente-901:c03")
    assert (extra.only_in, extra.quote) == ("pass-a", "“Ivan Envoy said”")
    assert found.layers["claims"] == 3
    assert {mark.row for piece in found.pieces for mark in piece.marks}.isdisjoint({found.rows.index(extra)})
    assert page(two, "detente-900", read=Readings(rows, read.pages)).layers["claims"] == 3  # and not there


def test_an_empty_cell_is_shown_only_where_somebody_doubts_it(two: Corpus) -> None:
    cell = "detente-901:russia:ct_cooperation:past:own"
    own = shown_layers(layers(), two)
    read = readings.read(two, own)
    assert cell not in [each.id for each in page(two).rows]
    stance = next(layer for layer in own if layer.name == "stance")
    assert stance.compared
    written = {**next(each for each in two.rows("stance") if each["id"] == cell), "scale": 1, "label": "favor"}
    pages = {("stance", "pass-a"): frozenset(["detente-901"])}
    found = row(page(two, read=Readings({("stance", "pass-a"): {cell: written}}, pages)), cell)
    assert words(field(found, "label").passes[0]) == [["favor"]]
    assert found.differs
    empty = page(two, read=Readings({("stance", "pass-a"): {}}, pages))  # nobody writes an empty cell
    assert cell not in [each.id for each in empty.rows]
    doubted = Readings(remarks={("stance", cell): [Remark("label", "argued", "favor", "it may")]})
    assert row(page(two, read=doubted), cell).place == 1 << 31
    assert not read.passes("stance", "detente-901")


def test_remarks_are_alternatives_then_what_was_settled_and_argued(two: Corpus) -> None:
    assert row(page(two), "detente-901:c01").remarks == [
        Remark("type", "alternative", "event", "shut may be what was done to it"),
        Remark("type", "settled", "pass-a", "how things are"),
    ]
    assert row(page(two), "detente-901:c02").remarks == [Remark("type", "argued", "event", "may be done")]


def test_a_claim_leads_to_its_attribution(two: Corpus) -> None:
    assert row(page(two), "detente-901:c02").related == [
        Value("attribution detente-901:c02#1", "detente-901.html#attribution/detente-901%3Ac02%231", "indirect")
    ]
    assert row(page(two), "detente-901:b01").related == []


def test_facts_have_their_bases_and_evidence(gold: Corpus) -> None:
    found = {fact.name: fact.gold for fact in page(gold, "detente-001", Readings()).facts}
    assert words(found["outlet"])[0] == ["paradox", "stated"]
    assert found["outlet"][0][0].href == "sources.html#paradox"
    assert all(line[0].text.startswith("“") for line in found["outlet"][1:])
    assert words(found["author"]) == [["unknown"]]
    assert found["family"] == [[Value("detente-000", "detente-000.html")]]


def test_without_text_a_page_has_places(text_free: Corpus) -> None:
    found = page(text_free)
    assert found.pieces == []
    assert row(found, "detente-901:c02").quote == "characters 16 to 40"
    assert found.layers == dict(zip(LAYERS, (2, 2, 1, 2, 1, 1), strict=True))


def test_every_row_of_the_dataset_is_on_its_page(gold: Corpus) -> None:
    own = shown_layers(layers(), gold)
    pages = {name: article(gold, name, own, Readings(), Names(gold)) for name in gold.articles}
    shown = {(each.layer, each.id) for found in pages.values() for each in found.rows}
    for layer in own:
        for each in gold.rows(layer.name):
            empty = layer.name == "stance" and each["scale"] is None and not each["alternatives"]
            assert ((layer.name, each["id"]) in shown) != empty
    for name, found in pages.items():
        assert "".join(piece.text for piece in found.pieces) == gold.articles[name]["text"]


@pytest.mark.parametrize("hostile", ["</mark><script>", "\u202e", "\x1b[31m", "שלום"])
def test_a_hostile_reason_is_a_value(two: Corpus, hostile: str) -> None:
    read = Readings(remarks={("claims", "detente-901:c02"): [Remark("type", "argued", hostile, hostile)]})
    (remark,) = row(page(two, read=read), "detente-901:c02").remarks
    assert remark.reason == json.loads(json.dumps(hostile)).replace("\u202e", "\\u202e").replace("\x1b", "\\x1b")
