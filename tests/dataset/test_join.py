"""Joining: with the pages the dataset comes back row for row; what a copy has otherwise is told and undone."""

import hashlib
import json
import shutil
import unicodedata
from pathlib import Path

import polars as pl
import pytest

from detente.data.corpus import Corpus
from detente.data.files import write_folder
from detente.data.problems import ValidationError
from detente.dataset import build, schema
from detente.dataset.join import Joined, join
from detente.dataset.text_free import export
from detente.text.anchoring import Anchoring, Words

ARTICLE = "detente-900"


@pytest.fixture(scope="module")
def text_free(gold: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("export") / "text-free"
    write_folder(folder, export(gold))
    return Corpus(folder)


@pytest.fixture
def copies(root: Path, tmp_path: Path) -> Path:
    """A folder of the pages as captured, to be changed."""
    return Path(shutil.copytree(root / "dataset" / "raw", tmp_path / "copies"))


def edit(copies: Path, article: str, old: str, new: str) -> None:
    path = copies / f"{article}.txt"
    text = path.read_bytes().decode()
    assert text.count(old) >= 1
    path.write_bytes(text.replace(old, new, 1).encode())


def written(joined: Joined, tmp_path: Path) -> Corpus:
    write_folder(tmp_path / "joined", joined.files)
    return Corpus(tmp_path / "joined")


def test_with_the_pages_themselves_it_is_the_dataset_to_the_byte(gold: Corpus, text_free: Corpus, root: Path) -> None:
    joined = join(text_free, root / "dataset" / "raw")
    assert joined.lost == joined.notes == []
    built = {path.relative_to(gold.folder).as_posix(): path for path in gold.folder.rglob("*") if path.is_file()}
    beside = {"DATASHEET.md": root / "DATASHEET.md", "LICENSE-annotations": root / "LICENSE-annotations"}
    assert joined.files.keys() == built.keys() | beside.keys() | {"join.json"}
    for name, path in (built | beside).items():
        assert joined.files[name] == path.read_bytes(), name


def test_the_names_of_the_captures_will_do(gold: Corpus, text_free: Corpus, tmp_path: Path) -> None:
    for name, page in gold.articles.items():
        (tmp_path / page["capture"]).write_bytes((gold.folder / "raw" / f"{name}.txt").read_bytes())
    assert str(join(text_free, tmp_path).copies["detente-003"]) == "the page as captured"


@pytest.mark.parametrize(
    ("change", "undone"),
    [
        (lambda raw: b"\xef\xbb\xbf" + raw, "a byte order mark"),
        (lambda raw: raw.replace(b"\n", b"\r\n"), "line ends other than LF"),
        (lambda raw: raw.replace(b"\n", b"\r"), "line ends other than LF"),
        (lambda raw: raw.replace(b" ", "\xa0".encode()), "no-break and other spaces"),
        (lambda raw: raw.replace(b"\n", b" \t\n"), "white space at the ends of lines"),
        (lambda raw: raw + b"\n\n", "line ends at the end of the file"),
        (lambda raw: raw.rstrip(b"\n") + b"  ", "white space at the ends of lines"),
        (lambda raw: unicodedata.normalize("NFD", raw.decode()).encode(), "a normal form other than NFC"),
        (lambda raw: raw.replace(b"France", "Fr\xadance".encode()), "invisible characters"),
        (lambda raw: raw.decode().encode("utf-16"), "UTF-16 or packing"),
    ],
)
def test_the_same_text_written_otherwise_is_undone_and_told(
    gold: Corpus, text_free: Corpus, copies: Path, change, undone: str
) -> None:
    path = copies / "detente-001.txt"
    path.write_bytes(change(path.read_bytes()))
    joined = join(text_free, copies)
    assert joined.copies["detente-001"].undone[0] == undone
    assert undone in str(joined.copies["detente-001"])
    assert joined.lost == []
    manifest = json.loads(joined.files["manifest.json"])
    assert manifest["configs"] == gold.manifest["configs"]
    raw = joined.files.get("raw/detente-001.txt")  # the page has no-break spaces of its own: which, the copy must tell
    assert raw == (None if "spaces" in undone else (gold.folder / "raw" / "detente-001.txt").read_bytes())


def test_two_things_at_once_are_both_told(text_free: Corpus, copies: Path) -> None:
    path = copies / "detente-002.txt"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    copy = join(text_free, copies).copies["detente-002"]
    assert str(copy) == "the text of the page, after undoing line ends other than LF and a byte order mark"


def minimal_export(minimal: Path, folder: Path, page: bytes | None = None) -> Corpus:
    """The export of the minimal corpus; `page` is its capture, if another."""
    if page is not None:
        path = minimal / "dataset" / "raw" / f"{ARTICLE}.txt"
        before = hashlib.sha256(path.read_bytes()).hexdigest()
        path.write_bytes(page)
        registry = minimal / "annotations" / "articles.jsonl"
        registry.write_text(registry.read_text().replace(before, hashlib.sha256(page).hexdigest()))
    build.write(minimal, build.files_of(minimal))
    write_folder(folder, export(Corpus(minimal / "dataset")))
    return Corpus(folder)


def test_bytes_that_cannot_be_restored_are_told(minimal: Path, tmp_path: Path) -> None:
    """The capture has a no-break space where its text has a plain one; so has the copy."""
    raw = (minimal / "dataset" / "raw" / f"{ARTICLE}.txt").read_bytes()
    spaced = raw.replace(b" ", "\xa0".encode(), 1)
    text_free = minimal_export(minimal, tmp_path / "export", spaced)
    copies = tmp_path / "copies"
    copies.mkdir()
    path = copies / f"{ARTICLE}.txt"
    path.write_bytes(spaced.replace(b"\n", b"\r\n"))
    joined = join(text_free, copies)
    assert joined.copies[ARTICLE].undone == ("line ends other than LF",)  # the space is the page's own
    assert joined.files[f"raw/{ARTICLE}.txt"] == spaced
    path.write_bytes(raw)
    joined = join(text_free, copies)
    assert "the bytes as captured cannot be restored" in str(joined.copies[ARTICLE])
    assert f"raw/{ARTICLE}.txt" not in joined.files
    assert joined.files[f"text/{ARTICLE}.txt"] == raw
    assert joined.lost == []


def test_a_new_line_at_the_start_moves_every_row_and_loses_none(
    gold: Corpus, text_free: Corpus, copies: Path, tmp_path: Path
) -> None:
    path, new = copies / "detente-004.txt", "Something of the site's own.\n"
    path.write_bytes(new.encode() + path.read_bytes())
    joined = join(text_free, copies)
    assert joined.lost == []
    assert str(joined.copies["detente-004"]) == "another version of the page, with 100% of its passages"
    after = {row["id"]: row for row in written(joined, tmp_path).rows("boilerplate")}
    for row in gold.rows("boilerplate"):
        moved = len(new) if row["article"] == "detente-004" else 0
        expected = row | {"start": row["start"] + moved, "end": row["end"] + moved}
        assert after[row["id"]] == expected
    assert joined.notes == ["detente-004: 24 characters of the copy are in no segment"]  # 28 without four spaces
    assert joined.counts["boilerplate"]["moved"] == sum(
        row["article"] == "detente-004" for row in gold.rows("boilerplate")
    )
    assert joined.counts["stance"]["lost"] == 0


def test_words_under_moved_spans_are_the_same(gold: Corpus, text_free: Corpus, copies: Path, tmp_path: Path) -> None:
    edit(copies, "detente-002", "\n", "\nA line that was not there.\n")
    corpus = written(join(text_free, copies), tmp_path)
    before, after = gold.articles["detente-002"]["text"], corpus.articles["detente-002"]["text"]
    rows = {row["id"]: row for row in gold.rows("claims")}
    seen = 0
    for row in corpus.rows("claims"):
        if row["article"] == "detente-002":
            words = [
                [text[span["start"] : span["end"]] for span in each["spans"]]
                for text, each in ((before, rows[row["id"]]), (after, row))
            ]
            assert words[0] == words[1]
            seen += row != rows[row["id"]]
    assert seen > 30


def test_a_word_that_changed_loses_the_rows_that_speak_of_it_and_no_others(
    gold: Corpus, text_free: Corpus, copies: Path
) -> None:
    page = gold.articles["detente-003"]["text"]
    claim = next(row for row in gold.rows("claims") if row["article"] == "detente-003" and row["zone"] == "body")
    start, end = claim["spans"][0]["start"], claim["spans"][0]["end"]
    words = page[start:end].split()
    place = page.index(words[3], start)
    path = copies / "detente-003.txt"
    path.write_text(page[:place] + "zzz" + page[place + len(words[3]) :])
    joined = join(text_free, copies)
    assert f"{claim['id']}: characters {start} to {end} of detente-003 are not in the copy as they were" in [
        problem.message for problem in joined.lost if problem.location == "claims"
    ]
    assert joined.counts["claims"]["lost"] <= 3  # and those whose eight words reach into it
    assert joined.counts["boilerplate"]["lost"] == 1
    kept = {row["id"] for row in pl.read_parquet(joined.files["data/claims/test.parquet"]).to_dicts()}
    assert claim["id"] not in kept
    assert len(kept) == 125 - joined.counts["claims"]["lost"]
    for config, counts in joined.counts.items():
        assert sum(counts.values()) == gold.manifest["configs"][config]["rows"]


def test_rows_that_name_a_row_that_is_left_out_are_counted(text_free: Corpus, gold: Corpus, copies: Path) -> None:
    event = next(row for row in gold.rows("events") if row["id"] == "french-ministry-statement")
    span = next(span for span in event["evidence"] if span["article"] == "detente-002")
    words = gold.articles["detente-002"]["text"][span["start"] : span["end"]]
    edit(copies, "detente-002", words, words.replace("e", "ee", 1))
    joined = join(text_free, copies)
    assert [problem.message.partition(":")[0] for problem in joined.lost if problem.location == "events"] == [
        event["id"]
    ]
    kept = pl.read_parquet(joined.files["data/derivation/test.parquet"])
    count = kept["source"].to_list().count(event["id"])
    assert count > 1
    assert f"derivation: {count} rows that are kept name a row that is left out" in joined.notes


def test_what_is_left_is_a_dataset_of_its_own(text_free: Corpus, gold: Corpus, copies: Path, tmp_path: Path) -> None:
    edit(copies, "detente-000", "Paris", "Berlin")
    joined = join(text_free, copies)
    corpus = written(joined, tmp_path)
    assert joined.lost
    assert corpus.changed() == []
    assert corpus.version.partition("+")[0] == gold.manifest["version"]
    assert corpus.version != gold.version
    for config in schema.PUBLISHED:
        frame = corpus.table(config)
        assert schema.table_problems(config, frame, [""] * len(frame)) == []
    report = json.loads((corpus.folder / "join.json").read_text())
    assert [each["row"] for each in report["lost"]] == [problem.message for problem in joined.lost]
    known = json.loads((corpus.folder / "croissant.json").read_text())
    assert {each["sha256"] for each in known["distribution"]} <= set(corpus.manifest["files"].values())


def test_a_page_whose_headline_changed_is_left_out_with_all_its_rows(text_free: Corpus, copies: Path) -> None:
    edit(copies, "detente-001", "France refuses antiterrorism", "Gaulle refuses antiterrorism")
    joined = join(text_free, copies)
    assert joined.counts["articles"] == {"kept": 4, "moved": 0, "lost": 1}
    assert "text/detente-001.txt" not in joined.files
    rows = pl.read_parquet(joined.files["data/stance/test.parquet"])
    assert "detente-001" not in rows["article"].to_list()
    ids = {json.loads(line)["id"] for line in joined.files["blind/stance.jsonl"].splitlines()}
    assert ids == set(rows["id"])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"detente-000": "detente-001"}, "this is detente-001, not detente-000"),
        ({"detente-001": "detente-000"}, "this is detente-000, not detente-001"),
        ({"detente-004": "detente-002"}, "this is detente-002, not detente-004"),
    ],
)
def test_a_page_under_another_s_name_is_refused(
    text_free: Corpus, copies: Path, texts: dict[str, str], expected: str
) -> None:
    for name, other in texts.items():
        shutil.copy(copies / f"{other}.txt", copies / f"{name}.txt")
    with pytest.raises(ValidationError) as invalid:
        join(text_free, copies)
    (problem,) = invalid.value.problems
    assert problem.code == "copy-wrong"
    assert problem.message.startswith(expected)


