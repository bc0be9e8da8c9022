"""The fixtures of the browser see what is wrong with a page, and nothing wrong with a sound one."""

from pathlib import Path

import pytest

pytest_plugins = "pytester"
CONFTEST = Path(__file__).parent / "conftest.py"
SOUND = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>'
    "<main><h1>Paris offers help</h1><a href='#here'>France</a></main>"
)
PALE = "<main><p style='color: #777; background: #888'>France is ready to share more.</p></main>"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.html"
    quiet = (
        "<script>console.log('said'); console.warn('warned')</script><img alt='' src='data:image/gif;base64,R0lGOD'>"
    )
    later = "<script>setTimeout(() => document.querySelector('main').append('at last'), 300)</script>"
    path.write_text(SOUND + quiet + later, encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "dark", "fragment"), [(360, True, "#here"), (1440, False, "")])
def test_a_page_is_as_wide_and_as_dark_as_it_is_asked_for(
    sound, open_page, expect, axe, width: int, dark: bool, fragment: str
) -> None:
    page = open_page(sound, width=width, dark=dark, fragment=fragment.removeprefix("#"))
    found = "[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, location.hash]"
    assert page.evaluate(found) == [width, dark, fragment]
    expect(page.locator("main")).to_contain_text("at last")
    axe(page)


def test_a_test_may_close_its_page(sound, open_page) -> None:
    open_page(sound).close()


def test_pictures_are_kept_where_they_are_asked_for(
    sound, open_page, screenshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(sound)
    page.evaluate("document.body.style.height = '3000px'")
    monkeypatch.setenv("DETENTE_SCREENSHOTS", str(tmp_path / "pictures"))
    seen, whole = screenshot(page, "seen"), screenshot(page, "whole", whole=True)
    assert [seen, whole] == [tmp_path / "pictures" / "seen.png", tmp_path / "pictures" / "whole.png"]
    assert _size(seen) == (1440, 900)
    assert _size(whole)[1] > 3000


def _size(png: Path) -> tuple[int, int]:
    header = png.read_bytes()[16:24]
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")


# What fails a test is seen by running such tests in a pytest of their own.


@pytest.fixture
def run(pytester: pytest.Pytester):
    """Runs one test for each page of the given HTML, which opens it and looks at it with axe-core."""
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\nfilterwarnings = ['error']")
    (pytester.path / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    pytester.makepyfile(
        """
        import pytest
        from pathlib import Path

        @pytest.mark.parametrize("page", sorted(Path("pages").iterdir()), ids=lambda page: page.stem)
        def test_page(page, open_page, axe):
            axe(open_page(page))
        """
    )

    def outcome(pages: dict[str, str]) -> pytest.RunResult:
        pytester.mkdir("pages")
        for name, html in pages.items():
            (pytester.path / "pages" / f"{name}.html").write_text(SOUND + html, encoding="utf-8")
        return pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", timeout=300)

    return outcome


@pytest.mark.usefixtures("browser")
def test_a_page_fails_for_its_scripts_and_its_console_for_calls_to_the_network_and_for_what_axe_finds(run) -> None:
    late = {  # told when the test is over, which itself has passed
        "console": "<script>console.error('no map')</script>",
        "assertion": "<script>console.assert(1 > 2, 'one is less')</script>",
        "script": "<script>absent()</script>",
        "promise": "<script>Promise.reject(new Error('no answer'))</script>",
        "network": "<img alt='' src='http://detente.invalid/a.png'>",
        "fetched": "<script>fetch('https://detente.invalid/b').catch(() => 0)</script>",
        "missing": "<script src='absent.js'></script>",
        "forbidden": "<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\"><script>1</script>",
    }
    done = run({**late, "pale": PALE})
    done.assert_outcomes(passed=len(late), errors=len(late), failed=1)
    done.stdout.fnmatch_lines_random(
        [
            "*console: no map*",
            "*console: one is less*",
            "*script: absent is not defined*",
            "*script: no answer*",
            "*network: http://detente.invalid/a.png*",
            "*network: https://detente.invalid/b*",
            "*console: Failed to load resource: net::ERR_FILE_NOT_FOUND*",
            "*console: *Content Security Policy*",
            "*color-contrast (serious) at*",
        ]
    )


@pytest.mark.parametrize(("required", "outcome"), [("", "skipped"), ("required", "errors")])
def test_without_a_browser_tests_are_skipped_but_where_it_is_required_they_fail(
    run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, required: str, outcome: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DETENTE_BROWSER", required)
    run({"sound": ""}).assert_outcomes(**{outcome: 1})
