"""Text measures beside the public packages that the benchmarks of content extraction use, on one core, in one run.

python benchmarks/text_measures.py [GROUND_TRUTH OUTPUT...]

By default on article-extraction-benchmark's files in ../shared/suites. Needs rouge-score, Levenshtein and jiwer beside
the extra `rouge`. Bounds: ROUGE-LSum at least 100 times rouge-score, the splitting into sentences counted on both
sides; shingle scores with 1,000 resamples at least 4 times a plain Counter implementation that resamples in Python for
one system, 20 times for all (references are counted once, a page's outputs together); Levenshtein at most 1.1 times the
package alone.
"""

import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from detente.data import page_texts
from detente.metrics.edit_distance import indel_ratio, wer_tokens, word_error_rate
from detente.metrics.ngrams import Shingles
from detente.metrics.rouge import rouge_lsum
from detente.stats.bootstrap import bootstrap_weights
from detente.text import sentences as sentences_module
from detente.text.sentences import sentences

SUITE = Path(__file__).parents[2] / "shared" / "suites" / "article_extraction"
SAMPLE = 120
"""Pairs of a page and a system for ROUGE-LSum: of all of them rouge-score would take half an hour."""
RESAMPLES = 1000
ROUNDS = 5

Texts = dict[str, str]


def medians(*runs: Callable[[], object]) -> list[float]:
    """Median seconds of each, the runs taking turns."""
    times = [[seconds(run) for run in runs] for _ in range(ROUNDS)]
    return [statistics.median(each) for each in zip(*times, strict=True)]


