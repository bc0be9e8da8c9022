"""Gives the commands mutated files, and asks for nothing but a clear answer.

python tests/fuzz/run.py --inputs 100000 --seed 0

Every kind of file that a user may give is mutated, in its bytes and in its values: predictions of every task as JSON
Lines, JSON, CSV, TSV and Parquet, packed and not; reference texts in every native form; annotation files, and those of
annotation tools. Whatever
comes, a command ends with status 0, 1 or 2, without a traceback, in bounded time, memory and output, and no control
character of the file reaches the terminal. What breaks that is kept in a folder, and the exit status is 1.
"""

import argparse
import bz2
import gzip
import io
import json
import lzma
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner
from rich.progress import track

TESTS: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "tasks"))

MOST_OUTPUT: Final = 20_000
"""Characters that a refusal may print, and a table of scores on these small files too."""
MOST_SECONDS: Final = 2.0
"""Of processor time."""
MOST_MEMORY: Final = 500
"""Megabytes that a process may hold, the program's own code included."""
CHUNK: Final = 250

NASTY: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**70), 1e308, 0.1, 1e-320, float("nan"), float("inf")),
    *("", " ", "none", "favor", "\0", "\x1b[31m", "\x9b2J", "\u202e", "\u2066", "\ud800", "\udfff", "é", "e\u0301"),
    *("\ufeff", "\u2028", "😀", "=1+1", "@x", "a,b", '"', "'", "|", "`", "<script>", "$(x)", "%s", "{}", "../x", "/"),
    *("x" * 100_000, "\x1b" * 5_000, "id", "detente-000", "detente-000:france", "detente-000::p1", "1", "1.0", "NaN"),
    *([], {}, [[]], [0], [[0, 1]], [[1, 0]], [[0, 10**9]], [[-1, 5]], [[0.5, 1.5]], [["0", "1"]], {"a": {"b": 1}}),
    *({"favor": 1.0}, {"favor": 0.5, "against": 0.5, "none": 0.0}, {"\x1b[0m": 1}, [None], ["x"] * 3_000),
)
SCRAPS: Final = (
    *(b"\0", b"\x1b[2J", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b'"', b"\\", b"\\ud800", b"{", b"}"),
    *(b"[", b"]", b",", b":", b"\n", b"\r", b"\r\n", b"\t", b";", b"\x85", b"\xe2\x80\xae", b"null", b"NaN", b"1e999"),
    *(b"-", b"9" * 5_000, b"[" * 3_000, b'{"a":' * 3_000, b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"sep=,\n"),
)


@dataclass(frozen=True)
class Base:
    """A good file and how it is given to a command.

    Attributes:
        name: The file's, or its path in a folder of files.
        records: What it holds; None for a file of text.
        data: Its bytes.
        write: Its bytes for other records.
        call: The command for a folder with the file in it.
        weight: How often it is chosen, beside the others.
    """

    name: str
    records: list[dict[str, Any]] | None
    data: bytes
    write: Callable[[list[dict[str, Any]]], bytes] | None
    call: Callable[[Path], list[str]]
    weight: float = 1


def json_lines(records: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def json_array(records: Sequence[Any]) -> bytes:
    return json.dumps(records, indent=1).encode()


def by_id(records: Sequence[dict[str, Any]]) -> bytes:
    return json.dumps({str(record.get("id")): record for record in records}).encode()


def separated(comma: str) -> Callable[[Sequence[dict[str, Any]]], bytes]:
    def write(records: Sequence[dict[str, Any]]) -> bytes:
        keys = list(dict.fromkeys(key for record in records for key in record))
        rows = [keys, *([cell(record.get(key)) for key in keys] for record in records)]
        return "\n".join(comma.join(row) for row in rows).encode("utf-8", "surrogatepass")

    def cell(value: Any) -> str:
        return "" if value is None else str(value)

    return write


def parquet(records: Sequence[dict[str, Any]]) -> bytes:
    import polars as pl

    buffer = io.BytesIO()
    pl.DataFrame(records, infer_schema_length=None, strict=False).write_parquet(buffer)
    return buffer.getvalue()


WRITERS: Final = {
    "jsonl": json_lines,
    "json": json_array,
    "csv": separated(","),
    "tsv": separated("\t"),
    "parquet": parquet,
}
PACKERS: Final = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}
PAGES: Final = {
    "p1": "Le préfet a parlé.\n\nThe second paragraph of an invented page, of some length.",
    "p2": "Another page.\n\n- a point\n- another point\n\nIts end.",
}


