"""Attribution as values: a claim with its gold rows, and what a prediction line says of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from detente.data.fields import Field, Reader, label, list_of, offset_unit, read, registered, spans
from detente.data.jsonl import Record, describe
from detente.data.labels import ATTRIBUTION_TYPES, CHANNELS
from detente.data.page import Page
from detente.text.spans import Span

Chain = tuple[frozenset[str], ...]
"""Links, outermost first, each of one or more parallel sources."""


@dataclass(frozen=True)
class Claim:
    """A claim of a page, its gold rows in their order, and what a prediction may name: ids of sources, channels."""

    id: str
    article: str
    page: Page
    rows: tuple[Record, ...]
    sources: Collection[str]
    channels: Sequence[str] = CHANNELS


@dataclass(frozen=True)
class Prediction:
    """What a line says of a claim; None where it says nothing.

    Attributes:
        ids: The innermost sources: `source` if it holds ids, else the last link of `chain`.
        spans: The source's words, if `source` holds spans. `[]` is both: no source, and no words of one.
        chain: The links, outermost first.
        cue: The cue's words.
        content: The words that the source answers for.
        type: How the words are given.
        channel: The channel of the innermost link.
    """

    ids: frozenset[str] | None
    spans: tuple[Span, ...] | None
    chain: Chain | None = None
    cue: tuple[Span, ...] | None = None
    content: tuple[Span, ...] | None = None
    type: str | None = None
    channel: str | None = None

    @property
    def undecided(self) -> bool:
        """Whether the line leaves open if it means ids or spans: `source` is empty, and there is no chain."""
        return self.ids is not None and self.spans is not None and self.chain is None


def parse(claim: Claim, record: Record) -> Prediction:
    """A prediction from its line.

    Raises:
        PredictionError: With every fault of the line.
    """
    return read(record, partial(_line, claim))


def _line(claim: Claim, line: Field) -> Prediction:
    words = spans(claim.page.text, offset_unit(line))
    source = partial(_source_id, claim.sources)
    ids = list_of(source, "source ids", distinct=str)
    innermost, mention = line.get("source", partial(_source, source, ids, words)) or (None, None)
    chain = line.get("chain", list_of(partial(_link, ids), "links"))
    if chain is not None and not innermost:
        innermost = chain[-1] if chain else frozenset()
    return Prediction(
        innermost,
        mention,
        chain,
        cue=line.get("cue", words),
        content=line.get("content", words),
        type=line.get("type", label(ATTRIBUTION_TYPES)),
        channel=line.get("channel", label(claim.channels)),
    )


def _source_id(known: Collection[str], field: Field) -> str | None:
    if isinstance(field.value, str) and field.value.startswith("voice-"):
        message = f"{field.path} {describe(field.value)}: a page's own voice is an empty list"
        return field.refuse("label-unknown", message)
    return registered(known)(field)


def _source(
    source: Reader[str], ids: Reader[tuple[str, ...]], words: Reader[tuple[Span, ...]], field: Field
) -> tuple[frozenset[str] | None, tuple[Span, ...] | None] | None:
    """The ids that `source` holds, or its spans; both are empty if it is."""
    allowed = "a source id, a list of ids or a list of [start, end) pairs"
    if isinstance(field.value, str):
        return frozenset(filter(None, [source(field)])), None
    if not isinstance(field.value, list):
        return field.is_not(allowed)
    of_ids = {isinstance(each, str) for each in field.value}
    if len(of_ids) > 1:
        return field.refuse("wrong-type", f"{field.path} mixes ids and spans: give {allowed}")
    return (
        frozenset(ids(field) or ()) if True in of_ids or not of_ids else None,
        words(field) if True not in of_ids else None,
    )


def _link(ids: Reader[tuple[str, ...]], field: Field) -> frozenset[str]:
    if field.value == []:
        field.refuse("wrong-type", f"{field.path} is empty: a link has one source or more")
    return frozenset(ids(field) or ())
