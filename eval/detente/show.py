"""A page with its gold labels, for people."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.text import Text

from detente.corpus import Corpus
from detente.records import Record

LAYERS: Final = ("boilerplate", "stance")
_ZONE_STYLES: Final = {"body": "", "paratext": "cyan", "boilerplate": "red"}
_LABEL_STYLES: Final = {"favor": "green", "against": "red", "none": "dim"}


def _boilerplate(article: Record, rows: list[Record]) -> Iterator[Text]:
    for row in sorted(rows, key=lambda row: int(row["start"])):
        line = Text(f"{row['type']:<17}", style="bold " + _ZONE_STYLES[row["zone"]])
        line.append(article["text"][row["start"] : row["end"]], style="not bold")
        if row["repeats"]:
            line.append(f"  (repeats {row['repeats']})", style="not bold dim")
        yield line


def _stance(article: Record, rows: list[Record]) -> Iterator[Text]:
    for row in rows:
        style = _LABEL_STYLES[row["label"]]
        scale = "no scale" if row["scale"] is None else f"{row['scale']:+d}"
        yield Text(f"{row['label']:<8}{scale:<9}{row['id']}", style=f"bold {style}")
        if row["chain"]:
            yield Text(f"    told by {' → '.join(row['chain'])}; {row['expression']}", style="dim")
        for span in row["evidence"]:
            yield Text(f"    “{article['text'][span['start'] : span['end']]}”", style=style)
        for other in row["alternatives"]:
            yield Text(f"    or {other['field']} {other['value']}: {other['reason']}", style="dim")


_PAINTERS: Final = {"boilerplate": _boilerplate, "stance": _stance}


def show(corpus: Corpus, article: str, layer: str) -> None:
    """Prints one layer of one page; colours only on a terminal.

    Raises:
        KeyError: If there is no such article.
    """
    row = corpus.articles[article]
    rows = [item for item in corpus.rows(layer) if item["article"] == article]
    console = Console(highlight=False, emoji=False)
    console.print(Text(f"{article}: {row['headline'] or 'no headline'}", style="bold"), soft_wrap=True)
    for line in _PAINTERS[layer](row, rows):
        console.print(line, soft_wrap=not console.is_terminal)
