"""A page, or a reference text, with its errors marked: between signs, or in colours."""

import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.data.problems import Problem, ValidationError
from detente.evaluation.predictions import Predictions
from detente.report.marked import MARKS, marked, print_marked, rendered
from detente.tasks.all import EVERY_TASK
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.content_extraction.references import ReferenceCorpus, ReferencePage, of_paragraphs, of_text
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION
from detente.tasks.stance.task import STANCE
from detente.tasks.task import Options

PAGE = "detente-900"
HARBOUR = "The first line tells of the harbour."
CLOSED = "It was closed on Monday by the port authority."
REASONS = "The second paragraph tells who said so and why."


def references(*pages: ReferencePage) -> ReferenceCorpus:
    return ReferenceCorpus("pages", "text", "0" * 64, {page.id: page for page in pages})


@pytest.fixture
def shown(predict):
    """What is shown of the outputs of some pages."""

    def show(pages: list[ReferencePage], outputs: dict[str, str], name: str | None = None, **options: Any) -> str:
        records = [{"id": page, "text": text} for page, text in outputs.items()]
        return rendered(marked(predict(CONTENT_EXTRACTION, references(*pages), records, **options), name, Options()))

    return show


@pytest.fixture
def own_page(minimal_gold, predict) -> Predictions:
    output = (
        "Paris offers help\n\nFrance is ready to share more.\n"
        "France is ready to share more. Buy our new cookbook today.\nShare this page\n"
    )
    return predict(BOILERPLATE, minimal_gold, [{"id": PAGE, "text": output}])


# The dataset's own pages


def test_a_page_has_what_is_missed_and_let_in_and_below_it_what_the_output_has_too_much(own_page) -> None:
    # It said so on Monday. 2 + 4 + 2 + 2 + 7 = 17, Share this page 5 + 4 + 4 = 13,
    # Buy our new cookbook today. 3 + 3 + 3 + 8 + 6 = 23, France is ready to share more. 6 + 2 + 5 + 2 + 5 + 5 = 25
    assert rendered(marked(own_page, PAGE, Options())) == (
        "detente-900: 78 characters wrong\n"
        "[-missed-] wanted, but not in the output\n"
        "{+let in+} not wanted, but in the output\n"
        "{!inserted!} only in the output\n"
        "{~doubled~} in the output once more\n"
        "\n"
        "page:\n"
        "Paris offers help\n"
        "\n"
        "France is ready to share more. [-It said so on Monday.-]\n"
        "\n"
        "{+Share this page+}\n"
        "Paris offers help!\n"
        "\n"
        "output, lines with errors:\n"
        "{~France is ready to share more.~} {!Buy our new cookbook today.!}\n"
        "\n"
        "made up 23 characters (Buy our new cookbook today.); doubled 25 characters (France is ready to share more.)\n"
    )


def test_what_paratext_counts_as_decides_whether_the_headline_is_an_error(own_page) -> None:
    as_boilerplate = rendered(marked(own_page, PAGE, Options(paratext="boilerplate")))
    assert as_boilerplate.startswith("detente-900: 93 characters wrong\n")  # and Paris offers help: 5 + 6 + 4
    assert "\n{+Paris offers help+}\n" in as_boilerplate
    assert "\nParis offers help\n" in rendered(marked(own_page, PAGE, Options(paratext="content")))


@pytest.mark.parametrize(
    ("record", "body"),
    [
        ({"content": [[0, 49], [73, 88]]}, "France is ready to share more. [-It said so on Monday.-]"),
        ({"lines": [1, 0, 1, 0]}, "[-France is ready to share more. It said so on Monday.-]"),
    ],
    ids=["spans", "lines"],
)
def test_spans_and_lines_have_a_page_and_no_output(minimal_gold, predict, record, body: str) -> None:
    found = rendered(marked(predict(BOILERPLATE, minimal_gold, [{"id": PAGE, **record}]), PAGE, Options()))
    expected = f"Paris offers help\n\n{body}\n\n{{+Share this page+}}\nParis offers help!\n"
    assert found.partition("\n\npage:\n")[2] == expected


# Reference texts


