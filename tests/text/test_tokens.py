import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detente.text.tokens import is_space, line_spans, token_spans


@given(st.text())
def test_is_space_is_str_isspace(text: str) -> None:
    assert is_space(text).tolist() == [character.isspace() for character in text]


@given(st.text())
def test_lines_and_tokens_cover_what_is_not_white_space(text: str) -> None:
    visible = ~is_space(text)
    for spans in (token_spans(text), line_spans(text)):
        covered = np.zeros(len(text), dtype=bool)
        for start, end in spans:
            assert not covered[start:end].any()
            covered[start:end] = True
        assert (visible <= covered).all()
    assert all("\n" not in text[start:end] for start, end in line_spans(text))


def test_line_spans_leave_out_white_space_at_both_ends() -> None:
    assert line_spans("  a b \n\n c\n") == [(2, 5), (9, 10)]
