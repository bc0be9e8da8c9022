"""`detente eval show`: a page with its errors marked."""

import sys

import click

from detente.cli.options import ReadingOptions, emit, problems_exit, reading_options


@click.command("show")
@click.argument("predictions", type=click.Path(exists=True, allow_dash=True))
@click.argument("name", metavar="[ID]", required=False)
@reading_options
def show(predictions: str, name: str | None, options: ReadingOptions) -> None:
    """Print the page ID, or its reference text, with the errors of PREDICTIONS marked; without ID, the worst page.

    Marked are text that is missed or let in and, in the output, what is inserted, doubled or moved: in colours on a
    terminal, else between signs. The first lines say which is which. For boilerplate and for texts with --gold.

    \b
    detente eval show predictions.jsonl
    detente eval show predictions.jsonl detente-004 --paratext content
    detente eval show mine.json page-12 --gold ground-truth.json -o page-12.txt
    """
    with problems_exit(), options.session() as session:
        from detente.report.marked import marked, print_marked, rendered
        from detente.tasks.task import Options

        (system,) = options.read([predictions]).predictions.values()
        unit = marked(system, name, Options(paratext=options.paratext or "ignore"), session.engine)
        if options.output:
            emit(rendered(unit), options.output)
        else:
            print_marked(unit, sys.stdout)
