"""What is said of the dataset as a whole: read from one file, from which every document that says it is made."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detente.data.files import read_bytes, reason
from detente.data.problems import Problem, ValidationError
from detente.text.display import quoted

METADATA: Final = "annotations/metadata.yaml"
CITATION: Final = "CITATION.cff"
PROJECT: Final = "pyproject.toml"
_FIELDS: Final[dict[str, type]] = {
    "name": str,
    "title": str,
    "description": str,
    "abstract": str,
    "authors": list,
    "keywords": list,
    "languages": list,
    "licences": dict,
    "hub": dict,
    "responsible_ai": dict,
}
_KINDS: Final = {"str": "words", "list": "a list", "dict": "a mapping"}
_LATER: Final = {
    "doi": (r"10\.\d{4,9}/\S+", "as 10.5281/zenodo.123"),
    "repository": (r"https?://\S+", "an address"),
    "url": (r"https?://\S+", "an address"),
    "published": (r"\d{4}-\d{2}-\d{2}", "a day as 2026-01-31, in quotation marks"),
}
"""Fields that a dataset has once it is published, their form and what that is like."""
_LICENCES: Final = ("labels", "code", "texts")
_HUB: Final[dict[str, tuple[str, ...]]] = {
    "license": (),
    "annotations_creators": (
        "crowdsourced",
        "expert-generated",
        "found",
        "machine-generated",
        "no-annotation",
        "other",
    ),
    "language_creators": ("crowdsourced", "expert-generated", "found", "machine-generated", "other"),
    "multilinguality": ("monolingual", "multilingual", "translation", "other"),
    "source_datasets": ("original", "extended"),
    "task_categories": (),
    "task_ids": (),
    "tags": (),
}
"""The fields that the hub's card must have beside those that the data tell, and their inventory where it is closed."""
_HUB_MAY: Final = ("license_name", "license_link")
RESPONSIBLE_AI: Final = (
    *("dataCollection", "dataCollectionType", "dataCollectionMissingData", "dataCollectionRawData"),
    *("dataCollectionTimeframe", "dataImputationProtocol", "dataPreprocessingProtocol", "dataManipulationProtocol"),
    *("dataAnnotationProtocol", "dataAnnotationPlatform", "dataAnnotationAnalysis", "annotationsPerItem"),
    *("annotatorDemographics", "machineAnnotationTools", "dataBiases", "dataUseCases", "dataLimitations"),
    *("dataSocialImpact", "personalSensitiveInformation", "dataReleaseMaintenancePlan"),
)
"""The fields of Croissant's responsible AI extension 1.0."""


@dataclass(frozen=True)
class Metadata:
    """What is said of a dataset.

    Attributes:
        name: Its short name.
        title: Its title, as it is cited.
        description: One line.
        abstract: A paragraph.
        authors: Each with the fields of a person or entity in CITATION.cff.
        keywords: In the words of the field.
        languages: ISO 639-1 codes of the pages.
        licences: SPDX identifiers of `labels` and `code`, and what holds for the `texts`.
        hub: Fields of the card's YAML that the data do not tell.
        responsible_ai: Croissant's fields of this name, without their prefix.
        doi: The DOI, once there is one.
        repository: The address of the code, once there is one.
        url: The address of the dataset, once there is one.
        published: The day of publication.
    """

    name: str
    title: str
    description: str
    abstract: str
    authors: list[dict[str, str]]
    keywords: list[str]
    languages: list[str]
    licences: dict[str, str]
    hub: dict[str, Any]
    responsible_ai: dict[str, Any]
    doi: str | None = None
    repository: str | None = None
    url: str | None = None
    published: str | None = None

    @property
    def author(self) -> str:
        """All authors in one line."""
        return " and ".join(map(name_of, self.authors))


def read(root: Path) -> Metadata | None:
    """The metadata of a corpus; None if it has no such file, as one that is not published.

    Raises:
        ValidationError: With everything that is wrong in the file.
    """
    import yaml

    path = root / METADATA
    if not path.is_file():
        return None
    try:
        found = yaml.safe_load(read_bytes(path).decode())
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # a date that there is not is a ValueError
        mark = getattr(error, "problem_mark", None)
        place = f"{METADATA}:{mark.line + 1}" if mark else METADATA
        message = "cannot be read as YAML in UTF-8: look at quotation marks, brackets and indents"
        raise ValidationError([Problem("metadata", place, message)]) from error
    if problems := [Problem("metadata", METADATA, message) for message in _faults(found)]:
        raise ValidationError(problems)
    return Metadata(**found)


