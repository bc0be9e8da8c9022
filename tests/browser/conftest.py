"""Pages in the distribution's headless Chromium, driven by Playwright: for tests that lie in this folder.

    pip install --constraint constraints.txt --editable '.[browser]'    (Playwright and axe-core; no browser of theirs)
    apt-get install chromium                                            (or chromium-browser, or google-chrome)
    pytest tests/browser

Where one of them is missing the tests are skipped with the reason; with DETENTE_BROWSER=required they fail.
DETENTE_SCREENSHOTS=FOLDER keeps the pictures that tests take, to be looked at.

A test asks for `open_page` and, as it needs them, `expect`, `until`, `axe` and `screenshot`, and imports nothing of
Playwright:

    def test_the_filter_hides_what_is_right(report, open_page, expect, axe):
        page = open_page(report / "index.html", width=360, dark=True, fragment="errors=only")
        page.keyboard.press("j")
        expect(page.locator("article:visible")).to_have_count(2)
        axe(page)

Wait on conditions (`expect(…)`, `until(page, …)`), never for a time: two tests at once may be slow.
`page.wait_for_function` is not to be used: where its condition does not hold at once it asks again by `eval` inside the
page, which the pages' content policy forbids.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60_000
"""Milliseconds until a condition that is waited on has failed."""
LOCAL = ("file", "data", "blob", "about")
SERIOUS = ("serious", "critical")


def unavailable(reason: str) -> None:
    """Skips the test, or fails it where the browser is required."""
    if os.environ.get("DETENTE_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def watch(page: "Page") -> list[str]:
    """What goes wrong on a page from now on, in words: errors on its console or of its scripts, network requests."""
    faults: list[str] = []

    def said(message: Any) -> None:
        if message.type in ("error", "assert"):
            faults.append(f"console: {message.text}")

    def requested(request: Any) -> None:
        if urlsplit(request.url).scheme not in LOCAL:
            faults.append(f"network: {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("request", requested)
    return faults


def violations(page: "Page") -> list[str]:
    """What axe-core finds serious or critical on a page: its rule, where, and what to do."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}) at {node['target']}: {node['failureSummary']}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A headless Chromium that reaches no host.

    Of the module, not of the session: Playwright keeps an event loop running in its thread, in which tests that follow
    could not start one of their own.
    """
    try:
        import axe_playwright_python  # noqa: F401
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as missing:
        unavailable(f"{missing.name} is not here: pip install 'detente[browser]'")
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not executable:
        unavailable(f"none of {', '.join(CHROMIUM)} is here: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable,
            chromium_sandbox=os.geteuid() != 0,  # which Chromium refuses to root
            args=["--host-resolver-rules=MAP * ~NOTFOUND"],
            timeout=PATIENCE,
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Callable[..., "Page"]]:
    """Opens an HTML file in a window of its own; what goes wrong there fails the test at its end.

    `open_page(path, width=1440, dark=False, fragment="")`: the file, the window's width in pixels, whether its user
    prefers dark pages, what stands behind the `#`.
    """
    opened: list[tuple[Page, list[str]]] = []

    def show(path: Path, *, width: int = 1440, dark: bool = False, fragment: str = "") -> "Page":
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        opened.append((page, watch(page)))
        page.goto(path.resolve().as_uri() + (f"#{fragment}" if fragment else ""))
        return page

    yield show
    faults = []
    for page, found in opened:
        if not page.is_closed():
            page.evaluate("1")  # events come in order: all before this answer have arrived with it
        faults += found
        page.context.close()
    assert faults == []


@pytest.fixture
def expect(browser: "Browser") -> Any:  # noqa: ARG001 (without it there may be no Playwright)
    """Playwright's assertions, which wait until they hold."""
    from playwright.sync_api import expect as waiting

    waiting.set_options(timeout=PATIENCE)
    return waiting


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits until an expression of JavaScript, or a function of `given`, is true: `until(page, expression, given)`."""

    def wait(page: "Page", expression: str, given: Any = None) -> None:
        end = time.monotonic() + PATIENCE / 1_000
        while not page.evaluate(expression, given):
            assert time.monotonic() < end, f"still not so: {expression}"
            page.wait_for_timeout(20)

    return wait


@pytest.fixture
def axe() -> Callable[["Page"], None]:
    """Fails if axe-core finds anything serious or critical on a page."""

    def check(page: "Page") -> None:
        assert violations(page) == []

    return check


@pytest.fixture
def screenshot(tmp_path: Path) -> Callable[..., Path]:
    """Takes a picture of what is seen of a page, or with `whole=True` of all of it, and says where it lies."""

    def take(page: "Page", name: str, *, whole: bool = False) -> Path:
        folder = Path(os.environ.get("DETENTE_SCREENSHOTS") or tmp_path)
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=whole, animations="disabled")
        return path

    return take
