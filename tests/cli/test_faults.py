"""A sample of what `make faults` tries: wherever writing fails, no file is torn, and the next call mends it."""

import subprocess
import sys
from pathlib import Path


def test_commands_that_fail_where_they_write_leave_nothing_torn(root: Path) -> None:
    call = [sys.executable, root / "tests" / "faults" / "run.py", "--most", "2"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(" faults in 15 commands, 0 failures\n")
