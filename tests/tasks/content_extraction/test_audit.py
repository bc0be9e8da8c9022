"""What is doubtful in reference texts: every rule by a tiny example, and nothing in what is right."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.problems import AUDIT_RULES
from detente.tasks.content_extraction.audit import audit, own_references, read_pages
from detente.tasks.content_extraction.references import ReferenceCorpus, ReferencePage, of_text
from detente.text.markup import html_to_text


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def references(*targets: ReferencePage) -> ReferenceCorpus:
    return ReferenceCorpus("gold", "text", "0" * 64, {target.id: target for target in targets})


def snippets(page: str, must_include: tuple[str, ...], must_exclude: tuple[str, ...] = ()) -> ReferencePage:
    return ReferencePage(page, (), must_include, must_exclude)


def numbers(first: int, last: int) -> str:
    return " ".join(f"word{number}" for number in range(first, last + 1))


class Example(NamedTuple):
    targets: tuple[ReferencePage, ...]
    pages: Mapping[str, str] | None
    message: str


EXAMPLES: dict[str, Example] = {
    "reference-empty": Example((of_text("a", " \n"),), None, "the reference is empty"),
    "reference-not-in-page": Example(
        (of_text("a", "The first.\n\nThe second.\nThe third."),),
        {"a": "The first. The third."},
        "1 of 3 blocks not in the page, such as 'The second.'",
    ),
    "reference-duplicate": Example(
        (of_text("b", "The same."), of_text("a", "The same.")), None, "shares 1 of 1 runs of 8 words with b:"
    ),
    "snippet-in-reference": Example(
        (snippets("a", ("ministers met on Monday",), ("met on",)),),
        None,
        "'met on' must not be there, and stands in 'ministers met on Monday', which must",
    ),
    "snippet-ambiguous": Example(
        (snippets("a", ("The text.",), ("Read more",)),),
        {"a": "Read more\nThe text.\nRead more"},
        "'Read more' must not be there, and stands in the page 2 times",
    ),
    "snippet-empty": Example((snippets("a", ("The text.",), ("",)),), None, "an empty snippet is found in every text"),
    "snippet-not-in-page": Example(
        (snippets("a", ("The text.", "Another.")),), {"a": "The text."}, "'Another.' is wanted, and does not stand in"
    ),
    "page-missing": Example((of_text("a", "The text."),), {"b": "The text."}, "the folder of pages has no such page"),
}


@pytest.mark.parametrize("rule", AUDIT_RULES)
def test_rule(rule: str) -> None:
    targets, pages, message = EXAMPLES[rule]
    (problem,) = audit(references(*targets), pages)
    assert (problem.code, problem.location) == (rule, "gold:a")
    assert message in problem.message


def test_nothing_is_doubtful_in_what_is_right() -> None:
    clean = references(
        ReferencePage("a", of_text("a", "The first.\nThe second.").references, ("The first.",), ("Read more",)),
        of_text("b", "Quite another text."),
    )
    pages = {"a": "Menu The first. The second. Read more", "b": "Quite another text."}
    assert audit(clean) == []
    assert audit(clean, pages) == []


@pytest.mark.parametrize("rule", ["reference-not-in-page", "snippet-not-in-page", "snippet-ambiguous", "page-missing"])
def test_without_pages_nothing_is_said_of_them(rule: str) -> None:
    assert audit(references(*EXAMPLES[rule].targets)) == []


def test_wanted_snippets_are_something_that_an_output_can_have() -> None:
    assert audit(references(snippets("a", ("The text.",)))) == []
    assert [problem.code for problem in audit(references(snippets("a", (), ("Read more",))))] == ["reference-empty"]


def test_a_snippet_may_stand_in_a_whole_reference_across_its_lines() -> None:
    both = ReferencePage("a", of_text("a", "Read\nmore of it.").references, (), ("Read  more",))
    assert [problem.code for problem in audit(references(both))] == ["snippet-in-reference"]


def test_white_space_and_quote_style_make_no_difference_to_a_page() -> None:
    target = ReferencePage("a", of_text("a", "“We agree,” he said – twice.").references, ("he  said",))
    assert audit(references(target), {"a": '"We agree,"\n he said - twice.'}) == []


def test_every_finding_is_reported_in_the_order_of_the_gold() -> None:
    targets = (snippets("b", ("one two",), ("two",)), of_text("c", ""), of_text("a", "one two"))
    found = audit(references(*targets), {"b": "one", "c": ""})
    assert [(problem.location, problem.code) for problem in found] == [
        ("gold:b", "snippet-in-reference"),
        ("gold:b", "snippet-not-in-page"),
        ("gold:c", "reference-empty"),
        ("gold:a", "page-missing"),
        ("gold:a", "reference-duplicate"),
    ]


# word1 to word12 has 12 - 8 + 1 = 5 runs of eight words; of the other page's runs those that lie in 1 to 12 are shared.
@pytest.mark.parametrize(
    ("first", "last", "shared"),
    [
        (3, 14, "3 of 5"),  # 3 to 12 is common: 10 - 8 + 1 = 3 of 5, more than half
        (4, 15, None),  # 4 to 12 is common: 9 - 8 + 1 = 2 of 5, less than half
        (1, 40, "5 of 5"),  # all of the shorter one, however long the other is
        (5, 13, "1 of 2"),  # 9 words are 2 runs, of which 5 to 12 is common: just half
        (6, 13, None),  # 8 words are 1 run, which is not in the other
        (1, 7, None),  # fewer than 8 words are one run, which no longer text has
    ],
)
def test_pages_that_share_half_of_the_shorter_one_s_runs_are_duplicates(
    first: int, last: int, shared: str | None
) -> None:
    found = audit(references(of_text("a", numbers(1, 12)), of_text("b", numbers(first, last))))
    assert [problem.message.split(" runs")[0] for problem in found] == ([f"shares {shared}"] if shared else [])


def test_case_and_punctuation_do_not_tell_pages_apart() -> None:
    upper = numbers(1, 9).upper().replace(" ", ", ")
    (problem,) = audit(references(of_text("a", numbers(1, 9)), of_text("b", upper)))
    # 9 - 8 + 1 = 2
    assert problem.message.startswith("shares 2 of 2 runs of 8 words with a")


def test_scripts_and_styles_are_not_seen_and_characters_are_decoded() -> None:
    html = (
        "<style>p { color: red }</style><p>Fish &amp; chips<script>if (1 < 2) { '<p>hidden</p>' }</script> caf&eacute;"
        "<noscript>switch it on</noscript><template><p>later</p></template><!-- aside --></p>"
    )
    assert html_to_text(html) == "Fish & chips café"


def test_pages_are_html_or_text_packed_or_not(tmp_path: Path) -> None:
    html = "<p>1 &lt; 2<script>hidden</script></p>"
    for name in ("a.html", "b.htm", "c"):
        (tmp_path / name).write_text(html)
    (tmp_path / "d.html.gz").write_bytes(gzip.compress(html.encode(), mtime=0))
    (tmp_path / "e.txt").write_text("<p> 1 &lt; 2")
    found = read_pages(tmp_path, "abcdef")
    assert found == {**dict.fromkeys("abcd", "1 < 2"), "e": "<p> 1 &lt; 2"}


@pytest.fixture
def benchmark(tmp_path: Path) -> Path:
    """Two pages in the native form of a benchmark, with a folder of HTML."""
    pages = tmp_path / "html"
    pages.mkdir()
    (pages / "a.html").write_text("<nav>Menu</nav><p>The caf&eacute; is open.</p><script>var x = 'Not text';</script>")
    (pages / "b.html.gz").write_bytes(gzip.compress(b"<p>Another</p><p>text.</p>", mtime=0))
    return write(tmp_path, {"a": "The café is open.", "b": "Another\ntext."})


def write(folder: Path, bodies: Mapping[str, Any]) -> Path:
    path = folder / "ground-truth.json"
    path.write_text(json.dumps({name: {"articleBody": body} for name, body in bodies.items()}))
    return path


def test_a_clean_benchmark_exits_0(benchmark: Path) -> None:
    for arguments in ((benchmark,), (benchmark, "--pages", benchmark.parent / "html")):
        result = run("dataset", "audit", *arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == "no likely errors: 2 references\n"


def test_findings_exit_1_and_are_all_printed(benchmark: Path) -> None:
    write(benchmark.parent, {"a": "Not text", "b": "", "c": "A third."})
    result = run("dataset", "audit", benchmark, "--pages", benchmark.parent / "html")
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [
        ["ground-truth:a", "reference-not-in-page"],
        ["ground-truth:b", "reference-empty"],
        ["ground-truth:c", "page-missing"],
        ["3 problems"],
    ]
    assert run("dataset", "audit", benchmark).stderr.count("\n") == 2  # without pages: only the empty one, and the sum


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", ":1: not-json:"),
        (b'{"a": {"articleBody": 1}}', ":a: wrong-type: articleBody is 1, not a string"),
        (b'{"a": {"with": "x", "without": []}}', ":a: wrong-type: with is not a list of strings"),
        (b'{"a": {"title": "x"}}', ": gold-format:"),
        (b"", ": gold-format:"),
        (gzip.compress(b"{}" * 1000, mtime=0)[:20], ": not-readable:"),
    ],
)
def test_a_broken_file_exits_2(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(data)
    result = run("dataset", "audit", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{path}{message}")


def test_a_file_that_is_not_there_exits_2(tmp_path: Path) -> None:
    assert run("dataset", "audit", tmp_path / "nothing.json").exit_code == 2


def test_the_dataset_itself_has_nothing_doubtful(gold) -> None:
    own, pages = own_references(gold)
    families = {row["family"] for row in gold.articles.values()}
    assert own.targets.keys() == pages.keys() == families
    result = run("dataset", "audit")
    assert (result.exit_code, result.output) == (0, f"no likely errors: {len(families)} references\n")


def test_a_broken_packed_page_is_a_problem_of_the_call(tmp_path: Path) -> None:
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps({"a": {"articleBody": "One two."}}))
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html.gz").write_bytes(gzip.compress(b"<p>One two.</p>", mtime=0)[:15])
    result = run("dataset", "audit", gold, "--pages", pages)
    assert result.exit_code == 2
    assert "a.html.gz: not-readable" in result.stderr
    (pages / "a.html.gz").unlink()
    (pages / "a.htm.gz").write_bytes(gzip.compress(b"<p>One two.</p>", mtime=0))
    assert read_pages(pages, ["a", "b"]) == {"a": "One two."}
    assert run("dataset", "audit", gold, "--pages", pages).exit_code == 0


def test_the_title_is_not_seen_and_quote_style_is_folded(tmp_path: Path) -> None:
    assert html_to_text("<title>News</title><p>News</p>") == "News"
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps({"a": {"with": ["He said “no” twice."], "without": ['said "no"']}}))
    result = run("dataset", "audit", gold)
    assert result.exit_code == 1
    assert "snippet-in-reference" in result.stderr


def test_pages_without_a_gold_are_refused(tmp_path: Path) -> None:
    result = run("dataset", "audit", "--pages", tmp_path)
    assert result.exit_code == 2
    assert "--pages: option" in result.stderr


def test_markers_of_lists_are_no_words_of_the_page(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html").write_text("<ul><li>one two</li><li>three four</li></ul><p>five - six</p>")
    blocks = ("- one two", "* three four", "1. one two", "- [ ] three four", "five - six")
    gold = write(tmp_path, {"a": "\n".join(blocks)})
    assert run("dataset", "audit", gold, "--pages", pages).exit_code == 0
    gold = write(tmp_path, {"a": "- one two\n- two one"})
    result = run("dataset", "audit", gold, "--pages", pages)
    assert (result.exit_code, "1 of 2 blocks not in the page, such as '- two one'" in result.stderr) == (1, True)


def test_gold_in_html_is_reduced_before_it_is_looked_for(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html").write_text("<p>one <i>two</i> three</p>")
    gold = write(tmp_path, {"a": "<p>one <b>two</b> three</p>"})
    assert run("dataset", "audit", gold, "--pages", pages).exit_code == 1
    assert run("dataset", "audit", gold, "--pages", pages, "--gold-text", "html").exit_code == 0


def test_pages_are_decoded_as_they_declare(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes('<meta charset="windows-1251"><p>\u0434\u0430</p>'.encode("cp1251"))
    (tmp_path / "b.HTML").write_bytes("<p>\u0434\u0430</p>".encode())
    assert read_pages(tmp_path, ["a", "b", "x" * 500, "../a"]) == dict.fromkeys("ab", "\u0434\u0430")
