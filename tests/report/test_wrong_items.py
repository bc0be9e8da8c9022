"""What is most wrong, on a screen: gold and prediction, and where they differ in the words of texts."""

import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.evaluation.score import score
from detente.report.marked import MARKS
from detente.report.wrong_items import LONGEST, MOST_LINES, OF_SPANS, print_worst, worst
from detente.tasks.claims.task import CLAIMS
from detente.tasks.content_extraction.references import ReferenceCorpus, of_text
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION
from detente.tasks.stance.task import STANCE

HARBOUR = "The first line tells of the harbour."
CLOSED = "It was closed on Monday by the port authority."


def printed(items: list[Any], title: str = "errors") -> str:
    file = io.StringIO()
    print_worst(title, items, file)
    return file.getvalue()


@pytest.fixture
def shown(predict):
    """What is printed of the worst of some outputs of reference texts."""

    def show(texts: dict[str, str], outputs: dict[str, str], most: int = 10) -> str:
        pages = ReferenceCorpus("pages", "text", "0" * 64, {name: of_text(name, text) for name, text in texts.items()})
        found = predict(CONTENT_EXTRACTION, pages, [{"id": name, "text": text} for name, text in outputs.items()])
        return printed(worst(found, pages, score(found, pages).rows, most))

    return show


# Texts


def test_of_texts_the_worst_pages_come_first_with_their_blocks_and_the_words_around_them(shown) -> None:
    texts = dict.fromkeys(("p1", "p2", "p3"), f"{HARBOUR}\n{CLOSED}\n")
    outputs = {"p1": f"{HARBOUR}\n{CLOSED}\n", "p2": f"{HARBOUR}\n{CLOSED} Now read on.\n", "p3": f"{HARBOUR}\n"}
    # It was closed on Monday by the port authority. 2 + 3 + 6 + 2 + 6 + 2 + 3 + 4 + 10 = 38; Now read on. 10
    assert shown(texts, outputs) == (
        "\nerrors\n"
        "[-missed-] wanted, but not in the output\n"
        "{!inserted!} only in the output\n"
        "\n1. p3\n"
        f"   wrong      38 characters; missed 38 of 68 characters ({CLOSED})\n"
        f"   reference  {HARBOUR}\n"
        f"              [-{CLOSED}-]\n"
        "\n2. p2\n"
        "   wrong   10 characters; let in 10 characters (Now read on.)\n"
        f"   output  {CLOSED} {{!Now read on.!}}\n"
    )
    assert "2. p2" not in shown(texts, outputs, 1)


def test_words_far_from_a_mark_are_left_out_and_so_is_the_middle_of_a_long_one(shown) -> None:
    far = " ".join(["harbour"] * 30)  # 239 characters
    invented = " ".join(["letter"] * 100)  # 699
    found = shown({"p1": f"{far} closed {far}"}, {"p1": f"{far} closed {invented} {far}"})
    text = " ".join(line.strip() for line in found.partition("output  ")[2].splitlines())
    # 80 characters: “ closed ” and nine words of 8, the start and the end of the block, nine words of 8
    assert text.startswith("… " + " ".join(["harbour"] * 9) + " closed {!letter letter")
    assert f" … {699 - LONGEST} more … " in text
    assert text.endswith("letter!} " + " ".join(["harbour"] * 9) + " …")


def test_of_many_lines_the_first_are_shown_and_the_others_counted(shown) -> None:
    lines = [f"Letter {number}: subscribe." for number in range(MOST_LINES + 1)]
    for count, more in ((MOST_LINES, ""), (MOST_LINES + 1, "… and 1 line more")):
        found = shown({"p1": HARBOUR}, {"p1": "\n".join([HARBOUR, *lines[:count]])})
        assert found.count("{!Letter ") == MOST_LINES
        assert found.count("line more") == bool(more)
        assert more in found