@cache
def bases() -> tuple[Base, ...]:
    """One file of each kind."""
    from test_every_task import KINDS, gold_records, task_named

    from detente.data.corpus import load

    gold = load()
    found: list[Base] = []
    for task, kind in KINDS:
        records = gold_records(gold, task, kind)
        for suffix, write in WRITERS.items():
            if suffix in ("csv", "tsv", "parquet") and not task_named(task).tabular:
                continue
            call = ["eval", "score", f"mutated.{suffix}", "--task", task, "--resamples", "5", "--jobs", "1"]
            found.append(Base(f"mutated.{suffix}", records, write(records), write, _in_folder(call)))
    found += [*_references(), *_annotations(), *_exchanged()]
    return tuple(found)


def _in_folder(call: Sequence[str]) -> Callable[[Path], list[str]]:
    return lambda folder: [str(folder / word) if word.startswith("mutated") else word for word in call]


def _references() -> Iterator[Base]:
    """Gold and outputs of other benchmarks, each against a good counterpart."""
    texts = [{"id": page, "text": text} for page, text in PAGES.items()]
    forms: dict[str, tuple[list[dict[str, Any]], Callable[[list[dict[str, Any]]], bytes]]] = {
        "article": ([{"id": page, "articleBody": text} for page, text in PAGES.items()], by_id),
        "wceb": ([{"page_id": page, "plaintext": text} for page, text in PAGES.items()], json_lines),
        "fundus": ([{"id": page, "body": text.split("\n\n")} for page, text in PAGES.items()], by_id),
        "snippets": ([{"id": page, "with": [text[:12]], "without": ["Nope"]} for page, text in PAGES.items()], by_id),
        "texts": (texts, json_lines),
    }
    for records, write in forms.values():
        data = write(records)
        for order in (["mutated.json", "--gold", "good.jsonl"], ["good.jsonl", "--gold", "mutated.json"]):
            yield Base("mutated.json", records, data, write, _beside(order, texts))
    for suffix in ("txt", "md", "html"):
        page = f"mutated/p1.{suffix}"
        for order in (["mutated", "--gold", "good.jsonl"], ["good.jsonl", "--gold", "mutated"]):
            yield Base(page, None, PAGES["p1"].encode(), None, _beside(order, texts[:1]))


def _beside(order: Sequence[str], good: Sequence[Any]) -> Callable[[Path], list[str]]:
    def call(folder: Path) -> list[str]:
        (folder / "good.jsonl").write_bytes(json_lines(good))
        words = [str(folder / word) if not word.startswith("-") else word for word in order]
        return ["eval", "score", *words, "--resamples", "5", "--jobs", "1"]

    return call


def _annotations() -> Iterator[Base]:
    minimal = TESTS / "minimal"
    for path in sorted((minimal / "annotations").rglob("*.jsonl")):
        name = f"mutated/{path.relative_to(minimal)}"
        records = [json.loads(line) for line in path.read_text().splitlines()]

        def call(folder: Path, name: str = name) -> list[str]:
            mutated = (folder / name).read_bytes()
            shutil.copytree(minimal, folder / "mutated", dirs_exist_ok=True)
            (folder / name).write_bytes(mutated)
            return ["dataset", "validate", str(folder / "mutated")]

        yield Base(name, records, path.read_bytes(), json_lines, call, weight=0.1)  # a whole corpus is checked


def _exchanged() -> Iterator[Base]:
    """The minimal corpus in the formats of annotation tools, to be imported."""
    from detente.data.labels import EXCHANGE_FORMATS
    from detente.integrations.exchange import export

    minimal = TESTS / "minimal"
    for form in EXCHANGE_FORMATS:
        for layer in ("boilerplate", "claims", "attribution"):
            files = export(minimal, [layer], [], form)
            name, text = next(
                each for each in files.items() if each[0].endswith((".conll", ".ann", ".json", ".jsonld"))
            )
            name = f"mutated/{Path(name).name}"
            call = ["dataset", "import", name, "--layer", layer, "--format", form, "-o", "mutated/rows"]
            records = None
            if form in ("label-studio", "web-annotation"):
                document = json.loads(text)
                records = document if isinstance(document, list) else document["items"]
            yield Base(name, records, text.encode(), _json_array, _in_folder([*call, "--dataset", str(minimal)]), 0.3)


def _json_array(records: Sequence[Any]) -> bytes:
    return json.dumps(records).encode()


def mutated(base: Base, rng: random.Random) -> bytes:
    """Other bytes for a file: of other records, or its own with something changed, cut, doubled or put in."""
    data = base.data
    if base.write and base.records is not None and rng.random() < 0.6:
        try:
            data = base.write(_records(base.records, rng))
        except Exception:  # what cannot be written cannot be given either
            return data
    if data is base.data or rng.random() < 0.15:
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            data = _bytes(data, rng)
    if rng.random() < 0.05:
        data = rng.choice(list(PACKERS.values()))(data)
        data = _bytes(data, rng) if rng.random() < 0.5 else data
    return data


