"""The four schemes of nervaluate, by the package and by `metrics.official`, from the same spans, in one run.

python benchmarks/spans.py [DOCUMENTS]

Documents have forty spans of two labels that do not overlap; predictions keep four fifths of them, shift a quarter and
label some otherwise. Numbers are checked to be equal. Needs nervaluate.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from detente.metrics.official.nervaluate import SCHEMAS, nervaluate

SPANS = 40
ROUNDS = 3

Document = list[dict[str, Any]]


def document(chance: random.Random) -> Document:
    """Spans one after the other."""
    made, end = [], 0
    for _ in range(SPANS):
        start = end + chance.randrange(1, 80)
        end = start + chance.randrange(20, 200)
        made.append({"label": chance.choice("ab"), "start": start, "end": end})
    return made


def noisy(gold: Document, chance: random.Random) -> Document:
    """What a model might say."""
    kept = [span for span in gold if chance.random() < 0.8]
    return [
        {
            **span,
            "start": span["start"] + chance.choice((0, 0, 0, 5)),
            "label": chance.choice((span["label"],) * 4 + ("a",)),
        }
        for span in kept
    ]


def seconds(run: Callable[[], object]) -> float:
    """Processor time of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def main() -> None:
    """Prints the ratio of the two."""
    from nervaluate import Evaluator

    count, chance = int(sys.argv[1]) if len(sys.argv) > 1 else 1000, random.Random(0)
    gold = [document(chance) for _ in range(count)]
    said = [noisy(each, chance) for each in gold]

    def theirs() -> Any:
        return Evaluator(gold, said, tags=["a", "b"], loader="dict").evaluate()

    expected, found = theirs()["overall"], nervaluate(gold, said)["overall"]
    for name, _ in SCHEMAS:
        assert abs(expected[name].f1 - found[name]["f1"]) < 1e-9, name
    pairs = [(seconds(theirs), seconds(lambda: nervaluate(gold, said))) for _ in range(ROUNDS)]
    ratio = statistics.median(slow / fast for slow, fast in pairs)
    print(f"spans of {count:,} documents, four schemes: {ratio:.1f} times as fast as nervaluate (median of {ROUNDS})")


if __name__ == "__main__":
    main()
