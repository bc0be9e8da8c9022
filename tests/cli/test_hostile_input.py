"""Input that is meant to do harm: a listed problem, status 2, nothing written, in bounded time, memory and output.

Commands run in processes of their own, whose memory and processor time the system limits.
"""

import ast
import base64
import bz2
import gzip
import hashlib
import json
import lzma
import os
import random
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import polars as pl
import pyarrow
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import detente
from detente.challenge import making
from detente.cli import main
from detente.cli.run import run as run_command
from detente.data.jsonl import dump_lines
from detente.data.problems import ValidationError

MOST_MEMORY = 4 << 30
"""Of addresses, many of which polars and Arrow reserve and never touch."""
MOST_SECONDS = 30
"""Of processor time, start included."""
MOST_PRINTED = 500
ESCAPE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


def limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def limited(*words: object, cwd: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "detente", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, preexec_fn=limits)


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def zstandard(data: bytes) -> bytes:
    packed: bytes = pyarrow.compress(data, codec="zstd", asbytes=True)
    return packed


def repeated(pack: Callable[[bytes], bytes], megabytes: int) -> bytes:
    """So many megabytes of zeros: each packer takes its members one after another."""
    return pack(bytes(10_000_000)) * (megabytes // 10)


ID = b'{"id": "detente-000", "text": '
TOO_LARGE = "not-readable: has more than 100,000,000 bytes, unpacked: "
HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "random bytes": ("r.jsonl", lambda: random.Random(0).randbytes(4000), "1: not-json: the file is binary or"),
    "random bytes as Parquet": ("r.parquet", lambda: b"PAR1" + random.Random(1).randbytes(4000), "not-json: "),
    "random bytes as Arrow": ("r.arrow", lambda: b"ARROW1\0\0" + random.Random(2).randbytes(4000), "not-json: "),
    "a million brackets": ("d.jsonl", lambda: ID + b"[" * 1_000_000, "1: not-json: the line is nested too deeply"),
    "a million brackets in an array": (
        "d.json",
        lambda: b"[" * 1_000_000,
        "1: not-json: the line is nested too deeply",
    ),
    "a number of 5,000 digits": ("n.jsonl", lambda: ID + b"9" * 5000 + b"}", "1: not-json: a number has 5000 digits"),
    "a number beyond floats": ("n.jsonl", lambda: ID + b"1e400}", "1: not-json: the number 1e400 is too large"),
    "NaN": ("n.jsonl", lambda: ID + b"NaN}", "1: not-json: NaN is not JSON: write a number or null"),
    "infinity": ("n.jsonl", lambda: ID + b"-Infinity}", "1: not-json: -Infinity is not JSON: write a number or null"),
    "half a surrogate pair": ("s.jsonl", lambda: ID + b'"\\udfff"}', "1: wrong-type: "),
    "half a surrogate pair in bytes": ("s.jsonl", lambda: ID + b'"\xed\xa0\x80"}', "1: not-json: byte 32 of the line"),
    "a mark and nothing else": ("b.jsonl", lambda: b"\xef\xbb\xbf", "1: no-predictions: "),
    "two marks": ("b.jsonl", lambda: b"\xef\xbb\xbf\xef\xbb\xbf{}", "1: not-json: "),
    "UTF-16 of half a character": ("b.jsonl", lambda: b"\xff\xfe{\0\0", "not-json: byte 5 is not UTF-16"),
    "NUL": ("z.jsonl", lambda: ID + b'"a\0b"}', "1: not-json: the file is binary or compressed"),
    "a line of 100 MB": ("l.jsonl", lambda: ID + b'"' + b"x" * 100_000_000 + b'"}', TOO_LARGE),
    "a line of 20 MB": ("l.jsonl", lambda: ID + b'"' + b"x" * 20_000_000 + b'"}', "1: not-readable: the line has more"),
    "a key twice": ("k.jsonl", lambda: ID + b'"", "text": "x"}', "1: not-json: the key 'text' occurs twice"),
    "a column twice": ("k.csv", lambda: b"id,text,text\nx,y,z\n", "1: not-json: "),
    "a gigabyte in gzip": ("g.jsonl.gz", lambda: repeated(gzip.compress, 1000), TOO_LARGE),
    "a gigabyte in xz": ("g.jsonl.xz", lambda: repeated(lzma.compress, 1000), TOO_LARGE),
    "a gigabyte in bzip2": ("g.jsonl.bz2", lambda: repeated(bz2.compress, 1000), TOO_LARGE),
    "a gigabyte in Zstandard": ("g.jsonl.zst", lambda: repeated(zstandard, 1000), TOO_LARGE),
    "gzip in gzip": ("g.jsonl.gz", lambda: gzip.compress(gzip.compress(b"{}")), "1: no-id: the line has no"),
    "broken gzip": ("g.jsonl.gz", lambda: gzip.compress(b"{}\n" * 1000)[:40], "not-readable: is packed with gzip and"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_one_short_problem_in_bounded_memory(name: str, tmp_path: Path) -> None:
    file, made, message = HOSTILE[name]
    (tmp_path / file).write_bytes(made())
    done = limited("eval", "score", file, "--task", "boilerplate", "-o", "scores", "--allow-missing", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.endswith("\n1 problem\n")
    assert len(done.stderr) < MOST_PRINTED
    assert below(tmp_path) == [file]


# Links and paths


def test_links_that_go_round_are_followed_nowhere(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "p1.txt").write_text("one two three")
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"id": "p1", "text": "one two three"}\n{"id": "p2", "text": "four five six"}\n')
    (texts / "round").symlink_to(".")
    (texts / "p2.txt").symlink_to("p2.txt")
    done = limited("eval", "score", "texts", "--gold", gold, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "texts: id-missing: 1 of 2 are not predicted: p2;" in done.stderr
    (tmp_path / "self.jsonl").symlink_to("self.jsonl")
    done = limited("eval", "score", "self.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'self.jsonl' does not exist" in done.stderr


def test_an_annotation_file_that_is_a_link_to_itself_is_a_problem(minimal: Path) -> None:
    path = minimal / "annotations" / "stance" / "gold" / "detente-900.jsonl"
    path.unlink()
    path.symlink_to(path.name)
    done = limited("dataset", "validate", minimal, cwd=minimal)
    assert done.returncode == 1
    assert "stance/gold/detente-900.jsonl: file-missing: there is no such file" in done.stderr


def tampered(corpus: Path, name: str, data: bytes) -> None:
    """Changes a file of a built dataset, and what the manifest says of it: nothing but its content tells."""
    (corpus / name).write_bytes(data)
    manifest = json.loads((corpus / "manifest.json").read_text())
    manifest["files"][name] = hashlib.sha256(data).hexdigest()
    (corpus / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def built(minimal: Path) -> Path:
    assert run("dataset", "build", minimal).exit_code == 0
    return minimal / "dataset"


def parquet(frame: pl.DataFrame, path: Path) -> bytes:
    frame.write_parquet(path)
    return path.read_bytes()


def test_a_table_that_the_manifest_vouches_for_is_still_read_with_care(built: Path, tmp_path: Path) -> None:
    name = "data/stance/test.parquet"
    frame = pl.read_parquet(built / name)
    cases = {
        "is no Parquet that can be read (": b"PAR1" + bytes(40),
        "'label' is not there, or of another type": parquet(frame.drop("label"), tmp_path / "a.parquet"),
        "'scale' is not there, or of another type": parquet(
            frame.with_columns(pl.col("scale").cast(pl.String)), tmp_path / "b.parquet"
        ),
    }
    for message, data in cases.items():
        tampered(built, name, data)
        for words in (("eval", "inputs", "--task", "stance"), ("dataset", "explore", "-o", tmp_path / "site")):
            result = run(*words, "--dataset", built)
            assert (result.exit_code, result.stdout) == (2, ""), result.output
            assert f"{name}: dataset-changed: {message}" in result.stderr
            assert result.stderr.endswith("\n1 problem\n")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{", b'{"parties": []}', b'{"name": 1}', b'{"name": "x", "channels": [1]}', b'{"name": "x", "y": ""}'],
)
def test_an_inventory_of_another_shape_is_refused(built: Path, data: bytes) -> None:
    tampered(built, "inventory.json", data)
    result = run("eval", "tasks", "--dataset", built)
    assert result.exit_code == 2
    assert "inventory.json: dataset-changed: this is not what a build writes" in result.stderr


@pytest.mark.parametrize("name", ["../secret.parquet", "/etc/passwd", "data/../../x", "a\0b"])
def test_a_manifest_that_leads_out_of_its_folder_is_refused(built: Path, name: str) -> None:
    manifest = json.loads((built / "manifest.json").read_text())
    manifest["files"][name] = "0" * 64
    (built / "manifest.json").write_text(json.dumps(manifest))
    result = run("dataset", "info", "--dataset", built)
    assert result.exit_code == 2
    assert "manifest.json: dataset-changed: this is not what a build writes" in result.stderr


@pytest.mark.parametrize(
    "change",
    [
        {"capture": "../secret"},
        {"id": "../x"},
        {"characters": "9"},
        {"blocks": [[0, 1]]},
        {"passages": 1},
        {"blocks": None},
    ],
    ids=str,
)
def test_an_export_whose_pages_lead_elsewhere_is_not_joined(built: Path, tmp_path: Path, change: dict) -> None:
    export, raw = tmp_path / "free", built / "raw"
    assert run("dataset", "export", "--without-text", "--dataset", built, "-o", export).exit_code == 0
    lines = [json.loads(line) for line in (export / "pages.jsonl").read_text().splitlines()]
    tampered(export, "pages.jsonl", dump_lines([lines[0] | change, *lines[1:]]).encode())
    result = run("dataset", "join", export, "--texts", raw, "-o", tmp_path / "joined")
    assert result.exit_code == 2
    assert "pages.jsonl: dataset-changed: a line is not what an export has of a page" in result.stderr
    assert not (tmp_path / "joined").exists()


def test_an_export_of_a_page_that_it_does_not_have_is_not_joined(built: Path, tmp_path: Path) -> None:
    export = tmp_path / "free"
    assert run("dataset", "export", "--without-text", "--dataset", built, "-o", export).exit_code == 0
    name = "data/stance/test.parquet"
    frame = pl.read_parquet(export / name).with_columns(article=pl.lit("detente-999"))
    tampered(export, name, parquet(frame, tmp_path / "a.parquet"))
    result = run("dataset", "join", export, "--texts", built / "raw", "-o", tmp_path / "joined")
    assert result.exit_code == 2
    assert "pages.jsonl: dataset-changed: rows of the export are of the page detente-999" in result.stderr


def test_a_note_of_an_unfinished_suite_that_was_changed_is_made_again(tmp_path: Path) -> None:
    recipe = making.recipe_of(making.suite_of("contrast"), 2, 0, ["test"])
    call = ("challenge", "make", "contrast", "-n", "2", "--split", "test", "--jobs", "1", "-o")
    assert run(*call, tmp_path / "whole").exit_code == 0
    whole = (tmp_path / "whole" / "manifest.json").read_bytes()
    for number, change in enumerate(({"split": 1}, {"rows": 3}, {"files": {"../x": "0"}}, {"digests": {}})):
        folder = tmp_path / f"part-{number}"
        making.write_whole_below(folder / ".unfinished" / "recipe.json", making.as_json(recipe._asdict()))
        for shard in making._shards(recipe, folder):
            note = making.make_shard(shard) | change
            (folder / ".unfinished" / f"{shard.name}.json").write_text(json.dumps(note))
        assert run(*call, folder).exit_code == 0
        assert (folder / "manifest.json").read_bytes() == whole


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": []}, "id-unknown: '[]' is not asked for in this run"),
        ({"cost": {}}, "wrong-type: cost is an object, not a number"),
        ({"tokens": True}, "wrong-type: tokens is true, not a number"),
    ],
)
def test_answers_of_an_earlier_run_are_read_with_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gold, change: dict, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answering.py").write_text("def answer(record):\n    return {'label': 'none'}\n")
    name = gold.rows("stance")[0]["id"]
    line = {"id": name, "label": "none", "tool": "answering:answer"} | change
    Path("made.jsonl.partial").write_text(json.dumps(line) + "\n")
    result = run("eval", "run", "answering:answer", "--task", "stance", "--resume", "-o", "made.jsonl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"made.jsonl.partial:1: {message}" in result.stderr
    assert not Path("made.jsonl").exists()


def test_a_schema_of_parquet_that_arrow_does_not_know_is_a_problem(tmp_path: Path) -> None:
    schema = pyarrow.schema({"id": pyarrow.string(), "label": pyarrow.string(), "n": pyarrow.int64()})
    told = schema.serialize().to_pybytes()
    wider = base64.b64encode(told.replace((64).to_bytes(4, "little"), (128).to_bytes(4, "little"), 1))
    table = pyarrow.table([["i"], ["favor"], [1]], names=schema.names)
    path = tmp_path / "gold.parquet"
    with pq.ParquetWriter(path, table.schema, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"ARROW:schema": wider})
    with pytest.raises(pyarrow.ArrowNotImplementedError, match="more than 64 bits"):
        pq.read_metadata(path)
    (tmp_path / "mine.jsonl").write_text('{"id": "i", "label": "favor"}\n')
    for mine, gold in ((tmp_path / "mine.jsonl", path), (path, tmp_path / "mine.jsonl")):
        result = run("eval", "score", mine, "--gold", gold, "--task", "stance")
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert "gold.parquet: not-json: " in result.stderr


# What a program holds in memory


@pytest.mark.parametrize("frame", ['{"id": [""], "a\\0b": [1]}', '{"id": [""], "s": [{"x\\0": 1}]}'])
def test_a_frame_with_a_nul_in_a_name_is_refused_and_ends_nothing(frame: str) -> None:
    code = (
        "import detente, polars\n"
        f"try:\n    detente.score(polars.DataFrame({frame}), task='stance')\n"
        "except detente.ValidationError as invalid:\n    print(invalid)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "predictions: wrong-type: does not fit into an Arrow table: the name of a column, or of a field in one, has a"
        " NUL: rename it\n"
    )


@pytest.mark.parametrize("given", [None, 1, b"x", [1], [{1: 2}], [[]], {"a": float("nan")}], ids=repr)
def test_what_is_no_predictions_is_a_problem_of_the_library_too(given: object) -> None:
    with pytest.raises(ValidationError):
        detente.score(given, task="stance")  # type: ignore[arg-type]


# Terminals, tables, pages


def hostile_texts(folder: Path) -> tuple[Path, Path]:
    """Outputs and references of two pages whose ids and texts would steer a terminal, or be HTML."""
    words = "one two three four five six seven eight"
    gold = {f"p{ESCAPE}<script>alert(1)</script>": f"{words} {ESCAPE} <img src=x onerror=alert(1)>", "p2": words}
    outputs = {name: f"{text[8:]} {ESCAPE}<script>alert(2)</script>" for name, text in gold.items()}
    for name, texts in (("gold", gold), ("mine", outputs)):
        lines = [{"id": key, "text": text} for key, text in texts.items()]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "mine.jsonl", folder / "gold.jsonl"


def steers(text: str) -> list[str]:
    return re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


CALLS: dict[str, Callable[[Path, Path, Path], list[object]]] = {
    "score": lambda mine, gold, _: ["eval", "score", mine, "--gold", gold, "--errors=5", "--metrics", "all"],
    "score as JSON": lambda mine, gold, _: ["eval", "score", mine, "--gold", gold, "--format", "json"],
    "score as Markdown": lambda mine, gold, _: ["eval", "score", mine, "--gold", gold, "--format", "markdown"],
    "rank": lambda mine, gold, _: ["eval", "score", mine, gold, "--gold", gold],
    "compare": lambda mine, gold, _: ["eval", "compare", mine, gold, "--gold", gold],
    "show": lambda mine, gold, _: ["eval", "show", mine, "--gold", gold],
    "report": lambda mine, gold, folder: ["eval", "report", mine, "--gold", gold, "-o", folder / "report"],
    "audit": lambda _, gold, __: ["dataset", "audit", gold],
    "missing": lambda mine, gold, folder: ["eval", "score", less(mine, folder), "--gold", gold],
    "unknown": lambda mine, gold, folder: ["eval", "score", mine, "--gold", less(gold, folder)],
    "a label": lambda _, __, folder: ["eval", "score", labelled(folder), "--task", "stance", "--allow-missing"],
    "a name": lambda mine, _, folder: ["eval", "score", named(mine, folder)],
}


def less(path: Path, folder: Path) -> Path:
    """The file without its first line, which is the hostile one."""
    (folder / "less.jsonl").write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    return folder / "less.jsonl"


def labelled(folder: Path) -> Path:
    (folder / "label.jsonl").write_text(json.dumps({"id": ESCAPE, "label": ESCAPE, ESCAPE: ESCAPE}) + "\n")
    return folder / "label.jsonl"


def named(path: Path, folder: Path) -> Path:
    return path.rename(folder / f"m{ESCAPE}.jsonl")


@pytest.mark.parametrize("name", CALLS)
def test_no_text_of_a_file_steers_a_terminal(name: str, tmp_path: Path) -> None:
    mine, gold = hostile_texts(tmp_path)
    result = run(*CALLS[name](mine, gold, tmp_path))
    assert result.exit_code in (0, 1, 2), result.output
    assert isinstance(result.exception, SystemExit | None)
    assert result.output
    assert (steers(result.stdout), steers(result.stderr)) == ([], [])


def test_html_of_a_file_is_text_in_the_report(tmp_path: Path) -> None:
    class Elements(HTMLParser):
        found: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [tag] * (tag in ("script", "img", "iframe")) + [key for key, _ in attrs if key[:2] == "on"]

    def elements(mine: Path, gold: Path, folder: Path) -> list[str]:
        assert run("eval", "report", mine, "--gold", gold, "-o", folder).exit_code == 0
        page = Elements()
        page.found = []
        page.feed((folder / "index.html").read_text())
        return page.found

    mine, gold = hostile_texts(tmp_path)
    hostile = elements(mine, gold, tmp_path / "hostile")
    for path in (mine, gold):
        path.write_text(re.sub("<[^>]*>", "", path.read_text()))
    assert hostile == elements(mine, gold, tmp_path / "harmless")


def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path) -> None:
    signs = ["=", "+", "-", "@", "\t", "\r"]
    gold = [
        {"id": f"{sign}{n}", "label": "favor", "family": f"{sign}f", "outlet": f"{sign}o"}
        for n, sign in enumerate(signs)
    ]
    mine = [{"id": row["id"], "label": "none"} for row in gold]
    for name, lines in (("gold", gold), ("mine", mine)):
        (tmp_path / f"{name}.jsonl").write_text(dump_lines(lines))
    words = ("--gold", tmp_path / "gold.jsonl", "--task", "stance", "--per-unit", tmp_path / "rows.csv")
    assert run("eval", "score", tmp_path / "mine.jsonl", *words).exit_code == 0
    rows = pl.read_csv(tmp_path / "rows.csv", infer_schema=False)
    assert rows["id"].to_list() == [f"'{row['id']}" for row in gold]
    assert rows["family"].to_list() == [f"'{row['family']}" for row in gold]
    cells = [cell for column in rows for cell in column if cell is not None]
    assert [cell for cell in cells if cell[:1] in signs and not re.fullmatch(r"-[\d.]+", cell)] == []


# Nothing that is read is run


@pytest.mark.parametrize("name", ["inventory.yaml", "metadata.yaml"])
@pytest.mark.parametrize(
    "text", ["name: !!python/object/apply:os.system ['touch {}']\n", "!!python/name:os.system ''\n"]
)
def test_yaml_makes_no_objects(minimal: Path, tmp_path: Path, name: str, text: str) -> None:
    (minimal / "annotations" / name).write_text(text.format(tmp_path / "made"))
    result = run("dataset", "validate", minimal)
    assert result.exit_code == 1
    assert f"annotations/{name}:1: " in result.stderr
    assert not (tmp_path / "made").exists()


LAUGHS = "a: &a [x, x]\n" + "".join(f"{two}: &{two} [*{one}, *{one}]\n" for one, two in pairwise("abcdefghijklmn"))


@pytest.mark.parametrize("name", ["inventory.yaml", "metadata.yaml"])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "a: 2026-13-45\n",
        LAUGHS,
        LAUGHS + "title: *n\nauthors: *n\n",
        "a: &a [*a]\n",
        "\0",
        "a: \x1b[2J\n",
    ],
    ids=["deep", "no date", "laughs", "laughs in fields", "itself", "NUL", "escape"],
)
def test_yaml_that_is_hostile_is_listed_and_short(minimal: Path, name: str, text: str) -> None:
    (minimal / "annotations" / name).write_text(text)
    done = limited("dataset", "validate", minimal, cwd=minimal)
    assert done.returncode == 1, done.stderr
    assert f"annotations/{name}" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 4000
    assert steers(done.stderr) == []


