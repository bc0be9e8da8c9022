"""The leaderboard: systems on one gold after another, made anew from their predictions, as Markdown and signatures.

What may be said follows from the gold: under ten clusters the range over families and the items that decide between
neighbours, from ten on intervals of values and ranks, and which neighbours may be equal. Of a challenge suite both are
said: the interval over items, which holds for its sources, and the range over these.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np

from detente.data.jsonl import dump_lines
from detente.data.problems import Problem, ValidationError
from detente.dataset import card
from detente.evaluation.differences import counts_of, of_counts
from detente.evaluation.ranking import RankedSystem, Ranking, rank
from detente.evaluation.score import Resampling
from detente.evaluation.systems import read_systems
from detente.report import suite_boards
from detente.report.tables import bounds, markdown_table, number
from detente.tasks import TASK_NAMES
from detente.tasks.all import EVERY_TASK
from detente.tasks.task import Metric, Options
from detente.text.display import counted

DOCUMENT: Final = "LEADERBOARD.md"
README: Final = "README.md"
FOLDER: Final = "eval/leaderboard"
SIGNATURES: Final = f"{FOLDER}/signatures.jsonl"
_SUFFIXES: Final = (".jsonl", ".jsonl.xz")
_FLOOR: Final = " (floor)"
TRAINED: Final = "@"
"""Between the name of a baseline and the suite on whose split `train` it was trained, and on nothing else."""
_TRANSFER: Final = """\
## What transfers from the suites

Baselines that learn, trained on the split `train` of a suite alone, which is made from invented pages and names, and
tried on the dataset (`baseline@suite` above): beside the same baseline trained on the other families of the dataset,
and the best of those that take no reading. What is learnt from constructed items transfers as far as it is above the
floor; few pages do not tell small differences.
"""
_OVER: Final = "Above the floor, or where there is none above itself trained on other families"
_UNDER: Final = "Not above it"
_INTRODUCTION: Final = """\
# Leaderboard

Made by `make leaderboard` from the predictions in `eval/leaderboard/` and `benchmarks/extractors/`; nothing here is
written by hand. Every value can be made again from the file and the signature in `eval/leaderboard/signatures.jsonl`.

A *floor* takes no reading: a system has shown that it reads by as much as it is above the floors. Equal systems share a
rank, marked `=`. *Over the next* is the lead over the system in the next line. Under ten families of pages there is no
interval and no test: the range is over families, and *decided by* counts the items whose answers would have to be
exchanged for the lead to be gone, and names the one that gives most to it. From ten clusters on there are 95%
intervals of values and ranks; `>` leads beyond chance in a single comparison, `≈` may be equal. `detente eval metrics`
has the formulas.

