"""The dataset for people: a page with its gold labels, and what is known of the whole."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from detente.data.corpus import Corpus
from detente.data.jsonl import Record

_ZONE_STYLES: Final = {"body": "", "paratext": "cyan", "boilerplate": "red"}
_LABEL_STYLES: Final = {"favor": "green", "against": "red", "none": "dim", "agree": "green", "disagree": "red"}


def _quote(text: str, spans: list[Record]) -> str:
    return " … ".join(f"“{text[span['start'] : span['end']]}”" for span in spans)


def _boilerplate(text: str, row: Record) -> Iterator[Text]:
    line = Text(f"{row['type']:<17}", style="bold " + _ZONE_STYLES[row["zone"]])
    line.append(text[row["start"] : row["end"]], style="not bold")
    if row["repeats"]:
        line.append(f"  (repeats {row['repeats']})", style="not bold dim")
    yield line


def _claims(text: str, row: Record) -> Iterator[Text]:
    worthy = ", check-worthy" if row["check_worthy"] else ""
    yield Text(f"{row['id']}  {row['type']}, {row['presentation']}{worthy}", style="bold cyan")
    yield Text(f"    {_quote(text, row['spans'])}")
    links = ", ".join(f"{link['relation']} {link['proposition']}" for link in row["propositions"])
    # Never a normalised sentence without who says it and how the page presents it.
    yield Text(f"    = {row['normalised']}" + (f"  [{links}]" if links else ""), style="dim")
    yield Text(f"    {row['presentation']}: {' and '.join(row['told_by'])}", style="dim")


def _stance(text: str, row: Record) -> Iterator[Text]:
    style = _LABEL_STYLES[row["label"]]
    scale = "no scale" if row["scale"] is None else f"{row['scale']:+d}"
    yield Text(f"{row['label']:<8}{scale:<9}{row['id']}", style=f"bold {style}")
    if row["chain"]:
        yield Text(f"    told by {' → '.join(row['chain'])}; {row['expression']}", style="dim")
    for span in row["evidence"]:
        yield Text(f"    {_quote(text, [span])}", style=style)


def _agreement(_: str, row: Record) -> Iterator[Text]:
    if row["label"] != "unrelated":
        style = _LABEL_STYLES.get(row["label"], "yellow")
        yield Text(f"{row['label']:<9}{row['voice']:<8}{row['proposition']}", style=style)


def _attribution(text: str, row: Record) -> Iterator[Text]:
    links = (f"{' + '.join(link['sources'])} ({link['channel']})" for link in row["chain"])
    yield Text(f"{row['id']}  {row['type']}  {' → '.join(links) or 'the page itself'}", style="bold cyan")
    if row["content_spans"]:
        yield Text(f"    {_quote(text, row['content_spans'])}")
        yield Text(f"    cue {_quote(text, row['cue_spans']) or 'none'}, {row['cue_force'] or 'no force'}", style="dim")


def _derivation(text: str, row: Record) -> Iterator[Text]:
    via = f" via {row['via']}" if row["via"] else ""
    yield Text(f"{row['degree']} from {row['source']}{via}: {row['kind']}", style="bold cyan")
    yield Text(f"    {row['basis']}, confidence {row['confidence']}: {_quote(text, row['evidence'])}")


def _reuse(text: str, row: Record) -> Iterator[Text]:
    yield Text(f"{row['operation']} with {row['source']}", style="bold cyan")
    yield Text(f"    {_quote(text, [row['this']])}")


_PAINTERS: Final[dict[str, Callable[[str, Record], Iterator[Text]]]] = {
    "boilerplate": _boilerplate,
    "claims": _claims,
    "stance": _stance,
    "agreement": _agreement,
    "attribution": _attribution,
    "derivation": _derivation,
    "reuse": _reuse,
}


def show(corpus: Corpus, article: str, layer: str) -> None:
    """Prints one layer of one page; colours only on a terminal.

    Raises:
        KeyError: If there is no such article or layer.
    """
    page = corpus.articles[article]
    console = Console(highlight=False, emoji=False)
    console.print(Text(f"{article}: {page['headline'] or 'no headline'}", style="bold"), soft_wrap=True)
    rows = [row for row in corpus.rows(layer) if row["article"] == article]
    if layer == "claims":
        _add_tellers(rows, corpus.rows("attribution"))
    for row in rows:
        for line in [*_PAINTERS[layer](page["text"], row), *_alternatives(row)]:
            console.print(line, soft_wrap=not console.is_terminal)


def _add_tellers(claims: list[Record], attributions: list[Record]) -> None:
    """Adds to each claim, as `told_by`, its chains of sources in words."""
    for claim in claims:
        chains = [row["chain"] for row in attributions if row["claim"] == claim["id"]]
        claim["told_by"] = [
            " → ".join(" + ".join(link["sources"]) for link in chain) or "the page itself" for chain in chains
        ]


def _alternatives(row: Record) -> Iterator[Text]:
    for other in row.get("alternatives", ()):
        yield Text(f"    or {other['field']} {other['value']}: {other['reason']}", style="dim")


def info(corpus: Corpus) -> dict[str, Any]:
    """What is known of the dataset: version, hashes, counts, agreement."""
    manifest = corpus.manifest
    rows = {name: config["rows"] for name, config in manifest["configs"].items()}
    hashes = {name: config["sha256"] for name, config in manifest["configs"].items()}
    return {
        **{name: manifest[name] for name in ("name", "version", "sha256", "normalisation", "canary")},
        "families": len({row["family"] for row in corpus.articles.values()}),
        "rows": rows,
        "hashes": hashes,
        **corpus.agreement,
    }
