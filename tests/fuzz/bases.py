"""Good files of every kind that a user may give, what reads them, and the command that takes them.

A base is placed with its mutated bytes in an empty folder, beside what it needs. Its `read` is the reader alone, in
this process, and gives what is to be printed; its `call` is a whole command. Both refuse with the same problems.
"""

import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from mutation import WRITERS, Records, Write, by_id, json_array, json_lines, one_object

TESTS: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "tasks"))
FOLDER: Final = "mutated"
"""The folder of a base that is more than one file."""
STOCK: Final = "DETENTE_FUZZ_STOCK"
"""The variable that names the folder for what processes prepare; whoever starts them removes it."""
PAGES: Final = {
    "p1": "Le préfet a parlé.\n\nThe second paragraph of an invented page, of some length.",
    "p2": "Another page.\n\n- a point\n- another point\n\nIts end.",
}
Read = Callable[[Path, random.Random], Iterable[str]]
Call = Callable[[Path, random.Random], list[str]]


@dataclass(frozen=True)
class Base:
    """A good file and how it is read.

    Attributes:
        reader: What reads it, as the figures name it.
        name: The file's, or its path below the folder of the input.
        data: Its bytes.
        call: The command for a folder with the file in it.
        read: The reader alone; None where the command is as quick, or is the reader.
        records: What it holds; None for a file of text.
        write: Its bytes for other records.
        stock: A folder whose files lie beside it, below `FOLDER`.
        vouched: Does a manifest in `FOLDER` name its hash? Then it is the hash of the mutated bytes.
        weight: How often it is chosen, beside the others.
    """

    reader: str
    name: str
    data: bytes
    call: Call
    read: Read | None = None
    records: Records | None = None
    write: Write | None = None
    stock: Path | None = None
    vouched: bool = False
    weight: float = 1

    def place(self, folder: Path, data: bytes) -> None:
        """Writes an input: the file, and what lies beside it."""
        path = folder / self.name
        if self.stock:
            shutil.copytree(self.stock, folder / FOLDER, copy_function=os.link)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # it may be a link to the stock's own
        path.write_bytes(data)
        if self.vouched:
            _vouch(folder / FOLDER, self.name.removeprefix(f"{FOLDER}/"), data)


def _vouch(corpus: Path, name: str, data: bytes) -> None:
    path = corpus / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["files"][name] = hashlib.sha256(data).hexdigest()
    path.unlink()
    path.write_text(json.dumps(manifest))


@cache
def bases() -> tuple[Base, ...]:
    """One file of each kind."""
    kinds = (_predictions, _library, _references, _labels, _pieces, _annotations, _yaml, _exchanged)
    others = (_corpora, _suites, _interrupted, _runs, _joined, _html, _words)
    return tuple(base for kind in (*kinds, *others) for base in kind())


def keep_the_dataset() -> None:
    """Lets every call of this process have one copy of the package's own dataset, which it would read again."""
    from detente.data import corpus

    own, found = corpus._found(None), corpus._found
    corpus._found = lambda dataset: own if dataset is None else found(dataset)


