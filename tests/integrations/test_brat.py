"""brat's standoff files on an invented page."""

import pytest

from detente.data.jsonl import Record
from detente.integrations import brat
from detente.integrations.annotation import Reading, rows_of, shape

PAGE = "detente-901"
TEXT = "Talks 🤝 in Hadrene\nTalks end"


def read(lines: str, layer: str = "no_claim", beside: str | None = TEXT) -> tuple[list[Record], Reading]:
    reading = Reading("f.ann", {PAGE: TEXT, "detente-902": "Other words"}, shape(layer))
    documents = brat.read(lines.encode(), reading, PAGE, beside)
    return [row for each in documents for _, row in rows_of(each, reading)], reading


GOOD = "T1\tframe 0 7\tTalks 🤝\nT2\tdoubt 19 28\tTalks end\n"
ROWS = [{"start": 0, "end": 7, "reason": "frame"}, {"start": 19, "end": 28, "reason": "doubt"}]


@pytest.mark.parametrize("lines", [GOOD, GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, "\n" + GOOD.rstrip()])
def test_rows_of_one_span(lines: str) -> None:
    rows, reading = read(lines)
    assert rows == ROWS
    assert reading.problems == reading.notes == []


CLAIM = """\
T1\tevent 0 5;11 18\tTalks Hadrene
A1\tcheckable T1 true
A2\tkey_matter T1 false
A3\taccuses T1 false
A4\tsettled T1 false
A5\tpresentation T1 denied
#1\tAnnotatorNotes T1\t{"normalised": ["Talks."]}
T2\tevent 25 28\tend
R1\tbelongs_to Arg1:T2 Arg2:T1
"""


def test_parts_of_a_span_and_spans_that_a_relation_ties_are_one_row() -> None:
    (row,), reading = read(CLAIM, "claims")
    assert reading.problems == []
    assert row["spans"] == [{"start": 0, "end": 5}, {"start": 11, "end": 18}, {"start": 25, "end": 28}]
    assert row["check_worthy_answers"] == {"checkable": True, "key_matter": False, "accuses": False, "settled": False}
    assert (row["id"], row["type"], row["normalised"]) == (f"{PAGE}:c01", "event", "Talks.")
    assert (row["propositions"], row["alternatives"]) == ([], [])


def test_an_attribute_without_a_value_is_true() -> None:
    assert read(CLAIM.replace("checkable T1 true", "checkable T1"), "claims")[0][0]["check_worthy_answers"]["checkable"]


@pytest.mark.parametrize(
    ("lines", "place", "code"),
    [
        ("T1\tframe 0 7 Talks\n", 1, "format-line"),
        ("T1 frame 0 7\tTalks\n", 1, "format-line"),
        ("T1\tframe 0 -7\tTalks\n", 1, "format-line"),
        ("X1\tframe 0 7\n", 1, "format-line"),
        ("E1\tframe:T1\n", 1, "format-line"),
        ("*\tEquiv T1 T2\n", 1, "format-line"),
        ("R1\tbelongs_to T1 T2\n", 1, "format-line"),
        ("T1\tmoon 0 7\tTalks 🤝\n", 1, "value-not-allowed"),
        (GOOD + "T1\tframe 0 5\tTalks\n", 3, "id-duplicate"),
        (GOOD + "R1\tcauses Arg1:T1 Arg2:T2\n", 3, "value-not-allowed"),
        (GOOD + "R1\tbelongs_to Arg1:T1 Arg2:T9\n", 3, "format-line"),
        (GOOD + "R1\tbelongs_to Arg1:T1 Arg2:T2\n", 2, "format-line"),  # frame and doubt in one row
        (GOOD + "A1\treason T9 frame\n", 3, "format-line"),
        (GOOD + "A1\tmood T1 glad\n", 1, "unknown-field"),
        (GOOD + "A1\treason T1 frame\nA2\treason T1 doubt\n", 4, "format-line"),
        (GOOD + '#1\tAnnotatorNotes T1\t{"reason": "frame"}\n', 3, "format-line"),
        (GOOD + "#1\tAnnotatorNotes T9\tunsure\n", 3, "format-line"),
        ("T1\tframe 0 6\tMoon\n", 1, "quote-not-found"),
        ("T1\tframe 1 6\tTalks\n", 1, "quote-not-found"),  # which of the two?
        ("T1\tframe 100 105\tTalks\n", 1, "quote-not-found"),
        ("T1\tframe 0 5;7 9\tTalks in\n", 1, "quote-not-found"),
        ("T1\tframe 0 5;4 7\tTalks s 🤝\n", 1, "format-line"),
        ("T1\tframe 0 5;8 10\tTalks in\n", 1, "format-line"),  # such a row is one span
    ],
)
def test_what_is_refused(lines: str, place: int, code: str) -> None:
    assert (code, f"f.ann:{place}") in [(each.code, each.location) for each in read(lines)[1].problems]