RUNS_CODE = {"eval", "exec", "compile", "__import__", "execfile"}
NEVER = {
    ("pickle", None): "makes objects of bytes",
    ("marshal", None): "makes code of bytes",
    ("shelve", None): "is pickle",
    ("dill", None): "is pickle",
    ("joblib", None): "loads pickle",
    ("cloudpickle", None): "is pickle",
    ("yaml", "load"): "makes objects of any class: safe_load",
    ("yaml", "unsafe_load"): "makes objects of any class: safe_load",
    ("yaml", "full_load"): "makes objects: safe_load",
    ("os", "system"): "is a shell",
    ("os", "popen"): "is a shell",
    ("subprocess", "getoutput"): "is a shell",
}
IMPORTED_BY_NAME = {
    "detente/__init__.py": "its own modules, of names that stand there",
    "detente/evaluation/processes.py": "the function that `eval run module:function` names",
    "detente/tasks/__init__.py": "the tasks, of names that stand there",
    "detente/tasks/all.py": "the tasks, of names that stand there",
    "detente/text/sentences.py": "NLTK, where it is installed",
}


def calls_in(path: Path) -> Iterator[tuple[str | None, str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield None, node.func.id, node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            yield owner.id if isinstance(owner, ast.Name) else "", node.func.attr, node


def imports_in(path: Path) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((each.name.partition(".")[0], None) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0], None
            yield from ((node.module, each.name) for each in node.names)


def test_no_module_makes_code_or_objects_of_what_it_reads(root: Path) -> None:
    found, by_name = [], set()
    for path in sorted((root / "eval" / "detente").rglob("*.py")):
        place = path.relative_to(root / "eval").as_posix()
        found += [f"{place}: {each}" for each in imports_in(path) if each in NEVER]
        for owner, name, call in calls_in(path):
            given = {word.arg: ast.unparse(word.value) for word in call.keywords}
            where = f"{place}:{call.lineno}: {owner}.{name}"
            if (owner is None and name in RUNS_CODE) or (owner, name) in NEVER:
                found.append(where)
            if given.get("shell", "False") != "False" or given.get("allow_pickle", "False") != "False":
                found.append(f"{where}: {given}")
            if name == "compose" and given.get("Loader") != "yaml.SafeLoader":
                found.append(where)
            if name == "import_module":
                by_name.add(place)
    assert found == []
    assert by_name == set(IMPORTED_BY_NAME)


def test_running_says_that_it_runs_code() -> None:
    assert run_command.help
    assert "This runs the code that you name, as you: with your files, your network and your keys." in run_command.help
    assert "This runs the code that you name, as you" in run("eval", "run", "--help").stdout


def test_the_kinds_of_hostile_input_leave_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    shards = tmp_path / "shards"
    shards.mkdir()
    (shards / "a.jsonl").write_text('{"id": "i", "label": "favor"}\n' + "{" * 3000)
    good = tmp_path / "good.jsonl"
    good.write_text('{"id": "i", "label": "favor"}\n')
    words = ["eval", "score", str(shards), "--gold", str(good), "--task", "stance", "--jobs", "1"]
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "detente", *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "a.jsonl:2: not-json: " in done.stderr
    assert below(folder) == []
    shutil.rmtree(folder)
