"""The benchmarks of speed measure every task: what they count is there to be counted."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).parents[1] / "benchmarks" / "throughput.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("throughput", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


THROUGHPUT = loaded()


@pytest.mark.parametrize("name", THROUGHPUT.NAMES)
def test_units_of_every_task_are_scored_each_as_another_one(name: str, tmp_path: Path) -> None:
    scores = THROUGHPUT.work(name, 101, tmp_path).ours()
    if scores is not None:  # labels are scored from files, and not kept
        assert scores.sizes["units"] == 101
        assert scores.sizes["families"] == 2  # a hundred, and one more
        assert scores.sizes["items"] >= 101