def _faults(found: Any) -> Iterator[str]:
    if not isinstance(found, dict):
        yield f"is not a mapping of {', '.join(_FIELDS)}"
        return
    known = (*_FIELDS, *_LATER)
    if unknown := [str(name) for name in found if name not in known]:
        yield f"{quoted(*unknown)} is none of the fields: {', '.join(known)}"
    sound = {name for name, kind in _FIELDS.items() if isinstance(found.get(name), kind) and found[name]}
    for name in (name for name in _FIELDS if name not in sound):
        yield f"`{name}` must be {_KINDS[_FIELDS[name].__name__]}, and not empty"
    for name, (form, example) in _LATER.items():
        if name in found and not (isinstance(found[name], str) and re.fullmatch(form, found[name])):
            yield f"`{name}` must be {example}; leave it out until it is known"
    if "authors" in sound and not all(map(_is_author, found["authors"])):
        yield "each of `authors` must be a mapping with `name`, or with `family-names` and `given-names`"
    for name in ("keywords", "languages"):
        if name in sound and not all(isinstance(each, str) for each in found[name]):
            yield f"each of `{name}` must be words"
    if "licences" in sound and not all(isinstance(found["licences"].get(name), str) for name in _LICENCES):
        yield f"`licences` must have words for {', '.join(_LICENCES)}"
    if "hub" in sound:
        yield from _hub_faults(found["hub"])
    if "responsible_ai" in sound:
        yield from _unknown("responsible_ai", found["responsible_ai"], RESPONSIBLE_AI)


def _hub_faults(hub: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("hub", hub, (*_HUB, *_HUB_MAY))
    for name, inventory in _HUB.items():
        values = hub.get(name)
        if not values:
            yield f"`hub` lacks `{name}`, which a card must have"
        elif inventory and not (isinstance(values, list) and {str(each) for each in values} <= {*inventory}):
            yield f"`{name}` of `hub` must be a list of {', '.join(inventory)}"


def _unknown(name: str, part: Mapping[str, Any], known: Sequence[str]) -> Iterator[str]:
    if unknown := [str(each) for each in part if each not in known]:
        yield f"{quoted(*unknown)} is none of the fields of `{name}`: {', '.join(known)}"


def _is_author(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and all(isinstance(value, str) for value in found.values())
        and ("name" in found or found.keys() >= {"family-names", "given-names"})
    )


def name_of(author: Mapping[str, str]) -> str:
    """An author's name as it is spoken."""
    return author.get("name") or f"{author['given-names']} {author['family-names']}"


def citation(known: Metadata, version: str) -> str:
    """CITATION.cff, in the Citation File Format 1.2.0."""
    import yaml

    document: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": f"If you use {known.name}, please cite it, with the versions of code and data that the signature of "
        "a score gives.",
        "type": "dataset",
        "title": known.title,
        "abstract": known.abstract,
        "authors": known.authors,
        "version": version,
        **({"doi": known.doi} if known.doi else {}),
        **({"date-released": known.published} if known.published else {}),
        **({"url": known.url} if known.url else {}),
        **({"repository-code": known.repository} if known.repository else {}),
        "license": [known.licences["code"], known.licences["labels"]],
        "keywords": known.keywords,
    }
    made: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
    return f"# Made by `detente dataset build` from {METADATA}.\n{made}"


def bibtex(known: Metadata, version: str) -> str:
    """The same for LaTeX."""
    fields = {
        "title": "{" + known.title + "}",
        "author": " and ".join("{" + each["name"] + "}" if "name" in each else name_of(each) for each in known.authors),
        "version": version,
        "doi": known.doi,
        "url": known.url,
        "year": known.published and known.published[:4],
    }
    inside = ", ".join(f"{name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{_key(known.name)}, {inside}}}"


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFD", name.casefold()))


def blocks(known: Metadata, version: str) -> dict[str, str]:
    """The generated parts of documents that say the same."""
    later = f" The DOI is {known.doi}." if known.doi else " No DOI is recorded."
    licences = (
        f"Labels and documentation: {known.licences['labels']} (`LICENSE-annotations`). Code: {known.licences['code']} "
        f"(`LICENSE`). {known.licences['texts']}"
    )
    return {
        "version": f"For version {version} of the data. Cite as: {known.author}, *{known.title}*, version {version}.\n",
        "licences": f"{licences} `CITATION.cff` says how to cite.{later}\n",
    }


def drift(root: Path, known: Metadata) -> Iterator[str]:
    """What `pyproject.toml` says otherwise, a line for each field."""
    path = root / PROJECT
    if not path.is_file():
        return
    try:
        project: Mapping[str, Any] = tomllib.loads(path.read_text("utf-8")).get("project", {})
    except tomllib.TOMLDecodeError as error:
        yield f"{PROJECT}: is not TOML: {reason(error)}"
        return
    urls = {"repository": known.repository, "homepage": known.url}
    wanted = {
        "description": known.description,
        "keywords": known.keywords,
        "authors": [{"name": known.author}],
        "license": f"{known.licences['code']} AND {known.licences['labels']}",
        "urls": {name: url for name, url in urls.items() if url} or None,
    }
    for name, value in wanted.items():
        if project.get(name) != value:
            yield f"{PROJECT}: `{name}` is not what {METADATA} says: {value!r}"
