"""`detente dataset`: check, build and read the dataset."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detente.cli.grow import add, init
from detente.cli.options import (
    ALL_PROBLEMS,
    CONTEXT,
    DATASET,
    GOLD_FORMAT,
    MAX_INPUT,
    SPLIT,
    TEXT_FORMAT,
    emit_json,
    print_problem,
    problems_exit,
)
from detente.cli.shell import line
from detente.data.problems import Problem, ValidationError
from detente.tasks import NOT_ON_A_PAGE, TASK_NAMES
from detente.text.display import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detente.dataset.quality.adversarial_review import Found


_SHOWN = tuple(name for name in TASK_NAMES if name not in NOT_ON_A_PAGE)


@click.group("dataset", context_settings=CONTEXT)
def dataset_group() -> None:
    """Check, build and read the dataset."""


dataset_group.add_command(init)
dataset_group.add_command(add)


def corpus_root(path: Path | None) -> Path:
    """The folder that holds `annotations/` and `dataset/`: the one given, else the checkout, else this one."""
    from detente.data.corpus import project_root

    root = path or project_root() or Path.cwd()
    if not (root / "annotations").is_dir():
        message = "there is no annotations/ in this folder: name the root of a checkout"
        raise ValidationError([Problem("no-annotations", str(root), message)])
    return root


def warn(warnings: "Iterable[Problem]") -> None:
    """Prints warnings on stderr."""
    for warning in warnings:
        print_problem(warning, "yellow", "warning: ")


_PATH = click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))


@dataset_group.command("validate")
@_PATH
@ALL_PROBLEMS
def dataset_validate(path: Path | None) -> None:
    """Check the annotations in PATH (by default this checkout's), or the challenge suite there; print every problem.

    What is built is checked, too: a file that was changed by hand is a problem. Warnings, such as of a page without
    stance rows or of a dataset that must be rebuilt, are printed and change no exit status. Of a challenge suite all
    splits are checked: digests, tables, spans against texts, and what is said of how each item was made.

    \b
    Exit status: 0 no problem, 1 problems, 2 nothing to check.
    """
    with problems_exit():
        from detente.data.corpus import is_suite

        suite = path if path and is_suite(path) else None
        root = corpus_root(path) if suite is None else suite
    with problems_exit(exit_code=1):
        if suite:
            _validate_suite(suite)
            return
        from detente.dataset import build, built
        from detente.dataset.doubts import doubts

        checked = build.check(root)
        tables, files = checked.tables, build.made_of(checked, root)
        if problems := built.changed_by_hand(root) + built.version_problems(root, files):
            raise ValidationError(problems)
        warn([*doubts(tables), *built.stale(root, files)])
        rows = sum(len(table.rows) for table in tables.values())
        line(f"no problems: {counted(rows, 'row')} in {counted(len(tables), 'table')}", err=True)


def _validate_suite(folder: Path) -> None:
    from detente.challenge.checks import problems_of
    from detente.data.corpus import Corpus

    if problems := problems_of(folder):
        raise ValidationError(problems)
    made = Corpus(folder).manifest["suite"]
    items = counted(made["items"], "item")
    line(f"no problems: {items} of {made['suite']} in each of {', '.join(made['splits'])}", err=True)


@dataset_group.command("build")
@_PATH
@ALL_PROBLEMS
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if the dataset is stale.")
def dataset_build(path: Path | None, check: bool) -> None:
    """Make dataset/ in PATH (by default this checkout's) from the annotations.

    Where rows differ from those that are built, annotations/VERSION must have been raised.

    \b
    Exit status: 0 built, or fresh; 1 problems, or stale; 2 nothing to build, or it cannot be written.
    """
    with problems_exit():
        root = corpus_root(path)
    with problems_exit(exit_code=1):
        from detente.dataset import build, built
        from detente.dataset.doubts import doubts

        checked = build.check(root)
        files = build.made_of(checked, root)
        if check:
            lines = list(build.differences(root, files))
            for each in lines:
                colour = {"+": "green", "-": "red"}.get(each[:1])
                line(each, fg=colour)
            if lines:
                line("stale: run `detente dataset build`", err=True)
                sys.exit(1)
            line("fresh", err=True)
            return
        if problems := built.version_problems(root, files):
            raise ValidationError(problems)
        warn(doubts(checked.tables))
    with problems_exit():
        changed = build.write(root, files)
    for each in [f"wrote {name}" for name in changed] or ["nothing to do"]:
        line(each, err=True)


@dataset_group.command("show")
@click.argument("article")
@click.option("--layer", type=click.Choice(_SHOWN), default="boilerplate", show_default=True)
@click.option(
    "--predictions",
    type=click.Path(exists=True, allow_dash=True),
    help="Show, in the place of a layer, what these get wrong on it: gold and prediction, and where they differ.",
)
@DATASET
@SPLIT
def dataset_show(article: str, layer: str, predictions: str | None, dataset: Path | None, split: str) -> None:
    """Print ARTICLE with its gold labels, or with what predictions get wrong of them.

    \b
    detente dataset show detente-004
    detente dataset show detente-003 --layer stance
    detente dataset show detente-003 --predictions stance.jsonl
    """
    with problems_exit():
        from detente.data.corpus import load
        from detente.report.gold import show

        gold = load(dataset, split)
        if article not in gold.articles:
            raise click.BadParameter(f"{article!r} is not one of {listed([*gold.articles])}", param_hint="ARTICLE")
        if predictions is None:
            show(gold, article, layer)
            return
        from detente.evaluation.systems import read_systems
        from detente.report.wrong_items import show_wrong

        show_wrong(read_systems([predictions], None, dataset=dataset, split=split), article, sys.stdout)


@dataset_group.command("info")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@DATASET
@SPLIT
def dataset_info(output_format: str, dataset: Path | None, split: str) -> None:
    """Print version, hashes, counts and agreement of the dataset.

    \b
    detente dataset info
    detente dataset info --format json
    """
    with problems_exit():
        import json

        from detente.data.corpus import load
        from detente.report.gold import info

        known = info(load(dataset, split))
        if output_format == "json":
            emit_json(json.dumps(known, indent=2, ensure_ascii=False) + "\n", None)
            return
        line(f"{known['name']} {known['version']}  sha256 {known['sha256']}")
        if suite := known.get("suite"):
            line(f"{counted(suite['items'], 'item')} in each of {', '.join(suite['splits'])}, seed {suite['seed']}")
        else:
            line(f"{known['rows']['articles']} articles in {known['families']} families")
        for name, rows in known["rows"].items():
            line(f"  {name:<13}{rows:>5} rows  sha256 {known['hashes'][name][:16]}")
        for name, pages in known["absent"].items():
            line(f"  {name} is not labelled on {listed(pages)}")
        if "passes" in known:
            line("agreement of the two passes (all figures: detente dataset agreement)")
        for layer in dict.fromkeys(found["layer"] for found in known.get("passes", ())):
            own = [found for found in known["passes"] if found["layer"] == layer and found["value"] is not None]
            least = min(own, key=lambda found: found["value"])
            line(f"  {layer:<13}{least['measure']} {least['value']:.3f} at the least, of {least['field']}")
        line(known["caveat"])


@dataset_group.command("agreement")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--task", help="What two FILES label; by default inferred from the keys of their lines.")
@click.option(
    "--annotator",
    "annotators",
    multiple=True,
    metavar="NAME",
    help="Whose annotations of FILES that hold several people's; once for each file, in their order.",
)
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@DATASET
@ALL_PROBLEMS
def dataset_agreement(
    paths: tuple[Path, ...],
    task: str | None,
    annotators: tuple[str, ...],
    output_format: str,
    dataset: Path | None,
) -> None:
    """Measure how well annotators agree: the passes in a checkout, or two people's files.

    Without files, or with the root of a checkout: two blind passes before adjudication, the same on the invented trial
    pages, and what reviewers found of the errors seeded in the labels. With two files over one task, in the form of a
    pass or as CoNLL, brat, Label Studio or Web Annotation files: those, on the pages that both have. Krippendorff's
    alpha for labels, alpha_U for spans, B-cubed for clusters. Where only the built dataset is at hand, the figures that
    it was published with are printed.

    \b
    detente dataset agreement
    detente dataset agreement --dataset mycorpus
    detente dataset agreement anna/detente-002.jsonl ben/detente-002.jsonl --task stance
    detente dataset agreement anna/detente-002.ann ben/detente-002.ann --task claims
    detente dataset agreement both.json both.json --task boilerplate --annotator anna@x.org --annotator ben@x.org

    Exit status: 0 measured, 1 problems in the annotations, 2 problems in the call or in the files.
    """
    files = [path for path in paths if path.is_file()]
    if len(files) not in (0, 2) or len(paths) > max(1, len(files)):
        raise click.UsageError("give two files, or the root of a checkout, or nothing")
    if len(annotators) not in (0, len(files)):
        raise click.UsageError("give --annotator once for each of two files")
    if paths and dataset and not files:
        raise click.UsageError("name the corpus once: as PATHS, or with --dataset")
    given = dataset or (None if files else next(iter(paths), None))
    with problems_exit():
        if not files and (published := _published_agreement(given)):
            _print_agreement(*published, output_format)
            return
        root = corpus_root(given)
    if files:
        _agreement_of_files((files[0], files[1]), root, task, annotators, output_format)
        return
    with problems_exit(exit_code=1):
        from detente.data.corpus import caveat
        from detente.dataset.build import check

        found = check(root).found
    _print_agreement(found, caveat(root), output_format)


def _published_agreement(given: Path | None) -> "tuple[Found, str] | None":
    """The figures of a built dataset without the annotations that they could be measured in; None where there are."""
    from detente.data.corpus import caveat, load, project_root
    from detente.dataset.quality.adversarial_review import Found

    root = given or project_root() or Path.cwd()
    if (root / "annotations").is_dir():
        return None
    built = load(given)
    return Found.of(built.agreement), caveat(built.folder)


def _print_agreement(found: "Found", said: str, output_format: str) -> None:
    from detente.dataset import statistics as counts

    if output_format == "json":
        _print_json({"caveat": said, **found.document()})
        return
    if found.passes:
        rows = counts.agreement_rows(found.passes)
        _print_table("two blind passes, before adjudication", counts.AGREEMENT_HEADER, rows)
    else:
        line(counts.NO_PASSES)
    if found.trial:
        header, rows = counts.AGREEMENT_HEADER[:-1], [row[:-1] for row in counts.agreement_rows(found.trial)]
        _print_table("the same on the trial pages", header, rows)
    for each in [*counts.left_out_lines(found.left_out), said]:
        line(each)
    if found.reviews:
        _print_table("adversarial review", counts.REVIEW_HEADER, [tuple(map(str, row)) for row in found.reviews])


def _agreement_of_files(
    files: tuple[Path, Path], root: Path, task: str | None, annotators: tuple[str, ...], output_format: str
) -> None:
    with problems_exit():
        from detente.dataset import statistics as counts
        from detente.dataset.schema import LAYERS
        from detente.integrations.exchange import people_compared, registered
        from detente.metrics.agreement import CAVEAT

        known = [name for name, layer in LAYERS.items() if layer.compared]
        if task and task not in known:
            raise click.BadParameter(f"{task!r} is not one of {', '.join(known)}", param_hint="--task")
        measures, left_out, notes = people_compared(files, registered(root)[0], task, annotators)
        warn(notes)
    if output_format == "json":
        found = {"measures": [each._asdict() for each in measures], "left_out": [each._asdict() for each in left_out]}
        _print_json({"caveat": CAVEAT, **found})
        return
    rows = [row[:-1] for row in counts.agreement_rows(measures)]
    _print_table("the two files", counts.AGREEMENT_HEADER[:-1], rows)
    for each in [*counts.left_out_lines(left_out), CAVEAT]:
        line(each)


def _print_json(document: object) -> None:
    import json

    from detente.data.jsonl import without_nan

    emit_json(json.dumps(without_nan(document), indent=2, ensure_ascii=False) + "\n", None)


def _print_table(title: str, header: "Sequence[str]", rows: "Sequence[Sequence[str]]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*header, title=title, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, emoji=False)
    console.print(table)
    console.print()


@dataset_group.command("audit")
@click.argument("gold", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--gold-format", type=GOLD_FORMAT, help="How to read GOLD.  [default: inferred from its keys]")
@click.option("--gold-text", type=TEXT_FORMAT, help="What its texts are.  [default: text, or by a folder's suffixes]")
@click.option(
    "--pages",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the pages, named by id: .html, .html.gz or .txt.",
)
@ALL_PROBLEMS
@MAX_INPUT
def dataset_audit(gold: Path | None, gold_format: str | None, gold_text: str | None, pages: Path | None) -> None:
    """List likely errors in reference texts: GOLD of a benchmark, by default this dataset's own.

    It finds empty references; reference text and wanted snippets that their page does not have (with --pages);
    snippets that must not be there and stand in text that must; duplicates between pages. Of this dataset one page of
    each family is looked at: the near-copy is known.

    \b
    detente dataset audit ground-truth.json --pages html/
    detente dataset audit dev/ground-truth/ --pages dev/html/     # WCXB: a folder of documents

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
        line(f"no likely errors: {counted(len(references.targets), 'reference')}")


@dataset_group.command("diff")
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@DATASET
def dataset_diff(old: Path, new: Path | None, dataset: Path | None) -> None:
    """List the label changes between two built datasets, OLD and NEW (by default this one): roots, or dataset/ folders.

    \b
    git worktree add ../before HEAD~20      # older versions are kept in the history
    detente dataset diff ../before/dataset
    """
    with problems_exit():
        from detente.data.corpus import load
        from detente.dataset.diff import changes

        for change in changes(load(old), load(new or dataset)):
            line(str(change))
