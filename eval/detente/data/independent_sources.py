"""Who stands behind a proposition: reporting articles, independent sources, parties. Computed, never annotated.

A claim's origin is its innermost source's speech event, or the one that it tells; without an event, the source itself;
without a source, the oldest text that its article was wholly taken from, else the article. Origins are counted over the
claims that say the same, more, or another compatible figure, and that the page puts forward. Origins that are anonymous
or not attributed may be any of the others: they raise the maximum only.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from detente.data.jsonl import Record

SUPPORTING: Final = ("same", "more_specific", "compatible_value")
PUT_FORWARD: Final = ("asserted", "reported")


class Support(NamedTuple):
    """What stands behind one proposition.

    Attributes:
        articles: Articles that report it, in their order.
        sources_min: Origins that are named, each counted once.
        sources_max: Those and the others, each counted as one of its own.
        parties: Whom the named innermost sources speak for, sorted: two ministers of one state are one party.
    """

    articles: list[str]
    sources_min: int
    sources_max: int
    parties: list[str]


def principal(source: str, speaks_for: Mapping[str, str | None]) -> str:
    """Whom a source speaks for, following `speaks_for` to its end; itself if for nobody."""
    seen = [source]
    while (above := speaks_for.get(seen[-1])) and above not in seen:
        seen.append(above)
    return seen[-1]


def oldest_text(article: str, edges: Iterable[Record]) -> str:
    """The farthest text that an article was wholly taken from: the one that no other of its edges came through."""
    whole = [edge for edge in edges if edge["article"] == article and edge["degree"] == "wholly"]
    passed_on = {edge["via"] for edge in whole}
    oldest = [edge["source"] for edge in whole if edge["source"] not in passed_on]
    return oldest[0] if oldest else article


_NOBODY: Final[Record] = {"chain": [], "event": None}


def _innermost(row: Record, speakers: Mapping[str, str]) -> list[str]:
    """Whose words a claim rests on: the last link, or, where the claim itself tells a speech event, its speaker."""
    if row["chain"]:
        return list(row["chain"][-1]["sources"])
    return [speakers[row["event"]]] if row["event"] in speakers else []


def support(
    propositions: Sequence[Record],
    claims: Sequence[Record],
    attributions: Sequence[Record],
    edges: Sequence[Record],
    sources: Sequence[Record],
    events: Sequence[Record],
) -> dict[str, Support]:
    """The support of every proposition, by id."""
    speakers = {row["id"]: row["speaker"] for row in events}
    chains: dict[str, list[Record]] = {claim["id"]: [] for claim in claims}
    for row in attributions:
        chains.setdefault(row["claim"], []).append(row)
    known = {row["id"]: row for row in sources}
    speaks_for = {row["id"]: row["speaks_for"] for row in sources}
    found = {}
    for proposition in propositions:
        behind = [
            claim
            for claim in claims
            if claim["presentation"] in PUT_FORWARD
            and any(
                link["proposition"] == proposition["id"] and link["relation"] in SUPPORTING
                for link in claim["propositions"]
            )
        ]
        named: set[str] = set()
        others: set[str] = set()
        parties: set[str] = set()
        for claim in behind:
            for row in chains[claim["id"]] or [_NOBODY]:
                innermost = _innermost(row, speakers)
                if not innermost:
                    others.add(oldest_text(claim["article"], edges))
                    continue
                identified = [name for name in innermost if name in known and not known[name]["anonymous"]]
                (named if identified else others).update({row["event"]} if row["event"] else set(innermost))
                parties |= {principal(name, speaks_for) for name in identified}
        articles = sorted({claim["article"] for claim in behind})
        found[proposition["id"]] = Support(articles, len(named), len(named | others), sorted(parties))
    return found
