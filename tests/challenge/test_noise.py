"""Words written otherwise, to the letter."""

import pytest

from detente.challenge.noise import decomposed, no_break_spaces, other_quotes, soft_hyphens
from detente.challenge.suite import Dice


@pytest.mark.parametrize(
    ("change", "text", "expected"),
    [
        (no_break_spaces, "a b  c\n", "a\u00a0b\u00a0\u00a0c\n"),
        (soft_hyphens, "sevenil eightlet ninelette", "sevenil eigh\u00adtlet nine\u00adlette"),
        (soft_hyphens, "under_score 12345678 abcd_efgh", "under_score 12345678 abcd_efgh"),
        (other_quotes, '“It’s ‘so’,” "he" said', '"It\'s \'so\'," "he" said'),
        (other_quotes, '"It\'s" (\'so\') ["or"] no"', "“It’s” (‘so’) [“or”] no”"),
        (decomposed, "né a", "ne\u0301 a"),
    ],
)
def test_all_or_nothing_is_written_otherwise(change: object, text: str, expected: str) -> None:
    assert callable(change)
    assert change(text, 1.0, Dice("all")) == expected
    assert change(text, 0.0, Dice("none")) == text
