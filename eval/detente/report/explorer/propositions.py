"""Claims joined across articles: for each proposition who makes it, who contradicts it, and who stands behind it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from detente.data.corpus import Corpus
from detente.data.independent_sources import Origin, in_words, origins, support_layers
from detente.data.jsonl import Record
from detente.report.explorer.values import Line, Names, Value, href


class Claim(NamedTuple):
    """A claim of a proposition.

    Attributes:
        link: The claim's id, with its link.
        relation: To the proposition.
        presentation: How the page presents it.
        quotes: Its passages.
        normalised: It in one sentence.
        told_by: For each chain who tells it, outermost first; empty where nobody is cited.
    """

    link: Value
    relation: str
    presentation: Value
    quotes: list[Value]
    normalised: str
    told_by: list[Line]


class OnPage(NamedTuple):
    """What one article says of a proposition; `label` has no text where agreement is not labelled."""

    article: Value
    label: Value
    voice: str
    claims: list[Claim]
    alternatives: list[tuple[str, str]]


class Behind(NamedTuple):
    """One who stands behind a proposition, and how it is counted.

    Attributes:
        who: The principal, or the page's own voice.
        counted: Why it counts as it does.
        through: Those who speak for it.
        claims: The claims that it stands behind.
    """

    who: Value
    counted: str
    through: list[Value]
    claims: list[Value]


class Proposition(NamedTuple):
    """A proposition with all that speaks of it."""

    id: str
    text: str
    date: str
    support: str
    articles: int
    sources_min: int
    sources_max: int
    pages: list[OnPage]
    behind: list[Behind]
    contested: bool


def propositions(corpus: Corpus, names: Names) -> list[Proposition]:
    """All propositions, those of the most articles first."""
    claims: dict[tuple[str, str], list[tuple[Record, str]]] = {}
    for claim in corpus.rows("claims"):
        for link in claim["propositions"]:
            claims.setdefault((link["proposition"], claim["article"]), []).append((claim, link["relation"]))
    chains: dict[str, list[Record]] = {}
    for row in corpus.rows("attribution", "claim", "chain"):
        chains.setdefault(row["claim"], []).append(row)
    agreement = {(row["proposition"], row["article"]): row for row in corpus.rows("agreement")}
    behind = origins(support_layers(corpus.rows))
    found = []
    for row in corpus.rows("propositions"):
        pages = []
        for article in corpus.articles:
            key = (row["id"], article)
            own = [_claim(claim, relation, chains, names) for claim, relation in claims.get(key, ())]
            labelled = agreement.get(key)
            if own or (labelled and labelled["label"] != "unrelated"):
                pages.append(_on_page(article, own, labelled, names))
        found.append(
            Proposition(
                id=row["id"],
                text=names.prose(row["text"]),
                date=row["date"] or "",
                support=in_words(row),
                articles=len(row["articles"]),
                sources_min=row["sources_min"],
                sources_max=row["sources_max"],
                pages=pages,
                behind=_behind(behind[row["id"]], corpus, names),
                contested=any(page.label.text in ("disagree", "discuss") for page in pages),
            )
        )
    return sorted(found, key=lambda each: (-each.articles, -len(each.pages)))


def _claim(claim: Record, relation: str, chains: Mapping[str, Sequence[Record]], names: Names) -> Claim:
    return Claim(
        link=names.named(claim["id"]),
        relation=relation,
        presentation=Value(claim["presentation"], note=names.defined("claims", "presentation", claim["presentation"])),
        quotes=names.quoted(claim["article"], claim["spans"], "claims", claim["id"]),
        normalised=names.prose(claim["normalised"]),
        told_by=[_chain(row["chain"], names) for row in chains.get(claim["id"], ()) if row["chain"]],
    )


def _chain(chain: Sequence[Record], names: Names) -> Line:
    return [names.called(source) for link in chain for source in link["sources"]]


def _on_page(article: str, claims: list[Claim], labelled: Record | None, names: Names) -> OnPage:
    label = labelled["label"] if labelled else ""
    return OnPage(
        article=names.named(article),
        label=Value(label, note=names.defined("agreement", "label", label)),
        voice=(labelled or {}).get("voice") or "",
        claims=claims,
        alternatives=names.alternatives(labelled or {}),
    )


def _behind(found: Sequence[Origin], corpus: Corpus, names: Names) -> list[Behind]:
    merged = [origin.same for origin in found if origin.named]
    first: set[str] = set()
    shown = []
    for origin in found:
        if origin.voice:
            counted = "a page's own voice: adds to the maximum only"
        elif not origin.named:
            counted = "no name is given: adds to the maximum only"
        elif origin.same in first:
            counted = "possibly the same as one above: adds to the maximum only"
        else:
            counted = "named: adds to the minimum and the maximum"
            if merged.count(origin.same) > 1:
                counted += ", once with those who are possibly the same"
            first.add(origin.same)
        shown.append(
            Behind(
                who=_voice_of(origin, corpus) if origin.voice else names.called(origin.name),
                counted=counted,
                through=[names.called(name) for name in origin.through if name != origin.name],
                claims=[names.named(claim) for claim in origin.claims],
            )
        )
    return shown


def _voice_of(origin: Origin, corpus: Corpus) -> Value:
    family = [name for name, row in corpus.articles.items() if row["family"] == origin.name]
    several = " and its near-copies" if len(family) > 1 else ""
    return Value(f"the own voice of {origin.name}{several}", href(origin.name), ", ".join(family))
