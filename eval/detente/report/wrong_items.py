"""What a system gets most wrong, on a screen: gold and prediction under one another, and on the words of texts."""

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.evaluation.predictions import Predictions
from detente.evaluation.score import count
from detente.evaluation.systems import Systems
from detente.report.evidence import Given, Mark, Sheet, gold_rows, page_key, sheet
from detente.report.marked import MARKS as OF_TEXTS
from detente.report.marked import Mark as Style
from detente.report.tables import PLAIN_WIDTH
from detente.tasks.labels import answered
from detente.tasks.task import Gold, Options, Row
from detente.text.display import counted, visible
from detente.text.spans import mask_of

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

OF_SPANS: Final = {
    "missed": Style("[-", "-]", "white on red", "only in the gold"),
    "let in": Style("{+", "+}", "black on yellow", "only predicted"),
    "agreed": Style("{=", "=}", "black on green", "in the gold and predicted"),
    "evidence": Style("[=", "=]", "underline", "what the gold is about, or rests on"),
}
"""How words of spans are shown, by kind; of two that share a character the first here is shown."""
_GOLD: Final = ("right", "faulty", "lost")
_PREDICTED: Final = ("found", "invented", "predicted")
_POINTED: Final = ("source", "cue")
"""What the gold points to: missed where the system points to words, too."""
_RESTING: Final = ("evidence", "claim")
CONTEXT: Final = 80
"""Characters of a text that are shown before and behind what is marked there."""
LONGEST: Final = 400
"""So many characters of what is marked are shown."""
MOST_LINES: Final = 12
"""So many lines of a text are shown of an item."""

_Piece = tuple[str, str]
"""Text, and the kind of mark on it; empty if there is none."""
_Kinds = NDArray[np.object_]
"""The kind of mark on each character."""


class Extract(NamedTuple):
    """The lines of a text with marks on them, and what surrounds them; and how many more such lines there are."""

    of: str
    lines: Sequence[Sequence[_Piece]]
    more: int = 0


@dataclass(frozen=True)
class WrongItem:
    """An item that is wrong; of tasks on texts a page.

    Attributes:
        name: Which.
        detail: What is wrong, in words.
        said: The gold label and the predicted one, if it has labels.
        extracts: Where in its texts.
        styles: How marks of these kinds are shown.
    """

    name: str
    detail: str
    said: tuple[str, str] | None
    extracts: Sequence[Extract]
    styles: Mapping[str, Style]


def worst(predictions: Predictions, gold: Gold, rows: pl.DataFrame, most: int) -> list[WrongItem]:
    """What is most wrong, the worst first, of equals the first.

    Args:
        predictions: Those of one system.
        gold: What they are held against.
        rows: Their rows of counts, with all of `Task.keys`, `wrong` and `detail`.
        most: How many.
    """
    task = predictions.task
    of_texts = task.texts is not None
    key = "id" if of_texts else "item"
    sums = rows.group_by(key, maintain_order=True).agg(pl.col("wrong").sum()).filter(pl.col("wrong") > 0)
    names = sums.sort("wrong", descending=True, maintain_order=True)[key].head(most).to_list()
    wrong = rows.filter(pl.col(key).is_in(names))
    on_page = "id" if of_texts else page_key(task, gold)
    pages = rows.filter(pl.col(on_page).is_in(wrong[on_page].unique().implode())).to_dicts()
    by_page = {page: [row for row in pages if row[on_page] == page] for page in dict.fromkeys(wrong[on_page])}
    golds = gold_rows(task, gold)
    sheets = {page: sheet(page, Given(gold, predictions, own, golds)) for page, own in by_page.items()}
    own = {name: [row for row in wrong.iter_rows(named=True) if row[key] == name] for name in names}
    return [_item(name, own[name], sheets[own[name][0][on_page]], of_texts=of_texts) for name in names]


def show_wrong(systems: Systems, article: str, file: IO[str]) -> None:
    """Prints all that the one system gets wrong on a page of the dataset."""
    (predictions,) = systems.predictions.values()
    task = predictions.task
    (rows,) = count(task, predictions.units, [predictions.by_id], Options())
    own = rows.filter(article=article) if "article" in task.keys else rows.filter(id=article)
    items = worst(predictions, systems.gold, own, len(own))
    print_worst(f"{article}, {task.name}: {counted(len(items), 'item')} wrong", items, file)


def _item(name: str, rows: Sequence[Row], page: Sheet | None, *, of_texts: bool) -> WrongItem:
    labels = [(row["gold"], row["predicted"]) for row in rows if row.get("gold") and row.get("predicted")]
    said = labels[0] if labels and not of_texts else None
    details = [row["detail"] for row in rows]
    if of_texts:
        details = [f"{counted(int(sum(row['wrong'] for row in rows)), 'character')}", rows[-1]["detail"]]
    detail = "; ".join(filter(None, details))
    if said and detail == answered(*said):
        detail = ""  # the labels say so
    texts = page.texts if page else {}
    marks = [mark for mark in page.marks if of_texts or mark.item == name] if page else []
    kinds = _blocks(texts, marks) if of_texts else _sides(texts, marks)
    extracts = [_extract(of, texts[of], shown) for of, shown in kinds.items() if (shown != "").any()]
    return WrongItem(name, detail, said, extracts, OF_TEXTS if of_texts else OF_SPANS)


def _places(text: str, marks: Iterable[Mark]) -> NDArray[np.bool_]:
    return mask_of([span for mark in marks for span in mark.spans], len(text))


