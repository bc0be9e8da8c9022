"""How numbers are written, and tables in Markdown, in a file, as JSON."""

import io
import json
import math
import re

import pytest
from rich.console import Console

from detente.report.tables import (
    Report,
    Section,
    bounds,
    markdown_table,
    markdown_tables,
    number,
    print_painted,
    print_tables,
    rendered,
)
from detente.text.display import counted, plural


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [
        (0.5, "", "0.500"),
        (0.0004, "", "0.000"),
        (0.0006, "", "0.001"),
        (12.34567, "", "12.346"),
        (-0.25, "", "-0.250"),
        (0.25, "+", "+0.250"),
        (-0.25, "+", "-0.250"),
        (0.0, "+", "+0.000"),
        (math.inf, "", "inf"),
        (None, "", "–"),
        (math.nan, "", "–"),
        (math.nan, "+", "–"),
    ],
)
def test_a_number_has_three_places_and_an_undefined_one_is_a_dash(value: float | None, sign: str, text: str) -> None:
    assert number(value, sign) == text


def test_bounds_are_two_numbers_or_one_dash() -> None:
    assert bounds(0.25, 1) == "0.250 … 1.000"
    assert bounds(-0.25, 0.5, "+") == "-0.250 … +0.500"
    assert bounds(math.nan, math.nan) == "–"


@pytest.mark.parametrize(("count", "text"), [(0, "0 items"), (1, "1 item"), (2, "2 items"), (11, "11 items")])
def test_one_thing_is_singular_and_none_is_plural(count: int, text: str) -> None:
    assert counted(count, "item") == text


def test_a_markdown_table_puts_words_left_and_numbers_right_and_escapes_pipes() -> None:
    table = markdown_table(("a|b", "n", "why", "m|n"), [("x|y", 1, None, "p||q"), (None, None, "", 0.5)], ("why",))
    assert table.splitlines() == [
        "| a\\|b | n | why | m\\|n |",
        "| :--- | ---: | :--- | ---: |",
        "| x\\|y | 1 | – | p\\|\\|q |",
        "| – | – |  | 0.5 |",
    ]
    assert table.endswith(" |\n")


def test_a_markdown_table_without_rows_is_a_header_and_a_rule() -> None:
    assert markdown_table(["only"], []) == "| only |\n| :--- |\n"
    # Zero is a number like another, not nothing.
    assert markdown_table(["a", "b"], [[0, False]]).splitlines()[2] == "| 0 | False |"


SECTION = Section("stance: 2 units", ("metric", "value", "remark"), [("f|1", "0.500", "[primary]")], ("remark",))
REPORT = Report(
    [SECTION], ["one note"], "detente|task:stance", lambda: {"value": math.nan, "parts": [1.5, math.nan], "é": "–"}
)


def test_markdown_has_titles_in_bold_notes_in_italics_and_the_signature_as_code() -> None:
    assert markdown_tables(*REPORT[:3]) == (
        "**stance: 2 units**\n\n"
        "| metric | value | remark |\n| :--- | ---: | :--- |\n| f\\|1 | 0.500 | [primary] |\n\n"
        "*one note*\n\n"
        "`detente|task:stance`\n"
    )
    assert rendered(REPORT, "markdown") == markdown_tables(*REPORT[:3])


def test_json_is_the_document_and_nan_is_null() -> None:
    text = rendered(REPORT, "json")
    assert json.loads(text) == {"value": None, "parts": [1.5, None], "é": "–"}
    assert '"é": "–"' in text
    assert text.endswith("}\n")


def test_a_table_in_a_file_has_bare_columns_and_prints_brackets_as_they_are() -> None:
    assert rendered(REPORT, "table").splitlines() == [
        "stance: 2 units",
        "metric  value  remark",
        "f|1     0.500  [primary]",
        "",
        "note: one note",
        "detente|task:stance",
    ]


class Screen(io.TextIOBase):
    """A file, or a terminal."""

    def __init__(self, terminal: bool) -> None:
        self.terminal, self.text = terminal, ""

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)


