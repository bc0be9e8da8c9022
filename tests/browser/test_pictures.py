"""The report and the explorer from a telephone to a wide screen, light and dark; and the two pictures of the README.

With DETENTE_SCREENSHOTS=FOLDER the pictures are kept, to be looked at; `make pictures` makes those of the README.
"""

from pathlib import Path
from typing import Any

import pytest

import detente
from detente.data.corpus import Corpus
from detente.report.explorer.site import write
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.stance.task import STANCE
from detente.tasks.task import Task

MOST_BYTES = 120_000
"""What a picture of the README may weigh."""


def of_baseline(task: Task, name: str, corpus: Corpus) -> list[dict[str, Any]]:
    (baseline,) = [each for each in task.baselines if each.name == name]
    return baseline.predict(task.inputs(corpus), corpus)


@pytest.fixture(scope="module")
def pages(gold: Corpus, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pictures")
    explorer = write(gold, folder / "explorer").parent
    lexicon, blind = (of_baseline(STANCE, name, gold) for name in ("lexicon", "blind"))
    return {
        "report-texts": detente.report_errors(
            of_baseline(BOILERPLATE, "body_lines", gold), task="boilerplate", folder=folder / "texts"
        ),
        "report-labels": detente.report_errors(lexicon, task="stance", folder=folder / "labels"),
        "report-two": detente.report_errors(
            lexicon, blind, task="stance", names=["lexicon", "blind"], folder=folder / "two"
        ),
        "explorer": explorer / "index.html",
        "explorer-article": explorer / "detente-003.html",
        "explorer-propositions": explorer / "propositions.html",
        "explorer-stances": explorer / "stances.html",
        "explorer-sources": explorer / "sources.html",
    }


PAGES = (
    *("report-texts", "report-labels", "report-two"),
    *("explorer", "explorer-article", "explorer-propositions", "explorer-stances", "explorer-sources"),
)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_window_light_or_dark(pages, open_page, screenshot, name: str) -> None:
    page = open_page(pages[name])
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            screenshot(page, f"{name}-{width}-{scheme}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_picture_of_the_report_in_the_readme_is_small(pages, open_page, expect, screenshot) -> None:
    page = open_page(pages["report-texts"], width=960)
    page.set_viewport_size({"width": 960, "height": 400})
    page.locator("#items a").first.click()
    mark = page.locator("#shown .sheet .missed").first
    expect(mark).to_be_visible()
    mark.evaluate("mark => mark.scrollIntoView({ block: 'center' })")
    assert screenshot(page, "report").stat().st_size <= MOST_BYTES


def test_the_picture_of_the_explorer_in_the_readme_is_small(pages, open_page, expect, screenshot) -> None:
    page = open_page(pages["explorer-article"], width=1200)
    page.set_viewport_size({"width": 1200, "height": 460})
    expect(page.locator("main")).to_contain_text("Paris extends its hand to Russia")
    assert screenshot(page, "explorer").stat().st_size <= MOST_BYTES
