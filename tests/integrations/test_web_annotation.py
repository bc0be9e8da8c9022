"""W3C Web Annotations, our own and those of others, on an invented page."""

import json
from typing import Any

import pytest

from detente.data.jsonl import Record
from detente.integrations import web_annotation
from detente.integrations.annotation import Reading, rows_of, shape

PAGE = "detente-901"
TEXT = "Talks 🤝 in Hadrene\nTalks end"
SOURCE = f"https://example.org/pages/{PAGE}.txt"


def read(document: Any, layer: str = "no_claim") -> tuple[list[Record], Reading]:
    reading = Reading("f.jsonld", {PAGE: TEXT, "detente-902": "Talks"}, shape(layer))
    documents = web_annotation.read(json.dumps(document).encode(), reading)
    return [row for each in documents for _, row in rows_of(each, reading)], reading


def annotation(*selectors: dict[str, Any], body: Any = "frame", **others: Any) -> dict[str, Any]:
    selector = {"selector": list(selectors)} if selectors else {}
    return {"type": "Annotation", "body": body, "target": {"source": SOURCE, **selector}} | others


def position(start: Any, end: Any) -> dict[str, Any]:
    return {"type": "TextPositionSelector", "start": start, "end": end}


def quotation(exact: Any, prefix: Any = None, suffix: Any = None) -> dict[str, Any]:
    given = {"exact": exact, "prefix": prefix, "suffix": suffix}
    return {"type": "TextQuoteSelector", **{name: value for name, value in given.items() if value is not None}}


FRAME = [{"start": 0, "end": 5, "reason": "frame"}]


@pytest.mark.parametrize(
    "document",
    [
        annotation(position(0, 5)),
        [annotation(position(0, 5), quotation("Talks"))],
        {"type": "AnnotationPage", "items": [annotation(position(0, 5))]},
        {"type": "AnnotationCollection", "first": {"items": [annotation(position(0, 5))]}},
        annotation(position(0, 5), body={"type": "TextualBody", "value": "frame", "purpose": "tagging"}),
        annotation(position(0, 5), body=[{"value": "frame", "detente:field": "reason"}]),
        annotation(position(0, 5), body=None, bodyValue="frame"),
        annotation(quotation("Talks", suffix=" 🤝")),
        annotation(quotation("Talks", prefix="", suffix=" 🤝 in")),
        {"body": "frame", "target": {"source": {"id": f"urn:detente:{PAGE}"}, "selector": position(0, 5)}},
    ],
)
def test_the_forms_that_the_model_allows(document: Any) -> None:
    rows, reading = read(document)
    assert rows == FRAME
    assert reading.problems == reading.notes == []


def test_equal_words_are_told_apart_by_those_before_them() -> None:
    assert read(annotation(quotation("Talks", prefix="Hadrene\n")))[0] == [{"start": 19, "end": 24, "reason": "frame"}]


def test_offsets_that_are_off_are_found_again_and_it_is_said() -> None:
    rows, reading = read(annotation(position(1, 6), quotation("Talks", suffix=" 🤝")))
    assert rows == FRAME
    assert [note.message for note in reading.notes] == ["'Talks' is not at [1, 6): found again at [0, 5)"]


def test_other_bodies_are_left_out_and_it_is_said() -> None:
    rows, reading = read(annotation(position(0, 5), body=["frame", {"value": "hm", "purpose": "commenting"}]))
    assert rows == FRAME
    assert [note.code for note in reading.notes] == ["left-out"]


def with_target(target: Any) -> dict[str, Any]:
    return {"body": "frame", "target": target}


