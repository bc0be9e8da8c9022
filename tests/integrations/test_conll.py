"""CoNLL files, our own and those of others, on an invented page."""

import pytest

from detente.data.problems import Problem
from detente.integrations import conll
from detente.integrations.annotation import NO_SPAN, Document, Mark, Reading, rows_of, shape

PAGE = "detente-901"
TEXT = "Talks in Hadrene\n\nThey don't end. Ad"


def read(lines: str, layer: str = "boilerplate", stem: str = PAGE) -> tuple[list[Document], Reading]:
    reading = Reading("f.conll", {PAGE: TEXT, "detente-902": "Ad"}, shape(layer))
    return conll.read(lines.encode(), reading, stem), reading


def faults(lines: str, layer: str = "boilerplate") -> list[tuple[str, str]]:
    documents, reading = read(lines, layer)
    for document in documents:
        rows_of(document, reading)
    return [(problem.location, problem.code) for problem in reading.problems]


TWO_COLUMNS = """\
-DOCSTART- O

Talks B-headline
in I-headline
Hadrene I-headline

They B-paragraph
do I-paragraph
n't I-paragraph
end I-paragraph
. I-paragraph
Ad B-ad
"""


def test_a_token_and_a_tag_are_enough() -> None:
    ((document,), reading) = read(TWO_COLUMNS)
    assert [(line.location, line.record) for line in rows_of(document, reading)] == [
        (f"f.conll:{line}", {"id": name, "start": start, "end": end, "zone": zone, "type": kind, **NOTHING})
        for line, name, start, end, zone, kind in [
            (3, "detente-901:b01", 0, 16, "paratext", "headline"),
            (7, "detente-901:b02", 18, 33, "body", "paragraph"),
            (12, "detente-901:b03", 34, 36, "boilerplate", "ad"),
        ]
    ]
    assert reading.problems == reading.notes == []


NOTHING = {"repeats": None, "alternatives": []}


def test_columns_between_are_passed_over_and_a_span_may_begin_after_another() -> None:
    ((document,), reading) = read(
        "Talks NNS _ B-date\nin IN _ B-date\nHadrene NNP _ O\nThey\tO\ndon't\tO\nend.\tO\nAd\tO\n"
    )
    assert [mark.spans for (mark,) in document.rows] == [((0, 5),), ((6, 8),)]
    assert reading.problems == []


def test_our_own_columns() -> None:
    layer = shape("claims")
    marks = (
        (Mark("", "event", ((0, 5),), {"id": ("c",)}), Mark("", "event", ((18, 22),), {})),
        (Mark("", "state", ((3, 8),), {}),),
    )
    files, problems = conll.write(layer, [Document("", PAGE, marks)], {PAGE: TEXT})
    assert problems == []
    lines = files[f"claims/{PAGE}.conll"].splitlines()
    assert lines[:6] == [
        f"# article = {PAGE}",
        "# layer = claims",
        '# row 1 = {"id": ["c"]}',
        "# row 2 = {}",
        "# columns = token start end tag row tag row",
        "Tal\t0\t3\tB-event\t1\tO\t_",  # the second row begins inside the first token
    ]
    assert lines[6:10] == [
        "ks\t3\t5\tI-event\t1\tB-state\t2",
        "in\t6\t8\tO\t_\tI-state\t2",
        "Hadrene\t9\t16\tO\t_\tO\t_",
        "",
    ]


def test_spans_that_touch_or_follow_share_a_column_and_others_do_not() -> None:
    def width(*spans: tuple[int, int]) -> int:
        marks = tuple((Mark("", "event", (span,), {}),) for span in spans)
        files, _ = conll.write(shape("claims"), [Document("", PAGE, marks)], {PAGE: TEXT})
        return files[f"claims/{PAGE}.conll"].count(" tag row")

    assert (width(), width((0, 5), (6, 8)), width((0, 8), (6, 8))) == (1, 1, 2)
    assert (width((0, 2), (2, 5)), width((0, 3), (2, 5))) == (1, 2)


OWN = f"# article = {PAGE}\n# layer = no_claim\n# columns = token start end tag row\n"
REST = "They\t18\t22\tO\t_\ndon't\t23\t28\tO\t_\nend.\t29\t33\tO\t_\nAd\t34\t36\tO\t_\n"
FIRST = "Talks\t0\t5\tB-frame\t1\nin\t6\t8\tO\t_\nHadrene\t9\t16\tO\t_\n"


