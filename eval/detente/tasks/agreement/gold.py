"""What follows from the claims for `agreement`: the label of every article and proposition, and who decides it.

Nobody annotates it, but for the exceptions: pairs where the relations of the claims do not give the label.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from detente.data import labels as inventory
from detente.data.annotated import Table, Tables, texts
from detente.data.independent_sources import PUT_FORWARD, SUPPORTING, in_words
from detente.data.jsonl import Record
from detente.data.labels import NULL, written
from detente.data.model import ALTERNATIVES, Strict
from detente.data.problems import Problem
from detente.tasks.layer import LABEL_STYLES, Layer, Painted, Seeded, cross


class Agreement(Strict):
    """One row for every article and proposition."""

    id: str = pa.Field(unique=True)
    article: str
    text: str
    proposition: str
    proposition_text: str
    label: str = pa.Field(isin=inventory.AGREEMENT_LABELS)
    label_fnc1: str = pa.Field(isin=inventory.AGREEMENT_LABELS)
    voice: str = pa.Field(nullable=True, isin=inventory.VOICES)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)

    @pa.dataframe_check(error="voice-unrelated")
    def unrelated_has_no_voice(cls, data: PolarsData) -> pl.LazyFrame:
        """A voice is null exactly where the article is unrelated."""
        return data.lazyframe.select(pl.col("voice").is_null() == (pl.col("label") == "unrelated"))


class Exceptions(Strict):
    """One row per article and proposition whose label or voice the claims' relations do not give. Not published."""

    id: str = pa.Field(unique=True)
    label: str = pa.Field(isin=inventory.AGREEMENT_LABELS)
    voice: str = pa.Field(nullable=True, isin=inventory.VOICES)
    reason: str
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)


def side(relation: str, presentation: str) -> str:
    """What a claim does to a proposition: `for`, `against`, or `open`.

    Of what is denied, the same and whatever says less are false; from a false sentence that says more, or another
    figure, or the contrary, nothing follows (`annotations/agreement/GUIDELINES.md`, section 2).
    """
    if presentation in PUT_FORWARD:
        return "for" if relation in SUPPORTING else "against" if relation == "conflicting" else "open"
    return "against" if presentation == "denied" and relation in ("same", "less_specific") else "open"


def agreement(links: Sequence[tuple[str, str]]) -> tuple[str, str | None]:
    """Label and voice of one article on one proposition.

    Args:
        links: Relation and presentation of each of the article's claims that are linked to the proposition.

    Returns:
        Agree or disagree if one side only is taken, discuss if both are or none is, unrelated (and no voice) without a
        link. The voice is `own` if the page itself puts forward, as asserted or questioned, a claim that decides, else
        `relayed`.
    """
    if not links:
        return "unrelated", None
    sided = [(side(relation, presentation), presentation) for relation, presentation in links]
    sides = {found for found, _ in sided} - {"open"}
    label = {frozenset({"for"}): "agree", frozenset({"against"}): "disagree"}.get(frozenset(sides), "discuss")
    deciding = {presentation for found, presentation in sided if label == "discuss" or found in sides}
    return label, "own" if deciding & {"asserted", "questioned"} else "relayed"


def fnc1_label(label: str, voice: str | None) -> str:
    """FNC-1's label: what is only relayed is discussed, not agreed or disagreed with."""
    return "discuss" if label in ("agree", "disagree") and voice == "relayed" else label


def _links(claims: Sequence[Record], proposition: str) -> list[tuple[Record, str, str]]:
    """The claims linked to a proposition, each with relation and presentation."""
    return [
        (claim, link["relation"], claim["presentation"])
        for claim in claims
        for link in claim["propositions"]
        if link["proposition"] == proposition
    ]


def _fields(label: str, voice: str | None) -> Record:
    return {"label": label, "label_fnc1": fnc1_label(label, voice), "voice": voice}


