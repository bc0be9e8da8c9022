"""How numbers are written, and titled tables and coloured lines on a screen, in a file, in Markdown."""

import io
import json
import math
import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from detente.data.jsonl import without_nan
from detente.text.display import shortened, visible

if TYPE_CHECKING:
    from rich.console import Console

    from detente.tasks.layer import Painted

PLAIN_WIDTH: Final = 160
"""Words are folded into it where no terminal or COLUMNS gives a width."""
_LONGEST: Final = 1000
"""Characters of a cell, a title or a note."""
FEWEST_COLUMNS: Final = 2
"""So many columns are shown however narrow it is: what it is, and its value."""
_GAP: Final = 2
"""Spaces between columns."""
_FOLDED: Final = (30, 12)
"""Words are folded to no less than this: of the first column, of others."""
_MARKUP: Final = re.compile(r"[\\|`]")


class Section(NamedTuple):
    """A titled table. The first column is text, so are those named in `words`; the others are numbers."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    words: tuple[str, ...] = ()


class Report(NamedTuple):
    """What is printed: the tables and notes for people, the document for programs, made when it is asked for."""

    sections: Sequence[Section]
    notes: Sequence[str]
    signature: str
    written: Callable[[], dict[str, Any]]

    @property
    def document(self) -> dict[str, Any]:
        """Everything at full precision."""
        return self.written()


def number(value: float | None, sign: str = "") -> str:
    """A number to three places, with its `sign` if that is `+`; a dash where it is undefined."""
    return "–" if value is None or math.isnan(value) else f"{value:{sign}.3f}"


def bounds(low: float, high: float, sign: str = "") -> str:
    """Two bounds; a dash where they are undefined."""
    return "–" if math.isnan(low) else f"{low:{sign}.3f} … {high:{sign}.3f}"


def markdown_table(header: Sequence[object], rows: Iterable[Iterable[object]], words: Collection[object] = ()) -> str:
    """A table in Markdown, numbers to the right: all columns but the first and those in `words`; None is a dash."""
    rule = [":---" if place == 0 or name in words else "---:" for place, name in enumerate(header)]
    lines = [[_cell(cell) for cell in line] for line in (header, *rows)]
    lines.insert(1, rule)
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _cell(value: object) -> str:
    return "–" if value is None else _literal(str(value))


def _literal(text: str) -> str:
    """The text as Markdown shows it letter by letter: no code, no HTML, no end of a cell."""
    return _MARKUP.sub(r"\\\g<0>", text).replace("<", "&lt;")


def _shown(sections: Sequence[Section], notes: Sequence[str]) -> tuple[list[Section], list[str]]:
    """The tables and notes with nothing in them that a terminal obeys, and no cell or note without end."""
    cleaned = [
        Section(
            shortened(each.title, _LONGEST),
            tuple(shortened(name, _LONGEST) for name in each.header),
            [tuple(shortened(cell, _LONGEST) for cell in row) for row in each.rows],
            tuple(shortened(name, _LONGEST) for name in each.words),
        )
        for each in sections
    ]
    return cleaned, [shortened(note, _LONGEST) for note in notes]


def print_tables(sections: Sequence[Section], notes: Sequence[str], signature: str, file: IO[str]) -> None:
    """Prints the tables: ruled and coloured on a terminal, bare columns elsewhere.

    On a terminal, or where COLUMNS gives a width, columns that do not fit are left out, and a note names them.
    """
    from rich.console import Console

    sections, notes = _shown(sections, notes)
    signature = visible(signature)
    console = Console(file=file, highlight=False, emoji=False)
    if console.is_terminal:
        _print(sections, notes, signature, console, console.width)
        return
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() else None
    buffer = io.StringIO()
    _print(sections, notes, signature, Console(file=buffer, highlight=False, emoji=False, width=PLAIN_WIDTH), width)
    file.write("".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines()))


def _print(
    sections: Sequence[Section], notes: Sequence[str], signature: str, console: "Console", width: int | None
) -> None:
    """Prints to a console, each table within `width` if there is one. Words are folded, numbers stay whole."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    ruled, left_out = console.is_terminal, dict[str, None]()
    for section in sections:
        console.print(section.title, style="bold", markup=False, soft_wrap=True)
        columns = _columns(section)
        while width and _least_width(columns) > width and len(columns) > FEWEST_COLUMNS:
            columns.pop()
        left_out |= dict.fromkeys(section.header[len(columns) :])
        console.width = max(width or PLAIN_WIDTH, _least_width(columns))
        table = Table(
            box=box.SIMPLE_HEAD if ruled else None,
            show_edge=False,
            pad_edge=False,
            padding=(0, _GAP - ruled, 0, 0),
        )
        for index, column in enumerate(columns):
            table.add_column(
                escape(column.name),
                justify="left" if column.words else "right",
                no_wrap=column.least == column.width,
                overflow="fold",
                style="cyan" if index == 0 else None,
            )
        for row in section.rows:
            table.add_row(*map(escape, row[: len(columns)]))
        console.print(table)
        console.print()
    if left_out:
        notes = [*notes, f"too wide to be shown: {', '.join(left_out)}; widen the terminal, or pass --format json"]
    for note in notes:
        console.print(f"note: {note}", markup=False, soft_wrap=True)
    console.print(signature, markup=False, soft_wrap=True)


