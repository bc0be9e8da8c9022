"""Markdown and HTML as text, and what looks like either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.text.markup import _rendered, _simple_line, html_to_text, looks_like, markdown_line_to_text, to_text

PLAIN = "Ferry\n\nIt sails at 7, and costs 14 euros.\nBring a coat.\n\none\ntwo\nthree\n\nNo boat.\n\nday price\nMon 3"
MARKDOWN = """# Ferry

It [sails](https://a.b/c_(d)) at **7**, and costs 14&nbsp;euros.[^1]
Bring a <sup>coat</sup>.

- ### one
- [ ] two
- [x] `three`

> No ~~boat~~. ![a picture](p.png)

| day | price |
|-----|------:|
| Mon | 3 |
"""
HTML = """<html><head><title>Ferry times</title><style>p {}</style></head><body><h1>Ferry</h1>
<p>It <a href="https://a.b/c">sails</a> at <b>7</b>, and
   costs 14&nbsp;euros.<br/>Bring a coat.</p>
<ul><li><h3>one</h3></li> <li>two</li><li>three</li></ul><script>var x = "<p>";</script>
<blockquote><p>No <del>boat</del>. <img alt="a picture" src="p.png"></p></blockquote>
<table><tr><th>day</th><th>price</th></tr><tr><td>Mon</td><td>3</td></tr></table></body></html>"""


def test_a_text_is_the_same_as_it_is_as_markdown_and_as_html() -> None:
    assert to_text(PLAIN, "text") == to_text(PLAIN, "markdown") == PLAIN
    assert to_text(MARKDOWN, "markdown") == PLAIN
    assert to_text(HTML, "html") == PLAIN
    assert to_text(MARKDOWN, "text") == MARKDOWN


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        (" \n", ""),
        ("a < b, 3<4 &amp; 5", "a < b, 3<4 & 5"),
        # A paragraph stands between blank lines, another block on a line of its own; the larger distance counts.
        ("<p>a</p>b<div>c</div>\n<div>d</div>", "a\n\nb\nc\nd"),
        ("<div><p>a</p></div><div><div>b</div></div>", "a\n\nb"),
        ("<p>a<p>b", "a\n\nb"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        # Spaces between words of one block stay, those between blocks do not.
        ("<b>a</b> <i>b</i>", "a b"),
        ("<p>a</p> <p> b </p>", "a\n\nb"),
        ("<tr><td>a</td><td>b</td></tr>", "a b"),
        ("<pre>a\n  b\n\n\n\nc</pre>d\ne", "a\nb\n\nc\nd e"),
        # Without any block the lines are the text's own.
        ("a <a href='x'>b</a>\nc", "a b\nc"),
        ("a <a href='x'>b</a>\n<p>c", "a b\n\nc"),
        ("a<script>b</script><noscript>c</noscript><template>d</template><!-- e -->f", "af"),
        ("<?xml version='1.0' encoding='latin-1'?><p>é</p>", "é"),
        ("<a " * 30_000, ""),  # in no time
    ],
)
def test_html_is_read_as_a_reader_sees_it(html: str, expected: str) -> None:
    assert html_to_text(html) == expected


def test_a_hundred_levels_of_quotation_lose_no_text() -> None:
    assert to_text("> " * 99 + "a", "markdown") == "a"
    assert to_text("[^1]: A note.\n[^2]: Another.\n\n    code [x]", "markdown") == "A note.\nAnother.\n\ncode [x]"


def test_one_line_keeps_what_is_text_where_it_stands_alone() -> None:
    assert markdown_line_to_text("[Ann]: Yes") == "[Ann]: Yes"
    assert markdown_line_to_text("<b>a</b>") == "<b>a</b>"


def _parsed(line: str) -> str:
    return html_to_text(_rendered(line, html=False))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ""),
        ("a  b", "a b"),
        ("* [a](https://b.c/d_(e)", None),  # an address may have brackets, and then a parser finds its end
        ("* [a](https://b.c/d_e?f=1) (6)", "a (6)"),
        ("[a](/b) [](#c)[d]()", "a d"),
        ("[a](b)", None),  # which might be javascript:
        ("[a](.b)", "a"),
        ("[[a](/b) c", "[a c"),
        ("[a [b](/c) d](/e)", None),
        ("a](/b)", "a](/b)"),
        ("![a](/b)", None),
        ("[51]: https://a.b", "[51]: https://a.b"),
        ("[^1]: a[^2]", "a"),
        ("[^1](/a)", None),
        ("[x] a [x] b", "a [x] b"),
        ("[x]", "[x]"),
        ("[x] ", None),
        ("> 1. - + * a", "a"),
        ("*    a", "a"),
        ("*     a", None),  # code
        ("* " * 20 + "a", "a"),
        ("* " * 21 + "a", None),
        ("123456789. a", "a"),
        ("1234567890. a", "1234567890. a"),
        ("٣. a", "٣. a"),
        ("1) 2.", None),
        ("1) 2.b", "2.b"),
        ("- -", None),
        ("- -b", "-b"),
        (">a", None),
        ("> ---", None),
        ("> --", "--"),
        ("###### a", "a"),
        ("####### a", "####### a"),
        ("# a #", None),
        ("a #", "a #"),
        ("#", None),
        ("#a", "#a"),
        ("a_b", "a_b"),
        ("_b", None),
        ("b_", None),
        ("_[b](/a)", None),
        ("a & b; c", "a & b; c"),
        ("a &amp; b", None),
        ("a ~ b", "a ~ b"),
        ("a ~~ b", None),
        *((f"a{sign}", None) for sign in "*<`\\\t\x7f\uffff"),
        ("[" * 100, "[" * 100),
        ("[" * 101, None),
    ],
)
def test_simple_lines_are_read_as_the_parser_reads_them(line: str, expected: str | None) -> None:
    assert _simple_line(line) == expected
    if expected is not None:
        assert _parsed(line) == expected


PARTS = [*"[]()*_#&~`\\!<=|:.^ab é\u3000٣", "](", "[a](", "](/b)", "[^1]", "[x] ", "* ", "- ", "> ", "## "]
PARTS += ["12) ", "1.", "    ", "---", "&amp;", "https://x.y/z", "javascript:x", "?q=1"]


@given(st.lists(st.sampled_from(PARTS), max_size=9).map("".join))
def test_no_simple_line_is_read_otherwise(line: str) -> None:
    assert _simple_line(line) in (None, _parsed(line))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("# a\n\nsee [b](c)", "markdown"),  # two marks
        ("# a\n\nsee b", None),  # one
        ("**a** and **b**", "markdown"),
        ("```\na\n```", "markdown"),
        ("a\n- b\n- c\n1. d\n---\n* * *\n> e", None),  # lists, rules and quotations stand in plain text too
        ("a * b ** c ** d, [1] (e) #f", None),
        ("<p>a</p>", "html"),
        ("a <a href='x'>b", None),
        ("a < b > c <d> <e>", None),
        ("<p>[a](b) [c](d)</p>", "html"),  # as many tags as marks
        ("<p>[a](b) [c](d) [e](f)</p>", "markdown"),
    ],
)
def test_two_marks_on_a_page_make_it_look_like_markup(page: str, expected: str | None) -> None:
    assert looks_like([page]) == expected


def test_a_fifth_of_the_pages_that_are_not_empty_makes_all_look_like_markup() -> None:
    assert looks_like(["<p>a</p>", *["a"] * 4]) == "html"  # 1 of 5
    assert looks_like(["<p>a</p>", *["a"] * 5]) is None  # 1 of 6
    assert looks_like(["<p>a</p>", *["a"] * 4, "", " "]) == "html"
    assert looks_like([]) is looks_like([""]) is None


# Texts that would take a parser minutes


@pytest.mark.parametrize("depth", [100, 101])
def test_of_more_than_a_hundred_brackets_open_at_a_time_all_are_text(depth: int) -> None:
    opened = "[a " * (depth - 1)
    link = "[b](c)"  # the last that opens
    assert to_text(opened + link, "markdown") == opened + ("b" if depth == 100 else link)
    assert markdown_line_to_text(opened + link) == opened + ("b" if depth == 100 else link)
    # Another paragraph is another matter, and closed brackets are open no more.
    assert to_text(f"{opened}{link}\n\n[d](e)", "markdown").endswith("\n\nd")
    assert to_text("[b](c) " * depth, "markdown") == " ".join("b" * depth)


@pytest.mark.parametrize("text", ["![a" * 10_000, "[" * 30_000, "[^" * 20_000, r"\[" + "[a" * 10_000 + "]" * 10_000])
def test_brackets_without_end_are_text(text: str) -> None:
    assert to_text(text, "markdown") == text.removeprefix("\\")


def test_addresses_and_titles_are_not_written_out_for_each_reference() -> None:
    address = f"[y]: http://a/{'b' * 50_000} '{'c' * 50_000}'\n\n"
    assert to_text(address + "[y] " * 20_000, "markdown") == " ".join("y" * 20_000)
