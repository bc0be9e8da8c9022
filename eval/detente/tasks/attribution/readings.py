"""Gold rows of attribution as the readings that they allow; sources and spans in words."""

from collections.abc import Iterator
from itertools import product
from typing import Final, NamedTuple

from detente.data.jsonl import Record
from detente.data.labels import NULL
from detente.data.page import Page, pairs_of
from detente.tasks.attribution.prediction import Chain
from detente.tasks.task import Options
from detente.text.spans import Span

PARTS: Final = ("source", "cue", "content")


class Reading(NamedTuple):
    """One way to read a gold row; there are several where its alternatives are accepted."""

    chain: Chain
    type: str
    channel: str | None
    cue_force: str | None
    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The innermost sources; none if the page speaks itself."""
        return self.chain[-1] if self.chain else frozenset()


def chain_of(value: str) -> Chain:
    """A chain as an alternative writes it: `outermost > innermost`, parallel sources as `one + other`, or `none`."""
    links = () if value == NULL else value.split(">")
    return tuple(frozenset(name.strip() for name in link.split("+")) for link in links)


def of_row(row: Record, options: Options) -> Iterator[Reading]:
    """The readings of a gold row: its own first, then those that its alternatives allow, if they are accepted.

    The words of a source are those of the innermost link, as its ids are.
    """
    own: Chain = tuple(frozenset(link["sources"]) for link in row["chain"])
    chains = [own, *map(chain_of, options.others(row, "chain"))]
    types = [row["type"], *options.others(row, "type")]
    channels = [row["chain"][-1]["channel"] if row["chain"] else None, *options.others(row, "channel")]
    innermost = [span for span in row["source_spans"] if span["link"] == len(row["chain"]) - 1]
    for chain, kind, channel in product(chains, types, channels):
        yield Reading(
            chain,
            kind,
            channel if chain else None,
            row["cue_force"],
            pairs_of(innermost),
            pairs_of(row["cue_spans"]),
            pairs_of(row["content_spans"]),
        )


def names(ids: frozenset[str]) -> str:
    """Sources for a message."""
    return " + ".join(sorted(ids)) or "nobody"


def words(page: Page, spans: tuple[Span, ...] | None) -> str:
    """Spans for a message, as the words that they cover."""
    return " … ".join(f"“{page.text[start:end]}”" for start, end in sorted(spans or ())) or "nothing"