def test_wide_combining_and_control_characters_are_wrapped_whole_and_steer_nothing(
    shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    wide = "巴黎和莫斯科" * 10 + " e\u0301" * 10 + "\x1b[31m\u202eend"
    found = shown({"p\x1b1": HARBOUR}, {"p\x1b1": f"{HARBOUR} {wide}"})
    assert max(map(cell_len, found.splitlines()[3:])) <= 40
    assert not set(found) & set("\x1b\u202e")
    assert "1. p\\x1b1\n" in found
    joined = "".join(line[11:].strip() for line in found.splitlines() if line.startswith(" " * 3))
    assert "巴黎和莫斯科" * 9 in joined
    assert "\\x1b[31m\\u202eend" in joined


# Spans and labels


def test_of_spans_what_only_the_gold_has_only_the_prediction_and_both(minimal_gold, predict) -> None:
    (row, *_) = minimal_gold.rows("claims")
    text, start, end = minimal_gold.articles[row["article"]]["text"], row["spans"][0]["start"], row["spans"][0]["end"]
    records = [{"id": row["article"], "claims": [{"spans": [[start + 7, end]]}, {"spans": [[0, 5]]}]}]
    found = predict(CLAIMS, minimal_gold, records)
    items = worst(found, minimal_gold, score(found, minimal_gold).rows, 100)
    by_name = {item.name: item for item in items}
    own = [piece for line in by_name[row["id"]].extracts[0].lines for piece in line if piece[1]]
    assert own == [(text[start : start + 7], "missed"), (text[start + 7 : end], "agreed")]
    spurious = [piece for line in by_name[f"{row['article']}:0-5"].extracts[0].lines for piece in line if piece[1]]
    assert spurious == [(text[:5], "let in")]
    assert f"[-{text[start : start + 7]}-]{{={text[start + 7 : end]}=}}" in printed(items).replace("\n          ", " ")


def test_of_labels_gold_predicted_and_evidence(gold, predict) -> None:
    (row, *_) = [row for row in gold.rows("stance") if row["label"] == "favor" and row["evidence"]]
    records = [{"id": each["id"], "label": each["label"]} for each in gold.rows("stance")]
    records = [{**each, "label": "against"} if each["id"] == row["id"] else each for each in records]
    found = predict(STANCE, gold, records)
    (item,) = worst(found, gold, score(found, gold).rows, 10)
    assert (item.name, item.said, item.detail) == (row["id"], ("favor", "against"), "")
    words = [text for each in item.extracts for line in each.lines for text, kind in line if kind]
    page = gold.articles[row["article"]]["text"]
    assert words == [page[span["start"] : span["end"]] for span in row["evidence"]]


def test_no_two_kinds_look_the_same() -> None:
    for marks in (OF_SPANS, MARKS):
        assert len({mark.style for mark in marks.values()}) == len({mark.opening for mark in marks.values()})


@pytest.mark.parametrize("colours", [True, False], ids=["colours", "NO_COLOR"])
def test_a_terminal_has_colours_unless_they_are_not_wanted(
    gold, predict, monkeypatch: pytest.MonkeyPatch, colours: bool
) -> None:
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "60"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if not colours:
        monkeypatch.setenv("NO_COLOR", "1")
    found = predict(CLAIMS, gold, [], allow_missing=True)
    text = printed(worst(found, gold, score(found, gold).rows, 1))
    assert ("\x1b[37;41m" in text) == colours  # white on red
    assert ("[-" in text) != colours


# The commands


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture
def wrong(tmp_path: Path, gold) -> Path:
    path = tmp_path / "wrong.jsonl"
    path.write_text(dump_lines({"id": row["id"], "label": "favor"} for row in gold.rows("stance")))
    return path


def test_errors_stand_below_the_table_as_many_as_are_asked_for(wrong: Path) -> None:
    table = run("eval", "score", wrong).stdout
    for options, count in (("--errors",), 10), (("--errors=2",), 2), (("--errors", "1"), 1):
        found = run("eval", "score", wrong, *options)
        assert found.exit_code == 0
        assert found.stdout.startswith(table)
        below = found.stdout.removeprefix(table)
        assert below.startswith(f"\nthe worst errors: {count}\n")
        assert below.count("   predicted  favor\n") == count


def test_of_several_systems_each_has_its_errors_and_one_without_says_so(wrong: Path, gold, tmp_path: Path) -> None:
    right = tmp_path / "right.jsonl"
    right.write_text(dump_lines({"id": row["id"], "label": row["label"]} for row in gold.rows("stance")))
    found = run("eval", "score", wrong, right, "--errors=1").stdout
    assert "\nthe worst errors of wrong: 1\n" in found
    assert found.endswith("\nno errors of right\n")


def test_labels_of_others_have_errors_without_texts(tmp_path: Path) -> None:
    for name, label in (("gold", "favor"), ("mine", "none")):
        (tmp_path / f"{name}.csv").write_text(f"id,label\na,{label}\nb,against\n")
    call = ("eval", "score", tmp_path / "mine.csv", "--gold", tmp_path / "gold.csv", "--task", "stance", "--errors")
    assert run(*call).stdout.endswith("\nthe worst errors: 1\n\n1. a\n   gold       favor\n   predicted  none\n")


@pytest.mark.parametrize("options", [("--format", "json"), ("--format", "markdown"), ("-o", "scores.txt")])
def test_files_and_programs_are_referred_to_the_json(wrong: Path, options: tuple[str, ...]) -> None:
    found = run("eval", "score", wrong, "--errors", *options)
    assert (found.exit_code, found.stdout) == (2, "")
    assert "--format json has all of them" in found.stderr


@pytest.mark.parametrize("number", ["0", "ten", "1.5", "²"])
def test_what_is_no_number_of_errors_is_refused(wrong: Path, number: str) -> None:
    found = run("eval", "score", wrong, f"--errors={number}")
    assert (found.exit_code, found.stdout) == (2, "")
    assert f"'{number}' is no number from 1 on" in found.stderr


def test_a_page_of_the_dataset_is_shown_with_all_that_is_wrong_there(wrong: Path, gold) -> None:
    found = run("dataset", "show", "detente-003", "--predictions", wrong)
    assert found.exit_code == 0
    count = sum(row["article"] == "detente-003" and row["label"] != "favor" for row in gold.rows("stance"))
    assert found.stdout.startswith(f"\ndetente-003, stance: {count} items wrong\n")
    assert found.stdout.count("   predicted  favor\n") == count
    assert "detente-004" not in found.stdout
