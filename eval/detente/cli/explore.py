"""`detente dataset explore`: the dataset as linked pages for a browser."""

from pathlib import Path

import click

from detente.cli.options import DATASET, SPLIT, problems_exit
from detente.cli.shell import line


@click.command("explore")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A new folder, an empty one, or one that this command wrote.",
)
@click.option("--open", "opened", is_flag=True, help="Open the start page in the browser.")
@DATASET
@SPLIT
def dataset_explore(output: Path, opened: bool, dataset: Path | None, split: str) -> None:
    """Write the dataset as linked pages that a browser opens from the disk, and that can be published as they are.

    Articles with layers that can be switched on and off; claims joined across articles, and the sources behind them;
    who stands where; the graph of sources, and reuse side by side. Gold, passes and other readings stand beside one
    another where annotations/ lies beside the dataset. The pages load nothing.

    What is written holds the text of the articles, which belongs to their publishers: publish the explorer of a
    text-free export (`detente dataset export --without-text`) where their rights are not cleared.

    \b
    detente dataset explore -o explorer --open
    detente dataset explore --dataset mycorpus -o explorer

    Exit status: 0 written, 2 the call or the dataset is wrong, and nothing is written.
    """
    with problems_exit():
        from detente.data.corpus import load
        from detente.report.explorer.site import write

        start = write(load(dataset, split), output)
        line(str(start))
    if opened:
        click.launch(start.resolve().as_uri())