def _records(records: Sequence[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    made: list[Any] = json.loads(json.dumps(records))
    for _ in range(rng.choice((1, 1, 2, 8))):
        if not made:
            break
        place = rng.randrange(len(made))
        record = made[place]
        match rng.randrange(8):
            case 0:
                del made[place]
            case 1:
                made.append(record)
            case 2 if isinstance(record, dict):
                record[rng.choice([str(rng.choice(NASTY)), "label", "labels", "text", "ID", "score"])] = _value(rng)
            case 3 if isinstance(record, dict) and record:
                del record[rng.choice(list(record))]
            case 4 if rng.random() < 0.2:
                made[place] = rng.choice(NASTY)
            case _:
                made[place] = _changed(record, rng)
    return made


def _changed(value: Any, rng: random.Random) -> Any:
    """A value with one that is in it, however deep, in another's place."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        return {**value, key: _changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.7:
        place = rng.randrange(len(value))
        return [*value[:place], _changed(value[place], rng), *value[place + 1 :]]
    return _value(rng)


def _value(rng: random.Random) -> Any:
    return rng.choice(NASTY)


def _bytes(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice((1, 1, 2, 10, 200)))
    match rng.randrange(6):
        case 0:
            return data[:start] + data[end:]
        case 1:
            return data[:start] + rng.choice(SCRAPS) + data[start:]
        case 2:
            return data[:start] + rng.choice(SCRAPS) + data[end:]
        case 3:
            return data[:start] + rng.randbytes(end - start) + data[end:]
        case 4:
            return data[:start] + data[start:end] * rng.choice((2, 3, 50)) + data[end:]
        case _:
            return data[:start]


@dataclass(frozen=True)
class Failure:
    number: int
    base: str
    call: str
    what: str


def _loud(output: str) -> str | None:
    """The first character that no terminal should be sent."""
    for sign in set(output) - {"\n"}:
        if (
            unicodedata.category(sign) in ("Cc", "Cs")
            or sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ):
            return f"U+{ord(sign):04X}"
    return None


def tried(number: int, seed: int, kept: Path) -> Failure | None:
    """One mutated input, given to its command."""
    from detente.cli import main

    rng = random.Random(f"{seed}/{number}")
    base = rng.choices(bases(), [each.weight for each in bases()])[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / base.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(mutated(base, rng))
        call = base.call(folder)
        if call[0] == "eval":
            call += rng.choice(
                ([], [], ["--allow-missing"], ["--allow-extra", "--allow-missing"], ["--format", "json"])
            )
        before = time.process_time()
        what = None
        try:
            result = CliRunner().invoke(main, call)
        except BaseException:
            what = traceback.format_exc(limit=-4)
        else:
            seconds = time.process_time() - before
            output = result.output
            lost = result.exception is not None and not isinstance(result.exception, SystemExit)
            if lost and result.exc_info:
                what = "".join(traceback.format_exception(*result.exc_info)[-6:])
            elif result.exit_code not in (0, 1, 2):
                what = f"exit status {result.exit_code}"
            elif seconds > MOST_SECONDS:
                what = f"{seconds:.1f} s"
            elif "json" not in call and len(output) > MOST_OUTPUT:
                what = f"{len(output)} characters printed"
            elif sign := _loud(output):
                what = f"{sign} was printed"
            elif (held := resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024) > MOST_MEMORY:
                what = f"{held} MB held"
        if what is None:
            return None
        shutil.copytree(folder, kept / str(number), dirs_exist_ok=True)
        return Failure(number, base.name, " ".join(call).replace(name, str(kept / str(number))), what)


def chunk(work: tuple[range, int, Path]) -> tuple[list[Failure], int]:
    """The failures among inputs, and the most memory that was held, in megabytes."""
    numbers, seed, kept = work
    os.environ["HF_HUB_OFFLINE"] = "1"
    failures = [failure for number in numbers if (failure := tried(number, seed, kept))]
    return failures, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "detente-fuzz")
    options = parser.parse_args()
    shutil.rmtree(options.keep, ignore_errors=True)
    options.keep.mkdir(parents=True)
    end = options.first + options.inputs
    parts = [range(start, min(start + CHUNK, end)) for start in range(options.first, end, CHUNK)]
    failures: list[Failure] = []
    most = 0
    # The executor of concurrent.futures can wait for ever where its processes are replaced (CPython 115634).
    with get_context("spawn").Pool(options.jobs, maxtasksperchild=20) as pool:
        asked = pool.imap_unordered(chunk, [(part, options.seed, options.keep) for part in parts])
        for found, held in track(asked, total=len(parts), disable=not sys.stderr.isatty()):
            failures += found
            most = max(most, held)
    for failure in failures[:50]:
        print(f"{failure.number}: {failure.base}\n  detente {failure.call}\n  {failure.what.strip()[-700:]}")
    print(f"{options.inputs} inputs, {len(failures)} failures; at most {most} MB in a process")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
