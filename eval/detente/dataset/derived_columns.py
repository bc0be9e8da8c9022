"""The columns and the table that nobody annotates: they follow from the annotations."""

from collections.abc import Sequence

from detente.data.independent_sources import PUT_FORWARD, SUPPORTING, speaks_for_in_the_end, support
from detente.data.jsonl import Record
from detente.dataset.annotations import Table, Tables
from detente.text.spans import Span


def check_worthy(answers: dict[str, bool]) -> bool:
    """Checkable and not settled, and a key matter or an accusation (`annotations/claims/GUIDELINES.md`, section 8)."""
    return answers["checkable"] and not answers["settled"] and (answers["key_matter"] or answers["accuses"])


def speaker(chain: Sequence[str], holder: str, speaks_for: dict[str, str | None]) -> str | None:
    """Who ends the chain, if that source speaks for the holder; else None."""
    if chain and chain[-1] != holder and speaks_for_in_the_end(chain[-1], speaks_for) == holder:
        return chain[-1]
    return None


def zone_of(span: Span, segments: Sequence[Record]) -> str:
    """The zone of the segment that a claim's first span starts in: body, headline or subheading."""
    home = next((row for row in segments if row["start"] <= span[0] < row["end"]), None)
    return home["type"] if home and home["type"] in ("headline", "subheading") else "body"


def side(relation: str, presentation: str) -> str:
    """What a claim does to a proposition: `for`, `against`, or `open`.

    Of what is denied, the same and whatever says less are false; from a false sentence that says more, or another
    figure, or the contrary, nothing follows (`annotations/agreement/GUIDELINES.md`, section 3).
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


def complete(tables: Tables) -> Tables:
    """The tables with every computed column, and the table `agreement`.

    Rows are changed in place: they have just been read. Computed rows stand where what they come from stands.
    """
    speaks_for = {row["id"]: row["speaks_for"] for row in tables["sources"].rows}
    for row in tables["stance"].rows:
        row["speaker"] = speaker(row["chain"], row["holder"], speaks_for)
    for row in tables["claims"].rows:
        segments = [segment for segment in tables["boilerplate"].rows if segment["article"] == row["article"]]
        row["zone"] = zone_of((row["spans"][0]["start"], row["spans"][0]["end"]), segments) if row["spans"] else "body"
        row["check_worthy"] = check_worthy(row["check_worthy_answers"])
    names = ("propositions", "claims", "attribution", "derivation", "sources", "events")
    behind = support(*(tables[name].rows for name in names))
    for row in tables["propositions"].rows:
        row.update(behind[row["id"]]._asdict())
    return tables | {"agreement": _agreement_table(tables)}


def _links(claims: Sequence[Record], proposition: str) -> list[tuple[Record, str, str]]:
    """The claims linked to a proposition, each with relation and presentation."""
    return [
        (claim, link["relation"], claim["presentation"])
        for claim in claims
        for link in claim["propositions"]
        if link["proposition"] == proposition
    ]


def _alternative_labels(links: list[tuple[Record, str, str]], proposition: str, label: str) -> list[Record]:
    """The other labels that come out with one alternative of one linked claim in its place."""
    found: dict[str, str] = {}
    for index, (claim, relation, presentation) in enumerate(links):
        for other in claim["alternatives"]:
            pairs = [(each[1], each[2]) for each in links]
            name, _, value = other["value"].partition("=")
            if other["field"] == "presentation":
                pairs[index] = (relation, other["value"])
            elif other["field"] == "relation" and name == proposition:
                pairs[index : index + 1] = [] if value == "none" else [(value, presentation)]
            if (changed := agreement(pairs)[0]) != label:
                found.setdefault(changed, other["reason"])
    return [{"field": "label", "value": value, "reason": reason} for value, reason in found.items()]


def _agreement_table(tables: Tables) -> Table:
    exceptions = {row["id"]: row for row in tables["exceptions"].rows}
    rows, places = [], []
    for article in tables["articles"].rows:
        claims = [claim for claim in tables["claims"].rows if claim["article"] == article["id"]]
        for place, proposition in tables["propositions"]:
            name = f"{article['id']}::{proposition['id']}"
            links = _links(claims, proposition["id"])
            label, voice = agreement([(relation, presentation) for _, relation, presentation in links])
            if name in exceptions:
                label, voice = exceptions[name]["label"], exceptions[name]["voice"]
            row: Record = {"id": name, "article": article["id"], "proposition": proposition["id"], "label": label}
            row |= {"label_fnc1": fnc1_label(label, voice), "voice": voice}
            row["alternatives"] = _alternative_labels(links, proposition["id"], label)
            rows.append(row)
            places.append(place)
    return Table("agreement", rows, places)
