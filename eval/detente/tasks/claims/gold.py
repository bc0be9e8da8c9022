"""What annotators label for `claims`: claims with their links to propositions, and what of a page asserts nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import pandera.polars as pa
import polars as pl

from detente.data import labels as inventory
from detente.data.annotated import Table, Tables
from detente.data.jsonl import Record
from detente.data.model import ALTERNATIVES, SPANS, Strict
from detente.tasks.claims.checks import body_covered, claims_are_whole, claims_disjoint
from detente.tasks.layer import ROW, Compared, Layer, Painted, Reference, Seeded, SpanField, cross, quote
from detente.text.spans import Span

CHECK_WORTHINESS: Final = ("checkable", "key_matter", "accuses", "settled")
_ANSWERS: Final = pl.Struct(dict.fromkeys(CHECK_WORTHINESS, pl.Boolean))
_RELATIONS: Final = {"inner": pl.Struct({"proposition": pl.String, "relation": pl.String})}
_YES_OR_NO: Final = (True, False)


class Claims(Strict):
    """One row per claim; its spans may be discontinuous."""

    id: str = pa.Field(unique=True, str_matches=r"^detente-\d{3,}:c\d{2,}$")
    article: str
    spans: pl.List = pa.Field(dtype_kwargs=SPANS)
    zone: str = pa.Field(isin=inventory.CLAIM_ZONES)
    type: str = pa.Field(isin=inventory.CLAIM_TYPES)
    check_worthy: bool
    check_worthy_answers: pl.Struct = pa.Field(dtype_kwargs={"fields": _ANSWERS.fields})
    presentation: str = pa.Field(isin=inventory.PRESENTATIONS)
    normalised: str
    propositions: pl.List = pa.Field(dtype_kwargs=_RELATIONS)
    alternatives: pl.List = pa.Field(dtype_kwargs=ALTERNATIVES)


class NoClaim(Strict):
    """One row per stretch of a labelled segment that asserts nothing. Read and checked, not published."""

    article: str
    start: pl.Int32 = pa.Field(ge=0)
    end: pl.Int32
    reason: str = pa.Field(isin=inventory.NO_CLAIM_REASONS)


def check_worthy(answers: dict[str, bool]) -> bool:
    """Checkable and not settled, and a key matter or an accusation (`annotations/claims/GUIDELINES.md`, section 8)."""
    return answers["checkable"] and not answers["settled"] and (answers["key_matter"] or answers["accuses"])


def zone_of(span: Span, segments: Sequence[Record]) -> str:
    """The zone of the segment that a claim's first span starts in: body, headline or subheading."""
    home = next((row for row in segments if row["start"] <= span[0] < row["end"]), None)
    return home["type"] if home and home["type"] in ("headline", "subheading") else "body"


def _completed(tables: Tables) -> Table:
    for row in tables["claims"].rows:
        segments = [segment for segment in tables["boilerplate"].rows if segment["article"] == row["article"]]
        row["zone"] = zone_of((row["spans"][0]["start"], row["spans"][0]["end"]), segments) if row["spans"] else "body"
        row["check_worthy"] = check_worthy(row["check_worthy_answers"])
    return tables["claims"]


def _linked(row: Record) -> Iterable[str]:
    return (link["proposition"] for link in row["propositions"])


def _other_relations(_: Record, tables: Tables) -> Iterable[str] | None:
    if tables["propositions"].unread.nameless:
        return None
    propositions = {row["id"] for row in tables["propositions"].rows} | tables["propositions"].unread.ids
    return [f"{name}={relation}" for name in propositions for relation in (*inventory.RELATIONS, "none")]


def _other_answer(row: Record, _: Tables) -> Iterable[str]:
    return ["false" if row["check_worthy"] else "true"]


def _unfold(row: Record) -> Record:
    """The answers, what follows from them, and the relation to the first proposition as fields of the row."""
    answers, links = row.get("check_worthy_answers"), row.get("propositions")
    unfolded = row | {"relation": links[0]["relation"] if links else None}
    return unfolded | answers | {"check_worthy": check_worthy(answers)} if answers else unfolded


def _refold(row: Record) -> Record:
    left_out = ("relation", "check_worthy", *CHECK_WORTHINESS)
    folded = {name: value for name, value in row.items() if name not in left_out}
    folded["check_worthy_answers"] = {question: row[question] for question in row["check_worthy_answers"]}
    if row["relation"]:
        first, *others = row["propositions"]
        folded["propositions"] = [{**first, "relation": row["relation"]}, *others]
    return folded


def _paint(text: str, row: Record, rows: Callable[[str], list[Record]]) -> Iterator[Painted]:
    worthy = ", check-worthy" if row["check_worthy"] else ""
    yield [(f"{row['id']}  {row['type']}, {row['presentation']}{worthy}", "bold cyan")]
    yield [(f"    {quote(text, row['spans'])}", "")]
    links = ", ".join(f"{link['relation']} {link['proposition']}" for link in row["propositions"])
    # Never a normalised sentence without who says it and how the page presents it.
    yield [(f"    = {row['normalised']}" + (f"  [{links}]" if links else ""), "dim")]
    chains = [other["chain"] for other in rows("attribution") if other["claim"] == row["id"]]
    sources = (" → ".join(" + ".join(link["sources"]) for link in chain) or "the page itself" for chain in chains)
    yield [(f"    {row['presentation']}: {' and '.join(sources)}", "dim")]


CLAIMS_LAYER: Final = Layer(
    name="claims",
    model=Claims,
    inventories={"type": lambda own: own.claim_types},
    path="claims/gold",
    computed=("zone", "check_worthy"),
    compute=_completed,
    spans=(SpanField("spans", content_rule="claim-outside-content"),),
    references=(Reference("propositions", ("propositions",), "proposition-unregistered", _linked),),
    id_separator=":",
    alternatives={"relation": _other_relations, "check_worthy": _other_answer},
    checks=(claims_disjoint, body_covered, claims_are_whole),
    unfold=_unfold,
    compared=Compared(
        nominal=("type", "presentation", "check_worthy", *CHECK_WORTHINESS),
        cut=("spans",),
        links="propositions",
        cut_columns=("id", "spans"),
    ),
    seeded=Seeded(
        {
            "type": inventory.CLAIM_TYPES,
            "presentation": inventory.PRESENTATIONS,
            "relation": inventory.RELATIONS,
            **dict.fromkeys(CHECK_WORTHINESS, _YES_OR_NO),
        },
        refold=_refold,
    ),
    paint=_paint,
    card={"claims": cross("claims", "type", "presentation", lambda own: own.claim_types, inventory.PRESENTATIONS)},
)

NO_CLAIM_LAYER: Final = Layer(
    name="no_claim",
    model=NoClaim,
    path="claims/no_claim",
    published=False,
    spans=(SpanField(ROW),),
    # The claims' annotators listed what is no claim, spans and reasons in one go.
    compared=Compared(
        key=lambda row: (row["article"], row["start"], row["end"]),
        nominal=("reason",),
        cut=(ROW,),
        passes="claims/no_claim-{letter}",
    ),
)

LAYERS: Final = (CLAIMS_LAYER, NO_CLAIM_LAYER)
