"""The pages of the site: every block of code runs as written, and the site builds without a network."""

import ast
import importlib.metadata
import json
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXTRA = re.compile(r"detente\[([\w-]+)\]")


def pages(root: Path) -> list[Path]:
    return sorted((root / "docs").rglob("*.md"))


PAGES = pages(Path(__file__).resolve().parent.parent)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_page_runs(page: Path, run_blocks, root: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    needs = set(EXTRA.findall(text))
    assert needs <= extras.keys(), "the page names an extra that pyproject.toml does not have"
    if absent := sorted(name for name in needs if not installed(extras[name])):
        pytest.skip(f"the extra {absent[0]} is not installed")
    run_blocks(text, tmp_path)


def installed(requirements: list[str]) -> bool:
    """Is there every distribution that is required?"""
    try:
        for requirement in requirements:
            importlib.metadata.version(re.split(r"[^\w.-]", requirement)[0])
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def test_the_page_of_reliability_is_what_the_figures_make(root: Path) -> None:
    script = runpy.run_path(str(root / "scripts" / "reliability.py"))
    made = script["page"](root)
    assert (root / "docs" / "reliability.md").read_text(encoding="utf-8") == made, "run python scripts/reliability.py"
    for name in ("fuzz", "faults", "mutants"):
        path = root / "tests" / name / "figures.json"
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"failures": 0}
        assert found.get("failures", 0) == 0, path


def test_every_page_is_in_the_navigation(root: Path) -> None:
    listed = re.findall(r"- ([\w/-]+\.md)$", (root / "mkdocs.yml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert {str(page.relative_to(root / "docs")) for page in PAGES} <= set(listed)


@pytest.mark.parametrize("language", ["json", "yaml"])
def test_blocks_that_are_only_shown_are_whole(language: str) -> None:
    """What does not run is data, which must be whole."""
    shown = [
        block
        for page in PAGES
        for block in re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    ]
    for block in shown:
        if language == "json":
            for line in block.splitlines():
                json.loads(line)
        else:
            assert pytest.importorskip("yaml").safe_load(block)
    languages = {name for page in PAGES for name in re.findall(r"^```(\w+)\n", page.read_text(), flags=re.MULTILINE)}
    assert languages <= {"sh", "python", "json", "yaml", "text"}


def test_the_site_builds_without_a_network(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="the extra docs is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=root,
        env={"PATH": "", "PYTHONPATH": str(root / "eval"), "HF_HUB_OFFLINE": "1", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    site = tmp_path / "site"
    html = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert {"index.html", "data/stance.html", "reference/metrics.html", "experiment.html"} <= html.keys()
    assert "detente.score" in html["reference/library.html"]
    assert "--fail-under" in html["reference/commands.html"]
    loaded = re.compile(r"<(?:script|img|iframe)[^>]+src=\"https?:|<link[^>]+stylesheet[^>]+href=\"https?:")
    assert [name for name, text in html.items() if loaded.search(text)] == []


def test_the_notebook_runs_and_prints_what_it_was_saved_with(root: Path, tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="the extra docs is not installed")
    nbformat = pytest.importorskip("nbformat")
    shutil.copy(root / "docs" / "experiment.ipynb", tmp_path)
    notebook = nbformat.read(tmp_path / "experiment.ipynb", as_version=4)
    saved = [printed(cell) for cell in notebook.cells]
    assert sum(map(bool, saved)) >= 5, "a notebook that prints nothing shows nothing"
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert [printed(cell) for cell in notebook.cells] == saved


def printed(cell) -> str:
    """What a cell shows, progress bars aside."""
    outputs = [each for each in cell.get("outputs", []) if each.get("name") != "stderr"]
    return "".join(each["text"] if "text" in each else each["data"]["text/plain"] for each in outputs)


def test_python_blocks_of_the_pages_parse() -> None:
    for page in PAGES:
        for block in re.findall(r"^```python\n(.*?)^```$", page.read_text(), flags=re.DOTALL | re.MULTILINE):
            ast.parse(block)
