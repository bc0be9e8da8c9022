"""Pages in the making: text and segments agree to the letter."""

from detente.challenge.draft import LINE, Piece, draft_of, rows_of, text_of

MENU = Piece("Home", "navigation", "", 1)
PAGE = (
    MENU,
    Piece("World", "navigation", LINE, 1),
    Piece("A dam held.", "headline"),
    Piece("The dam at Lindow held through the whole night.", "paragraph"),
    Piece("Engineers stayed.", "paragraph", " "),
    Piece("The dam at Lindow held through", "related", "", 2),
)
# Home 0-4, \n, World 5-10, \n\n, headline 12-23, \n\n, paragraph 25-72, space, 73-90, 90-120
TEXT = (
    "Home\nWorld\n\nA dam held.\n\nThe dam at Lindow held through the whole night. Engineers stayed."
    "The dam at Lindow held through"
)


def test_pieces_stand_where_their_rows_say() -> None:
    assert text_of(PAGE) == TEXT
    rows = rows_of("p", PAGE)
    assert [(row["start"], row["end"]) for row in rows] == [(0, 4), (5, 10), (12, 23), (25, 72), (73, 90), (90, 120)]
    assert [TEXT[row["start"] : row["end"]] for row in rows] == [piece.text for piece in PAGE]
    assert [row["zone"] for row in rows] == ["boilerplate", "boilerplate", "paratext", "body", "body", "boilerplate"]
    assert [row["id"] for row in rows][:2] == ["p:b01", "p:b02"]


def test_what_a_segment_repeats_is_computed() -> None:
    # five words in a row, "The dam at Lindow held", stand in the body's first paragraph, too
    assert [row["repeats"] for row in rows_of("p", PAGE)] == [None] * 5 + ["p:b04"]


def test_an_annotated_page_becomes_the_same_page() -> None:
    draft = draft_of(TEXT, rows_of("p", PAGE))
    assert text_of(draft) == TEXT
    assert [piece.block for piece in draft] == [1, 1, 0, 0, 0, 2], "a block is a run of boilerplate of one type"


def test_the_first_piece_stands_at_the_start() -> None:
    assert text_of([Piece("Late", "headline", "\n\n")]) == "Late"
    assert rows_of("p", [Piece("Late", "headline", "\n\n")])[0]["start"] == 0
