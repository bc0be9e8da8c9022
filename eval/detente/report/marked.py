"""A page, or its reference text, and an output of it, with what went wrong marked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import IO, Final, NamedTuple

import numpy as np
import polars as pl

from detente.data.fields import nearest
from detente.data.page import pairs_of
from detente.data.problems import Problem, ValidationError
from detente.evaluation.engines.engine import Engine
from detente.evaluation.engines.local import HERE
from detente.evaluation.engines.pages import MIN_PAGES_FOR_POOL
from detente.evaluation.predictions import Predictions
from detente.evaluation.progress import progress
from detente.evaluation.score import count
from detente.report.tables import print_painted
from detente.tasks.all import EVERY_TASK
from detente.tasks.layer import Painted
from detente.tasks.task import Options, Row
from detente.text.display import counted, listed, quoted, shortened, visible
from detente.text.spans import mask_of

_OUTPUT: Final = "output"
_Line = list[tuple[str, str]]
"""Pieces of a line, each with the kind of error that it is; empty where it is none."""


class Mark(NamedTuple):
    """How a kind of error is shown: between two signs or, on a terminal with colours, in a style; and what it is."""

    opening: str
    closing: str
    style: str
    meaning: str


MARKS: Final = {
    "missed": Mark("[-", "-]", "white on red", "wanted, but not in the output"),
    "let in": Mark("{+", "+}", "black on yellow", "not wanted, but in the output"),
    "inserted": Mark("{!", "!}", "white on magenta", "only in the output"),
    "doubled": Mark("{~", "~}", "black on cyan", "in the output once more"),
    "moved": Mark("{>", "<}", "white on blue", "in the output at another place"),
}
"""By the kind of a block (`tasks.text_errors.block`); of two that share a character the first here is shown."""


@dataclass(frozen=True)
class MarkedUnit:
    """What went wrong with one unit.

    Attributes:
        title: Which it is, and how much of it is wrong.
        detail: What is wrong with its output in words, which also says what no mark can show, as glued words.
        texts: The page or reference, then the output if it is a text, by the names that blocks give them.
        blocks: What is wrong, block by block.
    """

    title: str
    detail: str
    texts: Mapping[str, str]
    blocks: Sequence[Row]


def marked(predictions: Predictions, name: str | None, options: Options, engine: Engine = HERE) -> MarkedUnit:
    """Compares a unit with what is predicted of it.

    Args:
        predictions: The predictions.
        name: The unit's id; None for the one of which most is wrong, the first of equals.
        options: What counts as right.
        engine: Who counts the units where all must be compared.

    Raises:
        ValidationError: If the task's errors have no place in a text, or there is no such unit, or it has no text.
    """
    task, units = predictions.task, predictions.units
    if task.texts is None:
        able = " and ".join(known.name for known in EVERY_TASK if known.texts)
        message = f"errors are marked in texts, of {able}; these are predictions of {task.name}"
        raise ValidationError([Problem("option", "--task", message)])
    if name is not None and name not in units:
        hint = nearest(name, units) or f": it has {listed(list(units))}"
        raise ValidationError([Problem("id-unknown", "ID", f"{quoted(name)} is not in the gold{hint}")])
    compared = units if name is None else {name: units[name]}
    with progress("comparing", len(compared), MIN_PAGES_FOR_POOL) as advance:
        (rows,) = count(task, compared, [predictions.by_id], options, engine, advance)
    chosen = name or _worst(rows)
    texts = task.texts(units[chosen], predictions.by_id.get(chosen))
    if not texts:
        raise ValidationError([Problem("option", "--gold", f"has no text of {quoted(chosen)} to mark errors in")])
    own = rows.filter(id=chosen)
    wrong = int(own["wrong"].sum())
    remarks = [f"{counted(wrong, 'character')} wrong" if wrong else "nothing wrong"]
    remarks += [f"the worst of {counted(len(units), 'unit')}"] if name is None else []
    remarks += ["no prediction"] if chosen in predictions.missing else []
    remarks += ["the extractor crashed"] if chosen in predictions.crashed else []
    return MarkedUnit(
        title=f"{shortened(chosen)}: {'; '.join(remarks)}",
        detail=visible(own["detail"][-1] or ""),
        texts=texts,
        blocks=[block for blocks in own["blocks"].to_list() for block in blocks or ()],
    )


def _worst(rows: pl.DataFrame) -> str:
    wrong = rows.group_by("id", maintain_order=True).agg(pl.col("wrong").sum())
    return str(wrong["id"][wrong["wrong"].arg_max() or 0])


def lines(unit: MarkedUnit, *, plain: bool) -> Iterator[Painted]:
    """The lines that show a unit: a legend, the page or reference, those lines of the output that have errors.

    Args:
        unit: The unit.
        plain: Whether errors stand between signs; else they are coloured.
    """
    kinds = {block["kind"] for block in unit.blocks}
    yield [(unit.title, "bold")]
    for kind, mark in MARKS.items():
        if kind in kinds:
            yield [*_painted([(kind, kind)], plain), (f" {mark.meaning}", "")]
    for name, text in unit.texts.items():
        found = _lines(text, [block for block in unit.blocks if block["of"] == name])
        if name == _OUTPUT:
            found = [line for line in found if any(kind for kind, _ in line)]
        if found:
            yield []
            yield [(f"{name}, lines with errors:" if name == _OUTPUT else f"{name}:", "bold")]
            yield from (_painted(line, plain) for line in found)
    if unit.detail:
        yield []
        yield [(unit.detail, "")]


def _lines(text: str, blocks: Sequence[Row]) -> list[_Line]:
    """A text line by line, cut where errors start and end."""
    shown = np.full(len(text), "", dtype=object)
    for kind in reversed(MARKS):
        shown[mask_of(pairs_of(block for block in blocks if block["kind"] == kind), len(text))] = kind
    found, start = [], 0
    for line in text.rstrip().split("\n"):
        kinds = shown[start : start + len(line)].tolist()
        pieces = groupby(zip(kinds, line, strict=True), key=itemgetter(0))
        found.append([(kind, "".join(character for _, character in piece)) for kind, piece in pieces])
        start += len(line) + 1
    return found


def _painted(line: Iterable[tuple[str, str]], plain: bool) -> list[tuple[str, str]]:
    painted = []
    for kind, piece in line:
        text = visible(piece.removesuffix("\r"))
        if kind and plain:
            text = f"{MARKS[kind].opening}{text}{MARKS[kind].closing}"
        painted.append((text, MARKS[kind].style if kind and not plain else ""))
    return painted


def rendered(unit: MarkedUnit) -> str:
    """A unit as text without colours."""
    return "".join("".join(piece for piece, _ in line) + "\n" for line in lines(unit, plain=True))


def print_marked(unit: MarkedUnit, file: IO[str]) -> None:
    """Prints a unit: coloured on a terminal that has colours, with signs around errors elsewhere."""
    from rich.console import Console

    console = Console(file=file, highlight=False, emoji=False)
    print_painted(lines(unit, plain=console.no_color or console.color_system is None), console)
