"""The command line: parses, calls, prints. Heavy imports wait inside the commands that need them."""

import click

from detente import __version__
from detente.cli.challenge import challenge_group
from detente.cli.dataset import dataset_group
from detente.cli.eval import eval_group
from detente.cli.exchange import dataset_export, dataset_import
from detente.cli.explore import dataset_explore
from detente.cli.integrations import integrations_group
from detente.cli.options import CONTEXT
from detente.cli.rights import dataset_join
from detente.cli.shell import Shell


@click.group(cls=Shell, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="detente")
def main() -> None:
    """Détente: a gold dataset of news coverage, and the harness that scores models against it.

    \b
    detente eval inputs --task stance -o inputs.jsonl   what a model may see
    detente eval score predictions.jsonl                score its answers
    detente dataset show detente-004                    show a page with its labels

    Completion: eval "$(_DETENTE_COMPLETE=bash_source detente)" (or zsh_source, fish_source).
    """


main.add_command(eval_group)
main.add_command(dataset_group)
dataset_group.add_command(dataset_export)
dataset_group.add_command(dataset_import)
dataset_group.add_command(dataset_join)
dataset_group.add_command(dataset_explore)
main.add_command(challenge_group)
main.add_command(integrations_group)
