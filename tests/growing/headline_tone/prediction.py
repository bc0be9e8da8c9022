"""What a line says of a headline: a label."""

from typing import Any, Final

from detente.data.fields import label, read
from detente.data.jsonl import Record

LABELS: Final = ("calm", "alarmed")
_LABEL: Final = label(LABELS)


def parse(_: Any, record: Record) -> str:
    """The label of a line.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, lambda line: line.get("label", _LABEL))
