"""`detente dataset init` and `detente dataset add`: a new corpus, and a new page of one."""

from pathlib import Path

import click

from detente.cli.options import problems_exit
from detente.cli.shell import line
from detente.data.problems import Problem, ValidationError
from detente.tasks.boilerplate.extractors import NAMES as EXTRACTORS


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", help="What the ids of its pages begin with.  [default: the name of FOLDER]")
@click.option("--language", default="en", show_default=True, help="Of its pages, as an ISO 639 code.")
def init(folder: Path, name: str | None, language: str) -> None:
    """Start a corpus in FOLDER, which must be empty or not there: registries, guidelines, inventories, card.

    Edit annotations/inventory.yaml for parties, targets, times, languages and types of your own.

    \b
    detente dataset init mycorpus --language ka
    detente dataset add page.html --dataset mycorpus
    detente dataset validate mycorpus
    detente dataset build mycorpus
    detente eval tasks --dataset mycorpus

    Exit status: 0 written, 2 the call is wrong, and nothing is written.
    """
    with problems_exit():
        from detente.dataset import growing

        written = growing.init(folder, name if name is not None else folder.resolve().name, language)
        for each in written:
            line(f"wrote {folder / each}", err=True)
        line(f"next: edit {folder / 'annotations' / 'inventory.yaml'}; detente dataset add page.txt --dataset {folder}")


@click.command("add")
@click.argument(
    "pages", nargs=-1, required=True, metavar="PAGE...", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--dataset",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The root of the corpus, which holds annotations/.",
)
@click.option("--language", help="Of the pages.  [default: that of the corpus, if it has one]")
@click.option(
    "--extractor",
    type=click.Choice(EXTRACTORS),
    help="Whose output proposes which lines of an .html are body.  [default: the first that is installed]",
)
def add(pages: tuple[Path, ...], dataset: Path, language: str | None, extractor: str | None) -> None:
    """Register PAGEs, .txt or .html files, in a corpus, and write drafts of their segments for people to label.

    A .txt is taken as it is, byte for byte; of an .html the text that a reader sees. What an extractor takes for the
    article is aligned to that text and proposed as body. The drafts lie in annotations/boilerplate/draft/, where
    nothing takes them for gold. Nothing is overwritten; the last line of the output says how to undo it.
    Of several pages all are added, in their order, or none.

    \b
    detente dataset add page.txt --dataset mycorpus
    detente dataset add monday.txt tuesday.txt --dataset mycorpus
    detente dataset add page.html --dataset mycorpus --extractor trafilatura --language ka

    Exit status: 0 added, 2 the call or a page is wrong, and nothing is written.
    """
    with problems_exit():
        from detente.dataset import growing

        if not (dataset / "annotations").is_dir():
            message = "there is no annotations/ in this folder: `detente dataset init` starts a corpus"
            raise ValidationError([Problem("no-annotations", str(dataset), message)])
        added = growing.add(dataset, pages, language, extractor)
        new = [file for page in added for file in page.files]
        for each in dict.fromkeys([*new, *(registry for page in added for registry in page.registries)]):
            line(f"wrote {dataset / each}", err=True)
        for each in growing.next_steps(dataset, added):
            line(each)
