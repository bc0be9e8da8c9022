"""`detente dataset export` and `import`: layers in the formats of annotation tools."""

from pathlib import Path

import click

from detente.cli.dataset import corpus_root, warn
from detente.cli.options import ALL_PROBLEMS, MAX_INPUT, problems_exit
from detente.cli.shell import line
from detente.data.labels import EXCHANGE_FORMATS
from detente.data.problems import Problem, ValidationError
from detente.tasks import SPAN_LAYERS
from detente.text.display import counted

_FORMAT = click.Choice(EXCHANGE_FORMATS)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ROOT = click.option(
    "--dataset",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The root of a corpus, which holds annotations/ and dataset/.  [default: this checkout]",
)
_FORCE = click.option("--force", is_flag=True, help="Overwrite files that are there.")


def _write(files: dict[Path, str], force: bool) -> None:
    """Writes all files, or none if one of them is there and that is not allowed."""
    from detente.data.files import write_whole

    there = [path for path in files if path.exists()]
    if there and not force:
        message = "exists: name another place, or overwrite it with --force"
        raise ValidationError([Problem("file-exists", str(path), message) for path in there])
    for path, text in files.items():
        _folder(path.parent)
        write_whole(path, text)


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValidationError([Problem("not-writable", str(path), f"cannot be made: {error.strerror}")]) from error


@click.command("export")
@click.argument("layers", nargs=-1, metavar="[LAYER]...", type=click.Choice(SPAN_LAYERS))
@click.option("--format", "form", type=_FORMAT, help="The format of the tool.")
@click.option("--without-text", is_flag=True, help="The whole dataset, as it is built, without a word of the pages.")
@click.option("--article", "articles", multiple=True, metavar="ID", help="Only this page; repeatable.")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to."
)
@_ROOT
@_FORCE
@ALL_PROBLEMS
def dataset_export(
    layers: tuple[str, ...],
    form: str | None,
    without_text: bool,
    articles: tuple[str, ...],
    output: Path,
    root: Path | None,
    force: bool,
) -> None:
    """Write the gold of LAYERs, by default of all, for an annotation tool; or the dataset without the pages' words.

    Layers: boilerplate, claims, no_claim, stance, attribution, derivation, reuse. What is read back with `detente
    dataset import` is the same, row for row. A page that has no gold of a layer yet is written without rows, to be
    labelled.

    \b
    conll            LAYER/ARTICLE.conll: tokens with BIO tags, offsets and rows
    brat             LAYER/ARTICLE.txt and .ann, and annotation.conf: a brat collection
    label-studio     LAYER.json, the tasks, and LAYER.xml, the labelling configuration
    web-annotation   LAYER/ARTICLE.jsonld and .txt: the W3C's model

    With --without-text: labels, offsets, hashes, and what this project wrote. Where five or more tokens in a row stand
    on a page, their place stands instead, as ⟦detente-001:88-120⟧. The new folder loads with load_dataset; `detente
    dataset join` puts the words of one's own copies of the pages back.

    \b
    detente dataset export claims --format brat -o brat/
    detente dataset export boilerplate --article detente-002 --format label-studio -o studio/
    detente dataset export --without-text -o detente-text-free

    \b
    Exit status: 0 written, 2 the call or the annotations are wrong, or the format cannot hold a row.
    """
    if without_text == (form is not None):
        raise click.UsageError("say what is to be exported: --format FORMAT, or --without-text")
    if without_text and (layers or articles or force):
        raise click.UsageError(
            "--without-text exports the whole dataset into a new folder: no LAYER, --article, --force"
        )
    with problems_exit():
        if form is None:
            _without_text(root, output)
            return
        from detente.integrations.exchange import export

        files = export(corpus_root(root), layers or SPAN_LAYERS, articles, form)
        _write({output / name: text for name, text in files.items()}, force)
        line(f"wrote {counted(len(files), 'file')} to {output}", err=True)


def _without_text(root: Path | None, output: Path) -> None:
    from detente.data.corpus import load
    from detente.data.files import write_folder
    from detente.dataset import text_free

    files = text_free.export(load(root))
    write_folder(output, files)
    line(f"wrote {counted(len(files), 'file')} without a page's words to {output}", err=True)


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=_FILE)
@click.option("--layer", type=click.Choice(SPAN_LAYERS), required=True, help="What the files label.")
@click.option("--format", "form", type=_FORMAT, help="Their format.  [default: told from the files]")
@click.option("--annotator", metavar="NAME", help="Whose annotations, where several people's are in a file.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder for ARTICLE.jsonl of each page, or a .jsonl file for one page.",
)
@_ROOT
@_FORCE
@ALL_PROBLEMS
@MAX_INPUT
def dataset_import(
    files: tuple[Path, ...],
    layer: str,
    form: str | None,
    annotator: str | None,
    output: Path,
    root: Path | None,
    force: bool,
) -> None:
    """Write the annotations in FILEs as the JSON Lines of a layer.

    The pages must be in annotations/articles.jsonl. Offsets are checked against the words that the files have with
    them; words that stand elsewhere in the page are found again, and a warning says so. Ids that are missing are
    numbered. Of brat, name the .ann files.

    \b
    detente dataset import brat/claims/detente-005.ann --layer claims -o annotations/claims/gold
    detente dataset import project-7.json --layer boilerplate --annotator 3 -o annotations/boilerplate/gold
    detente dataset validate

    Exit status: 0 written; 2 the call or a file is wrong, and nothing is written.
    """
    with problems_exit():
        from detente.integrations.exchange import imported

        made, notes = imported(corpus_root(root), files, layer, form, annotator)
        one = output.suffix == ".jsonl"
        if one and len(made) != 1:
            message = f"is one file, and there are {counted(len(made), 'page')}: name a folder"
            raise ValidationError([Problem("option", str(output), message)])
        places = {
            output if output.suffix == ".jsonl" else output / f"{name}.jsonl": text for name, text in made.items()
        }
        warn(notes)
        _write(places, force)
        for path, text in places.items():
            line(f"wrote {path}: {counted(text.count(chr(10)), 'row')}", err=True)