class _Column(NamedTuple):
    """A column as it is printed: how wide it is, and at least if its words are folded."""

    name: str
    words: bool
    width: int
    least: int


def _columns(section: Section) -> list[_Column]:
    from rich.cells import cell_len

    columns = []
    for index, name in enumerate(section.header):
        width = max(map(cell_len, [name, *(row[index] for row in section.rows)]))
        least = _FOLDED[index > 0] if index == 0 or name in section.words else width
        columns.append(_Column(name, index == 0 or name in section.words, width, min(width, least)))
    return columns


def _least_width(columns: Sequence[_Column]) -> int:
    return sum(column.least + _GAP for column in columns) - _GAP


def markdown_tables(sections: Sequence[Section], notes: Sequence[str], signature: str) -> str:
    """The same tables in Markdown."""
    sections, notes = _shown(sections, notes)
    parts = [f"**{_literal(each.title)}**\n\n{markdown_table(each.header, each.rows, each.words)}" for each in sections]
    parts += [f"*{_literal(note)}*\n" for note in notes]
    code = visible(signature).replace("`", "'")
    return "\n".join([*parts, f"`{code}`\n"])


def html_table(section: Section, notes: Sequence[str], signature: str) -> str:
    """A table in HTML, with notes and the signature below it; nothing in it is markup but the table itself."""
    from html import escape

    (shown,), notes = _shown([section], notes)

    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    head, body = row(shown.header, "th"), "".join(row(cells, "td") for cells in shown.rows)
    table = f"<table><caption>{escape(shown.title)}</caption><thead>{head}</thead><tbody>{body}</tbody></table>"
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"<div>{table}{below}<p><code>{escape(visible(signature))}</code></p></div>"


def print_painted(lines: "Iterable[Painted]", console: "Console") -> None:
    """Prints lines piece by piece, each in its style; on a terminal wrapped between words, as far in as they begin."""
    from rich.padding import Padding
    from rich.text import Text

    for line in lines:
        text = Text.assemble(*line)
        indent = len(text.plain) - len(text.plain.lstrip(" "))
        if console.is_terminal and 0 < indent < len(text.plain):
            console.print(Padding(text[indent:], (0, 0, 0, indent), expand=False))
        else:
            console.print(text, soft_wrap=not console.is_terminal)


def print_report(report: Report, file: IO[str]) -> None:
    """Prints the tables: ruled and coloured on a terminal, bare columns elsewhere."""
    print_tables(report.sections, report.notes, report.signature, file)


def rendered(report: Report, output_format: str) -> str:
    """A report as text: its tables as `table` (without colour) or `markdown`, or its document as `json`."""
    if output_format == "json":
        return json.dumps(without_nan(report.document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if output_format == "markdown":
        return markdown_tables(report.sections, report.notes, report.signature)
    buffer = io.StringIO()
    print_report(report, buffer)
    return buffer.getvalue()
