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
from detente.dataset import build, built, schema
from detente.dataset.card import with_block, with_counts
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
    assert "| france | explicit | own | 1 | 0 |" in text
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
    with pytest.raises(ValidationError, match="nonsense"):
        detente.load_dataset("nonsense")


def test_an_edited_row_is_seen_and_not_the_cached_one(minimal: Path) -> None:
    def scales() -> list[int]:
        build.write(minimal, build.files_of(minimal))
        loaded = datasets.load_dataset(str(minimal / "dataset"), "stance", split="test")
        return [scale for scale in loaded["scale"] if scale is not None]

    assert scales() == [2]
    edit(minimal, '"scale": 2', '"scale": 1')
    assert scales() == [1]
    edit(minimal, '"scale": 1', '"scale": 2')
    assert scales() == [2]


def test_a_second_checkout_is_not_taken_for_the_first(minimal: Path, tmp_path: Path) -> None:
    second = Path(shutil.copytree(minimal, tmp_path / "elsewhere"))
    edit(second, '"scale": 2', '"scale": 1')
    for corpus, scale in ((minimal, 2), (second, 1)):
        build.write(corpus, build.files_of(corpus))
        loaded = datasets.load_dataset(str(corpus / "dataset"), "stance", split="test")
        assert set(loaded["scale"]) == {scale, None}


def test_the_manifest_names_version_and_hashes(gold: Corpus, root: Path) -> None:
    manifest = json.loads((root / "dataset" / "manifest.json").read_text())
    assert manifest["version"] == (root / "annotations" / "VERSION").read_text().strip()
    assert set(manifest["configs"]) == set(schema.PUBLISHED)
    assert gold.version == f"{manifest['version']}+{manifest['sha256'][:8]}"
    for name, digest in manifest["files"].items():
        assert build._sha256((root / "dataset" / name).read_bytes()) == digest


def versions(root: Path, version: str | None = None) -> list[str]:
    """The problems of the version, which is written first."""
    if version:
        (root / "annotations" / "VERSION").write_text(version + "\n")
    return [str(problem) for problem in built.version_problems(root, build.files_of(root))]


def test_other_rows_need_a_higher_version(minimal: Path) -> None:
    assert versions(minimal) == []  # nothing was built yet
    build.write(minimal, build.files_of(minimal))
    assert versions(minimal) == []
    assert versions(minimal, "0.9.9") == []  # the rows are the same
    edit(minimal, '"scale": 2', '"scale": 1')
    message = "annotations/VERSION: version-not-raised: the rows of stance are not those that were built as 1.0.0:"
    for version, refused in (("0.9.9", True), ("1.0.0", True), ("1.0.1", False), ("1.0.10", False), ("2.0.0", False)):
        found = versions(minimal, version)
        assert [each.startswith(message) for each in found] == [True] * refused, version
    build.write(minimal, build.files_of(minimal))
    edit(minimal, '"scale": 1', '"scale": 2')
    remedy = "were built as 2.0.0: raise the version above it in annotations/VERSION"
    assert versions(minimal, "1.9.0")[0].endswith(remedy)  # 1.9.0 is below 2.0.0


@pytest.mark.parametrize("manifest", ["", "[]", "{}", "null", "x", '{"files": [], "configs": 3}', '{"a": 1, "a": 2}'])
def test_a_broken_manifest_is_one_problem_and_a_build_mends_it(minimal: Path, manifest: str) -> None:
    build.write(minimal, build.files_of(minimal))
    path = minimal / "dataset" / "manifest.json"
    path.write_text(manifest)
    with pytest.raises(ValidationError) as invalid:
        Corpus(minimal / "dataset").table("stance")
    (problem,) = invalid.value.problems
    assert (problem.code, problem.location) == ("dataset-changed", str(path))
    assert built.changed_by_hand(minimal) == [problem]
    files = build.files_of(minimal)
    assert built.version_problems(minimal, files) == []
    assert any(line.startswith("--- dataset/manifest.json") for line in build.differences(minimal, files))
    assert build.write(minimal, files) == ["dataset/manifest.json"]
    assert built.changed_by_hand(minimal) == []


