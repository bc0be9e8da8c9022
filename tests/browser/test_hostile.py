"""Text that would be markup or a script, right-to-left text, and a line of 200 KB: shown literally, nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import detente

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTILE = (
    "</script><script>document.title = 'taken'</script>",
    "<img src='https://detente.invalid/a.png' onerror='document.title = \"taken\"'>",
    "\"quotes' `and` &amp; &lt;entities&gt; <!-- ]]> {{ 7 * 7 }} ${7 * 7}",
    "מוסקבה ופריז שוחחו, said the ministry.",
    "</style><style>body { display: none }</style>",
    "javascript:document.title='taken'",
)
LONG = "harbour " * 25_000
"""One line of 200 KB."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of an output that lost the second half of a hostile reference, and made up half of another."""
    folder = tmp_path_factory.mktemp("hostile")
    texts = {"page": "\n".join(HOSTILE), "long": f"{LONG}\nIt was closed on Monday by the port authority."}
    outputs = {"page": "\n".join((*HOSTILE[:3], *reversed(HOSTILE))), "long": "It was closed on Monday."}
    (folder / "pages").mkdir()
    for name, text in texts.items():
        (folder / "pages" / f"{name}.txt").write_text(text, encoding="utf-8")
    predictions = [{"id": name, "text": text} for name, text in outputs.items()]
    return detente.report_errors(
        predictions, gold=folder / "pages", folder=folder / "report", gold_text="text", output_format=["text"]
    )


@pytest.fixture
def shown(report: Path, open_page, expect):
    """The report in a narrow window, at the first item of a page."""

    def show(name: str) -> "Page":
        page = open_page(report, width=360, fragment=f"?page={name}")
        page.locator("#items a").first.click()
        expect(page.locator("#shown .sheet").first).to_be_visible()
        return page

    return show


def test_hostile_texts_of_a_report_are_shown_literally(shown, expect, axe) -> None:
    page = shown("page")
    for line in HOSTILE:
        expect(page.locator("#shown")).to_contain_text(line)
    assert page.title() != "taken"
    assert page.locator("main img, main style, main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)


def test_a_line_of_200_kb_is_there_to_its_end_and_no_wider_than_the_window(shown, expect, axe) -> None:
    page = shown("long")
    expect(page.locator("#shown")).to_contain_text("It was closed on Monday by the port authority.")
    assert page.locator("#shown").text_content().count("harbour ") >= LONG.count("harbour ")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)