@cache
def _stock() -> Path:
    """Where folders lie that bases are made from."""
    import atexit

    made = Path(tempfile.mkdtemp(prefix="detente-fuzz-", dir=os.environ.get(STOCK, shared_memory())))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def shared_memory() -> str | None:
    """A folder in memory, where there is one: what is written there costs no disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _run(*words: object) -> None:
    """A command that must succeed."""
    from click.testing import CliRunner

    from detente.cli import main

    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _notes(read: Any) -> list[str]:
    return [*read.warnings, *read.notes]


# Predictions


SCORING: Final = ("--resamples", "1", "--jobs", "1")
ALLOWED: Final = ((), (), ("--allow-missing",), ("--allow-extra", "--allow-missing"), ("--format", "json"))


def _scored(*words: str, only: bool = False) -> Call:
    """Scored, or compared, shown or reported; words that begin with `mutated` or `good` are files."""

    def call(folder: Path, rng: random.Random) -> list[str]:
        made = [str(folder / word) if word.startswith((FOLDER, "good")) else word for word in words]
        command = "score" if only else rng.choices(("score", "compare", "show", "report"), (8, 1, 1, 1))[0]
        match command:
            case "compare":
                return ["eval", "compare", made[0], *made, *SCORING]
            case "show":
                return ["eval", "show", *made]
            case "report":
                return ["eval", "report", *made, "-o", str(folder / "report"), *SCORING]
        return ["eval", "score", *made, *SCORING, *rng.choice(ALLOWED)]

    return call


def _predictions() -> Iterator[Base]:
    from test_every_task import KINDS, gold_records, task_named

    from detente.data.corpus import load
    from detente.evaluation.whole import read_all

    gold = load()

    def read(path: Path, task: str, rng: random.Random) -> list[str]:
        allowed = rng.random() < 0.5
        systems = read_all([str(path)], gold, task, allow_missing=allowed, allow_extra=allowed)
        return [note for each in systems.values() for note in each.notes]

    for task, kind in KINDS:
        records = gold_records(gold, task, kind)
        for suffix, write in WRITERS.items():
            if suffix in ("csv", "tsv", "parquet", "arrow") and not task_named(task).tabular:
                continue
            name = f"{FOLDER}.{suffix}"
            yield Base(
                f"predictions, {suffix}",
                name,
                write(records),
                _scored(name, "--task", task),
                lambda folder, rng, name=name, task=task: read(folder / name, task, rng),
                records,
                write,
            )


def _library() -> Iterator[Base]:
    """What Python holds: the records themselves, and frames of them."""
    import polars as pl
    from test_every_task import KINDS, gold_records, task_named

    from detente.data.corpus import load
    from detente.evaluation.whole import read_all

    gold = load()

    def read(path: Path, task: str, tabular: bool) -> list[str]:
        try:
            rows: Any = [json.loads(line) for line in path.read_bytes().splitlines()]
            rows = pl.DataFrame(rows, infer_schema_length=None, strict=False) if tabular else rows
        except Exception:  # what cannot be held cannot be given
            return []
        return [note for each in read_all([rows], gold, task).values() for note in each.notes]

    for task, kind in KINDS:
        records = gold_records(gold, task, kind)
        name = f"{FOLDER}.jsonl"
        for tabular in (False, True) if task_named(task).tabular else (False,):
            yield Base(
                "objects in Python",
                name,
                json_lines(records),
                _scored(name, "--task", task),
                lambda folder, _, name=name, task=task, tabular=tabular: read(folder / name, task, tabular),
                records,
                json_lines,
            )


# References, labels, pieces


def _against(order: Sequence[str], *words: str, only: bool = False) -> tuple[Call, Read]:
    """A file against another, in either order, as the command and as the reader take them."""
    from detente.evaluation.engines.execution import Execution
    from detente.evaluation.session import Session
    from detente.evaluation.systems import read_systems

    def read(folder: Path, _: random.Random) -> list[str]:
        task = words[words.index("--task") + 1] if "--task" in words else None
        with Session(Execution(jobs=1)) as session:  # shards are read by processes, if it may be several
            return _notes(read_systems([str(folder / order[0])], task, gold=folder / order[1], session=session))

    return _scored(order[0], "--gold", order[1], *words, only=only), read


def _with(good: dict[str, bytes]) -> Path:
    """A folder of good files, which are linked beside the mutated one."""
    digest = hashlib.sha256(repr(sorted(good.items())).encode()).hexdigest()[:12]
    folder = _stock() / digest
    if not folder.exists():
        folder.mkdir()
        for name, data in good.items():
            (folder / name).write_bytes(data)
    return folder


BOTH: Final = ((f"{FOLDER}/m", f"{FOLDER}/good"), (f"{FOLDER}/good", f"{FOLDER}/m"))
"""The mutated file against the good one, and the other way round, without their suffixes."""


def _references() -> Iterator[Base]:
    """Gold and outputs of other benchmarks, each against a good counterpart."""
    texts = [{"id": page, "text": text} for page, text in PAGES.items()]
    html = {page: f"<html><body><p>{text}</p></body></html>" for page, text in PAGES.items()}
    wmb = [
        {"track_id": page, "html": html[page], "groundtruth_content": text, "meta": {"level": "easy"}}
        for page, text in PAGES.items()
    ]
    wcxb = {"file_id": "p1", "ground_truth": {"main_content": PAGES["p1"], "with": ["Le préfet"], "without": []}}
    forms: dict[str, tuple[list[dict[str, Any]], Write]] = {
        "article": ([{"id": page, "articleBody": text} for page, text in PAGES.items()], by_id),
        "wceb": ([{"page_id": page, "plaintext": text} for page, text in PAGES.items()], json_lines),
        "fundus": ([{"id": page, "body": text.split("\n\n")} for page, text in PAGES.items()], by_id),
        "snippets": ([{"id": page, "with": [text[:12]], "without": ["Nope"]} for page, text in PAGES.items()], by_id),
        "texts": (texts, json_lines),
        "webmainbench": (wmb, json_lines),
    }
    good = {"good.jsonl": json_lines(texts)}
    for form, (records, write) in forms.items():
        for one, other in BOTH:
            order = [f"{each}.json" if each.endswith("/m") else f"{each}.jsonl" for each in (one, other)]
            call, read = _against(order, only=True)
            name = f"{FOLDER}/m.json"
            yield Base(f"texts, {form}", name, write(records), call, read, records, write, _with(good))
    for suffix in ("txt", "md", "html", "json"):
        data = one_object([wcxb]) if suffix == "json" else (html if suffix == "html" else PAGES)["p1"].encode()
        for place in (0, 1):
            order = [FOLDER, "good.jsonl"] if place == 0 else ["good.jsonl", FOLDER]
            call, read = _against(order, only=True)
            base = Base("texts, a folder", f"{FOLDER}/p1.{suffix}", data, call, read)
            if suffix == "json":
                base = replace(base, records=[wcxb], write=one_object)
            yield _beside(base, "good.jsonl", json_lines(texts[:1]))


def _beside(base: Base, name: str, data: bytes) -> Base:
    """The base with one good file beside its folder, which is written as it is read."""

    def written(function: Callable[[Path, random.Random], Any], folder: Path, rng: random.Random) -> Any:
        (folder / name).write_bytes(data)
        return function(folder, rng)

    assert base.read
    return replace(base, call=partial(written, base.call), read=partial(written, base.read))


LABELS: Final = [
    {"id": f"i{number}", "label": ("favor", "against", "none")[number % 3], "family": f"f{number % 4}", "outlet": "x"}
    for number in range(8)
]
SEMEVAL: Final = b"ID\tTarget\tTweet\tStance\n1\tWeir\tIt is #1\tFAVOR\n2\tWeir\tNo\tAGAINST\n3\tMill\t\tNONE\n"
FNC: Final = b'Headline,Body ID,Stance\n"Weir to go, they say",7,agree\nMill sold,7,unrelated\nMill sold,8,discuss\n'
NEWSMTSC: Final = [
    {"mention": "Ann", "polarity": 1, "sentence": "Ann thanked Bob.", "id": "s0_Ann"},
    {"mention": "Bob", "polarity": -1, "sentence": "Ann thanked Bob.", "id": "s0_Bob"},
]


def _labels() -> Iterator[Base]:
    """Gold of labels, and predictions of it."""
    native: dict[str, tuple[str, bytes, Records | None, Write | None]] = {
        "semeval2016": ("txt", SEMEVAL, None, None),
        "fnc1": ("csv", FNC, None, None),
        "newsmtsc": ("jsonl", json_lines(NEWSMTSC), NEWSMTSC, json_lines),
    }
    for form, (suffix, data, records, write) in native.items():
        for order in BOTH:
            call, read = _against([f"{each}.{suffix}" for each in order])
            stock = _with({f"good.{suffix}": data})
            yield Base(f"labels, {form}", f"{FOLDER}/m.{suffix}", data, call, read, records, write, stock)
    for suffix, write in WRITERS.items():
        for order in BOTH:
            call, read = _against([f"{each}.{suffix}" for each in order], "--task", "stance")
            stock = _with({f"good.{suffix}": write(LABELS)})
            name = f"{FOLDER}/m.{suffix}"
            yield Base(f"labels, {suffix}", name, write(LABELS), call, read, LABELS, write, stock)


def _pieces() -> Iterator[Base]:
    """Labels and texts that are read in pieces, and folders of shards."""
    from detente.evaluation.engines.execution import Execution
    from detente.evaluation.in_pieces import Pieces
    from detente.evaluation.session import Session
    from detente.evaluation.systems import read_systems

    texts = [{"id": page, "text": text} for page, text in PAGES.items()]

    def read(names: Sequence[str], task: str | None, folder: Path, _: random.Random) -> list[str]:
        mine, gold = (folder / name for name in names)
        with Session(Execution(jobs=1)) as session:
            return _notes(read_systems([str(mine)], task, gold=gold, session=session, pieces=Pieces(2, 150)))

    for suffix in ("jsonl", "csv", "parquet"):
        write = WRITERS[suffix]
        for task, records in (("stance", LABELS), (None, texts)):
            words = ("--task", task) if task else ()
            what = "labels" if task else "texts"
            for order in BOTH:
                names = [f"{each}.{suffix}" for each in order]
                stock = _with({f"good.{suffix}": write(records)})
                call, reader = _scored(names[0], "--gold", names[1], *words, only=True), partial(read, names, task)
                name = f"{FOLDER}/m.{suffix}"
                yield Base(f"{what} in pieces", name, write(records), call, reader, records, write, stock, weight=0.5)
            shards = f"{FOLDER}/part-1.{suffix}"
            call, reader = _against(["good.jsonl", FOLDER], *words, only=True)
            base = Base(f"{what} in shards", shards, write(records[1:]), call, reader, records[1:], write)
            base = replace(base, stock=_with({f"part-0.{suffix}": write(records[:1])}), weight=0.5)
            yield _beside(base, "good.jsonl", json_lines(records))


# What corpora are made of


def _annotations() -> Iterator[Base]:
    from detente.dataset import annotations, schema

    minimal = TESTS / "minimal"

    def read(layer: Any, name: str, folder: Path, _: random.Random) -> list[str]:
        from detente.data.problems import ValidationError

        problems: list[Any] = []
        annotations.read_file(layer, folder / name, schema.annotated_columns(layer.name), name, problems)
        if problems:
            raise ValidationError(problems)
        return []

    layers = {layer.path: layer for layer in (*schema.REGISTRIES, *schema.LAYERS.values()) if layer.path}
    for path in sorted((minimal / "annotations").rglob("*.jsonl")):
        below = path.relative_to(minimal / "annotations").as_posix()
        name = f"{FOLDER}/annotations/{below}"
        records = [json.loads(line) for line in path.read_text().splitlines()]
        layer = next((layer for at, layer in layers.items() if below == at or below.startswith(f"{at}/")), None)
        yield Base(
            "annotations",
            name,
            path.read_bytes(),
            lambda folder, _: ["dataset", "validate", str(folder / FOLDER)],
            layer and partial(read, layer, name),
            records,
            json_lines,
            _minimal(),
            weight=0.5 if layer else 0.05,  # of a file of a pass a whole corpus is checked
        )


@cache
def _minimal() -> Path:
    """The minimal corpus, beside the others so that it can be linked."""
    return Path(shutil.copytree(TESTS / "minimal", _stock() / "annotated"))


def _yaml() -> Iterator[Base]:
    from detente.data import inventory
    from detente.data.problems import ValidationError
    from detente.dataset import metadata

    def names(folder: Path, _: random.Random) -> list[str]:
        problems = inventory.read((folder / FOLDER / inventory.FILE).read_bytes())[1]
        if problems:
            raise ValidationError(problems)
        return []

    def about(folder: Path, _: random.Random) -> list[str]:
        metadata.read(folder / FOLDER)
        return []

    for name, read in ((inventory.FILE, names), (metadata.METADATA, about)):
        data = (TESTS.parent / name).read_bytes()
        call: Call = lambda folder, _: ["dataset", "validate", str(folder / FOLDER)]  # noqa: E731
        yield Base(f"YAML, {Path(name).name}", f"{FOLDER}/{name}", data, call, read, stock=_minimal())


def _exchanged() -> Iterator[Base]:
    """The minimal corpus in the formats of annotation tools, to be imported."""
    from detente.data.labels import EXCHANGE_FORMATS
    from detente.data.problems import ValidationError
    from detente.integrations import exchange

    minimal = TESTS / "minimal"
    tables = exchange.registered(minimal)[0]

    def read(name: str, layer: str, form: str, folder: Path, _: random.Random) -> list[str]:
        found = exchange.read(folder / name, layer, tables, form)
        if problems := exchange.checked(found, layer, tables)[1]:
            raise ValidationError(problems)
        return [str(note) for note in found.notes]

    for form in EXCHANGE_FORMATS:
        for layer in ("boilerplate", "claims", "attribution"):
            made = exchange.export(minimal, [layer], [], form)
            path, text = next(each for each in made.items() if each[0].endswith((".conll", ".ann", ".json", ".jsonld")))
            name = f"{FOLDER}/{Path(path).name}"
            words = ["--layer", layer, "--format", form, "--dataset", str(minimal)]
            records, write = None, None
            if form in ("label-studio", "web-annotation"):
                document = json.loads(text)
                records, write = document if isinstance(document, list) else [document], json_array
                write = json_array if isinstance(document, list) else one_object
            yield Base(
                f"annotation tools, {form}",
                name,
                text.encode(),
                lambda folder, _, name=name, words=words: [
                    *("dataset", "import", str(folder / name), *words, "-o", str(folder / "rows"))
                ],
                partial(read, name, layer, form),
                records,
                write,
            )


# Built datasets and suites, and what is half made


@cache
def _built() -> Path:
    """The minimal corpus, built: its annotations beside its dataset."""
    folder = Path(shutil.copytree(TESTS / "minimal", _stock() / "built"))
    _run("dataset", "build", folder)
    return folder / "dataset"


def _of_corpus(folder: Path, rng: random.Random) -> list[str]:
    """One of the commands that read a built dataset."""
    from detente.tasks import TASK_NAMES

    corpus, dataset = str(folder / FOLDER), ("--dataset", str(folder / FOLDER))
    task = rng.choice(TASK_NAMES)
    return rng.choice(
        (
            ["dataset", "info", *dataset],
            ["dataset", "show", "detente-900", "--layer", rng.choice(("boilerplate", "stance", "claims")), *dataset],
            ["dataset", "diff", corpus, corpus],
            ["eval", "tasks", *dataset],
            ["eval", "inputs", "--task", task, "-o", str(folder / "inputs.jsonl"), *dataset],
            ["dataset", "explore", "-o", str(folder / "site"), *dataset],
            ["dataset", "export", "--without-text", "-o", str(folder / "free"), *dataset],
        )
    )


def _rows(suite: bool) -> Read:
    def read(folder: Path, _: random.Random) -> list[str]:
        from detente.challenge.checks import problems_of
        from detente.data.corpus import Corpus, is_suite, load
        from detente.data.problems import ValidationError

        if suite and is_suite(folder / FOLDER) and (problems := problems_of(folder / FOLDER)):
            raise ValidationError(problems)
        found: Corpus = load(folder / FOLDER)
        rows = sum(len(found.rows(config)) for config in found.manifest["configs"])
        return [f"{rows} rows of {found.version}, {len(found.articles)} pages, {found.inventory.name}"]

    return read


def _corpora() -> Iterator[Base]:
    yield from _of_files("a built dataset", _built(), _of_corpus, _rows(suite=False))


def _of_files(reader: str, stock: Path, call: Call, read: Read | None, weight: float = 0.3) -> Iterator[Base]:
    """A base for each file of a folder that a program reads; tables are rewritten by their rows, too."""
    import polars as pl

    for name in _files(stock):
        if name.startswith("text/") or not name.endswith((".json", ".jsonl", ".parquet")):
            continue
        data = (stock / name).read_bytes()
        made = Base(reader, f"{FOLDER}/{name}", data, call, read, stock=stock, weight=weight)
        if name.endswith(".json"):
            made = replace(made, records=[json.loads(data)], write=one_object)
        elif name.endswith(".jsonl"):
            made = replace(made, records=[json.loads(line) for line in data.splitlines()], write=json_lines)
        elif rows := pl.read_parquet(data).to_dicts():
            made = replace(made, records=rows, write=WRITERS["parquet"])
        vouched = (stock / "manifest.json").is_file() and Path(name).name not in ("manifest.json", "pages.jsonl")
        yield replace(made, vouched=vouched)


def _suites() -> Iterator[Base]:
    for suite in ("contrast", "transplant"):
        stock = _stock() / suite
        _run("challenge", "make", suite, "-n", "2", "--split", "test", "--jobs", "1", "-o", stock)
        call: Call = lambda folder, _: ["dataset", "validate", str(folder / FOLDER)]  # noqa: E731
        yield from _of_files("a challenge suite", stock, call, _rows(suite=True), 0.1)


def _interrupted() -> Iterator[Base]:
    """What an interrupted call left: shards of a suite, steps of long work."""
    from detente.challenge import making

    stock = _stock() / "unfinished"
    recipe = making.recipe_of(making.suite_of("contrast"), 2, 0, ["test"])
    making.write_whole_below(stock / ".unfinished" / "recipe.json", making.as_json(recipe._asdict()))
    for shard in making._shards(recipe, stock):
        making.make_shard(shard)
    words = ("challenge", "make", "contrast", "-n", "2", "--split", "test", "--jobs", "1", "-o")
    yield from _of_files("an unfinished suite", stock, lambda folder, _: [*words, str(folder / FOLDER)], None, 0.2)
    # Inputs are known by where they lie, so that work can be gone on with only there.
    files = _with({"gold.csv": WRITERS["csv"](LABELS), "mine.jsonl": json_lines(LABELS)})
    call = ["eval", "score", str(files / "mine.jsonl"), "--gold", str(files / "gold.csv"), "--task", "stance"]
    work = _stock() / "work"
    _run(*call, *SCORING, "--work", work)
    for path in _files(work):
        yield Base(
            "work to be resumed",
            f"{FOLDER}/{path}",
            (work / path).read_bytes(),
            lambda folder, _: [*call, *SCORING, "--work", str(folder / FOLDER), "--resume"],
            stock=work,
            weight=0.002,  # a process is started
        )


def answer(record: dict[str, Any]) -> dict[str, str]:
    """What stands for a model in runs."""
    return {"label": "none" if record else "favor"}


def _runs() -> Iterator[Base]:
    """Answers of a run that ended early, and the output of one that did not."""
    from detente.data.corpus import load
    from detente.evaluation import runs
    from detente.tasks import task_named

    ids = [*task_named("stance").units(load())][:5]
    records = [{"id": each, "label": "none", "tool": "bases:answer", "cost": 0.1} for each in ids]
    program = runs.Program(task_named("stance"), "bases:answer")

    def read(folder: Path, _: random.Random) -> list[str]:
        output = folder / f"{FOLDER}.jsonl"
        done = runs.kept(output, runs.Journal.beside(output), program, ids, resume=True)
        return [*done, *runs.summary(program.task, list(done.values()))]

    for name in (f"{FOLDER}.jsonl", f"{FOLDER}.jsonl{runs.PARTIAL}"):
        yield Base(
            "answers of a run",
            name,
            json_lines(records),
            lambda folder, _: [
                *("eval", "run", "bases:answer", "--task", "stance", "--resume"),
                *("-o", str(folder / f"{FOLDER}.jsonl")),
            ],
            read,
            records,
            json_lines,
            weight=0.5,
        )


def _joined() -> Iterator[Base]:
    """A text-free export, and the copies of pages that it is joined with."""
    stock = _stock() / "free"
    _run("dataset", "export", "--without-text", "--dataset", _built(), "-o", stock)
    raw = TESTS / "minimal" / "dataset" / "raw"

    def call(folder: Path, _: random.Random) -> list[str]:
        return ["dataset", "join", str(folder / FOLDER), "--texts", str(raw), "-o", str(folder / "joined")]

    yield from _of_files("a text-free export", stock, call, None, 0.1)
    for path in raw.glob("*.txt"):
        yield Base(
            "copies of pages",
            f"{FOLDER}/{path.name}",
            path.read_bytes(),
            lambda folder, _: [
                *("dataset", "join", str(stock), "--texts", str(folder / FOLDER), "-o", str(folder / "joined"))
            ],
            weight=0.2,
        )


# Pages and words


def _html() -> Iterator[Base]:
    """Pages that are added to a corpus, and the texts of outputs in HTML and Markdown."""
    from detente.data.corpus import load
    from detente.data.problems import ValidationError
    from detente.dataset import growing
    from detente.tasks.boilerplate.html.parser import template
    from detente.tasks.boilerplate.html.render import render
    from detente.tasks.boilerplate.task import BOILERPLATE
    from detente.text.markup import to_text

    def added(name: str, folder: Path, _: random.Random) -> list[str]:
        problems: list[Any] = []
        page = growing._read(folder / name, None, problems)
        if problems:
            raise ValidationError(problems)
        return [page.digest] if page else []

    def text(name: str, form: str, folder: Path, _: random.Random) -> list[str]:
        to_text((folder / name).read_bytes().decode("utf-8", "replace"), form)
        return []

    page = BOILERPLATE.units(load())["detente-000"]
    sources = {"html": render(page, template("news")).html.encode(), "txt": page.text.encode()}
    for suffix, data in sources.items():
        name = f"{FOLDER}/new.{suffix}"
        yield Base(
            f"pages, {suffix}",
            name,
            data,
            lambda folder, _, name=name: ["dataset", "add", str(folder / name), "--dataset", str(folder / FOLDER)],
            partial(added, name),
            stock=_minimal(),
        )
    for form, data in (("html", sources["html"]), ("markdown", PAGES["p2"].encode() + b"\n\n| a | b |\n|---|---|\n")):
        name = f"{FOLDER}/p1.{'md' if form == 'markdown' else form}"
        call, _ = _against([FOLDER, "good.jsonl"], only=True)
        base = Base(f"pages, {form}", name, data, call, partial(text, name, form))
        yield _beside(base, "good.jsonl", json_lines([{"id": "p1", "text": PAGES["p1"]}]))


def _words() -> Iterator[Base]:
    """Words of the command line: spellings, ids, names of metrics."""

    def word(folder: Path) -> str:
        return (folder / FOLDER).read_bytes().decode("utf-8", "replace")

    def read(folder: Path, _: random.Random) -> list[str]:
        from detente.data.spellings import parse_spellings, refusals

        spellings = parse_spellings(word(folder))
        return [str(problem) for problem in refusals(spellings, "stance", ("favor", "against", "none"))]

    gold = _with({"gold.jsonl": json_lines(LABELS)}) / "gold.jsonl"
    scored = ("eval", "score", str(gold), "--gold", str(gold), "--task", "stance", *SCORING)
    calls: dict[bytes, tuple[tuple[str, ...], Read | None]] = {
        b"FAVOR=favor,2=none": ((*scored, "--labels"), read),
        b"detente-004": (("dataset", "show"), None),
        b"mcc,accuracy": ((*scored, "--metrics"), None),
        b"outlet": ((*scored, "--by"), None),
    }
    for data, (words, reader) in calls.items():
        yield Base(
            "words of a call",
            FOLDER,
            data,
            lambda folder, _, words=words: [*words, word(folder)],
            reader,
            weight=1 if reader else 0.2,
        )
