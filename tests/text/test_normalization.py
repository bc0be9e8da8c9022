import pytest

from detente.text.normalization import normalise, refusals


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
