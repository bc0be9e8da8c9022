"""How two texts that read alike are written otherwise, counted by hand."""

import unicodedata

import pytest

from detente.text.alignment import align
from detente.text.writing import WritingDifferences, origins

PAGE = "The café’s owner, Élodie, was there.\nShe said no more."
SAME = WritingDifferences(0, 0, 0, 0, 0)


def written(output: str, page: str = PAGE) -> WritingDifferences:
    placed = align(output, page)
    assert (placed.insertions, placed.repeated, int(placed.kept.sum())) == (0, 0, align(page, page).kept.sum())
    return placed.writing


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (PAGE, {}),
        # é and É.
        (unicodedata.normalize("NFD", PAGE), {"normal_form": 2}),
        (PAGE.replace("said", "ｓａｉｄ"), {"fullwidth": 4}),
        # Inside a word, at the start of a line, and at its end.
        (PAGE.replace("owner", "ow\u00adner"), {"invisible": 1}),
        ("\ufeff" + PAGE, {"invisible": 1}),
        (PAGE.replace("\n", "\u200b\u2069\n") + "\u200b", {"invisible": 3}),
        (PAGE.replace("’", "'"), {"typography": 1}),
        (PAGE.replace("She said no more.", "SHE SAID NO MORE."), {"case": 2 + 4 + 2 + 4}),
        # Markdown makes no difference, and lies in nobody's way.
        (f"**{PAGE[:36]}**\n- " + unicodedata.normalize("NFD", PAGE[37:]), {}),
        (
            "**The** " + unicodedata.normalize("NFD", PAGE[4:]).replace("no", "n\u200bo"),
            {"normal_form": 2, "invisible": 1},
        ),
    ],
)
def test_what_is_written_otherwise(output: str, expected: dict[str, int]) -> None:
    assert written(output) == SAME._replace(**expected)


def test_a_page_may_be_the_one_that_is_not_composed_or_has_invisible_characters() -> None:
    page = unicodedata.normalize("NFD", PAGE).replace("owner", "ow\u00adner")
    assert written(PAGE, page) == SAME._replace(normal_form=2, invisible=1)
    assert written(page, page) == SAME
    # Every visible character is kept, both parts of é and the soft hyphen after what stands before it.
    assert align(PAGE, page).kept.tolist() == [not character.isspace() for character in page]


def test_where_a_changed_text_came_from() -> None:
    assert origins("## a b", "a b").tolist() == [3, 4, 5]
    assert origins("e\u0301a*b*", "éab")[1:].tolist() == [2, 4]
    assert origins("", "").tolist() == []


@pytest.mark.parametrize(
    ("original", "changed", "expected"),
    [
        ("e\u0301a", "éa", [0, 2]),
        ("\u200bxe\u0301\u200b\u0301y", "xé\u0301y", [1, 2, 5, 6]),
        # Two marks, of which the second in the text is composed and the first stays.
        ("xe\u0327\u0301y", "xȩ\u0301y", [0, 1, 3, 4]),
        # A letter that Unicode has decomposed for good: two of one.
        ("x\u0958y", "x\u0915\u093cy", [0, 1, 1, 2]),
        # Korean syllables are made of letters that are no marks.
        ("\u1112\u1161\u11ab\u1100\u1173", "한그", [0, 3]),
        # What is left of the legible text without its markers.
        ("**e\u0301a**", "éa", [2, 4]),
    ],
)
def test_letters_come_from_where_they_were_written(original: str, changed: str, expected: list[int]) -> None:
    assert origins(original, changed).tolist() == expected


def test_a_long_line_in_another_normal_form_is_placed_letter_by_letter() -> None:
    page = " ".join(f"été{number} naïveté" for number in range(10_000))
    assert written(unicodedata.normalize("NFD", page), page).normal_form == 4 * 10_000
