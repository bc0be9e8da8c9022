"""Generated parts of documents: the card's YAML, which is all that `load_dataset` needs, and tables in place."""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

from datasets import DatasetInfo
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCardData

from detente.data.corpus import SPLIT
from detente.data.inventory import PACKAGED, Inventory
from detente.dataset.features import features_of
from detente.dataset.metadata import Metadata

FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_BLOCK: Final = re.compile(r"(?P<open><!-- generated: (?P<name>\w+) -->\n).*?(?P<close><!-- /generated -->)", re.DOTALL)
_COUNT: Final = re.compile(r"(?P<open><!-- count: (?P<name>\w+) -->)(?P<old>[^<]*)(?P<close><!-- /count -->)")
_BOUNDS: Final = (1_000, 10_000, 100_000, 1_000_000)
_SIZES: Final = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "n>1M")
"""The hub's names of sizes, by numbers of rows."""
_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def front_matter(
    version: str,
    digests: Mapping[str, str],
    known: Metadata | None = None,
    rows: int = 0,
    inventory: Inventory = PACKAGED,
) -> str:
    """The card's YAML.

    A config's `description` is the digest of its rows: `load_dataset` keys its cache on this YAML and not on the data,
    so without it an edit would silently load the old rows.

    Args:
        version: The dataset's version.
        digests: Config name to SHA-256 of the config's rows.
        known: What is said of the dataset; a corpus without it is not published, and its card has its configs alone,
            and the title and languages of its own inventory.
        rows: How many rows it has, in all configs together.
        inventory: Its title, languages and labels.
    """
    said: dict[str, Any] = {}
    if inventory is not PACKAGED:
        said = {"pretty_name": inventory.title, "language": list(inventory.languages)}
    if known:
        size = _SIZES[bisect(_BOUNDS, rows)]
        said = {"pretty_name": known.name, "language": known.languages, "size_categories": [size], **known.hub}
    data = DatasetCardData(
        **said,
        configs=[
            {
                "config_name": config,
                "version": version,
                "description": f"sha256:{digest}",
                "data_files": [{"split": SPLIT, "path": f"data/{config}/{SPLIT}.parquet"}],
            }
            for config, digest in digests.items()
        ],
    )
    infos = DatasetInfosDict({config: DatasetInfo(features=features_of(config, inventory)) for config in digests})
    infos.to_dataset_card_data(data)
    return f"---\n{data.to_yaml()}\n---\n"


def render(document: str, blocks: Mapping[str, str], required: Collection[str], yaml: str = "") -> str:
    """A document with its front matter and its generated blocks replaced; what people wrote stays as it is.

    A block is `<!-- generated: NAME -->`, the generated lines, `<!-- /generated -->`.

    Args:
        document: The document as it is.
        blocks: Block name to Markdown.
        required: The blocks that the document must have.
        yaml: The new front matter.

    Raises:
        ValueError: If the document lacks a required block, has one twice, or names one that there is not.
    """
    body = FRONT_MATTER.sub("", document)
    named = Counter(match["name"] for match in _BLOCK.finditer(body))
    if missing := [name for name in required if not named[name]]:
        raise ValueError(f"the generated blocks {', '.join(missing)} are missing")
    if wrong := [name for name, count in named.items() if count > 1 or name not in blocks]:
        raise ValueError(f"the generated blocks {', '.join(wrong)} stand twice, or are not among {', '.join(blocks)}")
    return yaml + _BLOCK.sub(lambda match: match["open"] + blocks[match["name"]] + match["close"], body)


def with_block(document: str, name: str, text: str) -> str:
    """A document with one of its generated blocks replaced, and all else as it is.

    Raises:
        ValueError: If the document does not have the block once.
    """
    if (count := sum(match["name"] == name for match in _BLOCK.finditer(document))) != 1:
        raise ValueError(f"the generated block {name} stands there {count} times")
    return _BLOCK.sub(
        lambda match: match["open"] + text + match["close"] if match["name"] == name else match[0], document
    )


def with_counts(document: str, counts: Mapping[str, int]) -> str:
    """A document with the counts that its prose names.

    A count is `<!-- count: NAME -->`, the number as a word, `<!-- /count -->`; where the word was a capital one, it is.

    Args:
        document: The document as it is.
        counts: Name to number.

    Raises:
        ValueError: If the document names a count that there is not.
    """
    if wrong := [match["name"] for match in _COUNT.finditer(document) if match["name"] not in counts]:
        raise ValueError(f"the counts {', '.join(wrong)} are not among {', '.join(counts)}")
    return _COUNT.sub(
        lambda match: match["open"] + _word(counts[match["name"]], match["old"]) + match["close"], document
    )


def _word(number: int, old: str) -> str:
    word = _WORDS[number] if number < len(_WORDS) else str(number)
    return word.capitalize() if old[:1].isupper() else word
