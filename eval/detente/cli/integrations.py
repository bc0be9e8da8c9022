"""`detente integrations`: the tasks in other people's evaluation frameworks."""

from pathlib import Path

import click

from detente.cli.options import CONTEXT
from detente.cli.shell import line


@click.group("integrations", context_settings=CONTEXT)
def integrations_group() -> None:
    """Use the tasks in other frameworks for evaluation."""


@integrations_group.command("lm-eval")
def lm_eval() -> None:
    """Print the folder of the task files for lm-evaluation-harness (pip install 'detente[lm-eval]').

    The tasks are detente_stance, detente_agreement, detente_contrast, detente_check_worthiness and
    detente_attribution_type; the tag detente is all of them. Prompts and metrics are those of `detente eval`.

    \b
    lm_eval run --include_path "$(detente integrations lm-eval)" --tasks detente_stance --model dummy
    """
    from detente import integrations

    line(str(Path(integrations.__file__).parent / "lm_eval"))


@integrations_group.command("inspect")
def inspect() -> None:
    """List the tasks for Inspect (pip install 'detente[inspect]'), one name a line.

    Prompts and metrics are those of `detente eval`. Without a network, Inspect's own mockllm/model works only if the
    file with which it counts tokens was downloaded before (TIKTOKEN_CACHE_DIR).

    \b
    inspect eval detente/stance --model mockllm/model
    """
    from detente.integrations.questions import QUESTIONS

    for question in QUESTIONS:
        line(f"detente/{question.name}")
