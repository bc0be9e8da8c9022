"""Titled tables on a screen, in a file, in Markdown."""

import io
import json
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH: Final = 160


class Section(NamedTuple):
    """A titled table. The first column is text, so are those named in `words`; the others are numbers."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    words: tuple[str, ...] = ()


def print_tables(sections: Sequence[Section], notes: Sequence[str], signature: str, file: IO[str]) -> None:
    """Prints the tables: ruled and coloured on a terminal, bare columns elsewhere."""
    from rich.console import Console

    console = Console(file=file, highlight=False, emoji=False)
    if console.is_terminal:
        _print(sections, notes, signature, console)
        return
    buffer = io.StringIO()
    _print(sections, notes, signature, Console(file=buffer, highlight=False, emoji=False, width=PLAIN_WIDTH))
    file.write("".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines()))


def _print(sections: Sequence[Section], notes: Sequence[str], signature: str, console: "Console") -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    for section in sections:
        console.print(section.title, style="bold", markup=False, soft_wrap=True)
        table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
        for index, name in enumerate(section.header):
            words = index == 0 or name in section.words
            table.add_column(
                escape(name),
                justify="left" if words else "right",
                no_wrap=name not in section.words,
                overflow="fold",
                style="cyan" if index == 0 else None,
            )
        for row in section.rows:
            table.add_row(*map(escape, row))
        console.print(table)
        if not console.is_terminal:
            console.print()
    for note in notes:
        console.print(f"note: {note}", markup=False, soft_wrap=True)
    console.print(signature, markup=False, soft_wrap=True)


def markdown_tables(sections: Sequence[Section], notes: Sequence[str], signature: str) -> str:
    """The same tables in Markdown."""
    parts = []
    for section in sections:
        rule = [":---" if index == 0 or name in section.words else "---:" for index, name in enumerate(section.header)]
        rows = [[cell.replace("|", "\\|") for cell in row] for row in (section.header, *section.rows)]
        rows.insert(1, rule)
        table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
        parts.append(f"**{section.title}**\n\n{table}\n")
    parts += [f"*{note}*\n" for note in notes]
    return "\n".join([*parts, f"`{signature}`\n"])


def rendered(
    form: str, sections: Sequence[Section], notes: Sequence[str], signature: str, document: Callable[[], dict[str, Any]]
) -> str:
    """A report as text: its tables as `table` (without colour) or `markdown`, or its document as `json`."""
    if form == "json":
        return json.dumps(document(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if form == "markdown":
        return markdown_tables(sections, notes, signature)
    buffer = io.StringIO()
    print_tables(sections, notes, signature, buffer)
    return buffer.getvalue()
