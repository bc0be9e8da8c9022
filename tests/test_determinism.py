"""The same input makes the same bytes, whatever the process is started with."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MADE = """
import hashlib, json, shutil, sys
from pathlib import Path
from click.testing import CliRunner
from detente.cli import main

minimal = sys.argv[1]
shutil.copytree(minimal, "corpus")
calls = [
    "dataset build corpus",
    "eval run body_lines --task boilerplate -o lines.jsonl",
    "eval run keep_all --task boilerplate -o pages.jsonl",
    "eval run lexicon --task stance -o lexicon.jsonl",
    "eval run majority --task stance -o majority.jsonl",
    "eval score lines.jsonl --format json --resamples 50 --per-unit rows.csv -o lines.json",
    "eval score lexicon.jsonl --resamples 50 -o lexicon.txt",
    "eval compare lexicon.jsonl majority.jsonl --format json --resamples 50 -o compared.json",
    "eval report lexicon.jsonl majority.jsonl --resamples 50 -o errors",
    "eval inputs --task boilerplate --render all -o inputs.jsonl",
    "eval prompts --task stance -o prompts.jsonl",
    "dataset explore --dataset corpus -o pages",
    *(f"dataset export --dataset corpus --format {form} -o {form}"
      for form in ("brat", "conll", "label-studio", "web-annotation")),
    *(f"challenge make {suite} -n 6 --split test --jobs 1 -o {suite}"
      for suite in ("transplant", "contrast", "claims", "derive")),
]
printed = {}
for call in calls:
    result = CliRunner().invoke(main, call.split())
    if result.exit_code:  # an assertion may be switched off
        sys.exit(f"{call}: {result.output}")
    printed[call] = hashlib.sha256(result.output.encode()).hexdigest()
files = (path for path in sorted(Path().rglob("*")) if path.is_file())
print(json.dumps(printed | {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}))
"""
PLAIN = {"PYTHONHASHSEED": "0"}
OTHERS = {
    "another hash seed, one thread": {
        "PYTHONHASHSEED": "4242",
        "POLARS_MAX_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    },
    "no locale, ASCII, another time zone": {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Asia/Kathmandu",
    },
    "without assertions and docstrings, Turkish, many threads": {
        "PYTHONOPTIMIZE": "2",
        "LC_ALL": "tr_TR.UTF-8",
        "POLARS_MAX_THREADS": "5",
        "TZ": "Pacific/Auckland",
    },
}


def made(folder: Path, root: Path, environment: dict[str, str]) -> dict[str, str]:
    """The hash of each file, and of what each call printed."""
    call = [sys.executable, "-c", MADE, str(root / "tests" / "minimal")]
    done = subprocess.run(
        call, cwd=folder, env=os.environ | environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="session")
def plainly(tmp_path_factory: pytest.TempPathFactory, root: Path) -> dict[str, str]:
    return made(tmp_path_factory.mktemp("plain"), root, PLAIN)


@pytest.mark.parametrize("environment", OTHERS.values(), ids=OTHERS)
def test_what_a_process_is_started_with_changes_no_byte(
    environment: dict[str, str], plainly: dict[str, str], root: Path, tmp_path: Path
) -> None:
    found = made(tmp_path, root, environment)
    assert len(plainly) > 100
    assert {name for name in plainly | found if plainly.get(name) != found.get(name)} == set()
