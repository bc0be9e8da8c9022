"""What a line says of an article and a proposition: a label."""

from typing import Any, Final

from detente.data.fields import label, read
from detente.data.jsonl import Record
from detente.data.labels import AGREEMENT_LABELS

_LABEL: Final = label(AGREEMENT_LABELS)


def parse(_: Any, record: Record) -> str:
    """The label of a line.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, lambda line: line.get("label", _LABEL))