def test_a_reference_has_what_is_missed_and_the_output_what_is_let_in_doubled_and_moved(shown) -> None:
    page = of_text("p1", f"{HARBOUR}\n{CLOSED}\n\n{REASONS}\n")
    output = f"Subscribe to our letter today!\n{REASONS}\n{HARBOUR} Now read on.\n{HARBOUR}\n"
    # It was closed on Monday by the port authority. 2 + 3 + 6 + 2 + 6 + 2 + 3 + 4 + 10 = 38; Subscribe to our letter
    # today! 9 + 2 + 3 + 6 + 6 = 26, Now read on. 3 + 4 + 3 = 10; The first line tells of the harbour. 30; moved 39
    assert shown([page], {"p1": output}, "p1") == (
        "p1: 143 characters wrong\n"
        "[-missed-] wanted, but not in the output\n"
        "{!inserted!} only in the output\n"
        "{~doubled~} in the output once more\n"
        "{>moved<} in the output at another place\n"
        "\n"
        "reference:\n"
        "The first line tells of the harbour.\n"
        "[-It was closed on Monday by the port authority.-]\n"
        "\n"
        "The second paragraph tells who said so and why.\n"
        "\n"
        "output, lines with errors:\n"
        "{!Subscribe to our letter today!!}\n"
        "{>The second paragraph tells who said so and why.<}\n"
        "{~The first line tells of the harbour.~} {!Now read on.!}\n"
        "\n"
        f"missed 38 of 107 characters ({CLOSED}); let in 36 characters (Subscribe to our letter today!);"
        f" doubled 30 characters ({HARBOUR}); blocks moved: 1 ({REASONS})\n"
    )


def test_an_insertion_in_a_line_that_moved_is_an_insertion(shown) -> None:
    page = of_text("p1", f"{HARBOUR}\n{CLOSED}\n{REASONS}")
    found = shown([page], {"p1": f"{REASONS} Now read on.\n{HARBOUR}\n{CLOSED}"}, "p1")
    assert f"\n{{>{REASONS} <}}{{!Now read on.!}}\n" in found


def test_what_no_mark_can_show_is_said_in_words(shown) -> None:
    found = shown([of_text("p1", HARBOUR)], {"p1": HARBOUR.replace("first line", "firstline")}, "p1")
    assert found == f"p1: 1 character wrong\n\nreference:\n{HARBOUR}\n\nwords glued: 1\n"


def test_of_several_references_the_nearest_is_shown(shown) -> None:
    page = of_paragraphs("p1", [HARBOUR, f"[{CLOSED}]", REASONS])  # the second reference lacks what is optional
    without = shown([page], {"p1": f"{HARBOUR}\n\n{REASONS}"}, "p1")
    assert without == f"p1: nothing wrong\n\nreference 2:\n{HARBOUR}\n\n{REASONS}\n"
    assert "\nreference 1:\n" in shown([page], {"p1": f"{HARBOUR}\n\n{CLOSED}"}, "p1")


def test_nothing_in_a_text_or_an_id_steers_the_terminal_and_line_ends_stay(shown) -> None:
    page = of_text("a\x1bb", f"{HARBOUR}\r\n\r\n{CLOSED}\u202e\r\n")
    found = shown([page], {"a\x1bb": f"{HARBOUR}\r\nNow \x1b[31mread on.\r\n"}, "a\x1bb")
    assert found.startswith("a\\x1bb: ")
    assert f"\nreference:\n{HARBOUR}\n\n[-{CLOSED}-]\\u202e\n" in found
    assert "\n{!Now \\x1b[31mread on.!}\n" in found
    assert not set(found) & set("\x1b\r\u202e")


# Which unit, and which tasks


def test_without_an_id_it_is_the_worst_and_the_first_of_equals(shown) -> None:
    pages = [of_text(name, HARBOUR) for name in ("p1", "p2", "p3")]
    right, worse = HARBOUR, f"{HARBOUR} Now read on."
    for outputs, title in (
        ((right, right, right), "p1: nothing wrong; the worst of 3 units"),
        ((right, worse, worse), "p2: 10 characters wrong; the worst of 3 units"),
        ((right, worse, f"{worse}!"), "p3: 11 characters wrong; the worst of 3 units"),
    ):
        assert shown(pages, dict(zip(("p1", "p2", "p3"), outputs, strict=True))).partition("\n")[0] == title


def test_a_page_without_an_output_is_missed_and_the_title_says_why(predict) -> None:
    pages = references(of_text("p1", HARBOUR), of_text("p2", HARBOUR), of_text("p3", HARBOUR))
    records = [{"id": "p1", "text": HARBOUR, "error": "died"}, {"id": "p2", "text": ""}]
    predictions = predict(CONTENT_EXTRACTION, pages, records, allow_missing=True)
    for name, remark in (("p1", "; the extractor crashed"), ("p2", ""), ("p3", "; no prediction")):
        assert rendered(marked(predictions, name, Options())) == (
            f"{name}: 30 characters wrong{remark}\n[-missed-] wanted, but not in the output\n\n"
            f"reference:\n[-{HARBOUR}-]\n\nmissed 30 of 30 characters ({HARBOUR})\n"
        )


def problem(predictions: Predictions, name: str | None = None) -> Problem:
    with pytest.raises(ValidationError) as raised:
        marked(predictions, name, Options())
    (found,) = raised.value.problems
    return found


