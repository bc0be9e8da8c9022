"""What a line says of a contrast item: a label of the task that the item belongs to."""

from typing import Final

from detente.data.fields import label, read
from detente.data.jsonl import Record
from detente.data.labels import AGREEMENT_LABELS, STANCE_LABELS

LABELS: Final = {"stance": STANCE_LABELS, "agreement": AGREEMENT_LABELS}


def parse(gold: Record, record: Record) -> str:
    """The label of a line.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, lambda line: line.get("label", label(LABELS[gold["task"]])))