def test_what_was_changed_by_hand_and_what_is_out_of_date_is_told(minimal: Path) -> None:
    files = build.files_of(minimal)
    assert built.changed_by_hand(minimal) == built.stale(minimal, files) == []  # nothing is built
    build.write(minimal, files)
    assert built.changed_by_hand(minimal) == built.stale(minimal, files) == []
    (minimal / "dataset" / "agreement.json").write_text("{}")
    (minimal / "dataset" / "text" / "detente-900.txt").unlink()
    names = {Path(each.location).name: each.code for each in built.changed_by_hand(minimal)}
    assert names == {"agreement.json": "dataset-changed", "detente-900.txt": "not-readable"}
    with pytest.raises(ValidationError, match="dataset-changed"):
        assert Corpus(minimal / "dataset").agreement
    build.write(minimal, files)
    edit(minimal, '"scale": 2', '"scale": 1')
    found = built.stale(minimal, build.files_of(minimal))
    names = ["dataset/data/stance/test.parquet", "dataset/README.md", "dataset/manifest.json"]
    assert [(each.code, each.location) for each in found] == [("dataset-stale", name) for name in names]


def test_detente_load_dataset_refuses_a_file_that_was_changed_by_hand(minimal: Path, monkeypatch, tmp_path) -> None:
    build.write(minimal, build.files_of(minimal))
    monkeypatch.setattr("detente.data.corpus.dataset_folder", lambda: minimal / "dataset")
    path = minimal / "dataset" / "data" / "stance" / "test.parquet"
    own = path.read_bytes()
    loaded = detente.load_dataset("stance", cache_dir=tmp_path / "cache")
    assert sorted(loaded["label"]) == [0, *[2] * 71]
    assert (tmp_path / "cache").is_dir()
    pl.read_parquet(path).with_columns(pl.lit("against").alias("label")).write_parquet(path)
    with pytest.raises(ValidationError, match="dataset-changed"):  # although the cache has the old rows
        detente.load_dataset("stance", cache_dir=tmp_path / "cache")
    path.write_bytes(own)
    assert list(detente.load_dataset("stance", cache_dir=tmp_path / "cache")["label"])[:3] == [2, 2, 0]


def test_a_cache_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValidationError, match=r"not-writable: the cache cannot be written: .*cache_dir, or in HF_HOME"):
        detente.load_dataset("stance", cache_dir=tmp_path / "file" / "cache")


def test_counts_in_prose_are_those_of_the_data(minimal: Path) -> None:
    card = minimal / "dataset" / "README.md"
    pages, families = "<!-- count: pages -->{}<!-- /count -->", "<!-- count: families -->{}<!-- /count -->"
    text = f"{pages} pages, {families} families, {pages}"
    card.write_text(card.read_text() + text.format("Nine", "nine", "") + "\n")
    (minimal / "README.md").write_text(text.format("12", "12", "12"))
    files = build.files_of(minimal)
    assert files["dataset/README.md"].decode().endswith(text.format("One", "one", "one") + "\n")
    assert files["README.md"].decode() == text.format("one", "one", "one")
    (minimal / "README.md").write_text("<!-- count: paegs -->one<!-- /count -->")
    with pytest.raises(ValidationError, match=r"README\.md: card-blocks: the counts paegs are not among pages"):
        build.files_of(minimal)


@pytest.mark.parametrize(("number", "word"), [(0, "no"), (10, "ten"), (11, "11")])
def test_counts_are_words_up_to_ten(number: int, word: str) -> None:
    place = "<!-- count: pages -->{}<!-- /count -->"
    assert with_counts(place.format("some"), {"pages": number}) == place.format(word)


def test_one_block_is_replaced_and_the_others_stay() -> None:
    block = "<!-- generated: {} -->\n{}<!-- /generated -->\n"
    document = f"Here.\n{block.format('one', 'old')}{block.format('two', 'kept')}"
    assert with_block(document, "one", "new") == f"Here.\n{block.format('one', 'new')}{block.format('two', 'kept')}"
    with pytest.raises(ValueError, match="the generated block three stands there 0 times"):
        with_block(document, "three", "")
    with pytest.raises(ValueError, match="the generated block one stands there 2 times"):
        with_block(document + document, "one", "")
