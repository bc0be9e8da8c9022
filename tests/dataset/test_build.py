"""The build: deterministic, whole or not at all, and `load_dataset` sees every edit."""

import json
import shutil
from pathlib import Path

import datasets
import polars as pl
import pytest

import detente
from detente.data.corpus import Corpus
from detente.data.problems import ValidationError
from detente.dataset import build, schema
from detente.dataset.features import features_of


def test_a_rebuild_equals_what_is_committed(root: Path) -> None:
    assert list(build.differences(root, build.files_of(root))) == []


def test_two_builds_are_the_same_to_the_byte(root: Path) -> None:
    assert build.files_of(root) == build.files_of(root)


def test_the_captures_are_the_seeds_byte_for_byte(root: Path) -> None:
    seeds = root.parent / "shared" / "seeds"
    if not seeds.is_dir():
        pytest.skip("../shared/seeds is not beside this checkout")
    copies = sorted((root / "dataset" / "raw").glob("*.txt"))
    assert [path.read_bytes() for path in copies] == [path.read_bytes() for path in sorted(seeds.glob("*.txt"))]


def test_every_built_table_passes_its_model(gold: Corpus) -> None:
    for config in schema.PUBLISHED:
        frame = gold.table(config)
        assert dict(frame.schema) == schema.polars_schema(config)
        assert schema.table_problems(config, frame, [f"row {number}" for number in range(len(frame))]) == []


def test_a_build_writes_only_what_differs_and_removes_what_nothing_makes(minimal: Path) -> None:
    first = build.write(minimal, build.files_of(minimal))
    assert first[-1] == "dataset/manifest.json"
    assert build.write(minimal, build.files_of(minimal)) == []
    stray = minimal / "dataset" / "data" / "old" / "test.parquet"
    stray.parent.mkdir()
    stray.touch()
    assert list(build.differences(minimal, build.files_of(minimal))) == [
        "dataset/data/old/test.parquet: nothing makes this file"
    ]
    assert build.write(minimal, build.files_of(minimal)) == ["dataset/data/old/test.parquet"]