REFUSED: list[tuple[Any, str, str]] = [
    (3, "format-line", "an annotation is an object, not 3"),
    (with_target([]), "format-line", "its targets lie on 0 pages"),
    (with_target("https://example.org/moon"), "article-unregistered", "'moon' is no page"),
    (
        with_target(
            [{"source": PAGE, "selector": position(0, 5)}, {"source": "detente-902", "selector": position(0, 5)}]
        ),
        "format-line",
        "its targets lie on 2 pages",
    ),
    (annotation(), "value-not-allowed", "the tag 'no_span' is not one of"),
    (annotation(position(0, 5), body=[]), "format-line", "has 0 bodies for reason"),
    (annotation(position(0, 5), body=["frame", "doubt"]), "format-line", "has 2 bodies for reason"),
    (annotation(position(0, 5), body="moon"), "value-not-allowed", "the tag 'moon' is not one of"),
    (annotation(position(0, 5), body=["frame", {"value": "x", "detente:field": "y"}]), "unknown-field", "'y'"),
    (annotation(position(0, 29)), "span-outside-text", "end 29 is past the text's 28 characters"),
    (annotation(position(-1, 5)), "span-outside-text", "start -1 is before the text"),
    (annotation(position(5, 5)), "span-empty", "holds nothing"),
    (annotation(position("0", 5)), "format-line", "offsets are whole numbers"),
    (annotation(position(0, 5), quotation(7)), "format-line", "exact, prefix and suffix are strings"),
    (annotation({"type": "XPathSelector", "value": "/p"}), "format-line", "XPathSelector, and neither"),
    (annotation(quotation("Talks")), "quote-not-found", "'Talks' has no offsets, and stands 2 times in"),
    (annotation(quotation("Moon")), "quote-not-found", "'Moon' has no offsets, and does not stand in"),
    (annotation(position(1, 6), quotation("Talks")), "quote-not-found", "'Talks' is not at [1, 6), and stands 2 times"),
    (
        with_target([{"source": PAGE, "selector": position(0, 5)}, {"source": PAGE, "selector": position(6, 7)}]),
        "format-line",
        "a row of no_claim is one span, and this has 2",
    ),
]


@pytest.mark.parametrize(("document", "code", "words"), REFUSED)
def test_what_is_refused(document: Any, code: str, words: str) -> None:
    (problem,) = read([document])[1].problems
    assert (problem.code, problem.location) == (code, "f.jsonld:record 1")
    assert words in problem.message


def test_an_id_occurs_once_and_the_layer_is_the_one_asked_for() -> None:
    twice = [annotation(position(0, 5), id="urn:x"), annotation(position(6, 7), id="urn:x")]
    (problem,) = read(twice)[1].problems
    assert (problem.code, problem.location) == ("id-duplicate", "f.jsonld:record 2")
    (problem,) = read({"detente:layer": "claims", "items": []})[1].problems
    assert problem.code == "layer-differs"


@pytest.mark.parametrize("data", [b"{", b"\xff", b'{"items": 1, "items": 2}'])
def test_what_is_no_json(data: bytes) -> None:
    reading = Reading("f.jsonld", {PAGE: TEXT}, shape("no_claim"))
    assert web_annotation.read(data, reading) == []
    assert [problem.code for problem in reading.problems] == ["not-json"]


def test_of_other_creators_nothing_is_read_and_nothing_said() -> None:
    items = [annotation(position(0, 5), creator="Anna"), annotation(quotation("Nowhere"), creator="Ben")]
    pages = {PAGE: TEXT}
    anna, ben = (Reading("f.jsonld", pages, shape("no_claim"), annotator=who) for who in ("Anna", "Ben"))
    found = web_annotation.read(json.dumps(items).encode(), anna)
    assert [(each.annotator, len(each.rows)) for each in found] == [("Anna", 1), ("Ben", 0)]
    assert anna.problems == anna.notes == []
    web_annotation.read(json.dumps(items).encode(), ben)
    assert [(each.location, each.code) for each in ben.problems] == [("f.jsonld:record 2 by Ben", "quote-not-found")]


def test_people_are_told_apart_by_creator() -> None:
    reading = Reading("f.jsonld", {PAGE: TEXT}, shape("no_claim"))
    both = [
        annotation(position(0, 5), creator={"id": "mailto:anna@x.org"}),
        annotation(position(0, 5), creator="Ben"),
        annotation(position(6, 7), creator={"name": "Ben"}),
    ]
    found = web_annotation.read(json.dumps(both).encode(), reading)
    assert [(each.annotator, len(each.rows)) for each in found] == [("mailto:anna@x.org", 1), ("Ben", 2)]


def test_the_kind_of_a_span_and_what_it_has_besides() -> None:
    def target(kind: str, start: int, end: int, **others: Any) -> dict[str, Any]:
        return {"source": PAGE, "selector": position(start, end), "detente:kind": kind, **others}

    values = {"claim": f"{PAGE}:c01", "type": "indirect", "cue_force": "neutral"}
    body = [{"value": word, "detente:field": name} for name, word in values.items()]
    targets = [target("source_spans", 0, 5, **{"detente:link": 0}), target("cue_spans", 6, 7)]
    (row,), reading = read({"body": body, "target": targets}, "attribution")
    assert reading.problems == []
    assert row["source_spans"] == [{"start": 0, "end": 5, "link": 0}]
    assert (row["id"], row["cue_spans"], row["content_spans"]) == (f"{PAGE}:c01#1", [{"start": 6, "end": 7}], [])
    targets = [target("source_spans", 0, 5)]
    (problem,) = read({"body": body, "target": targets}, "attribution")[1].problems
    assert problem.message == "link of a source_spans is not there: give a whole number"
