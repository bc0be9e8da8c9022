"""What an output kept of the structure of its reference: every measure worked by hand on small pages."""

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from detente.cli import main
from detente.evaluation.items import errors
from detente.evaluation.score import Scores, score
from detente.metrics import structure
from detente.tasks.content_extraction import references
from detente.tasks.content_extraction.references import ReferenceCorpus
from detente.tasks.content_extraction.structure import METRICS, NOT_MEASURED, structure_errors
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION
from detente.tasks.task import Options
from detente.text.markup import structure_of, to_text
from detente.text.structure import EMPTY, Structure

PAGE = r"""# Harbour

## Fees

| boat | fee |
|------|-----|
| skiff | 3 |
| tug | 9 |

```
fee = 3
tax = 1
total = fee + tax
```

- row
  - tie
- pay

See [the map](/map) and [the port](/port): $x^2$ and $y$.

![](sign.png)
"""
NAMES = [metric.name for metric in METRICS]
BEST = {metric.name: metric.best for metric in METRICS}
# What is done to a page: the old text and the new, the values that change, and how it is told. The table has 10 nodes.
CHANGES: dict[str, tuple[str, str, dict[str, float], str]] = {
    "cell lost": (
        "| tug | 9 |",
        "| tug |  |",  # Markdown has as many cells in every row: an empty one has another text
        {"table_teds": 1 - 1 / 10, "table_cell_recall": 5 / 6, "table_cell_f1": 10 / 11},
        "1 table without 1 cell (boat fee skiff 3 tug 9)",
    ),
    "row lost": (
        "| tug | 9 |\n",
        "",
        {"table_teds": 1 - 3 / 10, "table_cell_recall": 4 / 6, "table_cell_f1": 8 / 10},
        "1 table without 2 cells (boat fee skiff 3 tug 9)",
    ),
    "rows turned": (
        "| skiff | 3 |\n| tug | 9 |",
        "| tug | 9 |\n| skiff | 3 |",
        # Four cells change, whose texts share no letter; three nodes deleted and inserted would be six.
        {"table_teds": 1 - 4 / 10},
        "1 table in another order or form (boat fee skiff 3 tug 9)",
    ),
    "table merged into text": (
        "| boat | fee |\n|------|-----|\n| skiff | 3 |\n| tug | 9 |",
        "boat fee\nskiff 3\ntug 9",
        {"table_teds": 0, "table_cell_precision": math.nan, "table_cell_recall": 0, "table_cell_f1": 0},
        "1 table merged into text (boat fee skiff 3 tug 9)",
    ),
    "table lost": (
        "| boat | fee |\n|------|-----|\n| skiff | 3 |\n| tug | 9 |\n",
        "",
        {"table_teds": 0, "table_cell_precision": math.nan, "table_cell_recall": 0, "table_cell_f1": 0},
        "1 table lost (boat fee skiff 3 tug 9)",
    ),
    "table invented": (
        "See",
        "| more |\n|---|\n| ads |\n\nSee",
        {"table_teds": 1 / 2, "table_cell_precision": 6 / 8, "table_cell_f1": 12 / 14},
        "1 table invented (more ads)",
    ),
    "line lost": (
        "tax = 1\n",
        "",
        # 33 characters of 33 + 25: the output lacks 8, its line end included.
        {"code_similarity": 1 - 8 / 58, "code_lines_lost": 1 / 3},
        "1 code block without 1 line (fee = 3 tax = 1 total = fee + tax)",
    ),
    "line invented": (
        "tax = 1\n",
        "tax = 1\npay()\n",
        {"code_similarity": 1 - 6 / 72},
        "1 code block with 1 line more (fee = 3 tax = 1 total = fee + tax)",
    ),
    "lines turned": (
        "fee = 3\ntax = 1\n",
        "tax = 1\nfee = 3\n",
        {"code_similarity": 1 - 2 * 8 / 66},
        "1 code block in another order or form (fee = 3 tax = 1 total = fee + tax)",
    ),
    "code merged into text": (
        "```\nfee = 3\ntax = 1\ntotal = fee + tax\n```",
        "fee = 3 tax = 1 total = fee + tax",
        {"code_similarity": 0, "code_lines_lost": 1},
        "1 code block merged into text (fee = 3 tax = 1 total = fee + tax)",
    ),
    "code split": (
        "tax = 1\ntotal",
        "tax = 1\n```\n\n```\ntotal",
        # fee = 3 tax = 1 keeps 15 of 33 characters and 6 of 11 tokens; total = fee + tax 17 and 5: 2 · 6 / 17 and
        # 2 · 5 / 16 are both enough, and the first is more.
        {"code_similarity": (1 - 18 / 48) / 2, "code_lines_lost": 1 / 3},
        "1 code block without 1 line (fee = 3 tax = 1 total = fee + tax); 1 code block invented (total = fee + tax)",
    ),
    "formula lost": (
        " and $y$",
        "",
        {"formula_recall": 1 / 2, "formula_f1": 2 / 3},
        "1 formula lost (y)",
    ),
    "heading lost": (
        "## Fees\n",
        "",
        {"heading_recall": 1 / 2, "heading_f1": 2 / 3, "heading_text_f1": 2 / 3},
        "1 heading lost (Fees)",
    ),
    "heading of another level": (
        "## Fees",
        "### Fees",
        {"heading_precision": 1 / 2, "heading_recall": 1 / 2, "heading_f1": 1 / 2},
        "1 heading with another level",
    ),
    "list flattened": (
        "  - tie",
        "- tie",
        {"list_item_precision": 2 / 3, "list_item_recall": 2 / 3, "list_item_f1": 2 / 3},
        "1 list item at another depth",
    ),
    "item lost": (
        "- pay\n",
        "",
        {"list_item_recall": 2 / 3, "list_item_f1": 4 / 5, "list_item_text_f1": 4 / 5},
        "1 list item lost (pay)",
    ),
    "address changed": (
        "/port",
        "/ports",
        {"link_precision": 1 / 2, "link_recall": 1 / 2, "link_f1": 1 / 2, "link_address_f1": 1 / 2},
        "1 link lost (/port); 1 link invented (/ports)",
    ),
    "anchor changed": (
        "[the port]",
        "[port]",
        {"link_precision": 1 / 2, "link_recall": 1 / 2, "link_f1": 1 / 2},
        "1 link with another text",
    ),
    "image lost": (
        "![](sign.png)",
        "",
        {"image_precision": math.nan, "image_recall": 0, "image_f1": 0},
        "1 image lost (sign.png)",
    ),
}


