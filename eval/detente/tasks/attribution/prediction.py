"""Attribution as values: a claim with its gold rows, and what a prediction line says of it."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from detente.data import fields as forms
from detente.data.jsonl import Record, describe
from detente.data.labels import ATTRIBUTION_TYPES, CHANNELS
from detente.data.page import Page
from detente.tasks.task import Refused
from detente.text.spans import Span

Fault = tuple[str, str]
Chain = tuple[frozenset[str], ...]
"""Links, outermost first, each of one or more parallel sources."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Claim:
    """A claim of a page, its gold rows in their order, and the ids that a prediction may name as sources."""

    id: str
    article: str
    page: Page
    rows: tuple[Record, ...]
    sources: Collection[str]


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
        Refused: With every fault of the line.
    """
    faults: list[Fault] = []

    def tried(read: Callable[..., _T], *arguments: Any) -> _T | None:
        try:
            return read(*arguments)
        except Refused as refused:
            faults.extend(refused.faults)
            return None

    unit = tried(forms.offset_unit, record) or "codepoint"
    ids, spans = tried(_source, record["source"], claim, unit) or (None, None)
    chain = tried(_chain, record["chain"], claim.sources) if "chain" in record else None
    cue = tried(forms.spans, record["cue"], claim.page.text, unit, "cue") if "cue" in record else None
    content = tried(forms.spans, record["content"], claim.page.text, unit, "content") if "content" in record else None
    kind = tried(label, "type", record["type"], ATTRIBUTION_TYPES) if "type" in record else None
    channel = tried(label, "channel", record["channel"], CHANNELS) if "channel" in record else None
    if faults:
        raise Refused(*faults)
    if chain is not None and not ids:
        ids = chain[-1] if chain else frozenset()
    words, told = (None if part is None else tuple(part) for part in (cue, content))
    return Prediction(ids, spans, chain, words, told, kind, channel)


def label(name: str, value: object, known: Collection[str]) -> str:
    """A label from its inventory; `name` is what to call it."""
    if value not in known:
        raise Refused(("label-unknown", f"{name} {describe(value)} is not one of {', '.join(known)}"))
    return str(value)


def source_ids(value: object, known: Collection[str], name: str) -> frozenset[str]:
    """The ids of registered sources, from a list of them; `name` is what to call the list."""
    if not isinstance(value, list) or any(not isinstance(each, str) for each in value):
        raise Refused(("wrong-type", f"{name} is {describe(value)}, not a list of source ids"))
    voices = [each for each in dict.fromkeys(value) if each.startswith("voice-")]
    others = [each for each in dict.fromkeys(value) if each not in voices]
    faults = [("label-unknown", f"{name}: {each!r}: a page's own voice is an empty list") for each in voices]
    faults += [fault for each in others if (fault := unregistered(each, known, name))]
    twice = [each for each, times in Counter(value).items() if times > 1]
    faults += [("id-duplicate", f"{name} names {each} twice") for each in twice]
    if faults:
        raise Refused(*faults)
    return frozenset(value)


def unregistered(source: str, known: Collection[str], name: str) -> Fault | None:
    """What is wrong with the id of a source, if anything."""
    if source in known:
        return None
    from rapidfuzz.process import extractOne  # only where there is something to complain of

    best = extractOne(source, list(known), score_cutoff=80)
    return "label-unknown", f"{name}: {source!r} is not a registered source" + (
        f": did you mean {best[0]}?" if best else ""
    )


def _source(value: object, claim: Claim, unit: str) -> tuple[frozenset[str] | None, tuple[Span, ...] | None]:
    """The ids that `source` holds, or its spans; both are empty if it is."""
    if value == []:
        return frozenset(), ()
    values = [value] if isinstance(value, str) else value
    if isinstance(values, list) and all(isinstance(each, str) for each in values):
        return source_ids(values, claim.sources, "source"), None
    if isinstance(values, list) and not any(isinstance(each, str) for each in values):
        return None, tuple(forms.spans(values, claim.page.text, unit, "source"))
    what = "mixes ids and spans" if isinstance(values, list) else f"is {describe(value)}"
    raise Refused(("wrong-type", f"source {what}: give a source id, a list of ids or a list of [start, end) pairs"))


def _chain(value: object, known: Collection[str]) -> Chain:
    if not isinstance(value, list):
        raise Refused(("wrong-type", f"chain is {describe(value)}, not a list of links"))
    links: list[frozenset[str]] = []
    faults: list[Fault] = []
    for index, link in enumerate(value):
        if link == []:
            faults.append(("wrong-type", f"chain[{index}] is empty: a link has one source or more"))
            continue
        try:
            links.append(source_ids(link, known, f"chain[{index}]"))
        except Refused as refused:
            faults.extend(refused.faults)
    if faults:
        raise Refused(*faults)
    return tuple(links)