def test_an_unknown_id_is_a_problem_that_names_the_nearest_or_what_there_is(predict) -> None:
    pages = references(of_text("harbour", HARBOUR), of_text("port", CLOSED))
    records = [{"id": "harbour", "text": HARBOUR}, {"id": "port", "text": CLOSED}]
    predictions = predict(CONTENT_EXTRACTION, pages, records)
    near = problem(predictions, "harbor")
    assert near == Problem("id-unknown", "ID", "'harbor' is not in the gold: did you mean harbour?")
    assert problem(predictions, "x").message == "'x' is not in the gold: it has harbour, port"


def test_tasks_without_blocks_are_refused_by_a_message_that_names_those_that_have_them(gold, predict) -> None:
    records = [{"id": unit, "label": "favor"} for unit in STANCE.units(gold, ())]
    assert problem(predict(STANCE, gold, records)) == Problem(
        "option",
        "--task",
        "errors are marked in texts, of boilerplate and content_extraction; these are predictions of stance",
    )


def test_the_tasks_that_have_texts_are_those_whose_rows_have_blocks() -> None:
    assert [task.name for task in EVERY_TASK if task.texts] == ["boilerplate", "content_extraction"]


def test_snippets_are_no_text_to_mark_errors_in(predict) -> None:
    pages = references(ReferencePage("p1", (), ("harbour",), ("letter",)))
    found = problem(predict(CONTENT_EXTRACTION, pages, [{"id": "p1", "text": HARBOUR}]), "p1")
    assert found == Problem("option", "--gold", "has no text of 'p1' to mark errors in")


# Colours


@pytest.mark.parametrize("colours", [True, False], ids=["colours", "NO_COLOR"])
def test_a_terminal_shows_errors_in_colours_unless_they_are_not_wanted(
    own_page, monkeypatch: pytest.MonkeyPatch, colours: bool
) -> None:
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if not colours:
        monkeypatch.setenv("NO_COLOR", "1")
    file = io.StringIO()
    print_marked(marked(own_page, PAGE, Options()), file)
    # 37;41 is white on red, 30;43 black on yellow
    in_colours = ("more. \x1b[37;41mIt said so on Monday.\x1b[0m\n", "\n\x1b[30;43mShare this page\x1b[0m\n")
    in_signs = ("more. [-It said so on Monday.-]\n", "\n{+Share this page+}\n")
    assert [text in file.getvalue() for text in in_colours] == [colours] * 2
    assert [text in file.getvalue() for text in in_signs] == [not colours] * 2


def test_no_two_kinds_look_the_same() -> None:
    assert len({mark.style for mark in MARKS.values()}) == len({mark.opening for mark in MARKS.values()}) == len(MARKS)


# The command


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["eval", "show", *map(str, arguments)])


def test_the_command_prints_what_it_writes(tmp_path: Path) -> None:
    for folder, text in (("references", HARBOUR), ("outputs", f"{HARBOUR}\nNow read on.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "p1.txt").write_text(text)
    call = (tmp_path / "outputs", "p1", "--gold", tmp_path / "references")
    printed = run(*call)
    assert printed.exit_code == 0
    assert printed.stdout == (
        "p1: 10 characters wrong\n{!inserted!} only in the output\n\n"
        f"reference:\n{HARBOUR}\n\noutput, lines with errors:\n{{!Now read on.!}}\n\n"
        "let in 10 characters (Now read on.)\n"
    )
    assert run(*call, "-o", tmp_path / "p1.marked").exit_code == 0
    assert (tmp_path / "p1.marked").read_text() == printed.stdout
    over = run(*call, "-o", tmp_path / "outputs" / "p1.txt")
    assert (over.exit_code, "would be overwritten" in over.stderr) == (2, True)


def test_the_command_reads_the_datasets_own_pages_and_heeds_paratext(tmp_path: Path, gold) -> None:
    path = tmp_path / "everything.jsonl"
    path.write_text(dump_lines({"id": name, "text": page["text"]} for name, page in gold.articles.items()))
    found = run(path, "detente-004", "--paratext", "boilerplate")
    assert found.exit_code == 0
    assert "\n{+Source link+}\n" in found.stdout
    assert "\nSource link\n" in run(path, "detente-004").stdout
    wrong = run(path, "detente-04")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "ID: id-unknown: 'detente-04' is not in the gold: did you mean detente-004?" in wrong.stderr


def test_options_that_change_nothing_that_is_shown_are_refused(tmp_path: Path) -> None:
    for option in ("--metrics", "--unit", "--resamples", "--seed", "--format", "--alternatives", "--empty"):
        assert "No such option" in run(tmp_path, option, "1").stderr