def corpus(**pages: str) -> ReferenceCorpus:
    targets = {page: references.of_text(page, text) for page, text in pages.items()}
    return ReferenceCorpus("gold", "text", references.digest(targets.values()), targets, "markdown")


def marked(**pages: str) -> dict[str, str]:
    return {page: to_text(text, "markdown") for page, text in pages.items()}


@pytest.fixture
def scored(predict: Callable[..., Any]) -> Callable[..., Scores]:
    def scores(gold: dict[str, str], outputs: dict[str, Any], **allowed: bool) -> Scores:
        records = [
            {"id": page, **(each if isinstance(each, dict) else {"text": each})} for page, each in outputs.items()
        ]
        references_ = corpus(**gold)
        return score(predict(CONTENT_EXTRACTION, references_, records, **allowed), references_, Options())

    return scores


def values(scores: Scores) -> dict[str, float]:
    return {name: scores.metrics[name].value for name in NAMES if name in scores.metrics}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


# Measures by hand


def test_gold_against_itself_is_perfect(scored: Callable[..., Scores]) -> None:
    scores = scored(marked(p=PAGE), marked(p=PAGE))
    assert values(scores) == BEST
    assert len(errors(scores)) == 0


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_changes_exactly_what_it_must(change: str, scored: Callable[..., Scores]) -> None:
    old, new, expected, told = CHANGES[change]
    assert PAGE.count(old) == 1
    scores = scored(marked(p=PAGE), marked(p=PAGE.replace(old, new)))
    assert values(scores) == pytest.approx(BEST | expected, nan_ok=True)
    (row,) = errors(scores).to_dicts()
    assert row["detail"].endswith(told)


def test_what_is_wrong_counts_lines_cells_and_elements() -> None:
    gold, output = (references.of_text("p", text).references[0] for text in marked(p=PAGE, q="a\n\n- new\n").values())
    assert gold.structure is not None
    assert output.structure is not None
    found = structure_errors(gold.structure, output.structure, output.text)
    # 3 lines, 6 cells, 2 formulas, 2 headings, 3 items and a new one, 2 links, an image.
    assert sum(found.words.values()) == 3 + 6 + 2 + 2 + 3 + 1 + 2 + 1
    assert list(found.words)[:3] == [
        "1 code block lost (fee = 3 tax = 1 total = fee + tax)",
        "1 table lost (boat fee skiff 3 tug 9)",
        "2 formulas lost (x^2)",
    ]
    assert structure_errors(EMPTY, EMPTY, "").words == {}


