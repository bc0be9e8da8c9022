"""Scripts whose calls start processes, without `if __name__ == "__main__"`, and after threads of polars have run."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
import polars as pl
print("runs", flush=True)
pl.DataFrame({"a": range(200_000)}).group_by(pl.col("a") % 7).len()  # which starts threads
import detente
from detente.evaluation.engines import execution
execution.cores = lambda: 2
scores = detente.score(sys.argv[1], gold=sys.argv[2], task="stance", resampling=detente.Resampling(resamples=5))
print(scores.metrics["accuracy"].value)
print(sys.modules["__main__"].scores is scores)
"""


def test_a_script_without_a_guard_reads_shards_in_processes_and_runs_once(tmp_path: Path) -> None:
    gold, predictions = tmp_path / "gold", tmp_path / "predictions.jsonl"
    gold.mkdir()
    rows = [{"id": f"i{number}", "label": ("favor", "none")[number % 2]} for number in range(40)]
    lines = [json.dumps(row) + "\n" for row in rows]
    for shard in range(2):
        (gold / f"{shard}.jsonl").write_text("".join(lines[shard * 20 : shard * 20 + 20]))
    predictions.write_text("".join(lines).replace('"none"', '"favor"'))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    call = [sys.executable, str(script), str(predictions), str(gold)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["runs", "0.5", "True"]  # 20 of 40
