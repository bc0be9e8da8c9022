"""jieba's segments as WebMainBench counts them, without the file and the log lines that come with them."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.text import segmentation
from detente.text.segmentation import VERSION, segmenter_version, segments

TWICE = "from detente.text.segmentation import segments; print(segments('北京大学')); print(segments('ab, c'))"


@pytest.mark.usefixtures("jieba")
def test_words_of_chinese_runs_of_latin_letters_and_single_marks_and_spaces_are_segments() -> None:
    assert segments("我来到北京清华大学") == ["我", "来到", "北京", "清华大学"]
    assert segments("Don't go,\n\tat 3.5%") == ["Don", "'", "t", " ", "go", ",", "\n", "\t", "at", " ", "3.5%"]
    assert segments("") == []


@pytest.mark.usefixtures("jieba")
@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_segments_joined_are_the_text(text: str) -> None:
    assert "".join(segments(text)) == text


@pytest.mark.usefixtures("jieba")
def test_nothing_is_logged_written_or_read_from_the_folder_of_temporary_files(tmp_path: Path) -> None:
    cache = tmp_path / "jieba.cache"
    cache.write_bytes(b"somebody else's")
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONWARNINGS": "error"}
    done = subprocess.run([sys.executable, "-c", TWICE], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['北京大学']", "['ab', ',', ' ', 'c']"]
    assert done.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["jieba.cache"]
    assert cache.read_bytes() == b"somebody else's"


@pytest.mark.usefixtures("jieba")
def test_the_dictionary_is_read_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    jieba = pytest.importorskip("jieba")
    read = []
    real = jieba.Tokenizer.gen_pfdict
    monkeypatch.setattr(jieba.Tokenizer, "gen_pfdict", staticmethod(lambda file: read.append(file) or real(file)))
    segmentation._segmenter.cache_clear()
    assert segments("北京") == segments("北京") == ["北京"]
    assert len(read) == 1


def test_without_the_extra_no_text_is_segmented(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    segmentation._segmenter.cache_clear()
    monkeypatch.setitem(sys.modules, "jieba", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'detente\[webmainbench\]'"):
        segments("text")
    monkeypatch.setattr(metadata, "version", version)
    assert segmenter_version.__wrapped__() is None  # past the cache


@pytest.mark.usefixtures("jieba")
def test_the_segmenter_is_the_version_that_scores_are_compared_with() -> None:
    assert segmenter_version() == metadata.version("jieba") == VERSION
