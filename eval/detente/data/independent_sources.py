"""Who stands behind a proposition: reporting articles, independent sources, parties. Computed, never annotated.

`DEFINITION` says how, in the words that the card and the datasheet print.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from detente.data.jsonl import Record

SUPPORTING: Final = ("same", "more_specific", "compatible_value")
PUT_FORWARD: Final = ("asserted", "reported")
DEFINITION: Final = """\
* A claim supports a proposition if it is the same, more specific, or another compatible figure, and the page puts it
  forward (asserted or reported). What is denied or questioned supports nothing, nor does what a page only tells in
  passing, which is no claim though agreement counts it (`annotations/agreement/exceptions.jsonl`).
* Behind a claim stand the sources of the innermost link of each of its chains; behind one without a chain, or whose
  source is the page's own voice, that voice. Near-copies are one page: a family has one voice.
* A source counts as its principal, whom it speaks for in the end: two ministers and their state are one.
* `sources_min`: named principals, those that are possibly the same counted once. Who is anonymous, and a page's own
  voice, adds nothing. 0: no named source stands behind the proposition.
* `sources_max`: principals, named or anonymous, each counted as one of its own, and voices, one per family.
* `parties`: the states and blocs among the named principals.
"""
_NOBODY: Final = ""
_PARTIES: Final = ("state", "bloc")


class SupportLayers(NamedTuple):
    """What the support of propositions is computed from.

    Attributes:
        propositions: The registry.
        claims: Those of all articles.
        attribution: Their chains.
        sources: The registry.
        families: Of every article; one that is not there is its own.
    """

    propositions: Sequence[Record]
    claims: Sequence[Record]
    attribution: Sequence[Record]
    sources: Sequence[Record]
    families: Mapping[str, str]


class Origin(NamedTuple):
    """One who stands behind a proposition, counted once in `sources_max`.

    Attributes:
        name: The principal's id; of a page's own voice the family of the page.
        voice: Is it a page's own voice?
        named: Does a source with a name speak for it? Only then it counts in `sources_min`.
        same: Named origins for which this is equal are counted once there.
        claims: The claims behind which it stands, in their order.
        through: The sources that speak for it, itself among them, in the order of the claims; a voice may have none.
    """

    name: str
    voice: bool
    named: bool
    same: str
    claims: list[str]
    through: list[str]


class Support(NamedTuple):
    """What stands behind one proposition.

    Attributes:
        articles: Articles with a claim that supports it, sorted; near-copies are listed each.
        sources_min: The least number of independent named sources, from 0 on.
        sources_max: The greatest number of independent sources, at least `sources_min`.
        parties: States and blocs among the named principals, sorted.
    """

    articles: list[str]
    sources_min: int
    sources_max: int
    parties: list[str]


def support_layers(rows: Callable[[str], Sequence[Record]]) -> SupportLayers:
    """What support is computed from, given the rows of any layer by its name."""
    families = {row["id"]: row["family"] for row in rows("articles")}
    return SupportLayers(rows("propositions"), rows("claims"), rows("attribution"), rows("sources"), families)


def _end(name: str, next_of: Mapping[str, str | None]) -> str:
    """Where the way from a name ends; of names that lead in a circle, the first by id."""
    way = [name]
    while (following := next_of.get(way[-1])) and following not in way:
        way.append(following)
    return min(way[way.index(following) :]) if following else way[-1]


def principal(source: str, speaks_for: Mapping[str, str | None]) -> str:
    """Whom a source speaks for, following `speaks_for` to its end; itself if for nobody."""
    return _end(source, speaks_for)


def supporting(layers: SupportLayers) -> dict[str, list[Record]]:
    """The claims that support each proposition, in their order, by its id; one that none supports is not there."""
    found: dict[str, list[Record]] = {}
    for claim in layers.claims:
        if claim["presentation"] in PUT_FORWARD:
            supported = (link["proposition"] for link in claim["propositions"] if link["relation"] in SUPPORTING)
            for name in dict.fromkeys(supported):
                found.setdefault(name, []).append(claim)
    return found


def origins(layers: SupportLayers) -> dict[str, list[Origin]]:
    """Who stands behind every proposition, by its id, in the order of the claims, as `DEFINITION` says."""
    known = {row["id"]: row for row in layers.sources}
    speaks_for = {name: row["speaks_for"] for name, row in known.items()}
    possibly_same = {name: row["speaks_for"] or row["possibly_same_as"] for name, row in known.items()}
    innermost: dict[str, list[str]] = {}
    for row in layers.attribution:
        innermost.setdefault(row["claim"], []).extend(row["chain"][-1]["sources"] if row["chain"] else [_NOBODY])
    claims_of = supporting(layers)
    found = {}
    for proposition in layers.propositions:
        behind: dict[tuple[bool, str], Origin] = {}
        for claim in claims_of.get(proposition["id"], ()):
            for name in innermost.get(claim["id"], [_NOBODY]):
                voice = name not in known or known[name]["kind"] == "voice"
                family = layers.families.get(claim["article"], claim["article"])
                whom = family if voice else principal(name, speaks_for)
                same = whom if voice else _end(whom, possibly_same)
                origin = behind.get((voice, whom)) or Origin(whom, voice, False, same, [], [])
                named = origin.named or not (voice or known[name]["anonymous"])
                claims = list(dict.fromkeys([*origin.claims, claim["id"]]))
                through = list(dict.fromkeys([*origin.through, *([name] if name in known else [])]))
                behind[voice, whom] = origin._replace(named=named, claims=claims, through=through)
        found[proposition["id"]] = list(behind.values())
    return found


def support(layers: SupportLayers) -> dict[str, Support]:
    """The support of every proposition, by id, as `DEFINITION` says; nobody's is no article, 0, 0 and no party."""
    kinds = {row["id"]: row["kind"] for row in layers.sources}
    claims_of = supporting(layers)
    found = {}
    for proposition, behind in origins(layers).items():
        named = [origin for origin in behind if origin.named]
        found[proposition] = Support(
            sorted({claim["article"] for claim in claims_of.get(proposition, ())}),
            len({origin.same for origin in named}),
            len(behind),
            sorted(origin.name for origin in named if kinds.get(origin.name) in _PARTIES),
        )
    return found


def in_words(row: Record) -> str:
    """The support of a proposition, for people: `2 to 3 independent sources: france, russia`."""
    least, most = row["sources_min"], row["sources_max"]
    if not row["articles"]:
        return "no page supports it"
    if not least:
        return "no named source stands behind it"
    number = f"{least} to {most}" if least < most else f"{least}"
    parties = f": {', '.join(row['parties'])}" if row["parties"] else ""
    return f"{number} independent {'source' if most == 1 else 'sources'}{parties}"
