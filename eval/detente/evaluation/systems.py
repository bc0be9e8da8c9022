"""The predictions of one call: read and checked together, against the built dataset or reference texts."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detente.data.labels import GOLD_FORMATS, LABEL_GOLD_FORMATS, OPTION_VALUES, REFERENCE_TASK, SPLITS
from detente.data.problems import Problem, ValidationError
from detente.evaluation.gold import load_gold
from detente.evaluation.in_pieces import (
    Pieces,
    are_texts,
    elsewhere,
    is_suite,
    labels_task,
    read_labels,
    read_suite,
    read_texts,
)
from detente.evaluation.looks import markup_warnings
from detente.evaluation.sources import Source, fingerprint_of
from detente.evaluation.whole import read_all
from detente.tasks import TASK_NAMES
from detente.tasks.task import refuse_unknown
from detente.text.markup import FORMATS

if TYPE_CHECKING:
    from detente.data.spellings import Spellings
    from detente.evaluation.predictions import Predictions
    from detente.evaluation.score import Counting, Resampling, Scores
    from detente.evaluation.session import Session
    from detente.evaluation.steps import Steps
    from detente.tasks.task import Gold, Options


_NOT_FOR_ALL: Final = ("paratext", "empty")
"""Options that some tasks do not heed, which refuse them."""


@dataclass(frozen=True)
class Systems:
    """The systems of one call, read and checked, beside the gold that they are held against.

    Attributes:
        gold: The dataset, or reference texts.
        predictions: Of each system by its name; all of one task, on the same pages.
        warnings: What is probably not meant, in words.
        counting: What counts them, where they are not in memory.
        steps: Where the counts of texts are kept, if they are.
    """

    gold: "Gold"
    predictions: "dict[str, Predictions]"
    warnings: tuple[str, ...]
    counting: "Counting | None" = None
    steps: "Steps | None" = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or changed on reading, in words, after the name of the system."""
        return tuple(f"{name}: note: {note}" for name, each in self.predictions.items() for note in each.notes)

    def scores(
        self, options: "Options", resampling: "Resampling", session: "Session | None" = None
    ) -> "dict[str, Scores]":
        """The scores of each system; see `score_files`."""
        return score_files(self.predictions, self.gold, options, resampling, session, self.counting, self.steps)


def asked_of(options: "Options") -> list[str]:
    """The options of what is right that are not as they are by default, and that not every task heeds."""
    return [name for name in _NOT_FOR_ALL if getattr(options, name) != OPTION_VALUES[name][0]]


