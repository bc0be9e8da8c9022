"""A sample of what `make fuzz` tries: whatever a file holds, a command ends with a clear answer."""

import subprocess
import sys
from pathlib import Path


def test_mutated_files_of_every_kind_end_in_clear_answers(root: Path, tmp_path: Path) -> None:
    call = [sys.executable, root / "tests" / "fuzz" / "run.py", "--inputs", "120", "--seed", "0", "--jobs", "1"]
    done = subprocess.run([*call, "--keep", tmp_path / "kept"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("120 inputs, 0 failures; at most ")