@pytest.mark.parametrize(("text", "how"), [("a b c d", "merged into text"), ("a b c", "lost")])
def test_a_block_is_merged_into_the_text_if_four_fifths_of_its_tokens_are_there(text: str, how: str) -> None:
    gold = Structure(code=(("a b", "c d e"),))
    assert structure_errors(gold, EMPTY, text).words == {f"1 code block {how} (a b c d e)": 2}


SCRAPS = st.lists(
    st.sampled_from(
        (
            *("<table>", "</table>", "<tr>", "<td>", "</td>", "<ul>", "</ul>", "<li>", "<pre>", "</pre>", "<h2>"),
            *("</h2>", "<a href=x>", "</a>", "<img src=y>", "<math>", "</math>", "<annotation encoding=tex>", "<br>"),
            *("<template>", "a ", "b", "$c$", "\n\n", "\n$$\n", "\\(", "# ", "- ", "> ", "| d | e |\n|---|---|\n"),
            *("```\n", "[f](g)", "![](h)"),
        )
    ),
    max_size=25,
).map("".join)


@given(SCRAPS, SCRAPS, st.sampled_from(["markdown", "html"]))
def test_whatever_the_markup_a_page_equals_itself_and_counts_add_up(one: str, other: str, written_in: str) -> None:
    pages = [to_text(source, written_in) for source in (one, other)]
    gold, output = (structure_of(page) or EMPTY for page in pages)
    assert structure_errors(gold, gold, pages[0]).words == {}
    found = structure_errors(gold, output, pages[1]).counts
    assert found["heading_tp"] + found["heading_fn"] == len(gold.headings)
    assert found["heading_tp"] + found["heading_fp"] == len(output.headings)
    assert found["code_line_tp"] + found["code_line_fn"] == sum(map(len, gold.code))
    assert max(len(gold.tables), len(output.tables)) <= found["tables"] <= len(gold.tables) + len(output.tables)
    assert 0 <= found["table_teds"] <= found["tables"]
    assert 0 <= found["code_similarity"] <= found["code_blocks"]


def test_counts_are_added_over_pages(scored: Callable[..., Scores]) -> None:
    # p is right: 2 headings of 2; q has lost the one that it had, and r has invented 1: tp 2, fn 1, fp 1.
    pages = marked(p="# a\n\n# b", q="# c", r="d")
    scores = scored(pages, marked(p="# a\n\n# b", q="c", r="# d"))
    found = values(scores)
    assert (found["heading_precision"], found["heading_recall"], found["heading_f1"]) == pytest.approx(
        (2 / 3, 2 / 3, 2 / 3)
    )
    assert scores.n["heading_f1"] == 4
    assert {page: part["heading_f1"] for page, part in scores.breakdown["article"].items()} == {"p": 1, "q": 0, "r": 0}


def test_an_element_twice_is_two_elements(scored: Callable[..., Scores]) -> None:
    # tp 1, fn 1.
    assert values(scored(marked(p="# a\n\n# a"), marked(p="# a")))["heading_f1"] == pytest.approx(2 / 3)


def test_without_an_element_on_either_side_there_is_no_value_and_a_reason(scored: Callable[..., Scores]) -> None:
    scores = scored(marked(p="a\n\n[b](c)"), marked(p="a\n\n[b](c)\n\n    code"))
    assert scores.reasons["table_teds"] == "neither references nor outputs have tables"
    assert scores.reasons["code_lines_lost"] == "the references have no code blocks"
    assert "code_similarity" not in scores.reasons
    assert (values(scores)["code_similarity"], values(scores)["link_f1"]) == (0, 1)
    assert math.isnan(values(scores)["table_teds"])
    assert "table_teds" not in json.dumps(errors(scores).to_dicts())


@pytest.mark.parametrize("output", [{"text": ""}, {"text": "a", "error": "time out"}, None])
def test_a_page_without_output_has_lost_everything(
    output: dict[str, str] | None, scored: Callable[..., Scores]
) -> None:
    scores = scored(marked(p=PAGE), {"p": output} if output else {}, allow_missing=True)
    found = {name: value for name, value in values(scores).items() if not name.endswith("precision")}
    assert found == dict.fromkeys(found, 0.0) | {"code_lines_lost": 1.0}


def test_the_structure_of_the_nearest_reference_counts() -> None:
    gold = references.ReferencePage(
        "p", tuple(references.Reference(text) for text in marked(one="# a b c d", two="# e f g h").values())
    )
    (row,) = CONTENT_EXTRACTION.count(
        gold, CONTENT_EXTRACTION.parse(gold, {"text": marked(p="# e f g h")["p"]}), Options()
    )
    assert (row["heading_tp"], row["heading_fn"]) == (1, 0)


