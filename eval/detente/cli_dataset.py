"""`detente dataset`: check, build and read the dataset."""

import sys
from pathlib import Path

import click

from detente.cli_output import CONTEXT, problems_exit
from detente.problems import Invalid


@click.group("dataset", context_settings=CONTEXT)
def dataset_group() -> None:
    """Check, build and read the dataset."""


def _root(path: Path | None) -> Path:
    """The folder that holds `annotations/` and `dataset/`: the one given, else the checkout, else this one."""
    from detente.corpus import project_root
    from detente.problems import Problem

    root = path or project_root() or Path.cwd()
    if not (root / "annotations").is_dir():
        message = "there is no annotations/ in this folder: name the root of a checkout"
        raise Invalid([Problem("no-annotations", str(root), message)])
    return root


_PATH = click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))


@dataset_group.command("validate")
@_PATH
def dataset_validate(path: Path | None) -> None:
    """Check the annotations in PATH (by default this checkout's), and print every problem.

    \b
    Exit status: 0 no problem, 1 problems, 2 nothing to check.
    """
    with problems_exit():
        root = _root(path)
    with problems_exit(exit_code=1):
        from detente.build import check

        tables = check(root)
        rows = sum(len(table.rows) for table in tables.values())
        click.echo(f"no problems: {rows} rows in {len(tables)} tables", err=True)


@dataset_group.command("build")
@_PATH
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if the dataset is stale.")
def dataset_build(path: Path | None, check: bool) -> None:
    """Make dataset/ in PATH (by default this checkout's) from the annotations.

    \b
    Exit status: 0 built, or fresh; 1 problems, or stale; 2 nothing to build.
    """
    with problems_exit():
        root = _root(path)
    with problems_exit(exit_code=1):
        from detente import build

        files = build.files_of(root)
        if check:
            lines = list(build.differences(root, files))
            for line in lines:
                colour = {"+": "green", "-": "red"}.get(line[:1])
                click.secho(line, fg=colour)
            if lines:
                click.echo("stale: run `detente dataset build`", err=True)
                sys.exit(1)
            click.echo("fresh", err=True)
            return
        changed = build.write(root, files)
        click.echo("\n".join(f"wrote dataset/{name}" for name in changed) or "nothing to do", err=True)


@dataset_group.command("show")
@click.argument("article")
@click.option("--layer", type=click.Choice(["boilerplate", "stance"]), default="boilerplate", show_default=True)
def dataset_show(article: str, layer: str) -> None:
    """Print ARTICLE with its gold labels.

    \b
    detente dataset show detente-004
    detente dataset show detente-003 --layer stance
    """
    with problems_exit():
        from detente.corpus import load
        from detente.show import show

        gold = load()
        if article not in gold.articles:
            raise click.BadParameter(f"{article!r} is not one of {', '.join(gold.articles)}", param_hint="ARTICLE")
        show(gold, article, layer)