def seconds(run: Callable[[], object]) -> float:
    """CPU time of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def told(name: str, ours: float, theirs: float, ratio: float, bound: str, kept: bool) -> bool:
    """Prints a comparison."""
    print(f"{name}: {ours * 1e3:.1f} ms; peer {theirs * 1e3:.1f} ms; ratio {ratio:.2f} (bound {bound})", flush=True)
    return kept


def rouge(gold: Texts, systems: dict[str, Texts]) -> bool:
    """ROUGE-LSum of a sample of pages over all systems, with the splitting into sentences."""
    import punkt
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
    from rouge_score import rouge_scorer, tokenizers

    class WhiteSpace(tokenizers.Tokenizer):
        def tokenize(self, text: str) -> list[str]:
            return text.split()

    model, parameters = punkt.load_model("english"), PunktParameters()
    parameters.abbrev_types, parameters.sent_starters = set(model.abbrev_types), set(model.sent_starters)
    parameters.collocations = set(model.collocations)
    parameters.ortho_context.update(model.ortho_context)
    splitter = PunktSentenceTokenizer(parameters)
    scorer = rouge_scorer.RougeScorer(["rougeLsum"], tokenizer=WhiteSpace())
    pairs = random.Random(0).sample([(page, name) for page in gold for name in systems], SAMPLE)

    def by_lines(text: str) -> str:
        return "\n".join(sentence.replace("\n", " ") for sentence in splitter.tokenize(text))

    def theirs() -> list[float]:
        scores = (scorer.score(by_lines(gold[page]), by_lines(systems[name][page])) for page, name in pairs)
        return [score["rougeLsum"].fmeasure for score in scores]

    def tokens(text: str) -> list[list[str]]:
        return [sentence.split() for sentence in sentences(text)]

    def ours() -> list[float]:
        return [rouge_lsum(tokens(gold[page]), tokens(systems[name][page])).f1 for page, name in pairs]

    start = time.process_time()
    expected = theirs()
    slow = time.process_time() - start
    assert np.allclose(ours(), expected, atol=1e-12)
    cold = []
    for _ in range(ROUNDS):
        sentences_module._splitter.cache_clear()
        sentences("")
        cold.append(seconds(ours))
    fast = statistics.median(cold)
    return told(f"ROUGE-LSum of {SAMPLE} pages", fast, slow, slow / fast, "at least 100", slow >= 100 * fast)


def page_precision(tp: int, fp: int, fn: int) -> float:
    """Of one page."""
    if fp == fn == 0:
        return 1.0
    return tp / (tp + fp) if tp + fp else 0.0


def page_recall(tp: int, fp: int, fn: int) -> float:
    """Of one page."""
    if fp == fn == 0:
        return 1.0
    return tp / (tp + fn) if tp + fn else 0.0


def shingle_means(rows: list[tuple[int, int, int]]) -> tuple[float, float, float, float]:
    """Precision, recall, F1 and accuracy of one sample, by `statistics.mean` as the original has them."""
    precision = statistics.mean(page_precision(*row) for row in rows if row[0] + row[1])
    recall = statistics.mean(page_recall(*row) for row in rows if row[0] + row[2])
    same = statistics.mean(fp == fn == 0 for _, fp, fn in rows)
    return precision, recall, 2 * precision * recall / (precision + recall), same


def plain_shingles(gold: Texts, systems: list[Texts]) -> list[float]:
    """Shingle F1 with Counters and a bootstrap in Python, references counted for every system."""
    found = []
    for texts in systems:
        rows = []
        for page, reference in gold.items():
            one, two = (Counter(grams(text)) for text in (reference, texts[page]))
            tp = sum(min(count, two[gram]) for gram, count in one.items())
            rows.append((tp, sum(two.values()) - tp, sum(one.values()) - tp))
        drawn = random.Random(0)
        f1s = [shingle_means(drawn.choices(rows, k=len(rows)))[2] for _ in range(RESAMPLES)]
        found.append(statistics.stdev(f1s))
    return found


def grams(text: str) -> Iterator[tuple[str, ...]]:
    """Four tokens in a row, or all of fewer."""
    tokens = re.findall(r"\w+", text)
    if 0 < len(tokens) < 4:
        yield tuple(tokens)
    yield from zip(*(tokens[start:] for start in range(4)), strict=False)


def our_shingles(gold: Texts, systems: list[Texts]) -> list[float]:
    """The same by counts and one matrix product, references counted once and all outputs of a page together."""
    pages = [Shingles(text).compare_all([texts[page] for texts in systems]) for page, text in gold.items()]
    tp, fp, fn = np.array([[hits for hits, _ in page] for page in pages], dtype=float).transpose(2, 0, 1)
    parts = [tp / np.maximum(tp + fp, 1), tp / np.maximum(tp + fn, 1), tp + fp > 0, tp + fn > 0]
    drawn = bootstrap_weights(len(gold), RESAMPLES, seed=0) @ np.concatenate(parts, axis=1)
    of_precision, of_recall, with_output, with_reference = np.split(drawn, len(parts), axis=1)
    precision, recall = of_precision / with_output, of_recall / with_reference
    return [float(each) for each in np.std(2 * precision * recall / (precision + recall), axis=0, ddof=1)]


def shingles(gold: Texts, systems: dict[str, Texts]) -> bool:
    """Shingle scores with resamples, of one system and of all."""
    kept = []
    for chosen, bound in ((list(systems.values())[:1], 4), (list(systems.values()), 20)):
        assert np.allclose(our_shingles(gold, chosen), plain_shingles(gold, chosen), atol=0.01)
        rounds = ROUNDS if len(chosen) == 1 else 1
        theirs = statistics.median(seconds(lambda chosen=chosen: plain_shingles(gold, chosen)) for _ in range(rounds))  # type: ignore[misc]
        ours = statistics.median(seconds(lambda chosen=chosen: our_shingles(gold, chosen)) for _ in range(ROUNDS))  # type: ignore[misc]
        name = f"shingles of {len(chosen)} system{'s' * (len(chosen) > 1)}, {RESAMPLES} resamples"
        kept.append(told(name, ours, theirs, theirs / ours, f"at least {bound}", theirs >= bound * ours))
    return all(kept)


def edits(gold: Texts, systems: dict[str, Texts]) -> bool:
    """Levenshtein ratios and word error rates of one system, on the same tokens."""
    import jiwer
    import Levenshtein

    texts = next(iter(systems.values()))
    tokens = [(gold[page].split(), texts[page].split()) for page in gold]
    ours, theirs = medians(
        lambda: [indel_ratio(one, two) for one, two in tokens],
        lambda: [Levenshtein.ratio(one, two) for one, two in tokens],
    )
    kept = told("Levenshtein", ours, theirs, ours / theirs, "at most 1.1", ours <= 1.1 * theirs)
    ours, theirs = medians(
        lambda: [word_error_rate(wer_tokens(gold[page]), wer_tokens(texts[page])) for page in gold],
        lambda: [jiwer.wer(gold[page], texts[page]) for page in gold],
    )
    told("word error rate beside jiwer", ours, theirs, theirs / ours, "none", True)
    return kept


def main(gold_path: Path, paths: list[Path]) -> int:
    """Runs all comparisons; 1 if a bound is broken."""
    gold = dict(page_texts.texts(page_texts.read(gold_path).lines))
    systems = {path.name: dict(page_texts.texts(page_texts.read(path).lines)) for path in paths}
    print(f"{len(gold)} pages, {len(systems)} systems")
    return 0 if all([edits(gold, systems), shingles(gold, systems), rouge(gold, systems)]) else 1


if __name__ == "__main__":
    given = [Path(each) for each in sys.argv[1:]] or [
        SUITE / "ground_truth.json.xz",
        *sorted((SUITE / "outputs").glob("*.json.xz")),
    ]
    if not given[0].is_file():
        sys.exit(f"{given[0]} is not here: name a ground-truth.json and outputs of article-extraction-benchmark")
    sys.exit(main(given[0], given[1:]))