def edit(root: Path, old: str, new: str, name: str = "annotations/stance/gold/detente-900.jsonl") -> None:
    path = root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_stale_files_are_told_row_by_row(minimal: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    edit(minimal, '"scale": 2', '"scale": 1')
    lines = list(build.differences(minimal, build.files_of(minimal)))
    changed = [line for line in lines if '"scale":1' in line or '"scale":2' in line]
    assert [line[0] for line in changed] == ["-", "+"]
    assert any(line.startswith("--- dataset/data/stance/test.parquet") for line in lines)
    assert any("sha256:" in line for line in lines)


def test_a_file_that_the_manifest_does_not_vouch_for_is_refused(minimal: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    path = minimal / "dataset" / "data" / "stance" / "test.parquet"
    pl.read_parquet(path).with_columns(pl.lit("against").alias("label")).write_parquet(path)
    with pytest.raises(ValidationError, match="dataset-changed"):
        Corpus(minimal / "dataset").table("stance")
    lines = list(build.differences(minimal, build.files_of(minimal)))
    assert "dataset/data/stance/test.parquet: its bytes have not the hash in dataset/manifest.json" in lines


def test_other_parquet_bytes_with_the_same_rows_are_not_stale(minimal: Path) -> None:
    build.write(minimal, build.files_of(minimal))
    path, manifest = minimal / "dataset/data/stance/test.parquet", minimal / "dataset/manifest.json"
    before = build._sha256(path.read_bytes())
    pl.read_parquet(path).write_parquet(path, compression="uncompressed")
    after = build._sha256(path.read_bytes())
    assert before != after
    manifest.write_text(manifest.read_text().replace(before, after))
    assert list(build.differences(minimal, build.files_of(minimal))) == []


@pytest.mark.parametrize("failing", ["README.md", "manifest.json"])
def test_a_build_that_fails_leaves_no_half_written_file(minimal: Path, monkeypatch, failing: str) -> None:
    build.write(minimal, build.files_of(minimal))
    kept = {path: path.read_bytes() for path in (minimal / "dataset").rglob("*") if path.is_file()}
    edit(minimal, '"scale": 2', '"scale": 1')
    files = build.files_of(minimal)
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == failing:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(ValidationError, match="No space left"):
        build.write(minimal, files)
    now = {path: path.read_bytes() for path in (minimal / "dataset").rglob("*") if path.is_file()}
    assert now.keys() == kept.keys()
    # What was not reached is as it was; what was written is whole.
    whole = set(files.values()) | set(kept.values())
    assert all(data in whole for data in now.values())


def test_the_card_must_have_its_blocks(minimal: Path) -> None:
    edit(minimal, "<!-- generated: stance -->", "", "dataset/README.md")
    with pytest.raises(ValidationError, match="stance are missing"):
        build.files_of(minimal)


def test_what_people_write_in_the_card_survives(minimal: Path) -> None:
    card = minimal / "dataset" / "README.md"
    card.write_text("# Mine\n" + card.read_text() + "\nA last word.\n")
    build.write(minimal, build.files_of(minimal))
    text = card.read_text()
    assert text.startswith("---\n")
    assert "\n# Mine\n" in text
    assert text.endswith("A last word.\n")
    assert "| france" not in text
    assert "| detente-900 |" in text


@pytest.mark.parametrize("config", schema.PUBLISHED)
def test_load_dataset_from_the_folder_has_the_rows_and_typed_features(gold: Corpus, monkeypatch, root, config) -> None:
    monkeypatch.chdir(root)
    loaded = datasets.load_dataset("./dataset", config, split="test")
    assert loaded.features == features_of(config)
    assert str(loaded.info.version) == gold.manifest["version"]
    rows = gold.rows(config)
    assert len(loaded) == len(rows) == gold.manifest["configs"][config]["rows"]
    for name, feature in loaded.features.items():
        values = (
            [feature.int2str(v) if v is not None else None for v in loaded[name]]
            if isinstance(feature, datasets.ClassLabel)
            else list(loaded[name])
        )
        assert values == [row[name] for row in rows], name


def test_features_are_class_labels_and_lists_of_spans() -> None:
    features = features_of("stance")
    assert features["label"].names == ["favor", "against", "none"]
    assert features["evidence"] == datasets.List({"start": datasets.Value("int32"), "end": datasets.Value("int32")})


def test_detente_load_dataset_is_the_same(gold: Corpus) -> None:
    loaded = detente.load_dataset("stance")
    assert list(loaded["id"]) == [row["id"] for row in gold.rows("stance")]
    with pytest.raises(ValueError, match="nonsense"):
        detente.load_dataset("nonsense")


def test_an_edited_row_is_seen_and_not_the_cached_one(minimal: Path) -> None:
    def scales() -> list[int | None]:
        build.write(minimal, build.files_of(minimal))
        return list(datasets.load_dataset(str(minimal / "dataset"), "stance", split="test")["scale"])

    assert scales() == [2, None]
    edit(minimal, '"scale": 2', '"scale": 1')
    assert scales() == [1, None]
    edit(minimal, '"scale": 1', '"scale": 2')
    assert scales() == [2, None]


def test_a_second_checkout_is_not_taken_for_the_first(minimal: Path, tmp_path: Path) -> None:
    second = Path(shutil.copytree(minimal, tmp_path / "elsewhere"))
    edit(second, '"scale": 2', '"scale": 1')
    for corpus, scale in ((minimal, 2), (second, 1)):
        build.write(corpus, build.files_of(corpus))
        assert datasets.load_dataset(str(corpus / "dataset"), "stance", split="test")["scale"][0] == scale


def test_the_manifest_names_version_and_hashes(gold: Corpus, root: Path) -> None:
    manifest = json.loads((root / "dataset" / "manifest.json").read_text())
    assert manifest["version"] == (root / "annotations" / "VERSION").read_text().strip()
    assert set(manifest["configs"]) == set(schema.PUBLISHED)
    assert gold.version == f"{manifest['version']}+{manifest['sha256'][:8]}"
    for name, digest in manifest["files"].items():
        assert build._sha256((root / "dataset" / name).read_bytes()) == digest
