"""What a line says of a page whose gold is a reference text: the extractor's text, whole or as paragraphs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from detente.data import page_texts
from detente.data.fields import Field, list_of, read, string
from detente.data.jsonl import Record
from detente.text.markup import structure_of
from detente.text.structure import Structure


class Output(NamedTuple):
    """An extractor's output.

    Attributes:
        text: All of it.
        paragraphs: If it gave them.
        kind: What became of the page: a `text`, one without a visible character (`empty`), a crash of the extractor
            (`crashed`), no line at all (`missing`).
        given: The text as the extractor wrote it, where `text` was reduced from Markdown or HTML.
        structure: The elements that a text had as Markdown or HTML; None of plain text, of paragraphs, and of no text.
    """

    text: str
    paragraphs: tuple[str, ...] | None
    kind: str
    given: str | None = None
    structure: Structure | None = None

    @property
    def as_given(self) -> str:
        """The text as the extractor wrote it."""
        return self.text if self.given is None else self.given


def with_given(outputs: Mapping[str, Output], given: Mapping[str, Record]) -> dict[str, Output]:
    """Outputs by id with their texts as the extractor wrote them, crashes aside; `given` is `Pages.given`."""
    return {
        name: output._replace(given=page_texts.joined(given[name]).get("text"))
        if name in given and output.kind != "crashed"
        else output
        for name, output in outputs.items()
    }


def parse(_: Any, record: Record) -> Output:
    """An output from its line; one with an `error` is a crash, whatever its text.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, _line)


def _line(line: Field) -> Output:
    paragraphs = line.get("paragraphs", list_of(string, "strings"))
    text = line.get("text", string) if paragraphs is None else "\n\n".join(paragraphs)
    if line.value.get("error"):
        return Output("", (), "crashed")
    if not text or not text.strip():
        return Output(text or "", paragraphs, "empty")
    return Output(text, paragraphs, "text", structure=structure_of(text))
