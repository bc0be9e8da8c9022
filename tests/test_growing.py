"""What growing costs: a new task is a folder and a line, a new label is a word, and everything then works with it.

The package, and the minimal corpus as its own dataset, are copied into a checkout of their own, grown there, and run
in a process of their own. Commands of one process share what it has loaded, and nothing else.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import detente

TESTS = Path(__file__).parent
STANCE_LABELS = ("favor", "against", "none", "mixed")
OFFICIAL_OF_THREE = ("semeval2016_task6", "newsmtsc")
"""The official scorers of stance that know three labels, which are somebody else's to extend."""
COMMANDS = """
import json, sys, traceback
from click.testing import CliRunner
from detente.cli import main

done = []
for arguments in json.load(sys.stdin):
    result = CliRunner().invoke(main, arguments)
    crashed = result.exception is not None and not isinstance(result.exception, SystemExit)
    trace = "".join(traceback.format_exception(result.exception)) if crashed else ""
    done.append((result.exit_code, result.stdout, result.stderr, trace))
print(json.dumps(done))
"""


class Done(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str


class Checkout(NamedTuple):
    """A copy of the package with a corpus that it takes for its own dataset."""

    root: Path

    def edit(self, name: str, old: str, new: str) -> None:
        """Changes the one place of a file where something stands."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}: {old!r} stands there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, name: str, *records: dict[str, Any]) -> str:
        """A JSON Lines file below the root, which need not be there, and its path."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return str(path)

    def run(self, *commands: str) -> list[Done]:
        """Runs `detente` with the words of each command, in one process; none may end in a traceback."""
        done = subprocess.run(
            [sys.executable, "-W", "error::UserWarning", "-c", COMMANDS],
            input=json.dumps([command.split() for command in commands]),
            env={**os.environ, "PYTHONPATH": str(self.root / "eval")},
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        results = json.loads(done.stdout)
        for *_, trace in results:
            assert trace == ""
        return [Done(*result) for *result, _ in results]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = Path(shutil.copytree(TESTS / "minimal", tmp_path / "checkout"))
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(detente.__file__).parent, root / "eval" / "detente", ignore=ignored)
    (root / "pyproject.toml").touch()
    return Checkout(root)


def values(scores: str) -> dict[str, Any]:
    """Metric to value, from JSON."""
    return {name: entry["value"] for name, entry in json.loads(scores)["metrics"].items()}


def test_a_new_task_is_one_folder_and_one_line(checkout: Checkout) -> None:
    root = checkout.root
    shutil.copytree(TESTS / "growing" / "headline_tone", root / "eval" / "detente" / "tasks" / "headline_tone")
    checkout.edit("eval/detente/tasks/__init__.py", '    "contrast",\n', '    "contrast",\n    "headline_tone",\n')

    # Its annotations, and a place in the card for the table that its layer has for it.
    row = {"id": "detente-900:tone", "label": "calm", "evidence": [{"start": 0, "end": 5}]}
    gold = "annotations/headline_tone/gold/detente-900.jsonl"
    with (root / "dataset" / "README.md").open("a", encoding="utf-8") as card:
        card.write("\n<!-- generated: headline_tone -->\n<!-- /generated -->\n")
    right = checkout.write("right.jsonl", {"id": "detente-900:tone", "label": "calm"})
    wrong = checkout.write("wrong.jsonl", {"id": "detente-900:tone", "label": "alarmed"})
    unknown = checkout.write("unknown.jsonl", {"id": "detente-900:tone", "label": "shrill"})
    stance = checkout.write(
        "stance.jsonl",
        {"id": "detente-900:france:ct_cooperation:current:own", "label": "favor"},
        {"id": "detente-900:russia:ct_cooperation:current:own", "label": "none"},
    )

    (missing,) = checkout.run(f"dataset validate {root}")
    assert missing.status == 1
    assert missing.err.splitlines() == [
        f"{gold}: file-missing: there is no such file: add it, empty if it has no rows",
        "1 problem",
    ]
    checkout.write(gold, row | {"label": "shrill", "evidence": [{"start": 0, "end": 999}]})
    (invalid,) = checkout.run(f"dataset validate {root}")
    assert invalid.status == 1
    assert f"{gold}:1: value-not-allowed: label 'shrill' is not one of calm, alarmed" in invalid.err
    assert f"{gold}:1: span-outside-text" in invalid.err

    checkout.write(gold, row)
    validate, build, fresh, tasks, inputs, shown, layer_help, info = checkout.run(
        f"dataset validate {root}",
        f"dataset build {root}",
        f"dataset build --check {root}",
        "eval tasks",
        "eval inputs --task headline_tone",
        "dataset show detente-900 --layer headline_tone",
        "dataset show --help",
        "dataset info --format json",
    )
    assert [each.status for each in (validate, build, fresh, tasks, inputs, shown, layer_help, info)] == [0] * 8
    assert "dataset/data/headline_tone/test.parquet" in build.err
    assert "| calm | 1 |\n| alarmed | 0 |\n" in (root / "dataset" / "README.md").read_text(encoding="utf-8")
    assert "\nheadline_tone\n  does a headline sound calm or alarmed?\n" in tasks.out
    assert json.loads(inputs.out) == {"id": "detente-900:tone", "headline": "Paris offers help"}
    assert shown.out == "detente-900: Paris offers help\ncalm: “Paris”\n"
    assert "|headline_tone]" in layer_help.out
    assert json.loads(info.out)["rows"]["headline_tone"] == 1

    told, named, table, refused, compared, ranked, metrics, other = checkout.run(
        f"eval score {right} --format json",
        f"eval score {wrong} --task headline_tone --format json",
        f"eval score {right}",
        f"eval score {unknown}",
        f"eval compare {right} {wrong} --format json",
        f"eval score {right} {wrong}",
        "eval metrics --task headline_tone --format json",
        f"eval score {stance} --allow-missing --format json",
    )
    assert [each.status for each in (told, named, table, refused, compared, ranked, metrics, other)] == (
        [0, 0, 0, 2, 0, 0, 0, 0]
    )
    assert json.loads(told.out)["task"] == "headline_tone"
    # One page: right is 1 of 1, and the F1 of calm, the one label that the gold has, is 1; wrong is 0 of 1.
    assert values(told.out) == {"accuracy": 1, "macro_f1": 1}
    assert values(named.out) == {"accuracy": 0, "macro_f1": 0}
    assert table.out.startswith("headline_tone: 1 unit")
    assert "\naccuracy  1.000  1.000 … 1.000  1.000  1 " in table.out
    assert 'label-unknown: label "shrill" is not one of calm, alarmed' in refused.err
    comparison = json.loads(compared.out)
    assert comparison["task"] == "headline_tone"
    assert comparison["comparisons"][0]["metrics"]["accuracy"]["difference"] == 0 - 1
    assert ranked.out.index("right") < ranked.out.index("wrong")
    assert [row["name"] for row in json.loads(metrics.out)] == ["accuracy", "macro_f1"]
    # The lines of a task with the same kind of line are still told from those of the new one.
    assert json.loads(other.out)["task"] == "stance"


def test_a_new_label_is_one_word_in_labels(checkout: Checkout) -> None:
    root = checkout.root
    labels = "eval/detente/data/labels.py"
    checkout.edit(labels, '("favor", "against", "none")', '("favor", "against", "none", "mixed")')
    checkout.edit(
        labels,
        "    if scale is None or -0.5 < scale < 0.5:\n",
        '    if scale == 0:\n        return "mixed"\n    if scale is None or -0.5 < scale < 0.5:\n',
    )
    gold = root / "annotations" / "stance" / "gold" / "detente-900.jsonl"
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    against, mixed = (
        rows[0] | {"id": f"detente-900:france:{target}:current:own", "target": target, "scale": scale, "label": label}
        for target, scale, label in (("olympics_security", -2, "against"), ("information_exchange", 0, "mixed"))
    )
    name = gold.relative_to(root).as_posix()
    checkout.write(name, *rows, against, mixed | {"label": "none"})
    (invalid,) = checkout.run(f"dataset validate {root}")
    assert invalid.status == 1
    assert invalid.err.splitlines() == [
        f"{name}:3: label-scale: label none does not fold from scale 0",
        "1 problem",
    ]

    rows += [against, mixed]
    checkout.write(name, *rows)
    validate, build, inputs, majority, lexicon, shown = checkout.run(
        f"dataset validate {root}",
        f"dataset build {root}",
        "eval inputs --task stance",
        f"eval run majority --task stance -o {root / 'majority.jsonl'}",
        f"eval run lexicon --task stance -o {root / 'lexicon.jsonl'}",
        "dataset show detente-900 --layer stance",
    )
    # One page is one family, and there is no other whose majority could be taken.
    assert [each.status for each in (validate, build, inputs, majority, lexicon, shown)] == [0, 0, 0, 2, 0, 0]
    ids = [json.loads(line)["id"] for line in inputs.out.splitlines()]
    checkout.write("majority.jsonl", *({"id": name, "label": "none"} for name in ids))
    null = {"scale": None, "label": "none"}
    decided = {row["id"]: row for row in rows}
    rows = [decided.get(name, null) for name in ids]
    assert (len(ids), sum(row is not null for row in rows)) == (3 * 24, 3)
    assert f"mixed   +0       {mixed['id']}" in shown.out

    answers = {
        "right": [{"label": row["label"]} for row in rows],
        "scores": [{"score": 0.25 if row["scale"] is None else row["scale"]} for row in rows],
        "probable": [
            {"probabilities": {name: 0.7 if name == row["label"] else 0.1 for name in STANCE_LABELS}} for row in rows
        ],
        "three": [{"probabilities": {"favor": 1.0, "against": 0.0, "none": 0.0}}] * len(rows),
    }
    right, scores, probable, three = (
        checkout.write(f"{name}.jsonl", *({"id": unit} | line for unit, line in zip(ids, lines, strict=True)))
        for name, lines in answers.items()
    )
    stances = [
        {"holder": row["holder"], "target": row["target"], "label": row["label"], "evidence": [[19, 48]]}
        for row in rows
        if row["scale"] is not None
    ]
    found = checkout.write("found.jsonl", {"id": "detente-900", "stances": stances})
    scored = checkout.run(
        f"eval score {right} --metrics all --format json",
        f"eval score {scores} --metrics all --format json",
        f"eval score {probable} --metrics all --format json",
        f"eval score {root / 'majority.jsonl'} --metrics all --format json",
        f"eval score {right} --metrics all",
        f"eval compare {right} {root / 'majority.jsonl'} --metrics all --format json",
        f"eval score {right} {root / 'lexicon.jsonl'} --metrics all",
        f"eval score {found} --metrics all --format json",
        f"eval score {three}",
    )
    assert [each.status for each in scored] == [0, 0, 0, 0, 0, 0, 0, 0, 2]
    # Whatever the kind of the lines, what is null is what they do not say, and what has no such label.
    scaled, likely = {"mae", "quadratic_kappa"}, {"brier", "calibration_error"}
    for each, unsaid in zip(scored[:3], (scaled | likely, likely, scaled), strict=True):
        measured = values(each.out)
        assert {name for name, value in measured.items() if value is None} == {*unsaid, *OFFICIAL_OF_THREE}
        for name in ("accuracy", "macro_f1", "f_avg", "mcc", "krippendorff_alpha"):
            assert measured[name] == pytest.approx(1), name
        assert measured["family_count_error"] == 0
    assert values(scored[1].out)["mae"] == 0
    # .3² + .1² + .1² + .1² in each cell
    assert values(scored[2].out)["brier"] == pytest.approx(0.12)
    # None throughout: 69 of 72 are right; its F1 is 2·69 / (72 + 69), that of the three others 0.
    majority_values = values(scored[3].out)
    assert [majority_values[name] for name in ("accuracy", "macro_f1", "f_avg")] == pytest.approx(
        [69 / 72, 2 * 69 / (72 + 69) / 4, 0]
    )
    for each in scored[:4]:
        reasons = {name: entry.get("reason") for name, entry in json.loads(each.out)["metrics"].items()}
        assert {name: reason for name, reason in reasons.items() if name in OFFICIAL_OF_THREE} == {
            name: f"{name} has no label mixed" for name in OFFICIAL_OF_THREE
        }
    assert scored[4].out.count(" has no label mixed") == len(OFFICIAL_OF_THREE)
    compared = json.loads(scored[5].out)
    assert compared["comparisons"][0]["metrics"]["accuracy"]["difference"] == pytest.approx(69 / 72 - 1)
    assert compared["metrics"]["newsmtsc"]["right"] == {"value": None, "rank": None}
    assert values(scored[7].out)["strict_f1"] == values(scored[7].out)["sentiment_graph_f1"] == 1
    message = "probabilities name 'favor', 'against', 'none': name each of favor, against, none, mixed"
    assert scored[8].err.count(message) == 5  # and 67 more like it
