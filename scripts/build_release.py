"""Builds wheel and source archive twice, from two folders, and fails unless they are the same to the byte.

Built is what git tracks, as it is now. `python scripts/build_release.py dist` leaves both in `dist/`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def git(*arguments: str) -> str:
    """What git prints."""
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True).stdout


def build(folder: Path, umask: int) -> dict[str, bytes]:
    """The files that a copy in a folder makes, by name; the time in them is that of the last commit."""
    before = os.umask(umask)
    for name in git("ls-files", "-z").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    time = git("log", "-1", "--format=%ct").strip()
    settings = {"SOURCE_DATE_EPOCH": time, "PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    command = [sys.executable, "-m", "build", "--outdir", str(folder / "made"), str(folder)]
    done = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
    os.umask(before)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return {path.name: path.read_bytes() for path in sorted((folder / "made").iterdir())}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        first, second = build(Path(here), 0o022), build(Path(there) / "deeper", 0o077)
    if differ := [name for name, data in first.items() if second.get(name) != data]:
        sys.exit(f"not reproducible: {', '.join(differ)}")
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, data in first.items():
        (out / name).write_bytes(data)