@pytest.mark.parametrize(
    ("lines", "place", "code"),
    [
        (OWN.replace("no_claim", "claims") + FIRST + REST, 1, "layer-differs"),
        (OWN.replace(PAGE, "detente-1") + FIRST + REST, 1, "article-unregistered"),
        (OWN.replace("tag row", "tag") + FIRST + REST, 4, "format-line"),
        (OWN.replace(" tag row", "") + FIRST + REST, 4, "format-line"),
        (OWN + FIRST.replace("\tO\t_", "\tO", 1) + REST, 5, "format-line"),
        (OWN + FIRST.replace("B-frame", "B-moon") + REST, 4, "value-not-allowed"),
        (OWN + FIRST.replace("B-frame", f"B-{NO_SPAN}") + REST, 4, "value-not-allowed"),
        (OWN + FIRST.replace("B-frame", "I-frame") + REST, 4, "format-line"),
        (OWN + FIRST.replace("B-frame", "frame") + REST, 4, "format-line"),
        (OWN + FIRST.replace("B-frame", "B-frame|x=1") + REST, 4, "unknown-field"),
        (OWN + FIRST.replace("in\t6\t8\tO\t_", "in\t6\t8\tI-doubt\t1") + REST, 5, "format-line"),
        (OWN + FIRST.replace("in\t6\t8\tO\t_", "in\t6\t8\tI-frame\t2") + REST, 5, "format-line"),
        (OWN + FIRST.replace("in\t6\t8\tO\t_", "in\t6\t8\tB-doubt\t1") + REST, 5, "format-line"),
        (OWN + FIRST.replace("in\t6\t8\tO\t_", "in\t6\t8\tB-frame\t1") + REST, 4, "format-line"),
        (OWN + FIRST.replace("Hadrene", "Hadren") + REST, 7, "quote-not-found"),
        (OWN + FIRST.replace("in", "on") + REST, 5, "quote-not-found"),
        (OWN + FIRST, 6, "text-differs"),
        (OWN + "# row 1 = {}\n# row 2 = {}\n" + FIRST + REST, 5, "format-line"),
        (OWN + "# row 1 no_span = {}\n" + FIRST + REST, 4, "format-line"),
        (OWN + '# row 1 = {"id": 3}\n' + FIRST + REST, 4, "format-line"),
        (OWN + "# row 1 = [\n" + FIRST + REST, 4, "format-line"),
        (OWN + '# row 1 = {"mood": ["glad"]}\n' + FIRST + REST, 5, "unknown-field"),
    ],
)
def test_what_is_refused(lines: str, place: int, code: str) -> None:
    assert faults(OWN + FIRST + REST, "no_claim") == []
    assert (f"f.conll:{place}", code) in faults(lines, "no_claim")


def test_a_file_that_is_no_text_or_of_no_page_is_refused() -> None:
    reading = Reading("f.conll", {PAGE: TEXT}, shape("claims"))
    assert conll.read(b"\xff", reading, PAGE) == []
    assert reading.problems == [Problem("format-line", "f.conll", "byte 1 is not UTF-8: save the file as UTF-8")]
    assert read(TWO_COLUMNS, stem="detente-800")[1].problems[0].code == "article-unregistered"


def test_offsets_that_are_off_are_found_again_and_it_is_said() -> None:
    ((document,), reading) = read(OWN + FIRST.replace("\t6\t8", "\t7\t9") + REST, "no_claim")
    assert document.rows[0][0].spans == ((0, 5),)
    assert [(note.code, note.location) for note in reading.notes] == [("quote-moved", "f.conll:5")]
    assert reading.notes[0].message == "'in' is not at [7, 9): found at [6, 8)"


def test_a_file_may_hold_several_pages() -> None:
    second = "# article = detente-902\n# columns = token start end tag row\nAd\t0\t2\tB-frame\t1\n"
    documents, reading = read(OWN + FIRST + REST + second, "no_claim")
    assert [(each.article, each.rows[0][0].spans) for each in documents] == [
        (PAGE, ((0, 5),)),
        ("detente-902", ((0, 2),)),
    ]
    assert reading.problems == []