def test_a_changed_near_copy_under_the_other_s_name_is_refused(text_free: Corpus, copies: Path) -> None:
    shutil.copy(copies / "detente-001.txt", copies / "detente-000.txt")
    edit(copies, "detente-000", "France", "Gaul")
    with pytest.raises(ValidationError, match=r"copy-wrong: this is nearer to detente-001 \(\d+% of its passages\)"):
        join(text_free, copies)


def test_every_page_that_is_missing_or_another_is_named_at_once(text_free: Corpus, copies: Path) -> None:
    (copies / "detente-000.txt").unlink()
    (copies / "detente-001.txt").write_text("Something else.\n" * 9)
    (copies / "detente-002.txt").write_bytes(b"\xff\xfe\xff")
    (copies / "detente-003.txt").write_bytes(b"a\xffb")
    with pytest.raises(ValidationError) as invalid:
        join(text_free, copies)
    found = {Path(each.location).stem: (each.code, each.message) for each in invalid.value.problems}
    assert {name: code for name, (code, _) in found.items()} == {
        "detente-000": "copy-missing",
        "detente-001": "copy-wrong",
        "detente-002": "not-json",
        "detente-003": "text-not-utf8",
    }
    assert "detente-000.txt, or as 000_" in found["detente-000"][1]
    assert (
        found["detente-001"][1]
        == "has 0% of the passages of detente-001: it is another page, or too different a version"
    )


