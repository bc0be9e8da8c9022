import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from detente.data.corpus import Corpus, load
from detente.data.jsonl import Line
from detente.dataset import build
from detente.evaluation.predictions import Predictions, check
from detente.tasks.task import Task
from detente.text.segmentation import VERSION, segmenter_version

settings.register_profile("untimed", deadline=None)  # how long an example takes says more of the machine
settings.load_profile("untimed")
TESTS = Path(__file__).parent
ROOT = TESTS.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def gold() -> Corpus:
    return load()


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    """A copy of the minimal valid corpus, to be broken or built."""
    return Path(shutil.copytree(TESTS / "minimal", tmp_path / "corpus"))


@pytest.fixture(scope="session")
def minimal_gold(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    corpus = Path(shutil.copytree(TESTS / "minimal", tmp_path_factory.mktemp("minimal") / "corpus"))
    build.write(corpus, build.files_of(corpus))
    return Corpus(corpus / "dataset")


@pytest.fixture(scope="session")
def wide_gold(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Twelve copies of the minimal page, each a family of its own: enough for a bootstrap."""
    corpus = Path(shutil.copytree(TESTS / "minimal", tmp_path_factory.mktemp("wide") / "corpus"))
    for path in [path for path in corpus.rglob("*.*") if path.suffix in (".jsonl", ".txt")]:
        text = path.read_text()
        numbered = [text.replace("detente-900", f"detente-{number}") for number in range(900, 912)]
        if path.stem == "articles":
            path.write_text("".join(numbered))
        elif path.stem == "sources":
            path.write_text("".join({line: None for copy in numbered for line in copy.splitlines(keepends=True)}))
        elif path.stem == "detente-900":
            for number, copy in enumerate(numbered, start=900):
                path.with_stem(f"detente-{number}").write_text(copy)
    build.write(corpus, build.files_of(corpus))
    return Corpus(corpus / "dataset")


@pytest.fixture(scope="session", autouse=True)
def no_width() -> Iterator[None]:
    """Tables are as wide as they are: processes that run tests side by side have COLUMNS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def hub_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps what `datasets` caches out of the user's home, and the network out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hub")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.fixture(scope="session")
def jieba() -> None:
    """WebMainBench's measure is checked where the segmenter is the one that its figures were made with."""
    if segmenter_version() != VERSION and os.environ.get("CI") != "true":
        pytest.skip(f"the extra webmainbench is not here with jieba {VERSION}")
    assert segmenter_version() == VERSION


@pytest.fixture(scope="session")
def predict() -> Callable[..., Predictions]:
    """Checked predictions from records."""

    def checked(task: Task, corpus: Corpus, records: list[dict[str, Any]], **options: Any) -> Predictions:
        lines = [Line(f"predictions:{number}", record) for number, record in enumerate(records, start=1)]
        return check(lines, task, corpus, "predictions", **options)

    return checked


@pytest.fixture(scope="session")
def run_blocks() -> Callable[[str, Path], str]:
    """Runs the blocks of a page in Markdown in their order, in a folder: what `sh` ones print, as text.

    A Python block begins with a comment that names its file, into which it is written.
    """

    def run(text: str, folder: Path) -> str:
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DETENTE": str(ROOT),
        }
        shown = ""
        for language, code in re.findall(r"^```(sh|python)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
            if language == "python":
                name = re.match(r"# (\w+\.py)\n", code)
                assert name, f"a Python block begins with its file's name: {code}"
                (folder / name[1]).write_text(code, encoding="utf-8")
                continue
            command = ["bash", "-euo", "pipefail", "-c", code]
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{code}\n{done.stderr}"
            assert "Traceback" not in done.stderr
            shown += done.stdout
        return shown

    return run
