"""`detente dataset join`: the way back from `detente dataset export --without-text`."""

from pathlib import Path

import click

from detente.cli.options import ALL_PROBLEMS, MAX_INPUT, problems_exit
from detente.cli.shell import line


@click.command("join")
@click.argument("export", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--texts",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with your copies of the pages: <article>.txt, or the names of the captures.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="A new folder, or an empty one.")
@ALL_PROBLEMS
@MAX_INPUT
def dataset_join(export: Path, texts: Path, output: Path) -> None:
    """Put your own copies of the pages into EXPORT, a text-free export, and write the whole dataset.

    Each copy is checked by its hash. What is written otherwise in it (CRLF, a byte order mark, another Unicode normal
    form, no-break spaces, white space at ends of lines) is undone, and said. In another version of a page spans are
    found again by hashes of their words; rows with a span that is not found are left out and listed, in full in
    join.json. With the pages as captured the result is the dataset that was exported, row for row.

    \b
    detente dataset join detente-text-free --texts pages/ -o detente-joined

    \b
    Exit status: 0 joined; 1 joined, and rows are left out; 2 a copy is missing or of another page, nothing is written.
    """
    with problems_exit():
        from detente.data.corpus import Corpus
        from detente.data.files import write_folder
        from detente.dataset.join import join

        joined = join(Corpus(export), texts)
        write_folder(output, joined.files)
    for name, copy in joined.copies.items():
        line(f"{name}: {copy}")
    for config, counts in joined.counts.items():
        line(f"{config:<13}{counts['kept']:>5} kept{counts['moved']:>5} moved{counts['lost']:>5} lost")
    for note in joined.notes:
        line(f"note: {note}")
    with problems_exit(exit_code=1):
        from detente.data.problems import ValidationError

        if joined.lost:
            raise ValidationError(joined.lost)
