"""Export and import as commands: formats told from files, several files, what is there, and who agrees with whom."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from detente.cli import main
from detente.data.labels import EXCHANGE_FORMATS
from detente.data.problems import CORPUS_RULES, EXCHANGE_RULES, EXCHANGE_WARNINGS, ValidationError
from detente.integrations import exchange
from detente.metrics.agreement import CAVEAT
from detente.tasks import SPAN_LAYERS

MINIMAL = "detente-900"
SIXTH_PAGE = Path(__file__).parent / "sixth_page"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.ann", b"", "brat"),
        ("a.ANN", b"", "brat"),
        ("a.conll", b"", "conll"),
        ("a.bio", b"", "conll"),
        ("a.jsonld", b"", "web-annotation"),
        ("a.json", b'{"@context": "http://www.w3.org/ns/anno.jsonld"}', "web-annotation"),
        ("a.json", b'[{"body": "x", "target": "y"}]', "web-annotation"),
        ("a.json", b'{"items": [{"target": "y"}]}', "web-annotation"),
        ("a.json", b'[{"data": {}, "annotations": []}]', "label-studio"),
        ("a.json", b' {"data": {}, "completions": []}', "label-studio"),
        ("a.json", b'[{"text": "x", "annotator": 3, "label": []}]', None),  # Label Studio's JSON-MIN
        ("a.json", b'[{"data": 3, "annotations": []}]', None),
        ("a.json", b"[]", None),
        ("a.json", b"[3]", None),
        ("a.json", b"{", None),
        ("a.jsonl", b'{"id": "detente-900:b01"}\n{"id": "detente-900:b02"}\n', None),
        ("a.tsv", b"Paris\tO\n", None),
        ("a.txt", b"T1\tx 0 1\ta\n", None),
    ],
)
def test_the_format_is_told_where_it_is_unmistakable(name: str, data: bytes, form: str | None) -> None:
    assert exchange.format_of(Path(name), data) == form


def test_a_format_that_is_not_told_is_asked_for(minimal: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{MINIMAL}.tsv"
    words = (minimal / "dataset" / "raw" / f"{MINIMAL}.txt").read_text().replace(".", " .").replace("!", " !").split()
    path.write_text("".join(f"{word}\t{'B-legal' if word == 'Share' else 'O'}\n" for word in words))
    call = ("dataset", "import", path, "--layer", "boilerplate", "-o", tmp_path / "out", "--dataset", minimal)
    result = run(*call)
    assert (result.exit_code, "format-unclear" in result.stderr) == (2, True)
    assert run(*call, "--format", "conll").exit_code == 0
    (row,) = (tmp_path / "out" / f"{MINIMAL}.jsonl").read_text().splitlines()
    # “Share” stands at [73, 78), after 17 + 2 + 52 + 2 characters.
    assert row == json.dumps(
        {"id": f"{MINIMAL}:b01", "start": 73, "end": 78, "zone": "boilerplate", "type": "legal"}
        | {"repeats": None, "alternatives": []}
    )


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        ('[\n {"data": {"text": "x"},\n  "annot', ":3", "not-json: not JSON at column 3: Unterminated string"),
        ('{"data": 1, "data": 2}', "", "not-json: the key 'data' occurs twice"),
        (
            '[{"id": 1, "text": "x", "tag": [], "annotator": 3, "annotation_id": 7, "lead_time": 2.5}]',
            "",
            "format-unclear: is Label Studio's JSON-MIN, which lacks what ties regions together: export it as JSON",
        ),
        ('[{"id": 1, "annotator": 3}]', "", "format-unclear: name the format with --format: conll, brat"),
        ('{"id": "a"}\n{"id": "b"}\n', "", "format-unclear: name the format with --format: conll, brat"),
        ("Paris\tO\n", "", "format-unclear: name the format with --format: conll, brat"),
    ],
)
def test_what_keeps_a_format_from_being_told(
    data: str, place: str, message: str, minimal: Path, tmp_path: Path
) -> None:
    path = tmp_path / "export.json"
    path.write_text(data)
    with pytest.raises(ValidationError) as invalid:
        exchange.imported(minimal, [path], "boilerplate")
    (problem,) = invalid.value.problems
    assert str(problem).startswith(f"{path}{place}: {message}")


@pytest.mark.parametrize("form", EXCHANGE_FORMATS)
def test_a_layer_and_a_page_at_a_time(form: str, minimal: Path, tmp_path: Path) -> None:
    call = ("dataset", "export", "claims", "--format", form, "--article", MINIMAL, "-o", tmp_path / "out")
    result = run(*call, "--dataset", minimal)
    assert result.exit_code == 0, result.stderr
    names = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert (
        names
        == {
            "conll": [f"claims/{MINIMAL}.conll"],
            "brat": ["claims/annotation.conf", f"claims/{MINIMAL}.ann", f"claims/{MINIMAL}.txt"],
            "label-studio": ["claims.json", "claims.xml"],
            "web-annotation": [f"claims/{MINIMAL}.jsonld", f"claims/{MINIMAL}.txt"],
        }[form]
    )


def test_all_layers_by_default_and_pages_without_labels(sixth: Path) -> None:
    files = exchange.export(sixth, SPAN_LAYERS, [], "label-studio")
    assert len(files) == 2 * len(SPAN_LAYERS)
    first, second = json.loads(files["boilerplate.json"])
    assert len(first["annotations"]) == 1
    assert (second["data"]["id"], second["annotations"]) == ("detente-901", [])
    assert second["data"]["text"] == (SIXTH_PAGE / "page.txt").read_text("utf-8")
    brat = exchange.export(sixth, ["boilerplate"], ["detente-901"], "brat")
    assert brat["boilerplate/detente-901.ann"] == ""


def test_what_cannot_be_exported(minimal: Path) -> None:
    with pytest.raises(ValidationError, match="detente-1: article-unregistered: is not one of detente-900"):
        exchange.export(minimal, ["claims"], ["detente-1"], "brat")
    path = minimal / "annotations" / "claims" / "gold" / f"{MINIMAL}.jsonl"
    path.write_text(path.read_text().replace('[{"start": 0, "end": 17}]', "[]"))
    with pytest.raises(ValidationError, match="jsonl:1: not-representable: a row of claims has no span"):
        exchange.export(minimal, ["claims"], [], "label-studio")
    path.write_text("{}\n")
    with pytest.raises(ValidationError, match="missing-field"):
        exchange.export(minimal, ["claims"], [], "label-studio")
    (minimal / "annotations" / "sources.jsonl").unlink()
    with pytest.raises(ValidationError, match=r"annotations/sources\.jsonl: file-missing"):
        exchange.export(minimal, ["stance"], [], "label-studio")


def test_files_that_are_there_are_overwritten_only_where_that_is_asked(minimal: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call = ("dataset", "export", "claims", "--format", "brat", "-o", out, "--dataset", minimal)
    assert run(*call).exit_code == 0
    (out / "claims" / f"{MINIMAL}.ann").write_text("")
    result = run(*call)
    assert (result.exit_code, result.stderr.count("file-exists")) == (2, 3)
    assert (out / "claims" / f"{MINIMAL}.ann").read_text() == ""
    assert run(*call, "--force").exit_code == 0
    gold = minimal / "annotations" / "claims" / "gold"
    before = (gold / f"{MINIMAL}.jsonl").read_text()
    call = ("dataset", "import", out / "claims" / f"{MINIMAL}.ann", "--layer", "claims", "--dataset", minimal, "-o")
    (gold / f"{MINIMAL}.jsonl").write_text("")
    assert (run(*call, gold).exit_code, (gold / f"{MINIMAL}.jsonl").read_text()) == (2, "")
    assert (run(*call, gold, "--force").exit_code, (gold / f"{MINIMAL}.jsonl").read_text()) == (0, before)
    assert run(*call, tmp_path / "one.jsonl").exit_code == 0
    assert (tmp_path / "one.jsonl").read_text() == before


def test_a_folder_that_cannot_be_made(minimal: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    call = ("dataset", "export", "claims", "--format", "brat", "-o", tmp_path / "file" / "out", "--dataset", minimal)
    result = run(*call)
    assert (result.exit_code, "not-writable" in result.stderr) == (2, True)


def test_several_files_are_read_together_and_each_page_once(sixth: Path, tmp_path: Path) -> None:
    studio = SIXTH_PAGE / "boilerplate.json"
    made = exchange.export(sixth, ["boilerplate"], [MINIMAL], "brat")
    ann = tmp_path / f"{MINIMAL}.ann"
    ann.write_text(made[f"boilerplate/{MINIMAL}.ann"])
    call = ("dataset", "import", studio, ann, "--layer", "boilerplate", "--dataset", sixth, "-o")
    result = run(*call, tmp_path / "both")
    assert (result.exit_code, "annotator-unclear" in result.stderr) == (2, True)
    assert not (tmp_path / "both").exists()
    conll = exchange.export(sixth, ["boilerplate"], [MINIMAL], "conll")[f"boilerplate/{MINIMAL}.conll"]
    twice = tmp_path / f"{MINIMAL}.conll"
    twice.write_text(conll)
    with pytest.raises(ValidationError, match=f"id-duplicate: {MINIMAL} is also in {ann}"):
        exchange.imported(sixth, [ann, twice], "boilerplate")
    twice.write_text(conll + conll)
    with pytest.raises(ValidationError, match=f"id-duplicate: {MINIMAL} stands first at {twice}:1"):
        exchange.imported(sixth, [twice], "boilerplate")
    empty = tmp_path / "detente-901.conll"
    empty.write_text(exchange.export(sixth, ["boilerplate"], ["detente-901"], "conll")["boilerplate/detente-901.conll"])
    result = run(
        "dataset", "import", ann, empty, "--layer", "boilerplate", "--dataset", sixth, "-o", tmp_path / "a.jsonl"
    )
    assert (result.exit_code, "is one file, and there are 2 pages" in result.stderr) == (2, True)


def test_problems_of_all_files_come_at_once(minimal: Path, tmp_path: Path) -> None:
    broken, unknown = tmp_path / f"{MINIMAL}.ann", tmp_path / "other.ann"
    broken.write_text("T1\n")
    unknown.write_text("")
    with pytest.raises(ValidationError) as invalid:
        exchange.imported(minimal, [broken, unknown], "claims")
    assert [(each.location, each.code) for each in invalid.value.problems] == [
        (f"{broken}:1", "format-line"),
        (str(unknown), "article-unregistered"),
    ]


def test_agreement_of_files_in_two_formats(minimal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.data.corpus.project_root", lambda: minimal)
    gold = minimal / "annotations" / "claims" / "gold" / f"{MINIMAL}.jsonl"
    made = exchange.export(minimal, ["claims"], [], "conll")[f"claims/{MINIMAL}.conll"]
    conll = tmp_path / f"{MINIMAL}.conll"
    conll.write_text(made.replace("-speech_act", "-state"))
    result = run("dataset", "agreement", conll, gold, "--task", "claims", "--format", "json")
    assert result.exit_code == 0, result.stderr
    values = {(each["field"], each["measure"]): each["value"] for each in json.loads(result.stdout)["measures"]}
    # 3 claims, 1 pair differs: D_o = 2/6. Values 4 position, 1 state, 1 speech_act: D_e = (4·2 + 1·5 + 1·5)/(6·5).
    assert values["type", "α"] == pytest.approx(1 - (2 / 6) / (18 / 30), abs=1e-12)
    assert values["spans", "α_U"] == 1
    result = run("dataset", "agreement", conll, gold)
    assert (result.exit_code, "task-unclear" in result.stderr) == (2, True)
    conll.write_text("Paris\n")
    gold.write_text("{}\n")
    result = run("dataset", "agreement", conll, gold, "--task", "claims")
    assert result.exit_code == 2
    assert "format-line" in result.stderr
    assert "missing-field" in result.stderr
    assert run("dataset", "agreement", conll, gold, "--annotator", "anna").exit_code == 2
    refused = run("dataset", "agreement", gold, gold, "--annotator", "anna", "--annotator", "ben")
    assert (refused.exit_code, "--annotator: option: is for files" in refused.stderr) == (2, True)


def test_the_caveat_stands_wherever_agreement_is_printed(root: Path, minimal: Path) -> None:
    models = "The labels were made by large language models"
    info, table = json.loads(run("dataset", "info", "--format", "json").output), run("dataset", "info").output
    assert info["caveat"] == f"{models}, and two passes of one model are not two minds. {CAVEAT}"
    assert info["caveat"] in table
    printed = run("dataset", "agreement", root / "annotations" / "trial")
    assert (printed.exit_code, info["caveat"] in printed.output) == (0, True)
    found = json.loads(run("dataset", "agreement", minimal, "--format", "json").output)
    assert found["caveat"] == CAVEAT  # who labelled another corpus is not known
    assert set(found) == {"caveat", "passes", "trial", "left_out", "refutation"}


def test_every_rule_of_the_exchange_is_tested() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert all(f'"{rule}' in tests or f": {rule}" in tests for rule in EXCHANGE_RULES | EXCHANGE_WARNINGS)
    assert not EXCHANGE_RULES.keys() & CORPUS_RULES.keys()
