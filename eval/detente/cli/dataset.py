"""`detente dataset`: check, build and read the dataset."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detente.cli.options import CONTEXT, GOLD_FORMAT, TEXT_FORMAT, problems_exit
from detente.data.problems import Problem, ValidationError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _ShownLayer(click.ParamType[str]):
    """The name of a layer that is shown: a choice whose words are read when they are needed.

    The layers themselves say which they are, and take seconds to load.
    """

    name = "layer"

    def _choice(self) -> "click.Choice[str]":
        from detente.report.gold import painters

        return click.Choice(tuple(painters()))

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self._choice().convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._choice().get_metavar(param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        return self._choice().shell_complete(ctx, param, incomplete)


@click.group("dataset", context_settings=CONTEXT)
def dataset_group() -> None:
    """Check, build and read the dataset."""


def _root(path: Path | None) -> Path:
    """The folder that holds `annotations/` and `dataset/`: the one given, else the checkout, else this one."""
    from detente.data.corpus import project_root

    root = path or project_root() or Path.cwd()
    if not (root / "annotations").is_dir():
        message = "there is no annotations/ in this folder: name the root of a checkout"
        raise ValidationError([Problem("no-annotations", str(root), message)])
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
        from detente.dataset.build import check

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
        from detente.dataset import build

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
        click.echo("\n".join(f"wrote {name}" for name in changed) or "nothing to do", err=True)


@dataset_group.command("show")
@click.argument("article")
@click.option("--layer", type=_ShownLayer(), default="boilerplate", show_default=True)
def dataset_show(article: str, layer: str) -> None:
    """Print ARTICLE with its gold labels.

    \b
    detente dataset show detente-004
    detente dataset show detente-003 --layer stance
    """
    with problems_exit():
        from detente.data.corpus import load
        from detente.report.gold import show

        gold = load()
        if article not in gold.articles:
            raise click.BadParameter(f"{article!r} is not one of {', '.join(gold.articles)}", param_hint="ARTICLE")
        show(gold, article, layer)


@dataset_group.command("info")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table", show_default=True)
def dataset_info(output_format: str) -> None:
    """Print version, hashes, counts and agreement of the dataset.

    \b
    detente dataset info
    detente dataset info --format json
    """
    with problems_exit():
        import json

        from detente.data.corpus import load
        from detente.report.gold import info

        known = info(load())
        if output_format == "json":
            click.echo(json.dumps(known, indent=2, ensure_ascii=False))
            return
        click.echo(f"{known['name']} {known['version']}  sha256 {known['sha256']}")
        click.echo(f"{known['rows']['articles']} articles in {known['families']} families")
        for name, rows in known["rows"].items():
            click.echo(f"  {name:<13}{rows:>5} rows  sha256 {known['hashes'][name][:16]}")
        click.echo("agreement of the two passes (all figures: detente dataset agreement)")
        for layer in dict.fromkeys(found["layer"] for found in known["passes"]):
            own = [found for found in known["passes"] if found["layer"] == layer and found["value"] is not None]
            least = min(own, key=lambda found: found["value"])
            click.echo(f"  {layer:<13}{least['measure']} {least['value']:.3f} at the least, of {least['field']}")


@dataset_group.command("agreement")
@_PATH
def dataset_agreement(path: Path | None) -> None:
    """Measure the annotation passes in PATH (by default this checkout's) anew.

    Krippendorff's alpha for labels, alpha_U for spans, B-cubed for clusters: of two blind passes before adjudication,
    of the gold with a fresh pass, and what reviewers found of the errors seeded in the labels.
    """
    with problems_exit():
        root = _root(path)
    with problems_exit(exit_code=1):
        from rich.console import Console
        from rich.table import Table

        from detente.dataset import annotations
        from detente.dataset import statistics as counts
        from detente.dataset.quality import adversarial_review

        tables, _ = annotations.read(root)
        found = adversarial_review.found(root, {row["id"]: row["text"] for row in tables["articles"].rows})
        sections: tuple[tuple[str, tuple[str, ...], list[tuple[str, ...]]], ...] = (
            ("two blind passes, before adjudication", counts.AGREEMENT_HEADER, counts.agreement_rows(found.passes)),
            ("the gold and a fresh pass", counts.AGREEMENT_HEADER, counts.agreement_rows(found.reproduction)),
            ("adversarial review", counts.REVIEW_HEADER, [tuple(map(str, row)) for row in found.reviews]),
        )
        console = Console(highlight=False, emoji=False)
        for title, header, rows in sections:
            table = Table(*header, title=title, title_justify="left", box=None, pad_edge=False)
            for row in rows:
                table.add_row(*row)
            console.print(table)
            console.print()


@dataset_group.command("audit")
@click.argument("gold", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--gold-format", type=GOLD_FORMAT, help="How to read GOLD.  [default: told from its keys]")
@click.option("--gold-text", type=TEXT_FORMAT, help="What its texts are.  [default: text, or by a folder's suffixes]")
@click.option(
    "--pages",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the pages, named by id: .html, .html.gz or .txt.",
)
def dataset_audit(gold: Path | None, gold_format: str | None, gold_text: str | None, pages: Path | None) -> None:
    """List what is doubtful in reference texts: GOLD of a benchmark, by default this dataset's own.

    Found are empty references; reference text and wanted snippets that their page does not have (with --pages);
    snippets that must not be there and stand in text that must; duplicates between pages. Of this dataset one page of
    each family is looked at: the near-copy is known.

    \b
    detente dataset audit ground-truth.json --pages html/

    Exit status: 0 nothing found, 1 something found, 2 the call or a file is wrong.
    """
    with problems_exit():
        from detente.data.corpus import load
        from detente.tasks.content_extraction import audit
        from detente.tasks.content_extraction.gold_formats import read_gold

        texts: dict[str, str] | None
        if gold is None and (pages or gold_format or gold_text):
            given = "--pages" if pages else "--gold-format" if gold_format else "--gold-text"
            raise ValidationError([Problem("option", given, "belongs to a GOLD, and none is named")])
        if gold is None:
            references, texts = audit.own_references(load())
        else:
            references = read_gold(gold, gold_format, gold_text)
            texts = audit.read_pages(pages, references.targets) if pages else None
    with problems_exit(exit_code=1):
        if found := audit.audit(references, texts):
            raise ValidationError(found)
        click.echo(f"nothing doubtful: {len(references.targets)} references")


@dataset_group.command("diff")
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def dataset_diff(old: Path, new: Path | None) -> None:
    """List the label changes between two built datasets: the folder OLD and NEW (by default this one).

    \b
    git worktree add ../before HEAD~20      # older versions are kept in the history
    detente dataset diff ../before/dataset
    """
    with problems_exit():
        from detente.data.corpus import Corpus, dataset_folder
        from detente.dataset.diff import changes

        for change in changes(Corpus(old), Corpus(new or dataset_folder())):
            click.echo(str(change))
