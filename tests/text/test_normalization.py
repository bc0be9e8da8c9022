import unicodedata

import pytest

from detente.text.normalization import normalise, refusals
from detente.text.tokens import INVISIBLE


def test_normalise_maps_single_code_points_to_single_ones() -> None:
    raw = "on\u00a0security\tand\u3000so\u2009on\n".encode()
    assert normalise(raw) == "on security and so on\n"


@pytest.mark.parametrize("number", range(5))
def test_the_five_captures_need_no_fix_and_keep_their_offsets(gold, root, number: int) -> None:
    raw = (root / f"dataset/raw/detente-00{number}.txt").read_bytes()
    decoded = raw.decode()
    text = normalise(raw)
    assert refusals(raw) == []
    assert len(text) == len(decoded)
    assert text == gold.articles[f"detente-00{number}"]["text"]
    # Only the no-break space in 001 differs.
    assert sum(a != b for a, b in zip(text, decoded, strict=True)) == (1 if number == 1 else 0)


@pytest.mark.parametrize(
    ("raw", "rule", "line"),
    [
        (b"a\nb\xe9\n", "text-not-utf8", 2),
        (b"a\r\nb\n", "text-carriage-return", 1),
        ("a\ne\u0301\n".encode(), "text-not-nfc", 2),
        ("a\u200bb".encode(), "text-invisible-character", 1),
        ("\ufeffa".encode(), "text-invisible-character", 1),
        (b"a\n\nb \n", "text-trailing-space", 3),
        ("a\u00a0\n".encode(), "text-trailing-space", 1),
    ],
)
def test_what_would_need_more_is_refused_with_its_place(raw: bytes, rule: str, line: int) -> None:
    assert [(refusal.rule, refusal.line) for refusal in refusals(raw)] == [(rule, line)]
    with pytest.raises(ValueError, match=f"line {line}"):
        normalise(raw)


def test_every_refusal_is_reported() -> None:
    raw = b"a \nb\xff\n\x00c\r\n"
    rules = ["text-trailing-space", "text-not-utf8", "text-carriage-return", "text-invisible-character"]
    assert [refusal.rule for refusal in refusals(raw)] == rules


CHARACTERS = [chr(point) for point in (*range(0x3100), *range(0xFE00, 0x10100))]


def test_the_tab_and_every_space_separator_become_a_space_and_nothing_else_changes() -> None:
    refused, spaces = set(), set()
    for character in CHARACTERS:
        raw = f"/{character}/".encode()  # no mark combines with a slash
        if refusals(raw):
            refused.add(character)
        elif (found := normalise(raw)) != f"/{character}/":
            assert found == "/ /"
            spaces.add(character)
    decomposing = {"\u2000", "\u2001"}  # NFC makes en quad and em quad an en space and an em space
    separators = {character for character in CHARACTERS if unicodedata.category(character) == "Zs"}
    assert spaces == (separators | {"\t"}) - {" "} - decomposing
    # Refused: CR, what NFC changes, and what cannot be seen: controls but tab and line feed, the separators of lines
    # and paragraphs, and what is invisible.
    not_nfc = {character for character in refused if unicodedata.normalize("NFC", character) != character}
    assert decomposing <= not_nfc
    controls = {character for character in CHARACTERS if unicodedata.category(character) == "Cc"} - {"\t", "\n"}
    unseen = {character for character in CHARACTERS if INVISIBLE.match(character)}
    assert refused - not_nfc == controls | unseen | {"\u2028", "\u2029"}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a\nbc\xe9\n", "byte 2 is not UTF-8: save the capture as UTF-8"),
        (b"a\nb\x00\x01\n", "U+0000 at character 1 is invisible: remove it"),
        ("\ufeffa".encode(), "U+FEFF at character 0 is invisible: remove it"),
    ],
)
def test_a_refusal_names_the_place_in_its_line(raw: bytes, message: str) -> None:
    assert [refusal.message for refusal in refusals(raw)] == [message]


def test_white_space_before_a_carriage_return_ends_the_line_and_the_return_alone_does_not() -> None:
    assert [refusal.rule for refusal in refusals(b"a\r\n")] == ["text-carriage-return"]
    assert [refusal.rule for refusal in refusals(b"a \r\n")] == ["text-carriage-return", "text-trailing-space"]
    assert [refusal.rule for refusal in refusals(b" \n")] == ["text-trailing-space"]
    assert refusals(b"") == refusals(b"\n\n") == refusals(b" a\n") == []