def test_more_than_half_of_the_passages_make_a_version(text_free: Corpus, gold: Corpus, copies: Path) -> None:
    """The page is cut off where the copy has half of its blocks, and one block later."""
    page, path = gold.articles["detente-002"]["text"], copies / "detente-002.txt"
    blocks = Words(page).blocks()
    cuts = [page[: block.end] for block in blocks]
    shares = [Anchoring(blocks, Words(cut)).shared for cut in cuts]
    half = max(index for index, share in enumerate(shares) if share <= 0.5)
    assert shares[half] > 0.48
    path.write_text(cuts[half])
    with pytest.raises(ValidationError, match="it is another page, or too different a version"):
        join(text_free, copies)
    path.write_text(cuts[half + 1])
    assert not join(text_free, copies).copies["detente-002"].same


def test_a_dataset_with_its_text_is_not_joined(gold: Corpus, root: Path) -> None:
    with pytest.raises(ValidationError, match="text-free: is no text-free export"):
        join(gold, root / "dataset" / "raw")


def test_an_export_that_was_changed_is_not_joined(text_free: Corpus, root: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(text_free.folder, tmp_path / "changed"))
    (folder / "pages.jsonl").write_text("")
    with pytest.raises(ValidationError, match="dataset-changed"):
        join(Corpus(folder), root / "dataset" / "raw")


def test_the_minimal_page_comes_back(minimal: Path, tmp_path: Path) -> None:
    text_free = minimal_export(minimal, tmp_path / "export")
    joined = join(text_free, minimal / "dataset" / "raw")
    known = Corpus(minimal / "dataset")
    assert json.loads(joined.files["manifest.json"]) == known.manifest
    assert joined.files["README.md"] == (minimal / "dataset" / "README.md").read_bytes()
