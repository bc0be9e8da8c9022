"""What importing costs, and that the tests stand where the code stands: each import in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

import detente
from detente.tasks.all import TASKS

HEAVY = {"datasets", "numpy", "pandera", "polars", "pyarrow", "pydantic", "rich", "scipy"}
HELP = """
import sys
from detente.cli import main
sys.argv = ["detente", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code
"""


def loaded(code: str) -> set[str]:
    """The modules that are there after some code ran."""
    ending = "\nimport sys\nprint('\\nLOADED', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code + ending], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize("code", ["import detente", HELP], ids=["import detente", "detente --help"])
def test_the_front_door_opens_without_the_data_stack(code: str) -> None:
    modules = loaded(code)
    assert "detente" in modules
    assert not HEAVY & modules


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_loads_no_other_task(task) -> None:
    modules = loaded(f"import detente.tasks.{task.name}.task")
    folders = {path.parent.name for path in (Path(detente.__file__).parent / "tasks").glob("*/__init__.py")}
    found = {name for name in folders if any(module.startswith(f"detente.tasks.{name}.") for module in modules)}
    assert found == {task.name}


def test_tests_lie_where_what_they_test_lies(root: Path) -> None:
    mirrored = {path.parent.relative_to(root / "tests") for path in (root / "tests").rglob("*/test_*.py")}
    mirrored -= {Path("browser")}  # pages as a reader opens them, whichever module makes them
    assert {str(folder) for folder in mirrored if not (Path(detente.__file__).parent / folder).is_dir()} == set()