The rules and word lists of our baselines were written with our pages in sight; those that learn answer each family with
a model of the others. On other pages expect less of the rules. Five pages do not rank systems: read the range, and what
one item is worth.
"""


@dataclass(frozen=True)
class Board:
    """Systems on one gold: one entry of the leaderboard.

    Attributes:
        task: What is predicted.
        folder: Where the predictions lie, from the root of the repository: a file for each system, named by it.
        title: What stands above the table.
        note: What must be known of the gold, in a sentence.
        dataset: A built dataset that is not the package's own, from the root.
        gold: Reference texts or labels instead of a dataset, from the root.
        gold_format: How these are laid out; None to tell it from their keys.
        suite: The name of a challenge suite whose `test` split is the gold; it is made for the purpose.
        block: The block of the README that has the table, too; empty if none has.
    """

    task: str
    folder: str
    title: str
    note: str = ""
    dataset: str | None = None
    gold: str | None = None
    gold_format: str | None = None
    suite: str = ""
    block: str = ""

    def files(self, root: Path) -> list[Path]:
        """The predictions, by their names."""
        return sorted(path for path in (root / self.folder).glob("*") if path.name.endswith(_SUFFIXES))


BOARDS: Final = (
    *(Board(task, f"{FOLDER}/{task}", task) for task in TASK_NAMES),
    Board(
        "boilerplate",
        "benchmarks/extractors",
        "boilerplate, public extractors on our pages in eight site templates",
        "Each page is in each template: 40 units, but the same four families.",
    ),
    Board(
        "boilerplate",
        f"{FOLDER}/suites/transplant",
        "suite transplant: boilerplate on constructed pages",
        "Pages are in the template `news`; our baselines read their visible text, a line for each block, and those that"
        " learn are trained on the split `train`.",
        suite="transplant",
        block="transplant",
    ),
    *(
        Board(
            task,
            f"{FOLDER}/suites/{suite}/{task}",
            f"suite {suite}: {task} on constructed {what}",
            "Baselines that learn are trained on the split `train`.",
            suite=suite,
        )
        for suite, task, what in (
            ("contrast", "contrast", "sentences"),
            ("claims", "claims", "pages"),
            ("derive", "derivation", "groups of pages"),
            ("derive", "reuse", "groups of pages"),
        )
    ),
)
"""In the order of the document."""


class _Entry(NamedTuple):
    """One system on one board."""

    board: Board
    placed: RankedSystem
    floor: bool


def leaderboard(root: Path, boards: Sequence[Board] = BOARDS) -> dict[str, str]:
    """The files of the leaderboard by their names from the root: the document, and a line for each score.

    Args:
        root: Of the repository.
        boards: What is ranked; one without a file of predictions is left out.

    Raises:
        ValidationError: With the problems of all predictions.
    """
    parts = [_INTRODUCTION]
    entries: list[_Entry] = []
    problems: list[Problem] = []
    files: dict[str, str] = {}
    with TemporaryDirectory() as folder:
        for board in boards:
            try:
                if paths := board.files(root):
                    ranking, resampling = _ranking(board, root, paths, Path(folder))
                    floors = _floors(board)
                    own = [_Entry(board, each, each.name in floors) for each in ranking.systems]
                    section = _section(board, ranking, own, resampling)
                    parts.append(f"## {board.title}\n\n{section}")
                    if board.block:
                        known = files.get(README) or (root / README).read_text(encoding="utf-8")
                        files[README] = card.with_block(known, board.block, section)
                    entries += own
            except ValidationError as invalid:
                problems += invalid.problems
    if problems:
        raise ValidationError(problems)
    if learnt := transferred(entries):
        parts.append(learnt)
    return {DOCUMENT: "\n".join(parts), SIGNATURES: dump_lines(map(_document, entries)), **files}


def _ranking(board: Board, root: Path, paths: Sequence[Path], folder: Path) -> tuple[Ranking, Resampling]:
    names = [path.name.partition(".jsonl")[0] for path in paths]
    systems = read_systems(
        list(map(str, paths)),
        board.task,
        dataset=suite_boards.made(board.suite, folder) if board.suite else board.dataset and root / board.dataset,
        gold=root / board.gold if board.gold else None,
        gold_format=board.gold_format,
        names=names,
    )
    unnamed = [path for path, each in zip(paths, systems.predictions.values(), strict=True) if not each.tools]
    if unnamed:
        message = "no line says in `tool` what made it"
        raise ValidationError([Problem("no-tool", str(path), message) for path in unnamed])
    resampling = Resampling()
    scores = systems.scores(Options(), resampling)
    if board.suite:
        return suite_boards.ranking_of(scores, resampling), resampling
    return rank(scores, resampling=resampling), resampling


def _floors(board: Board) -> set[str]:
    """The baselines of the task that do not read."""
    return {each.name for task in EVERY_TASK if task.name == board.task for each in task.baselines if not each.reads}


def _section(board: Board, ranking: Ranking, entries: Sequence[_Entry], resampling: Resampling) -> str:
    if board.suite:
        shown = [each.placed.name + _FLOOR * each.floor for each in entries]
        return f"{board.note} {suite_boards.section(ranking, shown, resampling)}"
    sampled = ranking.interval == "bootstrap"
    header = ["rank", "system", ranking.by.name, "95% interval" if sampled else "range"]
    header += [*(["ranks"] if sampled else []), "over the next", "decided by", "tool"]
    rows = list(_rows(ranking, entries, resampling))
    first = ranking.systems[0].scores
    sizes = f"{counted(first.sizes['units'], 'unit')}, {counted(first.sizes['families'], 'family')}"
    worths = [each.scores.one_item for each in ranking.systems if not np.isnan(each.scores.one_item)]
    notes = [f"{sizes}. Ranked by `{ranking.by.name}`."]
    notes += [f"One item moves it by up to {number(max(worths))}."] if worths else []
    notes += [board.note] if board.note else []
    words = ("system", "decided by", "tool")
    return f"{' '.join(notes)}\n\n{markdown_table(header, rows, words)}"


def _rows(ranking: Ranking, entries: Sequence[_Entry], resampling: Resampling) -> Iterator[list[str]]:
    ranks = [each.standing.rank for each in ranking.systems]
    for place, (_, each, floor) in enumerate(entries):
        spread = each.scores.metrics[ranking.by.name]
        rank_ = (
            "–" if each.standing.rank is None else f"{each.standing.rank}{'=' * (ranks.count(each.standing.rank) > 1)}"
        )
        row = [rank_, each.name + _FLOOR * floor, number(each.standing.value), bounds(spread.low, spread.high)]
        if ranking.interval == "bootstrap":
            row.append("–" if each.standing.interval is None else "{}…{}".format(*each.standing.interval))
        following = ranking.systems[place + 1] if place + 1 < len(entries) else None
        row += _lead(ranking, each, following, resampling) if following else ["", ""]
        yield [*row, ", ".join(each.scores.tools)]


def _lead(ranking: Ranking, one: RankedSystem, other: RankedSystem, resampling: Resampling) -> list[str]:
    """By how much a system is ahead of the next, and by which items."""
    sign = {True: " >", False: " ≈", None: ""}[one.significant]
    lead = number(abs(one.standing.value - other.standing.value)) + sign
    if not isinstance(ranking.by, Metric):
        return [lead, ""]
    counts = counts_of([other.scores, one.scores], ranking.unit, resampling)
    _, (difference,) = of_counts(ranking.by, counts)
    if not difference.deciding:
        return [lead, ""]
    first = next(iter(difference.deciding))
    return [lead, f"{counted(len(difference.deciding), 'item')}: {first}{', …' * (len(difference.deciding) > 1)}"]


def transferred(entries: Sequence[_Entry]) -> str:
    """What baselines that were trained on a suite reach on the dataset, beside themselves and the best floor there.

    Args:
        entries: Of all boards; one that was trained on a suite is called `baseline@suite`.
    """
    values = {(each.board, each.placed.name): each.placed.standing.value for each in entries}
    floors: dict[Board, float] = {}
    for each in entries:
        if each.floor:
            floors[each.board] = max(each.placed.standing.value, floors.get(each.board, 0.0))
    rows: list[list[str | None]] = []
    over: list[str] = []
    under: list[str] = []
    for each in entries:
        name, trained, suite = each.placed.name.partition(TRAINED)
        if not trained:
            continue
        task, here, own = each.board.task, each.placed.standing.value, values[each.board, name]
        floor = floors.get(each.board)
        shown = None if floor is None else number(floor)
        rows.append([name, task, suite, each.placed.scores.primary, number(here), number(own), shown])
        (over if here > (own if floor is None else floor) else under).append(f"`{name}` from {suite} to {task}")
    if not rows:
        return ""
    header = ("baseline", "task", "trained on", "metric", "from the suite", "from other families", "best floor")
    said = [f"{what}: {', '.join(which)}." for what, which in ((_OVER, over), (_UNDER, under)) if which]
    return f"{_TRANSFER}\n{markdown_table(header, rows, header[:4])}\n{' '.join(said)}\n"


def _document(entry: _Entry) -> dict[str, Any]:
    """What is enough to make a value again: the file, what made it, and the signature of its scores."""
    board, placed, _ = entry
    scores = placed.scores
    return {
        "board": board.title,
        "task": scores.task.name,
        "system": placed.name,
        "tool": ", ".join(scores.tools),
        "rank": placed.standing.rank,
        "value": None if np.isnan(placed.standing.value) else round(placed.standing.value, 6),
        "signature": scores.signature,
    }
