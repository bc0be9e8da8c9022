"""How commands print problems and results."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from detente.problems import Invalid

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@contextmanager
def problems_exit(exit_code: int = 2) -> Iterator[None]:
    """Prints every problem on stderr, and exits."""
    try:
        yield
    except Invalid as invalid:
        for problem in invalid.problems:
            click.echo(
                f"{click.style(problem.place, bold=True)}: {click.style(problem.rule, fg='red')}: {problem.message}",
                err=True,
            )
        count = len(invalid.problems)
        click.echo(f"{count} problem{'s' if count > 1 else ''}", err=True)
        sys.exit(exit_code)


def emit(text: str, output: Path | None) -> None:
    """Writes a file whole, or prints."""
    if output is None or str(output) == "-":
        click.echo(text, nl=False)
        return
    from detente.records import write_whole

    write_whole(output, text)
    click.echo(f"wrote {output}", err=True)