def read_systems(
    sources: Sequence[Source],
    task: str | None = None,
    *,
    dataset: str | PathLike[str] | None = None,
    split: str = SPLITS[-1],
    gold: Path | None = None,
    gold_format: str | None = None,
    gold_text: str | None = None,
    asked: Sequence[str] = (),
    output_formats: Sequence[str] = (),
    names: Sequence[str] = (),
    labels: "Spellings | None" = None,
    allow_missing: bool = False,
    allow_extra: bool = False,
    session: "Session | None" = None,
    pieces: "Pieces | None" = None,
) -> Systems:
    """Reads the gold and the predictions of all systems.

    What is too large to be read whole, or comes in shards, is read in pieces: labels against labels.

    Args:
        sources: Of the systems; see `read_all`.
        task: The task; None to tell it from the lines.
        dataset: The built dataset, if it is not the package's own; see `load_gold`.
        split: Which of its splits.
        gold: Reference texts or labels instead of it.
        gold_format: How they are laid out.
        gold_text: What they are written in.
        asked: The options of what is right that were given, and that the task must heed.
        output_formats: What the systems' texts are written in.
        names: What to call the systems.
        labels: Spellings of labels, of predictions and gold, to the task's.
        allow_missing: Whether ids of the gold may be missing.
        allow_extra: Whether ids that the gold does not have may be there.
        session: What reads it, where it is read in pieces.
        pieces: To read it in pieces however small it is, and in which.

    Raises:
        ValidationError: With the problems of all systems and options, and if the systems are of different tasks or
            pages.
    """
    from detente.data.corpus import Corpus

    texts = [("--output-format", each, FORMATS) for each in output_formats]
    refuse_unknown(
        [
            ("--task", task, (*TASK_NAMES, REFERENCE_TASK)),
            ("--gold-format", gold_format, (*GOLD_FORMATS, *LABEL_GOLD_FORMATS)),
            ("--gold-text", gold_text, FORMATS),
            *texts,
        ]
    )
    allowed = {"allow_missing": allow_missing, "allow_extra": allow_extra}
    forced = pieces is not None
    if gold is not None and dataset is None:
        known = None
        if not gold_text:
            known = labels_task(gold, gold_format, task, sources, forced=forced or elsewhere(session, gold, sources))
        if known:
            found = read_labels(gold, known, sources, output_formats, names, labels or {}, session, pieces, **allowed)
            return _fit(Systems(*found), asked)
        if are_texts(gold, task, sources, forced=forced):
            formats = (gold_format, gold_text, output_formats)
            found = read_texts(gold, formats, sources, names, labels or {}, session, pieces, **allowed)
            return _fit(Systems(*found), asked)
    reference = load_gold(gold, gold_format, gold_text, dataset=dataset, split=split, task=task, labels=labels)
    if isinstance(reference, Corpus) and is_suite(reference, task, sources, labels, forced=forced):
        found = read_suite(reference, sources, output_formats, names, session, pieces, **allowed)
        return _fit(Systems(*found), asked)
    systems = read_all(
        sources,
        reference,
        task,
        **allowed,
        output_formats=output_formats,
        names=names,
        labels=labels,
    )
    warnings = tuple(markup_warnings(reference, systems, output_formats, gold_text))
    read = _fit(Systems(reference, systems, warnings), asked)
    if session is None or session.execution.work is None:
        return read
    call = {
        "gold": fingerprint_of(gold) if gold else reference.manifest["sha256"],
        "labels": str(labels),
        "formats": [gold_format, gold_text],
    }
    call |= {"task": task, "--output-format": [*output_formats], "split": split}
    call |= {f"predictions {number}": fingerprint_of(source) for number, source in enumerate(sources, start=1)}
    return replace(read, steps=session.steps(call))


def _fit(systems: Systems, asked: Sequence[str]) -> Systems:
    """Refuses systems of different tasks or pages, and options that their task does not support."""
    (first, one), *others = systems.predictions.items()
    problems = [
        Problem("not-comparable", name, f"predictions of {other.task.name}; {first} has those of {one.task.name}")
        for name, other in others
        if other.task.name != one.task.name
    ]
    pages = {name: " ".join(_pages(each)) or "the captures" for name, each in systems.predictions.items()}
    problems += [
        Problem("not-comparable", name, f"is on other pages ({pages[name]}); {first} on {pages[first]}")
        for name, other in others
        if other.task.name == one.task.name and pages[name] != pages[first]
    ]
    problems += [
        Problem("option", f"--{option}", f"is not supported by the task {one.task.name}")
        for option in asked
        if option not in one.task.options
    ]
    if problems:
        raise ValidationError(problems)
    return systems


def _pages(predictions: "Predictions") -> list[str]:
    parts = predictions.task.signature_parts(predictions.units)
    return [f"{name}:{value}" for name, value in parts.items()]


def score_files(
    systems: "dict[str, Predictions]",
    gold: "Gold",
    options: "Options",
    resampling: "Resampling",
    session: "Session | None" = None,
    counting: "Counting | None" = None,
    steps: "Steps | None" = None,
) -> "dict[str, Scores]":
    """Each system's scores, counted together (on all cores by default), with a progress bar for long work."""
    from detente.evaluation.engines.pages import MIN_PAGES_FOR_POOL
    from detente.evaluation.progress import progress
    from detente.evaluation.score import score_all
    from detente.evaluation.session import Session
    from detente.evaluation.steps import Keeping

    units = next(iter(systems.values())).units
    with (
        nullcontext(session) if session else Session() as running,
        progress("scoring", 0 if steps or counting else len(units) * len(systems), MIN_PAGES_FOR_POOL) as advance,
    ):
        engine = Keeping(steps, f"count {options}") if steps else running.engine
        return score_all(systems, gold, options, resampling, engine, advance, counting)