def test_the_digest_of_the_gold_knows_its_structure() -> None:
    digests = [corpus(**marked(p=text)).sha256 for text in ("# a", "## a", "a")] + [corpus(p="a").sha256]
    assert len(set(digests)) == 4
    assert corpus(**marked(p="# a")).sha256 == digests[0]


# Where one side is plain text


@pytest.mark.parametrize(("gold", "output"), [("text", "markdown"), ("markdown", "text"), ("text", "text")])
def test_where_one_side_is_plain_text_there_are_no_such_measures_and_one_reason(
    gold: str, output: str, tmp_path: Path
) -> None:
    file = tmp_path / "pages.json"
    file.write_text(json.dumps({"p": PAGE}))
    command = (
        "eval",
        "score",
        file,
        "--gold",
        file,
        "--gold-text",
        gold,
        "--output-format",
        output,
        "--metrics",
        "all",
    )
    table, document = run(*command), json.loads(run(*command, "--format", "json").stdout)
    assert not set(NAMES) & set(document["metrics"])
    one_sided = gold != output
    assert document["not_measured"] == ({"structure": NOT_MEASURED} if one_sided else {})
    assert table.stdout.count(NOT_MEASURED) == one_sided


def test_systems_are_ranked_by_structure_and_a_plain_one_comes_last_without_a_value(tmp_path: Path) -> None:
    file, worse = tmp_path / "pages.json", tmp_path / "worse.json"
    file.write_text(json.dumps({"p": PAGE}))
    worse.write_text(json.dumps({"p": PAGE.replace("## Fees", "Fees")}))
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps({"p": to_text(PAGE, "markdown")}))
    formats = [argument for each in ("markdown", "text", "markdown") for argument in ("--output-format", each)]
    result = run(
        *("eval", "score", worse, plain, file, "--gold", file, "--gold-text", "markdown", *formats),
        *("--metrics", "heading_f1", "--format", "json"),
    )
    assert result.exit_code == 0, result.output
    systems = json.loads(result.stdout)["systems"]
    assert [system["name"] for system in systems] == ["pages", "worse", "plain"]
    assert [system["metrics"]["heading_f1"]["value"] for system in systems] == pytest.approx(
        [1, 2 / 3, None], nan_ok=True
    )


# The command


def test_folders_of_markdown_and_html_are_compared_page_by_page(tmp_path: Path) -> None:
    gold, output, rows = tmp_path / "gold", tmp_path / "output", tmp_path / "rows.csv"
    for folder, suffix, heading in ((gold, "md", "# a"), (output, "html", "<h1>a</h1>")):
        folder.mkdir()
        (folder / f"same.{suffix}").write_text(heading)
        (folder / f"other.{suffix}").write_text("# b" if suffix == "md" else "<p>b</p>")
    result = run("eval", "score", output, "--gold", gold, "--metrics", "heading_f1", "--per-unit", rows)
    assert result.exit_code == 0, result.output
    assert "heading_f1  0.667" in result.stdout  # tp 1, fn 1
    with rows.open(newline="") as file:
        assert {row["id"]: row["heading_f1"] for row in csv.DictReader(file)} == {"same": "1.0", "other": "0.0"}


def test_lower_bounds_are_said_to_be_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, turned = tmp_path / "pages.json", tmp_path / "turned.json"
    file.write_text(json.dumps({"p": PAGE}))
    turned.write_text(json.dumps({"p": PAGE.replace("| 9 |", "| 7 |").replace("tax = 1", "tax = 2")}))
    command = ("eval", "score", turned, "--gold", file, "--gold-text", "markdown", "--output-format", "markdown")
    note = "tables and code blocks the similarity is a lower bound"
    assert note not in run(*command).stdout
    monkeypatch.setattr(structure, "MOST_NODES", 0)
    monkeypatch.setattr(structure, "MOST_CHARACTERS", 0)
    assert f"of 2 {note}" in " ".join(run(*command).stdout.split())


def test_all_metrics_have_a_group_of_their_own_and_the_worst_is_told(tmp_path: Path) -> None:
    file, worse = tmp_path / "pages.json", tmp_path / "worse.json"
    file.write_text(json.dumps({"p": PAGE}))
    worse.write_text(json.dumps({"p": PAGE.replace("|------|-----|\n", "")}))
    formats = ("--gold-text", "markdown", "--output-format", "markdown")
    result = run("eval", "score", worse, "--gold", file, *formats, "--metrics", "all")
    assert "\nstructure\n" in result.stdout
    assert "1 table merged into text (boat fee skiff 3 tug 9)" in " ".join(result.stdout.split())
    listed = run("eval", "metrics", "--task", "content_extraction").stdout
    assert all(f"{name} " in listed for name in NAMES)
