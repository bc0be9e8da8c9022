"""What of other layers' spans is retained, and how much of what is kept should not be there."""

from typing import Any

import numpy as np
import pytest

from detente.data.labels import ZONE_OF_TYPE
from detente.data.page import Page
from detente.tasks.boilerplate.retention import COLUMNS, counts

Spans = tuple[tuple[int, int], ...]


def page(*segments: tuple[str, str], **layers: list[Spans]) -> Page:
    """A page of segments, one to a line, each a type and its words."""
    text, rows = "", []
    for number, (kind, words) in enumerate(segments):
        row: dict[str, Any] = {"id": f"b{number}", "start": len(text), "end": len(text) + len(words)}
        rows.append(row | {"zone": ZONE_OF_TYPE[kind], "type": kind})
        text += words + "\n"
    return Page("made-up", "made-up", text, tuple(rows), layers)


def counted(article: Page, *kept: tuple[int, int], wanted: tuple[str, ...] = ("body",)) -> dict[str, int]:
    """The counts where the visible characters of these spans are kept."""
    mask = np.zeros(len(article.text), dtype=bool)
    for start, end in kept:
        mask[start:end] = True
    return counts(article, mask & article.visible, wanted)


def retained(article: Page, *kept: tuple[int, int], wanted: tuple[str, ...] = ("body",)) -> tuple[int, int]:
    """How many claims there are, and how many are retained."""
    found = counted(article, *kept, wanted=wanted)
    return found["layer_claims"], found["layer_claims_kept"]


def test_a_token_of_which_half_is_kept_is_lost_and_of_which_more_is_kept_is_retained() -> None:
    article = page(("paragraph", "abcd"), claims=[((0, 4),)])
    assert retained(article, (0, 2)) == (1, 0)  # 2 of 4
    assert retained(article, (1, 4)) == (1, 1)  # 3 of 4
    odd = page(("paragraph", "abc"), claims=[((0, 3),)])
    assert retained(odd, (0, 1)) == (1, 0)  # 1 of 3
    assert retained(odd, (0, 2)) == (1, 1)  # 2 of 3


def test_a_part_of_a_token_is_retained_with_its_token() -> None:
    article = page(("paragraph", "abcd"), claims=[((0, 1),)])
    assert retained(article, (1, 4)) == (1, 1)  # the claim is "a", which is itself not kept
    assert retained(article, (0, 1)) == (1, 0)  # and here alone is kept


def test_every_token_of_a_span_must_be_kept_and_white_space_need_not() -> None:
    article = page(("paragraph", "ab cd ef"), claims=[((0, 5),)])
    assert retained(article, (0, 2), (3, 5)) == (1, 1)
    assert retained(article, (0, 2), (6, 8)) == (1, 0)  # "cd" is lost
    assert retained(article, (3, 8)) == (1, 0)  # "ab" is lost


def test_spans_that_go_together_count_as_one_and_are_retained_together() -> None:
    article = page(("paragraph", "ab cd ef"), claims=[((0, 2), (6, 8)), ((3, 5),)])
    assert retained(article, (0, 8)) == (2, 2)
    assert retained(article, (0, 2)) == (2, 0)
    assert retained(article, (0, 2), (6, 8)) == (2, 1)
    assert retained(article, (3, 5)) == (2, 1)


def test_only_spans_in_the_zones_wanted_are_counted() -> None:
    # "Head" is 0 to 4, "body" 5 to 9, "Share" 10 to 15.
    claims: list[Spans] = [((0, 4),), ((5, 9),), ((0, 4), (5, 9)), ((10, 15),)]
    article = page(("headline", "Head"), ("paragraph", "body"), ("share", "Share"), claims=claims)
    everything = (0, 15)
    assert retained(article, everything) == (1, 1)
    assert retained(article, everything, wanted=("paratext",)) == (1, 1)
    assert retained(article, everything, wanted=("body", "paratext")) == (3, 3)
    assert retained(article, (5, 9), wanted=("body", "paratext")) == (3, 1)
    assert retained(article, everything, wanted=()) == (0, 0)


def test_each_layer_is_counted_for_itself() -> None:
    article = page(("paragraph", "ab cd ef"), claims=[((0, 2),)], evidence=[((0, 2),), ((3, 5),)], cues=3 * [((6, 8),)])
    found = counted(article, (0, 5))
    assert [found[f"layer_{layer}"] for layer in ("claims", "evidence", "cues")] == [1, 2, 3]
    assert [found[f"layer_{layer}_kept"] for layer in ("claims", "evidence", "cues")] == [1, 2, 0]


def test_promotion_and_ads_promote_and_nothing_else_does() -> None:
    article = page(("paragraph", "abc"), ("promotion", "Join us"), ("ad", "Buy"), ("related", "More"), ("legal", "©"))
    found = counted(article, (0, len(article.text)))
    assert found["kept"] == 3 + 6 + 3 + 4 + 1  # "Join us" has 6 visible characters
    assert found["kept_promotional"] == 6 + 3
    # "abc" is 0 to 3, "Join us" 4 to 11: of it "Joi".
    assert counted(article, (0, 7))["kept"] == 3 + 3
    assert counted(article, (0, 7))["kept_promotional"] == 3


@pytest.mark.parametrize(
    ("characters", "letters", "other_script"),
    [
        ("abZ", 3, 0),
        ("éßĆ", 3, 0),
        ("Жя", 2, 2),
        ("漢 字", 2, 2),
        ("\u024f", 1, 0),  # the last of Latin Extended-B
        ("\u0250", 1, 1),  # the first of the IPA Extensions
        ("\u1dbf", 1, 1),  # the last letter before Latin Extended Additional
        ("\u1e00\u1eff", 2, 0),  # its first and its last
        ("\u1f00", 1, 1),  # the first of Greek Extended
        ("1_2٣-.,", 0, 0),  # digits of any script, the low line and punctuation
    ],
)
def test_letters_beyond_the_latin_blocks_are_of_another_script(
    characters: str, letters: int, other_script: int
) -> None:
    found = counted(page(("paragraph", characters)), (0, len(characters)))
    assert (found["letters"], found["letters_foreign"]) == (letters, other_script)


def test_only_letters_that_are_kept_count() -> None:
    found = counted(page(("paragraph", "ab Жя")), (1, 4))  # "b" and "Ж"
    assert (found["letters"], found["letters_foreign"]) == (2, 1)


def test_a_page_without_layers_and_an_output_without_text_count_nothing() -> None:
    found = counted(page(("paragraph", "abc")))
    assert tuple(found) == COLUMNS
    assert set(found.values()) == {0}
    empty = counted(page())
    assert tuple(empty) == COLUMNS
    assert set(empty.values()) == {0}
