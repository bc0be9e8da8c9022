"""The task `boilerplate`: which characters of a page are the article's own text.

Counts are of characters that are not white space, of tokens and of lines. A token, or a line, of the page is kept if
more than half of its characters are. What an output holds beside that is a false positive: text that the page does not
have, and text that is repeated, whatever it repeats; a token, or a line, of the output if no more than half of it has a
place of its own in the page.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.data.corpus import Corpus
from detente.data.inventory import Inventory, united
from detente.data.jsonl import Record
from detente.data.labels import TYPES_OF_ZONE
from detente.data.page import Page, pairs_of
from detente.tasks.boilerplate import KINDS, retention
from detente.tasks.boilerplate.baselines import BASELINES
from detente.tasks.boilerplate.html import AT
from detente.tasks.boilerplate.html import NAMES as TEMPLATES
from detente.tasks.boilerplate.metrics import BOILERPLATE_TYPES, COLUMNS, METRICS, columns, metrics
from detente.tasks.boilerplate.prediction import Prediction, parse
from detente.tasks.task import Options, Row, Task
from detente.text.display import counted, excerpt
from detente.text.spans import Span, sums_within

PARATEXT: Final = ("ignore", "content", "boilerplate")


class _Output(NamedTuple):
    """What of the page an output holds, and the row of what belongs to no segment."""

    kept: NDArray[np.bool_]
    row: Row


def pages_of(corpus: Corpus) -> dict[str, Page]:
    """The pages with their segments and the spans of other layers."""
    pages = corpus.pages("boilerplate")
    segments: dict[str, list[Row]] = {article: [] for article in pages}
    for row in corpus.table("boilerplate").sort("article", "start").iter_rows(named=True):
        segments[row["article"]].append(row)
    layers = _other_layers(corpus)
    return {
        name: Page(name, row["family"], row["text"], tuple(segments[name]), layers[name], corpus.inventory.zone_of_type)
        for name, row in pages.items()
    }


def _other_layers(corpus: Corpus) -> dict[str, dict[str, list[tuple[Span, ...]]]]:
    """For each article the spans of its claims (whole), of its stances' evidence and of its cues (one by one)."""
    found: dict[str, dict[str, list[tuple[Span, ...]]]] = {
        article: {layer: [] for layer in retention.LAYERS} for article in corpus.articles
    }
    for row in corpus.rows("claims"):
        found[row["article"]]["claims"].append(pairs_of(row["spans"]))
    for config, field, layer in (("stance", "evidence", "evidence"), ("attribution", "cue_spans", "cues")):
        spans = {
            (row["article"], span) for row in corpus.rows(config, "article", field) for span in pairs_of(row[field])
        }
        for article, span in sorted(spans):
            found[article][layer].append((span,))
    return found


def _inputs(corpus: Corpus) -> list[Record]:
    pages = corpus.pages("boilerplate")
    return [{"id": name, "text": row["text"], "language": row["language"]} for name, row in pages.items()]


def _output(page: Page, prediction: Prediction | None) -> _Output:
    if prediction is None:
        return _Output(np.zeros(len(page.text), dtype=bool), {})
    if isinstance(prediction.value, str):
        return _placed_output(page, prediction.value)
    return _Output(prediction.value, {"output": int(prediction.value.sum())})


def _placed_output(page: Page, text: str) -> _Output:
    from detente.tasks.text_errors import damage, longest, output_blocks  # spans and lines need no alignment,
    from detente.text.alignment import align  # nor its library

    placed = align(text, page.text)
    made_up = [text[start:end] for start, end in placed.inserted_spans]
    told = f"made up {counted(placed.insertions, 'character')}{longest(made_up)}"
    words = {told: placed.insertions} if made_up else {}
    words |= damage(text, placed, typography=False)
    row = {
        "char_fp": placed.insertions + placed.repeated,
        "token_fp": placed.unplaced_tokens,
        "line_fp": placed.unplaced_blocks,
        "output": placed.characters,
        "insertions": placed.insertions,
        "output_lines": placed.blocks,
        "doubled": placed.doubled,
        "moved": len(placed.moved_spans),
        **placed.whitespace._asdict(),
        "wrong": sum(words.values()),
        "detail": "; ".join(words),
        "blocks": output_blocks(text, placed),
    }
    return _Output(placed.kept, row)


def _is_content(zone: str, paratext: str) -> bool | None:
    """Whether a zone should be kept; None if it does not matter."""
    if zone == "paratext":
        return None if paratext == "ignore" else paratext == "content"
    return zone == "body"


def _wanted(page: Page, segment: Record, size: int, kept: int, options: Options) -> bool | None:
    """Whether a segment should be kept: by its zone or, where alternatives are accepted, by one that fits better.

    Of several readings the first counts that does not matter, or that does with the most of the segment what the output
    does with it; the segment's own, if none does.
    """
    zones = [segment["zone"], *(page.zones[kind] for kind in options.others(segment, "type"))]
    readings = [_is_content(zone, options.paratext) for zone in zones]
    return next((each for each in readings if each is None or each == (2 * kept > size)), readings[0])


