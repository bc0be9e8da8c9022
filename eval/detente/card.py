"""The dataset card's generated parts: its YAML, which is all that `load_dataset` needs, and its tables of counts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from datasets import DatasetInfo
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCardData

from detente import inventory
from detente.annotations import Tables
from detente.corpus import SPLIT
from detente.features import features_of

_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_BLOCK: Final = re.compile(r"(?P<open><!-- generated: (?P<name>\w+) -->\n).*?(?P<close><!-- /generated -->)", re.DOTALL)


def front_matter(version: str, digests: Mapping[str, str]) -> str:
    """The card's YAML.

    A config's `description` is the digest of its rows: `load_dataset` keys its cache on this YAML and not on the data,
    so without it an edit would silently load the old rows.

    Args:
        version: The dataset's version.
        digests: Config name to SHA-256 of the config's rows.
    """
    data = DatasetCardData(
        pretty_name="Détente",
        language=["en"],
        license="other",
        license_name="labels-cc-by-4.0-texts-of-their-publishers",
        license_link="../LICENSE-annotations",
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
    infos = DatasetInfosDict({config: DatasetInfo(features=features_of(config)) for config in digests})
    infos.to_dataset_card_data(data)
    return f"---\n{data.to_yaml()}\n---\n"


def render(card: str, yaml: str, blocks: Mapping[str, str]) -> str:
    """The card with its front matter and its generated blocks replaced; what people wrote stays as it is.

    A block is `<!-- generated: NAME -->`, the generated lines, `<!-- /generated -->`.

    Raises:
        ValueError: If the card lacks one of the blocks or names another.
    """
    body = _FRONT_MATTER.sub("", card)
    named = Counter(match["name"] for match in _BLOCK.finditer(body))
    if named != Counter(blocks.keys()):
        raise ValueError(f"the card must have each of the generated blocks {', '.join(blocks)} once")
    return yaml + _BLOCK.sub(lambda match: match["open"] + blocks[match["name"]] + match["close"], body)


def _markdown(header: Sequence[object], rows: Iterable[Iterable[object]]) -> str:
    lines: list[Iterable[object]] = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join("–" if cell is None else str(cell) for cell in line) + " |\n" for line in lines)


def blocks(tables: Tables) -> dict[str, str]:
    """The card's generated tables by name."""
    segments, stances = tables["boilerplate"].rows, tables["stance"].rows
    articles = tables["articles"].rows
    ids = [row["id"] for row in articles]
    soft = {name: sum(bool(row["alternatives"]) for row in tables[name].rows) for name in ("boilerplate", "stance")}
    types = Counter((row["type"], row["article"]) for row in segments)
    labels = Counter((row["target"], row["label"], row["alleged"]) for row in stances)
    return {
        "articles": _markdown(
            ("article", "family", "outlet", "date", "characters", "headline"),
            (
                (
                    row["id"],
                    row["family"],
                    f"{row['outlet']} ({row['outlet_basis']})" if row["outlet"] else "unknown",
                    f"{row['date']} ({row['date_basis']})" if row["date"] else "unknown",
                    len(row["text"]),
                    row["headline"],
                )
                for row in articles
            ),
        ),
        "configs": _markdown(
            ("config", "rows", "rows with alternatives"),
            ((name, len(table.rows), soft.get(name)) for name, table in tables.items()),
        ),
        "boilerplate": _markdown(
            ("zone", "type", *ids),
            (
                (zone, kind, *(types[kind, article] for article in ids))
                for zone, kinds in inventory.TYPES_OF_ZONE.items()
                for kind in kinds
            ),
        ),
        "stance": _markdown(
            ("target", "alleged", *inventory.STANCE_LABELS),
            (
                (
                    target,
                    "yes" if alleged else "no",
                    *(labels[target, label, alleged] for label in inventory.STANCE_LABELS),
                )
                for target in inventory.STANCE_TARGETS
                for alleged in (False, True)
            ),
        ),
    }
