"""Generated parts of documents: the card's YAML, which is all that `load_dataset` needs, and tables in place."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

from datasets import DatasetInfo
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCardData

from detente.data.corpus import SPLIT
from detente.data.inventory import PACKAGED, Inventory
from detente.dataset.features import features_of

_LICENCE: Final = "labels-cc-by-4.0-texts-of-their-publishers"
_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_BLOCK: Final = re.compile(r"(?P<open><!-- generated: (?P<name>\w+) -->\n).*?(?P<close><!-- /generated -->)", re.DOTALL)
_COUNT: Final = re.compile(r"(?P<open><!-- count: (?P<name>\w+) -->)(?P<old>[^<]*)(?P<close><!-- /count -->)")
_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def front_matter(version: str, digests: Mapping[str, str], inventory: Inventory = PACKAGED) -> str:
    """The card's YAML.

    A config's `description` is the digest of its rows: `load_dataset` keys its cache on this YAML and not on the data,
    so without it an edit would silently load the old rows.

    Args:
        version: The dataset's version.
        digests: Config name to SHA-256 of the config's rows.
        inventory: The corpus' title, languages and labels. Only of the package's own is the licence known here.
    """
    is_own = inventory.name == PACKAGED.name
    data = DatasetCardData(
        pretty_name=inventory.title,
        language=list(inventory.languages),
        license="other",
        license_name=_LICENCE if is_own else None,
        license_link="LICENSE-annotations" if is_own else None,
        task_categories=["text-classification", "token-classification"],
        size_categories=["n<1K"],
        annotations_creators=["machine-generated"],
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
    body = _FRONT_MATTER.sub("", document)
    named = Counter(match["name"] for match in _BLOCK.finditer(body))
    if missing := [name for name in required if not named[name]]:
        raise ValueError(f"the generated blocks {', '.join(missing)} are missing")
    if wrong := [name for name, count in named.items() if count > 1 or name not in blocks]:
        raise ValueError(f"the generated blocks {', '.join(wrong)} stand twice, or are not among {', '.join(blocks)}")
    return yaml + _BLOCK.sub(lambda match: match["open"] + blocks[match["name"]] + match["close"], body)


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