@pytest.mark.parametrize("line", ["N1\tReference T1 Wikipedia:1\tTalks\n", "#1\tAnnotatorNotes T1\tunsure\n"])
def test_what_has_no_place_in_the_rows_is_left_out_and_it_is_said(line: str) -> None:
    rows, reading = read(GOOD + line)
    assert rows == ROWS
    assert [(note.code, note.location) for note in reading.notes] == [("left-out", "f.ann:3")]


def test_words_that_moved_are_found_again() -> None:
    rows, reading = read("T1\tframe 12 19\tHadrene\n")
    assert rows == [{"start": 11, "end": 18, "reason": "frame"}]
    assert [note.code for note in reading.notes] == ["quote-moved"]


def test_another_version_of_the_page_beside_the_file() -> None:
    older = "New: " + TEXT  # every offset is five higher
    lines = "T1\tframe 5 12\tTalks 🤝\nT2\tdoubt 24 29\tTalks\n"
    rows, reading = read(lines, beside=older)
    # The second “Talks” has “🤝 in Hadrene\n” before it, the first “New: ”.
    assert rows == [{"start": 0, "end": 7, "reason": "frame"}, {"start": 19, "end": 24, "reason": "doubt"}]
    assert [note.location for note in reading.notes] == ["f.ann", "f.ann:1", "f.ann:2"]
    values = CLAIM[CLAIM.index("A1") : CLAIM.index("T2")]
    (row,), reading = read("T1\tevent 5 10;16 23\tTalks Hadrene\n" + values, "claims", older)
    assert row["spans"] == [{"start": 0, "end": 5}, {"start": 11, "end": 18}]
    assert [note.location for note in reading.notes] == ["f.ann", "f.ann:1", "f.ann:1"]
    assert read("T1\tevent 5 10;0 4\tTalks New:\n" + values, "claims", older)[1].problems[0].code == "quote-not-found"


def test_the_words_around_decide_where_old_offsets_happen_to_fit_other_words() -> None:
    older = TEXT[19:] + "\n" + TEXT[:18]  # the lines the other way round: “Talks” stands at 0 here, too
    rows, _ = read("T1\tdoubt 0 5\tTalks\n", beside=older)
    assert rows == [{"start": 19, "end": 24, "reason": "doubt"}]


def test_the_text_of_another_page_beside_the_file_is_refused() -> None:
    (problem,) = read(GOOD, beside="Other words")[1].problems
    assert (problem.code, problem.message) == ("text-differs", f"names {PAGE}, but has the text of detente-902")


def test_a_file_that_is_no_text_or_of_no_page_is_refused() -> None:
    reading = Reading("f.ann", {PAGE: TEXT}, shape("claims"))
    assert brat.read(b"\xff", reading, PAGE) == brat.read(b"", reading, "detente-1") == []
    assert [problem.code for problem in reading.problems] == ["format-line", "article-unregistered"]


def test_the_configuration_has_every_tag_and_label() -> None:
    found = brat.configuration(shape("attribution"))
    assert found.startswith("[entities]\nsource_spans\ncue_spans\ncontent_spans\nno_span\n\n[relations]\nbelongs_to\t")
    assert "type\tArg:<ENTITY>, Value:direct|indirect|mixed|none\n" in found
    assert "link\tArg:<ENTITY>, Value:0|1|" in found
