"""The four schemes of nervaluate, by the package and by `metrics.official`, from the same spans, in one run.

python benchmarks/spans.py [DOCUMENTS]

Documents have forty spans of two labels that do not overlap; predictions keep four fifths of them, shift a quarter and
label some otherwise. Numbers are checked to be equal. The task `claims` as a whole is measured beside the package too,
on the dataset's own claims, of which every fifth is missed, while nervaluate gets the first span of each: counting,
which matches, labels and ranks them, and scoring, with sums, intervals from 1,000 resamples and breakdowns. The columns
of the gold, which all systems share, are made before; how fast the first count is, that makes them, stands beside. CPU
seconds, medians of `ROUNDS`. The bound is for the four schemes and for counting claims. Needs nervaluate.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from detente.data.corpus import load
from detente.evaluation.counts import count_all
from detente.evaluation.predictions import Predictions
from detente.evaluation.score import score
from detente.metrics.official.nervaluate import SCHEMAS, nervaluate
from detente.tasks.claims.matching import Article
from detente.tasks.claims.task import CLAIMS
from detente.tasks.task import Options

SPANS = 40
ROUNDS = 3
BOUND = 10.0
"""So many times as fast as the package, at the least."""

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


def whole_task(count: int) -> list[float]:
    """How many times as fast as nervaluate the task's first counting is, any other, and its scoring."""
    from nervaluate import Evaluator

    corpus = load()
    articles = list(CLAIMS.units(corpus, ()).values())

    def made() -> dict[str, Article]:
        return {f"{number}": _copied(articles[number % len(articles)], number) for number in range(count)}

    units = made()
    said = {name: _four_of_five(article) for name, article in units.items()}
    task = replace(CLAIMS, corpus_metrics=())
    first = [[_entity(spans[0]) for spans in article.spans] for article in units.values()]
    theirs = [[_entity(claim.spans[0]) for claim in claims] for claims in said.values()]
    found = []
    for _ in range(ROUNDS):
        units = made()
        slow = seconds(lambda: Evaluator(first, theirs, tags=["claim"], loader="dict").evaluate())
        counting = [seconds(lambda units=units: count_all(task, units, [said], Options())) for _ in range(2)]
        scoring = seconds(lambda units=units: score(Predictions(task, units, said, (), task.kinds[:1]), corpus))
        found.append([slow / each for each in (*counting, scoring)])
    return [statistics.median(each) for each in zip(*found, strict=True)]


def _copied(article: Article, number: int) -> Article:
    """An article that is another one, of a family of a hundred."""
    page = replace(article.page, id=f"{number}", family=f"f{number // 100}")
    claims = tuple({**claim, "id": f"{number}-{claim['id']}"} for claim in article.claims)
    return replace(article, page=page, claims=claims)


def _four_of_five(article: Any) -> Any:
    kept = [spans for place, spans in enumerate(article.spans) if place % 5]
    return CLAIMS.parse(article, {"claims": [{"spans": [list(span) for span in spans]} for spans in kept]})


def _entity(span: tuple[int, int]) -> dict[str, Any]:
    return {"label": "claim", "start": span[0], "end": span[1] - 1}


def main() -> int:
    """Prints the ratios of the two; 1 if the bound is broken."""
    from nervaluate import Evaluator

    count, chance = int(sys.argv[1]) if len(sys.argv) > 1 else 1000, random.Random(0)
    gold = [document(chance) for _ in range(count)]
    said = [noisy(each, chance) for each in gold]

    def theirs() -> Any:
        return Evaluator(gold, said, tags=["a", "b"], loader="dict").evaluate()

    expected, found = theirs()["overall"], nervaluate(gold, said)["overall"]
    for name in SCHEMAS:
        assert abs(expected[name].f1 - found[name]["f1"]) < 1e-9, name
    pairs = [(seconds(theirs), seconds(lambda: nervaluate(gold, said))) for _ in range(ROUNDS)]
    ratio = statistics.median(slow / fast for slow, fast in pairs)
    print(f"spans of {count:,} documents, four schemes: {ratio:.1f} times as fast as nervaluate (median of {ROUNDS})")
    first, counting, scoring = whole_task(count)
    print(
        f"claims of {count:,} articles: counting {counting:.1f} times as fast, for the first time {first:.1f} times; "
        f"counting and scoring {scoring:.1f} times"
    )
    return 0 if min(ratio, counting) >= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