def _blocks(texts: Mapping[str, str], marks: Sequence[Mark]) -> dict[str, _Kinds]:
    """Of each character the kind of error that it is."""
    found = {}
    for of, text in texts.items():
        found[of] = np.full(len(text), "", dtype=object)
        for kind in reversed(OF_TEXTS):
            found[of][_places(text, (mark for mark in marks if (mark.of, mark.kind) == (of, kind)))] = kind
    return found


def _sides(texts: Mapping[str, str], marks: Sequence[Mark]) -> dict[str, _Kinds]:
    """Of each character of an item's spans whether it is the gold's, predicted, or both."""
    pointing = any(mark.kind in _PREDICTED for mark in marks)
    golds, resting = (_GOLD + _POINTED, _RESTING) if pointing else (_GOLD, _RESTING + _POINTED)
    found = {}
    for of, text in texts.items():
        mine, theirs, under = (
            _places(text, (mark for mark in marks if mark.of == of and mark.kind in kinds))
            for kinds in (golds, _PREDICTED, resting)
        )
        found[of] = np.select(
            [mine & theirs, mine, theirs, under], ["agreed", "missed", "let in", "evidence"], ""
        ).astype(object)
    return found


def _extract(of: str, text: str, kinds: _Kinds) -> Extract:
    """The lines with marks; beside a mark that begins the first of them, or ends the last, the words of the next."""
    bounds, start = [], 0
    for line in text.split("\n"):
        bounds.append((start, start + len(line)))
        start += len(line) + 1
    wrong = [place for place, (start, end) in enumerate(bounds) if (kinds[start:end] != "").any()]
    shown = wrong[:MOST_LINES]
    lines = [list(_cut(_pieces(text[start:end], kinds[start:end]))) for start, end in map(bounds.__getitem__, shown)]
    filled = [place for place, (start, end) in enumerate(bounds) if text[start:end].strip()]
    before = [place for place in filled if place < shown[0]]
    behind = [place for place in filled if place > shown[-1]]
    if lines[-1][-1][1] and behind and len(shown) == len(wrong):
        lines.append([(_start(text[slice(*bounds[behind[0]])]), "")])
    if lines[0][0][1] and before:
        lines.insert(0, [(_end(text[slice(*bounds[before[-1]])]), "")])
    return Extract(of, lines, len(wrong) - len(shown))


def _pieces(line: str, kinds: _Kinds) -> list[_Piece]:
    runs = groupby(zip(kinds.tolist(), line, strict=True), key=itemgetter(0))
    return [("".join(character for _, character in run), kind) for kind, run in runs]


def _cut(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """A line without what is far from its marks, and without the middle of long ones."""
    for place, (text, kind) in enumerate(pieces):
        if kind:
            middle = len(text) - LONGEST
            yield (f"{text[:LONGEST]} … {middle:,} more … {text[-CONTEXT:]}" if middle > CONTEXT else text), kind
        elif place == 0:
            yield _end(text), ""
        elif place == len(pieces) - 1:
            yield _start(text), ""
        else:
            yield (text if len(text) <= 2 * CONTEXT else f"{_start(text)} {_end(text)}"), ""


def _start(text: str) -> str:
    """The first words of a text."""
    if len(text) <= CONTEXT:
        return text
    whole = text[:CONTEXT].rpartition(" ")[0]
    return f"{whole or text[:CONTEXT]} …"


def _end(text: str) -> str:
    """The last words of a text."""
    if len(text) <= CONTEXT:
        return text
    whole = text[-CONTEXT:].partition(" ")[2]
    return f"… {whole or text[-CONTEXT:]}"


def print_worst(title: str, items: Sequence[WrongItem], file: IO[str]) -> None:
    """Prints items: in colours and as wide as a terminal is, else with signs around what is marked."""
    from rich.console import Console

    console = Console(file=file, highlight=False, emoji=False)
    if console.is_terminal:
        _print(title, items, console, plain=console.no_color or console.color_system is None)
        return
    columns, buffer = os.environ.get("COLUMNS", ""), io.StringIO()
    width = int(columns) if columns.isdecimal() else PLAIN_WIDTH
    _print(title, items, Console(file=buffer, highlight=False, emoji=False, width=width), plain=True)
    file.write("".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines()))


def _print(title: str, items: Sequence[WrongItem], console: "Console", *, plain: bool) -> None:
    from rich.text import Text

    console.print()
    console.print(Text(visible(title), "bold"))
    kinds = {kind for item in items for each in item.extracts for line in each.lines for _, kind in line}
    for kind, style in (items[0].styles if items else {}).items():
        if kind in kinds:
            console.print(Text.assemble(_painted(kind, style, plain), f" {style.meaning}"))
    for number, item in enumerate(items, start=1):
        console.print()
        console.print(Text.assemble((f"{number}. ", "bold"), (visible(item.name), "bold cyan")))
        console.print(_grid(item, plain))


def _grid(item: WrongItem, plain: bool) -> "RenderableType":
    """Names at the left, words beside them, wrapped within their column."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    if item.said:
        table.add_row("   gold", Text(visible(item.said[0])))
        table.add_row("   predicted", Text(visible(item.said[1])))
    if item.detail:
        table.add_row("   wrong", Text(visible(item.detail)))
    for each in item.extracts:
        lines = [
            Text.assemble(*(_painted(text, item.styles[kind], plain) if kind else visible(text) for text, kind in line))
            for line in each.lines
        ]
        if each.more:
            lines.append(Text(f"… and {counted(each.more, 'line')} more", "dim"))
        table.add_row(f"   {visible(each.of)}", Text("\n").join(lines))
    return table


def _painted(text: str, style: Style, plain: bool) -> tuple[str, str]:
    shown = visible(text.removesuffix("\r"))
    return (f"{style.opening}{shown}{style.closing}", "") if plain else (shown, style.style)
