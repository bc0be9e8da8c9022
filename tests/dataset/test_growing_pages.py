"""A page more: what is forgotten is warned of, and every count, version and table follows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from detente.cli import main
from detente.dataset import build
from detente.dataset.doubts import doubts

OLD, NEW = "detente-900", "detente-901"


@pytest.fixture
def grown(minimal: Path) -> Path:
    """The minimal corpus, built, and then a second page: the first one's text and labels under another id."""
    card = minimal / "dataset" / "README.md"
    card.write_text(card.read_text() + "Here is <!-- count: pages -->one<!-- /count --> page.\n")
    build.write(minimal, build.files_of(minimal))
    for path in [path for path in minimal.rglob(f"{OLD}.*") if path.parent.name != "text"]:
        path.with_stem(NEW).write_text(path.read_text().replace(OLD, NEW))
    registry = minimal / "annotations" / "articles.jsonl"
    registry.write_text(registry.read_text() + registry.read_text().replace(OLD, NEW))
    return minimal


def rewrite(root: Path, layer: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Changes the rows of the new page; None takes a row away."""
    path = root / "annotations" / layer / "gold" / f"{NEW}.jsonl"
    rows = [change(json.loads(line)) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows if row))


def doubted(root: Path) -> list[tuple[str, str]]:
    return [(each.code, each.location) for each in doubts(build.check(root).tables)]


def without_links(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"propositions": []}


def test_a_page_that_is_labelled_is_not_doubted(grown: Path) -> None:
    assert doubted(grown) == []


def test_a_page_without_a_stance_is_doubted(grown: Path) -> None:
    rewrite(grown, "stance", lambda _: None)
    assert doubted(grown) == [("stance-empty", f"annotations/stance/gold/{NEW}.jsonl")]


def test_a_page_whose_claims_bear_no_proposition_is_doubted_and_one_link_is_enough(grown: Path) -> None:
    rewrite(grown, "claims", lambda row: row if row["id"].endswith("c01") else without_links(row))
    assert doubted(grown) == []
    rewrite(grown, "claims", without_links)
    assert doubted(grown) == [("claims-unlinked", f"annotations/claims/gold/{NEW}.jsonl")]
    (warning,) = doubts(build.check(grown).tables)
    assert warning.message.startswith("none of the page's 3 claims says anything of a proposition")


def test_a_page_that_is_unrelated_to_everything_is_doubted(grown: Path) -> None:
    tables = dict(build.check(grown).tables)
    for name in ("claims", "agreement"):  # no claims, and what follows of them
        rows = [row if row["article"] == OLD else row | {"label": "unrelated"} for row in tables[name].rows]
        tables[name].rows[:] = rows if name == "agreement" else [row for row in rows if row["article"] == OLD]
    assert [each.code for each in doubts(tables)] == ["agreement-unrelated"]


def test_a_page_more_needs_a_higher_version_and_the_prose_follows(grown: Path) -> None:
    rewrite(grown, "stance", lambda _: None)

    def run(*arguments: str):
        return CliRunner().invoke(main, ["dataset", *arguments, str(grown)])

    for command in ("validate", "build"):
        refused = run(command)
        assert refused.exit_code == 1
        assert refused.stderr.count("version-not-raised") == 1
    (grown / "annotations" / "VERSION").write_text("1.1.0\n")
    validated = run("validate")
    assert validated.exit_code == 0
    assert (
        f"annotations/stance/gold/{NEW}.jsonl: stance-empty: warning: no cell of the page has a stance"
        in validated.stderr
    )
    assert "dataset/data/articles/test.parquet: dataset-stale: warning:" in validated.stderr
    built = run("build")
    assert built.exit_code == 0
    assert "stance-empty: warning:" in built.stderr
    assert "Here is <!-- count: pages -->two<!-- /count --> page." in (grown / "dataset" / "README.md").read_text()
    assert run("build", "--check").exit_code == 0
    (grown / "dataset" / "text" / f"{NEW}.txt").write_text("Changed by hand.")
    changed = run("validate")
    assert changed.exit_code == 1
    assert f"{NEW}.txt: dataset-changed: the file is not the one in manifest.json" in changed.stderr
