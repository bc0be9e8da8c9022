"""The suite `transplant`: each operation does what it is called, and the body's letters survive all of them."""

import unicodedata
from collections import Counter
from itertools import combinations

import pytest

from detente.challenge import material, operations
from detente.challenge.draft import Draft, Piece, text_of
from detente.challenge.suite import CONTROL, STRENGTHS, Dice, Item, Variant
from detente.challenge.transplant import TRANSPLANT
from detente.data.labels import SPLITS
from detente.data.page import Page
from detente.tasks.boilerplate.prediction import Prediction
from detente.tasks.boilerplate.task import count
from detente.tasks.task import Options

NAMES = [f"transplant-test-{number:06d}" for number in range(len(TRANSPLANT.variants))]
ITEMS = {item.variant: item for base in range(5) for item in TRANSPLANT.make("test", 0, base, NAMES)}
"""The variants of the fifth base, in which every operation has enough to do at each strength."""


def page_of(item: Item) -> Page:
    (row,) = item.rows["articles"]
    return Page(row["id"], row["family"], row["text"], tuple(item.rows["boilerplate"]))


def words(item: Item, zone: str) -> str:
    """The letters of a zone, however they are written, in their order."""
    page = page_of(item)
    text = "".join(page.text[row["start"] : row["end"]] for row in page.segments if row["zone"] == zone)
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isalnum())


@pytest.mark.parametrize("split", SPLITS)
def test_the_body_survives_every_operation(split: str) -> None:
    for base in range(len(material.PAGES[split])):
        found = list(TRANSPLANT.make(split, 5, base, NAMES))
        assert len({words(item, "body") for item in found}) == 1
        assert [item.variant for item in found] == list(TRANSPLANT.variants)
        assert {item.base for item in found} == {NAMES[0]}


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("kind", ["text", "spans"])
def test_an_oracle_is_right_on_every_operation(split: str, kind: str) -> None:
    for base in range(len(material.PAGES[split])):
        for item in TRANSPLANT.make(split, 5, base, NAMES):
            page = page_of(item)
            body = [(row["start"], row["end"]) for row in page.segments if row["zone"] == "body"]
            text = "\n".join(page.text[start:end] for start, end in body)
            kept = page.visible.copy()
            kept[:] = False
            for start, end in body:
                kept[start:end] = page.visible[start:end]
            said = Prediction("text", text) if kind == "text" else Prediction("content", kept)
            totals: Counter[str] = Counter()
            for row in count(page, said, Options()):
                totals.update({name: row.get(name, 0) for name in ("char_tp", "char_fp", "char_fn")})
            assert (totals["char_fp"], totals["char_fn"]) == (0, 0), item.variant
            assert totals["char_tp"] == page.visible[kept].sum() > 500


def test_splits_share_no_page_and_no_line_of_a_site() -> None:
    pages = [name for split in SPLITS for name in material.PAGES[split]]
    assert len(set(pages)) == len(pages)
    lines = [
        {
            line
            for site in material.material(split).sites
            for key, block in site.items()
            if key != "name"
            for line in block
        }
        | {site["name"] for site in material.material(split).sites}
        | {*material.material(split).scripts, *material.material(split).captions}
        for split in SPLITS
    ]
    for one, other in combinations(lines, 2):
        assert not one & other


def sizes(operation: str, zone: str) -> list[int]:
    """How many segments of a zone the control and the three strengths have."""
    variants = [Variant(CONTROL, "none"), *(Variant(operation, strength) for strength in STRENGTHS)]
    return [sum(row["zone"] == zone for row in ITEMS[variant].rows["boilerplate"]) for variant in variants]


@pytest.mark.parametrize("operation", ["interleaved", "dense", "teasers", "mixed_scripts"])
def test_what_adds_boilerplate_adds_more_of_it(operation: str) -> None:
    found = sizes(operation, "boilerplate")
    assert found == sorted(set(found)), "more at each strength"
    assert len(set(sizes(operation, "body"))) == 1


def test_captions_come_once_more() -> None:
    assert [each - sizes("doubled", "paratext")[0] for each in sizes("doubled", "paratext")] == [0, 1, 2, 4]


@pytest.mark.parametrize("operation", ["quotes", "sentences", "wrapped"])
def test_what_divides_paragraphs_makes_more_of_them(operation: str) -> None:
    found = sizes(operation, "body")
    assert found == sorted(found)
    assert found[0] < found[1] < found[3]
    assert len(set(sizes(operation, "boilerplate"))) == 1


@pytest.mark.parametrize(
    ("operation", "gone"), [("blank_lines_lost", "\n\n"), ("lines_merged", "\n"), ("separators_lost", "\n")]
)
def test_what_parts_segments_is_lost_step_by_step(operation: str, gone: str) -> None:
    texts = [ITEMS[Variant(operation, strength)].rows["articles"][0]["text"] for strength in STRENGTHS]
    found = [
        ITEMS[Variant(CONTROL, "none")].rows["articles"][0]["text"].count(gone),
        *(text.count(gone) for text in texts),
    ]
    assert found == sorted(set(found), reverse=True)
    if operation == "blank_lines_lost":
        assert found[-1] == 0, "strong: all"


@pytest.mark.parametrize(
    ("operation", "mark"), [("no_break_spaces", "\u00a0"), ("soft_hyphens", "\u00ad"), ("decomposed", "\u0301")]
)
def test_words_are_written_otherwise(operation: str, mark: str) -> None:
    texts = [ITEMS[Variant(operation, strength)].rows["articles"][0]["text"] for strength in STRENGTHS]
    found = [text.count(mark) for text in texts]
    assert found == sorted(found)
    if operation == "no_break_spaces":
        assert " " not in texts[-1].replace("\n", ""), "strong: all"


def test_blocks_at_the_ends_move_and_stay_whole() -> None:
    control = {row["type"]: 0 for row in ITEMS[Variant(CONTROL, "none")].rows["boilerplate"]}
    moved = ITEMS[Variant("moved_blocks", "strong")].rows["boilerplate"]
    assert {row["type"] for row in moved} == control.keys()
    first = next(row["type"] for row in moved if row["zone"] == "boilerplate")
    assert first not in ("navigation", "share", "metadata", "tags", "ad"), "strong: what stood after stands before"


def test_nothing_between_segments_fuses_no_word_of_the_body() -> None:
    body, menu = Piece("The dam held", "paragraph"), Piece("Home", "navigation")
    for before, piece, allowed in (
        (body, menu, False),
        (menu, body, False),
        (body._replace(text="It held."), menu, True),
        (menu, body._replace(text="“It held”"), True),
        (menu, menu, True),
    ):
        assert operations.keeps_words(before, piece) is allowed


def test_straight_quotation_marks_open_every_other_time() -> None:
    text = 'He was "ready" and said "we will stay here all night long" before "noon".'
    draft: Draft = (Piece(text, "paragraph"),)
    found = operations.quotes(draft, 0, Dice("q"), material.material("test"))
    assert [piece.text for piece in found] == [
        'He was "ready" and said',
        '"we will stay here all night long"',
        'before "noon".',
    ]
    assert text_of(found).replace("\n\n", " ") == text
