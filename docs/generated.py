"""Pages of the site that are made from files elsewhere, so that nothing is written twice."""

import json
import re
from itertools import groupby
from pathlib import Path

from click.testing import CliRunner
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from detente.cli import main

ROOT = Path(__file__).resolve().parent.parent


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the generated pages."""
    for path, text in {**documents(), "reference/metrics.md": metrics(), "experiment.md": notebook()}.items():
        files.append(File.generated(config, path, content=text))
    return files


def documents() -> dict[str, str]:
    """The card, the datasheet, the changes, and the guideline of each layer."""
    pages = {"data/card.md": "dataset/README.md", "data/datasheet.md": "DATASHEET.md", "changes.md": "CHANGELOG.md"}
    pages |= {f"data/{path.parent.name}.md": str(path) for path in ROOT.glob("annotations/*/GUIDELINES.md")}
    return {page: plain((ROOT / source).read_text(encoding="utf-8")) for page, source in pages.items()}


def plain(text: str) -> str:
    """A document without front matter and the marks of the build."""
    return re.sub(r"<!-- /?(?:generated|count)\b[^>]*-->", "", re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))


def metrics() -> str:
    """Every metric by task and group, as `detente eval metrics` lists them."""
    listed = CliRunner().invoke(main, ["eval", "metrics", "--format", "json"], catch_exceptions=False).stdout
    lines = ["# Metrics", "", "As `detente eval metrics` prints them; the primary metric of each task is in bold."]
    for task, rows in groupby(json.loads(listed), lambda row: row["task"]):
        lines += ["", f"## {task}", "", "| metric | range, best | of | formula |", "| --- | --- | --- | --- |"]
        for row in rows:
            name = f"**`{row['name']}`**" if row["primary"] else f"`{row['name']}`"
            bounds = [("∞" if row[key] is None else f"{row[key]:g}") for key in ("low", "high", "best")]
            source = f" ({row['reference']})" if row["reference"] else ""
            cells = [name, "{}…{}, {}".format(*bounds), row["of"], row["formula"] + source]
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def notebook() -> str:
    """The notebook of a whole experiment, with the outputs that it was saved with."""
    cells = json.loads((ROOT / "docs" / "experiment.ipynb").read_text(encoding="utf-8"))["cells"]
    parts = []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        outputs = ["".join(each.get("text") or each["data"]["text/plain"]).rstrip() for each in cell["outputs"]]
        parts += [f"```text\n{output}\n```" for output in outputs]
    return "\n\n".join(parts) + "\n"
