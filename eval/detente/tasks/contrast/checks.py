"""The check of the contrast set's pairs."""

from collections.abc import Iterator

from detente.data.annotated import Tables
from detente.data.jsonl import Record
from detente.data.problems import Problem


def pairs_are_whole(tables: Tables) -> Iterator[Problem]:
    """A pair is an a and a b of one kind; twins name each other, one keeps its label and one does not."""
    unread = tables["contrast"].unread
    if unread.nameless:
        return
    pairs: dict[str, list[Record]] = {}
    for _, row in tables["contrast"]:
        pairs.setdefault(row["pair"], []).append(row)
    incomplete = {name[:-1] for name in unread.ids}
    for place, row in tables["contrast"]:
        if {row["pair"], row["twin"]}.isdisjoint(incomplete) and (fault := _fault(row, pairs)):
            yield Problem("contrast-pair", place, fault)


def _fault(row: Record, pairs: dict[str, list[Record]]) -> str | None:
    members, twins = pairs[row["pair"]], pairs.get(row["twin"], [])
    same = all(member[name] == row[name] for member in members for name in ("task", "phenomenon", "edit", "twin"))
    if [str(member["id"])[:-1] for member in members] != [row["pair"]] * 2 or not same:
        return f"{row['pair']} must be two rows, a and b, alike but for text and label"
    if not twins or any(twin["twin"] != row["pair"] for twin in twins):
        return f"{row['pair']} and {row['twin']} must name each other as twins"
    if (row["edit"] == "keep") == any(twin["edit"] == "keep" for twin in twins):
        return f"of {row['pair']} and {row['twin']} exactly one must keep its label"
    if (row["edit"] == "keep") != (len({member["label"] for member in members}) == 1):
        return f"edit {row['edit']} does not fit the two labels of {row['pair']}"
    return None
