"""Checks an installed detente outside its checkout: it loads the data, scores a file and makes a suite."""

import contextlib
import json
import subprocess
import tempfile
from pathlib import Path

import detente


def run(*arguments: str) -> str:
    """The output of a detente command that succeeds."""
    return subprocess.run(["detente", *arguments], check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Fails on the first thing that does not work."""
    assert "site-packages" in detente.__file__, f"{detente.__file__} is not an installed package"
    stance = detente.load_dataset("stance")
    assert len(detente.load_dataset("articles")) == 5
    assert stance.features["label"].names == ["favor", "against", "none"], stance.features
    run("eval", "run", "body_lines", "--task", "boilerplate", "-o", "predictions.jsonl")
    scores = json.loads(run("eval", "score", "predictions.jsonl", "--format", "json"))
    assert 0 < scores["metrics"]["char_f1"]["value"] < 1, scores["metrics"]
    data = Path(detente.__file__).parent / "_data"
    assert (data / "DATASHEET.md").is_file()
    run("dataset", "export", "--without-text", "-o", "text-free")
    run("dataset", "join", "text-free", "--texts", str(data / "dataset" / "raw"), "-o", "joined")
    # Of the rows: the bytes of Parquet depend on who writes them.
    digests = {json.loads((at / "manifest.json").read_bytes())["sha256"] for at in (data / "dataset", Path("joined"))}
    assert len(digests) == 1, "export and join do not give the dataset back"
    assert '"prompt":"stance@' in run("eval", "prompts", "--task", "stance")
    run("challenge", "make", "transplant", "-n", "60", "--jobs", "1", "-o", "suite")
    run("dataset", "validate", "suite")
    assert len(detente.load_dataset("items", "train", dataset="suite")) == 60
    assert list(Path(run("integrations", "lm-eval").strip()).glob("detente_*.yaml"))
    print(f"{detente.__version__} works alone: {scores['signature']}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        main()
