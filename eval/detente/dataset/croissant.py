"""`croissant.json`: the dataset in MLCommons' Croissant 1.1, with the fields of its responsible AI extension.

One file and one record set for each config, one field for each column; a list is an array of one dimension, a struct a
field with fields of its own. Readers such as mlcroissant give text as bytes.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from detente.data.corpus import table_name
from detente.dataset import metadata
from detente.dataset.metadata import Metadata

CROISSANT: Final = "croissant.json"
_LICENCES: Final = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/"}
_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification prescribes."""


def croissant(
    known: Metadata, version: str, frames: Mapping[str, pl.DataFrame], files: Mapping[str, bytes]
) -> dict[str, Any]:
    """The document.

    Args:
        known: What is said of the dataset.
        version: Its version.
        frames: The tables by config.
        files: The Parquet files below the folder of the dataset.
    """
    return {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": known.name,
        "description": known.abstract,
        "version": version,
        "license": [_LICENCES.get(known.licences["labels"], known.licences["labels"]), known.licences["texts"]],
        "creator": [{"@type": _kind(author), "name": metadata.name_of(author)} for author in known.authors],
        **({"url": known.url} if known.url else {}),
        **({"datePublished": known.published} if known.published else {}),
        "keywords": known.keywords,
        "inLanguage": known.languages,
        "citeAs": metadata.bibtex(known, version),
        **{f"rai:{name}": value for name, value in known.responsible_ai.items()},
        "distribution": [_file(config, files[table_name(config)]) for config in frames],
        "recordSet": [_records(config, frame) for config, frame in frames.items()],
    }


def _kind(author: Mapping[str, str]) -> str:
    return "Organization" if "name" in author else "Person"


def _file(config: str, data: bytes) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": table_name(config),
        "name": table_name(config),
        "contentUrl": table_name(config),
        "encodingFormat": "application/x-parquet",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _records(config: str, frame: pl.DataFrame) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        **({"key": {"@id": f"{config}/id"}} if "id" in frame.columns else {}),
        "field": [_field(f"{config}/{name}", config, name, dtype) for name, dtype in frame.schema.items()],
    }


def _field(place: str, config: str, column: str, dtype: Any, path: str = "") -> dict[str, Any]:
    """A column, or a key of its structs.

    Args:
        place: The id of the field.
        config: The config.
        column: The column.
        dtype: What is in it.
        path: The key of a struct.
    """
    inner = dtype.inner if isinstance(dtype, pl.List) else dtype
    source: dict[str, Any] = {"fileObject": {"@id": table_name(config)}, "extract": {"column": column}}
    if path:
        source["transform"] = {"jsonPath": path}
    field: dict[str, Any] = {"@type": "cr:Field", "@id": place, "name": place.rpartition("/")[2]}
    if isinstance(dtype, pl.List):
        field |= {"isArray": True, "arrayShape": "-1"}
    if isinstance(inner, pl.Struct):
        return field | {"subField": list(_subfields(place, config, column, inner))}
    return field | {"dataType": _type(inner), "source": source}


def _subfields(place: str, config: str, column: str, struct: pl.Struct) -> Iterator[dict[str, Any]]:
    for each in struct.fields:
        yield _field(f"{place}/{each.name}", config, column, each.dtype, each.name)


def _type(dtype: Any) -> str:
    return "sc:Boolean" if dtype == pl.Boolean else "sc:Integer" if dtype.is_integer() else "sc:Text"
