"""`detente challenge`: suites whose gold follows from how their items were made."""

from pathlib import Path

import click

from detente.cli.options import CONTEXT, problems_exit
from detente.cli.shell import line
from detente.data.labels import SPLITS


@click.group("challenge", context_settings=CONTEXT)
def challenge_group() -> None:
    """Make suites of any number of items from annotated pages, with gold by construction."""


@challenge_group.command("list")
@click.argument("name", required=False)
def list_suites(name: str | None) -> None:
    """List the suites, or what is done to the items of NAME.

    \b
    detente challenge list
    detente challenge list transplant
    """
    with problems_exit():
        import sys

        from detente.challenge.making import suite_of
        from detente.report import challenge
        from detente.report.tables import print_report

        print_report(challenge.suites() if name is None else challenge.operations(suite_of(name)), sys.stdout)


@challenge_group.command("make")
@click.argument("name")
@click.option("-n", "--items", type=click.IntRange(1), default=1000, show_default=True, help="Of each split.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--split",
    "splits",
    type=click.Choice(SPLITS),
    multiple=True,
    help="Make only this one; repeatable.  [default: all three]",
)
@click.option("--jobs", type=click.IntRange(1), help="Processes that work at once.  [default: one per core]")
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new or empty folder."
)
def make(name: str, items: int, seed: int, splits: tuple[str, ...], jobs: int | None, output: Path) -> None:
    """Make the suite NAME in a folder, as a corpus that all commands take with --dataset.

    The same name, number and seed give the same rows on every machine, with any number of processes. Splits share
    neither pages nor names nor templates. After Ctrl-C the same call goes on where it stopped.

    \b
    detente challenge make transplant -n 1000 -o transplant
    detente eval run body_lines --task boilerplate --dataset transplant -o predictions.jsonl
    detente eval score predictions.jsonl --dataset transplant
    detente challenge make transplant -n 100000 --split test --seed 7 -o large

    Exit status: 0 made, 2 the call is wrong, or the folder holds something else.
    """
    with problems_exit():
        from detente.challenge import making
        from detente.evaluation.engines.local import Local, cores
        from detente.evaluation.progress import progress

        recipe = making.recipe_of(making.suite_of(name), items, seed, splits or SPLITS)
        total = items * len(recipe.splits)
        try:
            with Local(jobs or cores()) as engine, progress("making", total, making.SHARD) as advance:
                manifest = making.make(recipe, output, engine, advance)
        except KeyboardInterrupt:
            line(f"what is made lies in {output}: the same call goes on there", err=True)
            raise
        line(f"made {total:,} items in {output}: {manifest['name']} {manifest['version']}+{manifest['sha256'][:8]}")
        for task in making.suite_of(name).tasks:
            line(f"next: detente eval inputs --task {task} --dataset {output}")