WIDE = Section(
    "wide",
    ("metric", "first", "second", "remark"),
    [("char_f1", "0.111", "0.222 … 0.333", "words that are folded")],
    ("remark",),
)
"""At least 7 + 5 + 13 + 12 characters, and 3 gaps of 2: 43; whole with 21 instead of 12: 52."""


def shown(monkeypatch: pytest.MonkeyPatch, columns: int | None, terminal: bool, section: Section = WIDE) -> list[str]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", str(columns))
    screen = Screen(terminal)
    print_tables([section], [], "signature", screen)
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in screen.text.splitlines()]


@pytest.mark.parametrize("terminal", [True, False])
def test_columns_that_do_not_fit_are_left_out_from_the_right_and_named(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    whole = shown(monkeypatch, 52, terminal)
    assert "char_f1  0.111  0.222 … 0.333  words that are folded" in whole
    folded = shown(monkeypatch, 43, terminal)
    assert max(map(len, folded)) <= 43
    assert "metric   first         second  remark" in folded
    assert "char_f1  0.111  0.222 … 0.333  words that" in folded
    assert not any("too wide" in line for line in whole + folded)
    cut = shown(monkeypatch, 42, terminal)
    assert "char_f1  0.111  0.222 … 0.333" in cut
    assert "note: too wide to be shown: remark; widen the terminal, or pass --format json" in cut
    # 7 + 2 + 5 + 2 + 13 = 29.
    assert "char_f1  0.111  0.222 … 0.333" in shown(monkeypatch, 29, terminal)
    assert "note: too wide to be shown: second, remark; widen the terminal, or pass --format json" in shown(
        monkeypatch, 28, terminal
    )
    # A name and a number are always there.
    assert "char_f1  0.111" in shown(monkeypatch, 5, terminal)


def test_nothing_is_cut_where_nothing_says_how_wide_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = tuple(f"{place}.{'0' * 9}" for place in range(20))
    wide = Section("wide", ("system", *(f"m{place}" for place in range(20))), [("s" * 200, *numbers)])
    found = shown(monkeypatch, None, False, wide)
    assert found[2].split()[1:] == list(numbers)
    assert not any("too wide" in text for text in found)
    # A file of its own is what would be printed.
    assert rendered(Report([wide], [], "signature", dict), "table").splitlines() == found


def test_a_noun_in_y_has_its_own_plural() -> None:
    assert [counted(count, "family") for count in (0, 1, 4)] == ["0 families", "1 family", "4 families"]


def test_of_what_is_made_of_two_words_the_first_has_the_plural() -> None:
    assert counted(1, "pair of characters") == "1 pair of characters"
    assert counted(2, "pair of characters") == "2 pairs of characters"
    assert counted(2, "word boundary") == f"2 {plural('word boundary')}" == "2 word boundaries"


def test_markdown_shows_users_text_literally() -> None:
    section = Section("a`b", ("system", "n"), [("<script>x</script>\n`|`\x1b[31m", "1")])
    assert markdown_tables([section], ["made by <b>*`"], "detente|`\n") == (
        "**a\\`b**\n\n"
        "| system | n |\n| :--- | ---: |\n"
        "| &lt;script>x&lt;/script>\\\\n\\`\\|\\`\\\\x1b[31m | 1 |\n\n"
        "*made by &lt;b>*\\`*\n\n"
        "`detente|'\\n`\n"
    )


def test_a_cell_has_a_greatest_length() -> None:
    text = rendered(Report([Section("t", ("system",), [("x" * 5_000_000,)])], ["y" * 5_000_000], "s", dict), "table")
    assert len(text) < 3000


def test_a_line_that_begins_further_in_is_wrapped_as_far_in_on_a_terminal_only() -> None:
    words = " ".join(["harbour"] * 6)
    for terminal, expected in (
        (True, "favor\n    harbour harbour\n    harbour harbour\n    harbour harbour\n"),
        (False, f"favor\n    {words}\n"),
    ):
        file = io.StringIO()
        console = Console(file=file, width=20, force_terminal=terminal, color_system=None)
        print_painted([[("favor", "")], [(f"    {words}", "")]], console)
        assert "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines()) == expected
