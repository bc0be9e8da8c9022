"""The sample sheet of a challenge suite: a few of its items with their gold, and what each operation did to them."""

from collections.abc import Sequence
from difflib import unified_diff
from typing import Final

from detente.challenge.suite import COMBINED, CONTROL, Item, Suite
from detente.data.jsonl import Record, dump_line
from detente.report.gold import painters
from detente.text.display import counted, shortened, visible

SPLIT: Final = "train"
"""The split whose items are shown: it is made from invented pages."""
STRENGTH: Final = "medium"
WIDTH: Final = 110
"""Characters of a line of gold that are shown."""
_MOST: Final = 12
"""Lines that are shown of what an operation did."""
_WHOLE: Final = 8
"""Items of no more lines than this are shown whole, not by what differs from their control."""
_AROUND: Final = 50
"""Characters of the text before and after a place."""
_SIGNS: Final = {0xA0: "⍽", 0xAD: "·"}
_HEAD: Final = """# {title}: sample sheet

{summary}. These are the first items of the split `{split}` of `detente challenge make {name}`, whose pages and
names are invented: a control, and what each operation does to it at the strength `{strength}`. Each line is a row of
the gold; `⍽` is a no-break space, `·` a soft hyphen. `detente challenge list {name}` prints what the strengths mean.
This page is made by `make sheets`.

"""


def sheet(suite: Suite) -> str:
    """The sample sheet of a suite, as Markdown."""
    made = suite.items(SPLIT, 0, 0, len(suite.variants))
    items = [item for item in made if item.variant.strength in ("none", STRENGTH)]
    control = next(item for item in items if item.variant.operation == CONTROL)
    summaries = {operation.name: operation.summary for operation in suite.operations}
    summaries |= {CONTROL: "nothing is done", COMBINED: "several operations, one after another"}
    summary = suite.summary[:1].upper() + suite.summary[1:]
    title = suite.name[:1].upper() + suite.name[1:]
    parts = [_HEAD.format(title=title, name=suite.name, summary=summary, split=SPLIT, strength=STRENGTH)]
    for item in items:
        lines = _lines(suite, item)
        said = summaries[item.variant.operation]
        if item is not control and len(lines) > _WHOLE:
            lines = _changes(_lines(suite, control), lines) or _between(control, item)
        parts.append(f"## {item.variant.operation}\n\n{said[:1].upper()}{said[1:]}.\n\n{_block(lines)}\n")
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _block(lines: Sequence[str]) -> str:
    return "```text\n" + "\n".join(lines) + "\n```"


def _changes(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The lines that are gone, after `-`, and those that are new, after `+`."""
    found = [line for line in unified_diff(before, after, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")]
    more = len(found) - _MOST
    return found[:_MOST] + ([f"… and {counted(more, 'line')} more"] if more > 0 else [])


def _between(control: Item, item: Item) -> list[str]:
    """Of pages with the same rows, which differ in what stands between these, the text where that begins."""
    before, after = (each.rows["articles"][0]["text"] for each in (control, item))
    start = next((place for place, pair in enumerate(zip(before, after, strict=False)) if len({*pair}) > 1), 0)
    low = max(0, start - _AROUND)
    return [f"{sign}{dump_line(text[low : start + _AROUND])}" for sign, text in (("-", before), ("+", after))]


def _lines(suite: Suite, item: Item) -> list[str]:
    """The gold of an item, a line for each row, or several."""
    if "articles" not in item.rows:
        return [line for config in suite.configs for row in item.rows[config] for line in _sentence(row)]
    texts = {row["id"]: row["text"] for row in item.rows["articles"]}
    paint = painters()
    return [
        shortened(visible("".join(text for text, style in line if not style.startswith("dim "))), WIDTH)
        .translate(_SIGNS)
        .rstrip()
        for config in suite.configs
        if config in paint
        for row in item.rows[config]
        for line in paint[config](texts[row["article"]], row, lambda name: item.rows.get(name, []))
    ]


def _sentence(row: Record) -> list[str]:
    """A sentence, what is asked of it, and its label."""
    asked = row["proposition"] or f"{row['holder']}: {row['target']}"
    return [f"{row['text']}", f"    {row['edit']}; {asked}: {row['label']}"]
