"""Spellings of labels: other people's words for ours, mapped only where that is asked for (`--labels FAVOR=favor`)."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Final

from detente.data.jsonl import Record, describe
from detente.data.problems import Problem, ValidationError
from detente.text.display import counted, quoted, shortened

Spellings = Mapping[str, str]
"""Spelling to label."""

OPTION: Final = "--labels"
_PLACEHOLDER: Final = "LABEL"
_NEAR: Final = 80
"""Of the ratio of rapidfuzz, 0…100, from which on a spelling is taken to mean a label, in a hint."""
_LONGEST_HINT: Final = 300
"""An option of more characters is not written out: that many spellings are no inventory."""


def parse_spellings(text: str) -> dict[str, str]:
    """What `FAVOR=favor,2=none` says; the label is what follows the last equals sign.

    Raises:
        ValidationError: With every pair that has no spelling or no label, and every spelling that is there twice.
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for pair in text.split(","):
        spelling, _, label = (part.strip() for part in pair.rpartition("="))
        if not spelling or not label:
            message = f"{quoted(pair)} is not SPELLING=LABEL, as FAVOR=favor"
            problems.append(Problem("option", OPTION, message))
        elif spelling in found:
            message = f"maps {quoted(spelling)} twice, to {quoted(found[spelling])} and {quoted(label)}: give it once"
            problems.append(Problem("option", OPTION, message))
        else:
            found[spelling] = label
    if problems:
        raise ValidationError(problems)
    return found


def refusals(spellings: Spellings, task: str, labels: Sequence[str]) -> list[Problem]:
    """Why a task cannot use spellings: its predictions have no `label`, or it has no such label."""
    if spellings and not labels:
        return [Problem("option", OPTION, f"is not supported by the task {task}, whose lines have no label")]
    return [
        Problem("option", OPTION, f"{quoted(f'{word}={label}')}: {task} knows the labels {', '.join(labels)}")
        for word, label in spellings.items()
        if label not in labels
    ]


def written(spellings: Spellings) -> str:
    """Spellings as the option takes them."""
    return ",".join(f"{word}={label}" for word, label in spellings.items())


def printed(value: object) -> str | None:
    """A value as a word: a number by its printed form, a whole one without decimals; None for null and what has parts.

    `2.0`, which pandas writes for 2 beside empty cells, is `2`.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else None


def spelled(record: Record, spellings: Spellings) -> Record:
    """A record with our words for its label and for the labels of its probabilities."""
    made: Record = {}
    if (word := printed(record.get("label"))) in spellings:
        made["label"] = spellings[str(word)]
    shares = record.get("probabilities")
    if isinstance(shares, dict):
        ours = {spellings.get(name, name): value for name, value in shares.items()}
        if len(ours) == len(shares):  # two spellings of one label are refused by the reader, as they stand
            made["probabilities"] = ours
    return record | made if made else record


def unknown_labels(found: Mapping[str, Sequence[str]], labels: Sequence[str], given: Spellings) -> list[Problem]:
    """A problem for each word that is no label, the first of which says how all of them are mapped.

    Args:
        found: The words, as printed, to the places where they stand.
        labels: The inventory.
        given: The spellings that are mapped already.
    """
    hint = _hint(list(found), labels, given)
    problems = []
    for number, (word, places) in enumerate(found.items()):
        message = f"label {describe(word)} is not one of {', '.join(labels)}"
        if len(places) > 1:
            message += f" (in {counted(len(places), 'line')})"
        problems.append(Problem("label-unknown", places[0], message + hint * (number == 0)))
    return problems


def _hint(words: Sequence[str], labels: Sequence[str], given: Spellings) -> str:
    pairs = dict(given) | {word: _meant(word, labels) for word in words if word.strip() and "," not in word}
    option = f"{OPTION} {shlex.quote(written(pairs))}"
    if not pairs.keys() - given.keys() or len(option) > _LONGEST_HINT or option != shortened(option, _LONGEST_HINT):
        return f"; {OPTION} SPELLING=label,… maps other spellings"
    open_ones = _PLACEHOLDER in pairs.values()
    return f"; other spellings are mapped by {option}" + f" with one of ours for {_PLACEHOLDER}" * open_ones


def _meant(word: str, labels: Sequence[str]) -> str:
    """The label that a word most likely means, by its letters; a placeholder if it is like none."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne

    best = extractOne(word.strip().casefold()[:100], labels, scorer=ratio, score_cutoff=_NEAR)
    return str(best[0]) if best else _PLACEHOLDER
