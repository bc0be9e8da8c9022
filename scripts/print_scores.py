"""Prints every score and comparison of the predictions in tests/values/, as JSON, with the detente that is installed.

Two environments with other versions below them must print the same to the byte.
"""

import json
import lzma
import os
import shlex
import tempfile
from pathlib import Path

from click.testing import CliRunner

from detente.cli import main

VALUES = Path(__file__).resolve().parents[1] / "tests" / "values" / "recorded.json.xz"


def print_all() -> None:
    """Fails on the first call that does."""
    known = json.loads(lzma.decompress(VALUES.read_bytes()))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, records in known["predictions"].items():
            lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            Path(f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        for call in (call for call in known["cases"] if call.startswith("eval ")):
            words = [f"{word}.jsonl" if word in known["predictions"] else word for word in shlex.split(call)]
            result = CliRunner().invoke(main, [*words, "--format", "json"], catch_exceptions=False)
            assert result.exit_code == 0, result.output
            print(call, result.stdout)
        os.chdir(VALUES.parent)


if __name__ == "__main__":
    print_all()