def _alternatives(claims: Sequence[Record], proposition: str, own: Record) -> list[Record]:
    """What of a row comes out otherwise with one alternative of one claim in its place; the first claim says why."""
    reasons: dict[tuple[str, str], str] = {}
    links = _links(claims, proposition)
    for claim in claims:
        others = [(relation, presentation) for linked, relation, presentation in links if linked is not claim]
        relations = [relation for linked, relation, _ in links if linked is claim]
        for other in claim["alternatives"]:
            name, _, value = other["value"].partition("=")
            if other["field"] == "presentation":
                pairs = [*others, *((relation, other["value"]) for relation in relations)]
            elif other["field"] == "relation" and name == proposition:
                pairs = others if value == NULL else [*others, (value, claim["presentation"])]
            else:
                continue
            for field, found in _fields(*agreement(pairs)).items():
                if found != own[field]:
                    reasons.setdefault((field, written(found)), other["reason"])
    return [{"field": field, "value": value, "reason": reason} for (field, value), reason in reasons.items()]


def _table(tables: Tables) -> Table:
    """A row for every article and proposition; it stands where its proposition stands.

    An exception has the alternatives that it names, and no others: those of claims are of the label that it replaces.
    """
    exceptions = {row["id"]: row for row in tables["exceptions"].rows}
    pages, absent = texts(tables), tables["claims"].absent
    rows, places = [], []
    for article in (row for row in tables["articles"].rows if row["id"] not in absent):
        claims = [claim for claim in tables["claims"].rows if claim["article"] == article["id"]]
        for place, proposition in tables["propositions"]:
            name = f"{article['id']}::{proposition['id']}"
            row: Record = {"id": name, "article": article["id"], "proposition": proposition["id"]}
            row |= {"text": pages.get(article["id"], ""), "proposition_text": proposition["text"]}
            links = _links(claims, proposition["id"])
            if exception := exceptions.get(name):
                row |= _fields(exception["label"], exception["voice"])
                row["alternatives"] = exception["alternatives"]
            else:
                row |= _fields(*agreement([(relation, presentation) for _, relation, presentation in links]))
                row["alternatives"] = _alternatives(claims, proposition["id"], row)
            rows.append(row)
            places.append(place)
    return Table("agreement", rows, places, absent=absent, inventory=tables["claims"].inventory)


def exceptions_name_a_pair(tables: Tables) -> Iterator[Problem]:
    """An exception's id is that of a pair."""
    known = {row["id"] for row in tables["agreement"].rows}
    for place, row in tables["exceptions"]:
        parts = zip(("articles", "propositions"), row["id"].split("::"), strict=False)
        unread = any(tables[registry].may_hold(name) for registry, name in parts)
        if row["id"] not in known and not unread:
            yield Problem("id-wrong", place, f"{row['id']} must be article::proposition, both registered")


def _paint(_: str, row: Record, rows: Callable[[str], list[Record]]) -> Iterator[Painted]:
    if row["label"] != "unrelated":
        style = LABEL_STYLES.get(row["label"], "yellow")
        proposition = next(each for each in rows("propositions") if each["id"] == row["proposition"])
        yield [
            (f"{row['label']:<9}{row['voice']:<8}{row['proposition']}", style),
            (f"  ({in_words(proposition)})", "dim"),
        ]


AGREEMENT_LAYER: Final = Layer(
    name="agreement",
    model=Agreement,
    computed=("id", "article", "proposition", "label", "label_fnc1", "voice", "alternatives"),
    explained=("text", "proposition_text"),
    compute=_table,
    messages={"voice-unrelated": "a voice is null exactly where the label is unrelated"},
    seeded=Seeded({"label": inventory.AGREEMENT_LABELS}, hidden=("label_fnc1", "voice")),
    paint=_paint,
    card={"labels": cross("agreement", "label", "article", inventory.AGREEMENT_LABELS)},
)

EXCEPTIONS_LAYER: Final = Layer(
    name="exceptions",
    model=Exceptions,
    path="agreement/exceptions.jsonl",
    published=False,
    checks=(exceptions_name_a_pair,),
)

LAYERS: Final = (AGREEMENT_LAYER, EXCEPTIONS_LAYER)
