import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from math import nan
from typing import Any

import pytest

from detente.report.html.page import FOLDER, embedded, page, policy

HOSTILE = ["</script><script>alert(1)</script>", "<!--", "]]>", "\u2028", "\u202e", "\x00", "\ud800", "'\"&", "שלום"]


class _Elements(HTMLParser):
    """The elements of a page: tag, attributes, and the text of scripts and styles."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in ("script", "style", "title"):
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {}, ""))


def made(**data: Any) -> list[tuple[str, dict[str, str | None], str]]:
    return _Elements(page("base.html.jinja", title='<b>one</b> & "two"', data=data)).found


@pytest.mark.parametrize("text", HOSTILE)
def test_data_come_back_as_they_were_and_end_no_script(text: str) -> None:
    source = embedded({text: [text]})
    assert "<" not in source
    assert json.loads(source) == {text: [text]}
    source.encode()  # no half of a surrogate is left


def test_what_is_no_number_is_null() -> None:
    assert embedded({"value": nan, "in": [nan, 1.5]}) == '{"value":null,"in":[null,1.5]}'


def test_the_title_is_escaped() -> None:
    assert next(text for tag, _, text in made() if tag == "title") == '<b>one</b> & "two"'  # the parser unescapes
    assert not any(tag == "b" for tag, _, _ in made())


def test_data_stand_in_a_script_of_their_own_by_name() -> None:
    (found,) = [text for tag, attributes, text in made(errors=HOSTILE) if attributes.get("id") == "data-errors"]
    assert json.loads(found) == HOSTILE


def test_the_policy_lets_nothing_run_or_load_but_what_stands_in_the_page() -> None:
    found = made(errors=[1])
    (content,) = [
        attributes["content"] for _, attributes, _ in found if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert content is not None
    assert content.startswith("default-src 'none'; ")
    assert "unsafe" not in content
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        texts = [text for each, attributes, text in found if each == tag and "type" not in attributes]
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        (allowed,) = [part for part in content.split("; ") if part.startswith(directive)]
        assert allowed.split()[1:] == [f"'sha256-{digest}'" for digest in digests]
        assert texts


def test_no_element_names_an_address_or_carries_a_style_or_a_handler() -> None:
    for _, attributes, _ in made():
        assert not {"src", "style"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
        assert not any(name.startswith("on") for name in attributes)


def test_a_policy_names_each_script_by_its_hash() -> None:
    # printf 'a' | openssl dgst -sha256 -binary | base64
    assert policy(["a"], []).split("; ")[1] == "script-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='"


@pytest.mark.parametrize("path", sorted([*FOLDER.rglob("*.js"), *FOLDER.rglob("*.css")]), ids=lambda path: path.name)
def test_no_asset_ends_its_element(path: Any) -> None:
    assert not re.search(r"</(script|style)|<!--", path.read_text(encoding="utf-8"), re.IGNORECASE)


def contrast(one: str, two: str) -> float:
    """WCAG 2: (L1 + .05) / (L2 + .05) of relative luminances."""
    light = []
    for colour in (one, two):
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        light.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(light) + 0.05) / (min(light) + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


TOKENS = dict(
    re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", (FOLDER / "base.css").read_text(encoding="utf-8"))
)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_and_lines_have_the_contrast_of_wcag_aa(theme: int) -> None:
    of = {name: pair.split(", ")[theme] for name, pair in TOKENS.items()}
    grounds = ["paper", "raised", *(name for name in of if name.endswith("-tint"))]
    assert len(grounds) == 10
    for ground in grounds:
        assert contrast(of["ink"], of[ground]) >= 7, ground
        assert contrast(of["quiet"], of[ground]) >= 4.5, ground
        assert contrast(of["link"], of[ground]) >= 4.5, ground
    for line in ("edge", "focus", *(name for name in of if name.endswith("-line"))):
        assert contrast(of[line], of["paper"]) >= 3, line