def count(page: Page, prediction: Prediction | None, options: Options) -> list[Row]:
    """A row for each segment, and one for what of the output belongs to none."""
    output = _output(page, prediction)
    article, _, template = page.id.partition(AT)
    key: Row = {"id": page.id, "article": article, "template": template or None, "family": page.family, "slice": "main"}
    size, kept = sums_within(page.visible, page.spans), sums_within(output.kept, page.spans)
    tokens, kept_tokens = _units_of(page, output.kept, page.tokens, page.segment_of_token)
    lines, kept_lines = _units_of(page, output.kept, page.lines, page.segment_of_line)
    rows: list[Row] = []
    for index, segment in enumerate(page.segments):
        row = key | {"zone": segment["zone"], "type": segment["type"], "item": segment["id"]}
        wanted = _wanted(page, segment, int(size[index]), int(kept[index]), options)
        for level, total, part in (
            ("char", int(size[index]), int(kept[index])),
            ("token", int(tokens[index]), int(kept_tokens[index])),
            ("line", int(lines[index]), int(kept_lines[index])),
        ):
            if wanted is not None:
                row[f"{level}_tp" if wanted else f"{level}_fp"] = part
                row[f"{level}_fn" if wanted else f"{level}_tn"] = total - part
        if segment["zone"] == "body":
            row["body"], row["body_kept"] = int(size[index]), int(kept[index])
            row["body_blocks"], row["body_blocks_missed"] = 1, int(2 * kept[index] < size[index])
        if segment["zone"] == "boilerplate":
            row[segment["type"]] = int(size[index])
            row[f"{segment['type']}_removed"] = int(size[index] - kept[index])
        rows.append(row | _error(page, segment, wanted, int(size[index]), output.kept))
    zones = tuple(zone for zone in TYPES_OF_ZONE if _is_content(zone, options.paratext))
    rest = {"zone": "output", "type": "output", "item": f"{page.id}:output", "wrong": 0, "detail": ""}
    return [*rows, key | rest | output.row | retention.counts(page, output.kept, zones)]


def _units_of(
    page: Page, kept: NDArray[np.bool_], spans: list[Span], home: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each segment, how many tokens or lines are its own, and how many of those are kept."""
    most = 2 * sums_within(kept, spans) > sums_within(page.visible, spans)
    count = len(page.segments)
    return np.bincount(home, minlength=count), np.bincount(home[most], minlength=count)


def _error(page: Page, segment: Row, wanted: bool | None, size: int, kept: NDArray[np.bool_]) -> Row:
    start, end = segment["start"], segment["end"]
    faulty = page.visible & (~kept if wanted else kept)
    wrong = 0 if wanted is None else int(faulty[start:end].sum())
    if not wrong:
        return {"wrong": 0, "detail": ""}
    from detente.tasks.text_errors import blocks_within

    verb, kind = ("lost", "missed") if wanted else ("let in", "let in")
    return {
        "wrong": wrong,
        "detail": f"{verb} {wrong} of {counted(size, 'character')}: {excerpt(page.text[start:end])}",
        "blocks": list(blocks_within(kind, "page", page.text, [(start, end)], page.visible, faulty)),
    }


def _texts(page: Page, prediction: Prediction | None) -> dict[str, str]:
    output = prediction.value if prediction else None
    return {"page": page.text} | ({"output": output} if isinstance(output, str) else {})


def _units(corpus: Corpus, ids: Collection[str] = ()) -> dict[str, Page]:
    """The captures or, if ids of rendered pages are among these, all pages in the templates that they name."""
    pages = pages_of(corpus)
    named = {name.partition(AT)[2] for name in ids if AT in name}
    if not named.intersection(TEMPLATES):
        return pages
    from detente.tasks.boilerplate.html.render import rendered_pages

    templates = [name for name in TEMPLATES if name in named]
    return {each.page.id: each.page for each in rendered_pages(pages.values(), templates)}


def _signature_parts(pages: Mapping[str, Page]) -> dict[str, str]:
    named = {name.partition(AT)[2] for name in pages} - {""}
    shown = "all" if len(named) == len(TEMPLATES) else "+".join(name for name in TEMPLATES if name in named)
    return {"render": shown} if named else {}


def _fit(own: Inventory) -> Task:
    """The task with a measure for each type that the corpus has; rendered pages have those of the package, too."""
    types = united(BOILERPLATE_TYPES, own.boilerplate)
    return replace(BOILERPLATE, columns=columns(types), metrics=metrics(types))


BOILERPLATE: Final = Task(
    name="boilerplate",
    summary="keep the article's own text, drop what the site's template added",
    primary="char_f1",
    standard=(
        "char_precision",
        "char_recall",
        "missed_paragraphs",
        "insertions",
        "doubled",
        "claims_kept",
        "promotional",
    ),
    kinds=KINDS,
    extras=("offset_unit", "tool", "error"),
    tabular=True,
    options=("paratext", "alternatives"),
    keys=("id", "family", "slice", "article", "template", "zone", "type", "item"),
    columns=COLUMNS,
    metrics=METRICS,
    units=_units,
    parse=parse,
    count=count,
    inputs=_inputs,
    baselines=BASELINES,
    aliases={
        "missed_blocks": "missed_paragraphs",
        "fabricated": "insertions",
        "out_of_order": "moved",
        "glued": "merged_words",
        "split": "split_words",
        "breaks_lost": "lost_line_breaks",
        "foreign": "non_latin_share",
        **{f"recall_{kind}": f"removed_{kind}" for kind in BOILERPLATE_TYPES},
    },
    signature_parts=_signature_parts,
    texts=_texts,
    fit=_fit,
)
