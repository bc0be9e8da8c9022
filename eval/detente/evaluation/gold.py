"""What predictions are held against: a built dataset, reference texts, or labels."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from detente.data.labels import SPLITS
from detente.data.problems import Problem, ValidationError

if TYPE_CHECKING:
    from detente.data.spellings import Spellings
    from detente.tasks.task import Gold


def load_gold(
    path: Path | None,
    gold_format: str | None,
    gold_text: str | None = None,
    *,
    dataset: str | PathLike[str] | None = None,
    split: str = SPLITS[-1],
    task: str | None = None,
    labels: "Spellings | None" = None,
) -> "Gold":
    """Reference texts from a file or folder, labels from a file, or a built dataset.

    Args:
        path: The file or folder; None for the dataset.
        gold_format: How it is laid out; None to tell it from its keys.
        gold_text: What its texts are written in; None to go by suffixes.
        dataset: Of the built dataset: the root of a corpus, or the folder itself; None for the package's own.
        split: Which of its splits.
        task: The task that it is gold of, if that was named.
        labels: Spellings of its labels to ours.

    Raises:
        ValidationError: If the file cannot be read as gold, or holds the dataset's own pages instead of references; if
            nothing is built in `dataset`, or both it and `path` are given.
    """
    from detente.data import corpus

    if path is None:
        options = (("--gold-format", gold_format), ("--gold-text", gold_text))
        if given := [option for option, value in options if value]:
            message = "says how to read --gold, which is not given"
            raise ValidationError([Problem("option", option, message) for option in given])
        return corpus.load_scored(dataset, split)
    if dataset is not None:
        message = "is not read beside --gold: predictions are scored against the one or the other"
        raise ValidationError([Problem("option", "--dataset", message)])
    from detente.tasks import gold_labels
    from detente.tasks.content_extraction.gold_formats import read_gold, whole_page

    if of_labels := gold_labels.task_of_gold(path, task, gold_format):
        if gold_text:
            message = f"is of texts, and --gold has labels ({of_labels})"
            raise ValidationError([Problem("option", "--gold-text", message)])
        return gold_labels.read_gold(path, of_labels, gold_format, labels)
    gold = read_gold(path, gold_format, gold_text)
    pages = {_dense(row["text"]): name for name, row in corpus.load().articles.items()}
    texts = [reference.text for target in gold.targets.values() for reference in target.references]
    if found := next((pages[_dense(text)] for text in texts if _dense(text) in pages), None):
        raise ValidationError([whole_page(str(path), found)])
    return gold


def _dense(text: str) -> str:
    return "".join(text.split())
