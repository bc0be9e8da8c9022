"""How a prediction fits a gold row of attribution: the row as a reading, counts against it, and faults in words."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Set
from itertools import product
from typing import Any, Final, NamedTuple

from detente.data.jsonl import Record
from detente.data.labels import NULL
from detente.data.page import Page, pairs_of
from detente.tasks.attribution.prediction import Chain, Claim, Prediction
from detente.tasks.metric_families import MISSING, cell
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


def _characters(page: Page, spans: tuple[Span, ...]) -> set[int]:
    return {place for start, end in spans for place in range(start, end) if not page.text[place].isspace()}


def _tokens(page: Page, characters: set[int]) -> set[int]:
    """The tokens of which more than half of the characters are among these."""
    homes = Counter(bisect_right(page.tokens, (place, len(page.text))) - 1 for place in characters)
    return {token for token, size in homes.items() if 2 * size > page.tokens[token][1] - page.tokens[token][0]}


def _overlap(name: str, gold: Set[Any], predicted: Set[Any]) -> dict[str, int]:
    return {
        f"{name}_tp": len(gold & predicted),
        f"{name}_fp": len(predicted - gold),
        f"{name}_fn": len(gold - predicted),
    }


def _span_counts(page: Page, part: str, gold: tuple[Span, ...], predicted: tuple[Span, ...]) -> dict[str, int]:
    first, second = _characters(page, gold), _characters(page, predicted)
    tokens = _overlap(f"{part}_token", _tokens(page, first), _tokens(page, second))
    return _overlap(f"{part}_char", first, second) | tokens


def counted(claim: Claim, gold: Reading, predicted: Prediction) -> dict[str, int]:
    """The counts of a prediction against one reading."""
    return {
        "claims": 1,
        "named": int(bool(predicted.ids)),
        "entity_right": int(predicted.ids == gold.ids),
        **_overlap("entity", gold.ids, predicted.ids or frozenset()),
        "pointed": int(bool(predicted.spans)),
        **_span_counts(claim.page, "source", gold.source, predicted.spans or ()),
        "cued": int(predicted.cue is not None),
        **_span_counts(claim.page, "cue", gold.cue, predicted.cue or ()),
        "delimited": int(predicted.content is not None),
        **_span_counts(claim.page, "content", gold.content, predicted.content or ()),
        "chained": int(predicted.chain is not None),
        "chain_right": int(predicted.chain == gold.chain),
        "typed": int(predicted.type is not None),
        cell(gold.type, predicted.type or MISSING): 1,
        "channelled": int(predicted.channel is not None),
        "channels": int(gold.channel is not None),
        "channel_right": int(gold.channel is not None and predicted.channel == gold.channel),
    }


def likeness(gold: Reading, counts: dict[str, int]) -> tuple[int, float]:
    """How well a reading fits: the source first, then all else that is right, shares of spans included."""
    shares = [
        2 * counts[f"{part}_token_tp"] / total
        for part in PARTS
        if (total := 2 * counts[f"{part}_token_tp"] + counts[f"{part}_token_fp"] + counts[f"{part}_token_fn"])
    ]
    right = counts["chain_right"] + counts.get(cell(gold.type, gold.type), 0) + counts["channel_right"]
    return counts["entity_right"], right + sum(shares)


def names(ids: frozenset[str]) -> str:
    """Sources for a message."""
    return " + ".join(sorted(ids)) or "nobody"


def words(page: Page, spans: tuple[Span, ...] | None) -> str:
    """Spans for a message, as the words that they cover."""
    return " … ".join(f"“{page.text[start:end]}”" for start, end in sorted(spans or ())) or "nothing"


def faults(page: Page, gold: Reading, predicted: Prediction, counts: dict[str, int]) -> Iterator[str]:
    """In words, what is wrong with that which is predicted."""
    differs = {part: counts[f"{part}_char_fp"] + counts[f"{part}_char_fn"] > 0 for part in PARTS}
    # An empty list may mean ids or spans: here it is wrong only if both are.
    if predicted.ids is not None and not counts["entity_right"] and (not predicted.undecided or differs["source"]):
        yield f"source {names(gold.ids)}, predicted {names(predicted.ids)}"
    if predicted.spans is not None and differs["source"] and not predicted.undecided:
        yield f"source in {words(page, gold.source)}, predicted {words(page, predicted.spans)}"
    if predicted.chain is not None and not counts["chain_right"]:
        chains = (" > ".join(map(names, chain)) or "nobody" for chain in (gold.chain, predicted.chain))
        yield "chain {}, predicted {}".format(*chains)
    if predicted.cue is not None and differs["cue"]:
        yield f"cue {words(page, gold.cue)}, predicted {words(page, predicted.cue)}"
    if predicted.content is not None and differs["content"]:
        yield f"content {words(page, gold.content)}, predicted {words(page, predicted.content)}"
    if predicted.type is not None and predicted.type != gold.type:
        yield f"{gold.type}, predicted {predicted.type}"
    if predicted.channel is not None and counts["channels"] and not counts["channel_right"]:
        yield f"channel {gold.channel}, predicted {predicted.channel}"
