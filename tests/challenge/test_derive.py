"""The suite `derive`: the gold is what the guidelines ask for, and who sees it is right on every operation."""

import re
from itertools import combinations, product
from pathlib import Path

import pytest

from detente.challenge import derive
from detente.challenge.derive import DERIVE, Base, pool, word_lists
from detente.challenge.making import Recipe, make
from detente.challenge.names import invented, lists
from detente.challenge.passages import (
    LONG,
    Sentence,
    common,
    exchanged,
    long_quotation,
    match,
    operation,
    quotations,
    share_something,
    shortened,
)
from detente.challenge.suite import STRENGTHS, Dice, Item, Variant
from detente.data.corpus import load
from detente.data.independent_sources import SupportLayers
from detente.data.labels import SPLITS
from detente.evaluation.engines.local import Local
from detente.tasks.derivation.baselines import named
from detente.tasks.derivation.edges import Article, Edge
from detente.tasks.derivation.prediction import parse as parse_edges
from detente.tasks.derivation.task import DERIVATION
from detente.tasks.reuse.prediction import Pair
from detente.tasks.reuse.prediction import parse as parse_passages
from detente.tasks.reuse.task import REUSE
from detente.tasks.task import Options
from detente.text.clauses import sentence_spans
from detente.text.containment import words

COUNT = len(DERIVE.variants)
FOUND = {
    (split, base): list(DERIVE.items(split, 5, base * COUNT, (base + 1) * COUNT))
    for split in SPLITS
    for base in range(3)
}
ITEMS = {item.variant: item for item in FOUND["test", 1]}


def texts_of(item: Item) -> dict[str, str]:
    return {row["id"]: row["text"] for row in item.rows["articles"]}


def pairs_of(item: Item) -> list[Pair]:
    texts = texts_of(item)
    return [
        Pair(
            f"{one}::{other}",
            item.sources[0],
            one,
            other,
            texts[one],
            texts[other],
            tuple(row for row in item.rows["reuse"] if (row["article"], row["source"]) == (one, other)),
        )
        for one, other in combinations(sorted(texts), 2)
    ]


@pytest.mark.parametrize("key", FOUND, ids=str)
def test_an_oracle_of_passages_is_right_on_every_operation(key: tuple[str, int]) -> None:
    for item in FOUND[key]:
        for pair in pairs_of(item):
            said = [
                {
                    "this": [row["this"]["start"], row["this"]["end"]],
                    "source_span": [row["source_span"]["start"], row["source_span"]["end"]],
                    "operation": row["operation"],
                }
                for row in pair.rows
            ]
            rows = REUSE.count(pair, parse_passages(pair, {"passages": said}), Options())
            assert not any(row["wrong"] for row in rows), item.variant
            assert sum(row.get("passage_tp", 0) for row in rows) == len(pair.rows)


@pytest.mark.parametrize("key", FOUND, ids=str)
def test_an_oracle_of_edges_is_right_on_every_operation(key: tuple[str, int]) -> None:
    for item in FOUND[key]:
        ids = tuple(texts_of(item))
        for name in ids:
            own = tuple(row for row in item.rows["derivation"] if row["article"] == name)
            article = Article(name, item.sources[0], own, ids, ids, SupportLayers((), (), (), (), {}))
            said = [{key: row[key] for key in ("source", "degree", "kind")} for row in own]
            found = parse_edges(article, {"edges": said})
            assert found == tuple(sorted(Edge(row["source"], row["degree"], row["kind"]) for row in own))
            rows = DERIVATION.count(article, found, Options())
            assert sum(row["edge_tp"] for row in rows) == len(own)
            assert not any(row["wrong"] for row in rows)


@pytest.mark.parametrize("key", FOUND, ids=str)
def test_passages_are_those_of_the_guideline_and_no_others_are_shared(key: tuple[str, int]) -> None:
    for item in FOUND[key]:
        for pair in pairs_of(item):
            rows = {(row["this"]["start"], row["source_span"]["start"]): row for row in pair.rows}
            sides = [
                [
                    span
                    for segment in item.rows["boilerplate"]
                    if segment["article"] == name and segment["type"] == "paragraph"
                    for start, end in sentence_spans(text[segment["start"] : segment["end"]])
                    for span in [(segment["start"] + start, segment["start"] + end)]
                ]
                for name, text in ((pair.article, pair.this_text), (pair.source, pair.source_text))
            ]
            covered = 0
            for one, other in product(*sides):
                this, source = pair.this_text[slice(*one)], pair.source_text[slice(*other)]
                row = rows.get((one[0], other[0]))
                if row:
                    assert (row["this"]["end"], row["source_span"]["end"]) == (one[1], other[1])
                    assert match(this, source)
                    assert row["operation"] == operation(this, source)
                    covered += 1
                elif inside := [
                    place for place in rows if one[0] < place[0] < one[1] and other[0] < place[1] < other[1]
                ]:
                    (place,) = inside
                    row = rows[place]
                    quoted = pair.this_text[row["this"]["start"] : row["this"]["end"]]
                    assert quoted == pair.source_text[row["source_span"]["start"] : row["source_span"]["end"]]
                    assert len(words(quoted)) >= LONG
                    assert not match(this, source), "else the sentences were the row"
                    covered += 1
                else:
                    assert not share_something(this, source), (item.variant, this, source)
            assert covered == len(rows)


@pytest.mark.parametrize("key", FOUND, ids=str)
def test_an_edge_is_stated_by_a_credit_line_that_names_the_outlet(key: tuple[str, int]) -> None:
    drawing = {row["article"] for row in FOUND[key][0].rows["derivation"]}
    for item in FOUND[key]:
        outlets = {row["id"]: row["outlet"] for row in item.rows["articles"]}
        texts = texts_of(item)
        sources = {row["outlet"] for row in FOUND[key][0].rows["articles"] if row["id"] not in drawing}
        for row in item.rows["derivation"]:
            (span,) = row["evidence"]
            assert outlets[row["source"]] in texts[row["article"]][span["start"] : span["end"]]
        for row in item.rows["articles"]:
            (span,) = row["evidence"]
            assert row["text"][span["start"] : span["end"]] == row["outlet"]
            named = [outlet for outlet in outlets.values() if outlet != row["outlet"] and outlet in row["text"]]
            edges = sum(edge["article"] == row["id"] for edge in item.rows["derivation"])
            if item.variant.operation in ("unrelated", "same_quotation"):
                assert edges == 0
                assert len(named) == int(row["outlet"] not in sources)
            else:
                assert len(named) == edges


def degrees(name: str) -> list[list[str]]:
    return [[row["degree"] for row in ITEMS[Variant(name, strength)].rows["derivation"]] for strength in STRENGTHS]


def test_who_takes_all_from_one_page_derives_wholly() -> None:
    for name in ("excerpt", "cut", "reordered", "attribution", "rewritten"):
        assert degrees(name) == [["wholly"]] * 3
    assert degrees("merged") == [["partially", "partially"]] * 3
    assert degrees("quotation_kept") == degrees("background") == [["partially"]] * 3
    assert degrees("unrelated") == degrees("same_quotation") == [[]] * 3


def test_a_copy_of_a_copy_names_the_copy_only() -> None:
    rows = ITEMS[Variant("copies_of_copies", "weak")].rows["derivation"]
    (last,) = [row for row in rows if row["source"] in {each["article"] for each in rows}]
    (first,) = [row for row in rows if row is not last]
    assert last["source"] == first["article"]
    assert {last["degree"], first["degree"]} == {"wholly"}


def test_unrelated_pages_share_nothing_and_a_quotation_is_one_passage() -> None:
    for strength in STRENGTHS:
        assert ITEMS[Variant("unrelated", strength)].rows["reuse"] == []
        (row,) = ITEMS[Variant("same_quotation", strength)].rows["reuse"]
        assert row["operation"] == "verbatim"


def test_words_are_exchanged_in_more_sentences_at_each_strength() -> None:
    for name in ("attribution", "rewritten"):
        counts = [
            sum(
                row["operation"] != "verbatim"
                for item in (each for key in FOUND for each in FOUND[key])
                if item.variant == Variant(name, strength)
                for row in item.rows["reuse"]
            )
            for strength in STRENGTHS
        ]
        assert 9 <= counts[0] <= counts[1] <= counts[2]
        assert counts[0] < counts[2]


def _body(name: str, count: int) -> tuple[Sentence, ...]:
    """Sentences, two a paragraph."""
    return tuple(Sentence(f"{name} {place}", f"{name}:{place}", place % 2 == 0) for place in range(count))


TWENTY = Base(_body("first", 20), _body("second", 20), tuple(map(str, range(9))), {}, ())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (derive._excerpt, [[15], [10], [5]]),  # 0.75, 0.5 and 0.25 of 20
        (derive._cut, [[16], [12], [8]]),
        (derive._reordered, [[20], [20], [20]]),
        (derive._merged, [[16 + 4], [13 + 7], [10 + 10]]),
        (derive._background, [[4 + 6], [4 + 4], [4 + 2]]),  # paragraphs of two sentences
        (derive._copies, [[18, 16], [14, 10], [10, 5]]),  # 0.9 of 18 is 16.2, 0.7 of 14 is 9.8
    ],
)
def test_so_much_is_taken_at_each_strength(change: object, expected: list[list[int]]) -> None:
    assert callable(change)
    found = [change(TWENTY, strength, Dice("taken")) for strength in range(3)]
    assert [[len(page.body) for page in pages] for pages in found] == expected


def test_of_both_sources_so_much_is_merged() -> None:
    bodies = [derive._merged(TWENTY, strength, Dice("merged"))[0].body for strength in range(3)]
    assert [sum(each.text.startswith("second") for each in body) for body in bodies] == [4, 7, 10]


def test_so_many_sentences_change_places_and_paragraphs_stay() -> None:
    for strength, most in enumerate((6, 12, 20)):
        (page,) = derive._reordered(TWENTY, strength, Dice("places"))
        moved = sum(one.text != other.text for one, other in zip(page.body, TWENTY.first, strict=True))
        assert most / 2 < moved <= most
        assert [each.begins for each in page.body] == [each.begins for each in TWENTY.first]
        assert {each.text for each in page.body} == {each.text for each in TWENTY.first}


QUOTING = Base(
    (Sentence("Ann said: “We held all night and it was not easy.” Then rain fell.", "p:0", True),),
    (),
    tuple("abcdefghi"),
    {"mention": "{} has more.", "quotation": "“{},” it read."},
    ("The Post", "The Mail"),
)


@pytest.mark.parametrize(("strength", "before", "after"), [(0, "a", "b"), (1, "ab", "cd"), (2, "abc", "def")])
def test_sentences_of_our_own_stand_around_a_quotation_and_before_a_mention(
    strength: int, before: str, after: str
) -> None:
    said, mention = "“We held all night and it was not easy,” it read.", "The Post has more."
    pages = [
        change(QUOTING, strength, Dice("own"))[0]
        for change in (derive._quotation_kept, derive._same_quotation, derive._unrelated)
    ]
    assert [[each.text for each in page.body] for page in pages] == [
        [*before, said, *after],
        [*before, said, *after, mention],
        [*before, *after, mention],
    ]
    assert [page.draws for page in pages] == [((0, "partially"),), (), ()]
    begins = {each.text: each.begins for each in pages[1].body}
    assert begins == {
        text: text in (said, mention, after[0]) or text in "aceg" for text in (*before, said, *after, mention)
    }


def test_what_is_kept_stands_in_the_paragraphs_where_it_stood() -> None:
    assert derive._kept(TWENTY.first, 1.0, Dice("kept")) == TWENTY.first
    assert len(derive._kept(TWENTY.first, 0.02, Dice("kept"))) == 1  # 0.4 sentences, but one at the least
    half = derive._kept(TWENTY.first, 0.5, Dice("kept"))
    paragraphs = [int(each.text.split()[1]) // 2 for each in half]
    assert len(half) == 10
    assert [each.begins for each in half] == [
        not place or number != paragraphs[place - 1] for place, number in enumerate(paragraphs)
    ]


def test_no_name_of_the_annotated_pages_is_left() -> None:
    real = lists()["real"]
    names = [name for pool in ("given", "last", "places", "groups", "media") for name in real[pool]]
    names += [name for state in real["states"] for name in state]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
    for item in (each for key in FOUND for each in FOUND[key]):
        for text in texts_of(item).values():
            assert not pattern.search(text), pattern.search(text)


def test_longer_names_go_first_and_only_as_whole_words() -> None:
    write = invented("test", Dice("names"))
    assert write("Islamic State") != write("Islamic State Khorasan Province") != write("ISIS-K")
    assert write("Islamic State Khorasan Province").endswith(" Province")
    assert write("Parisian") == "Parisian", "Paris is no whole word there"
    assert write("Paris and Paris") == f"{write('Paris')} and {write('Paris')}"


def _leaves(value: object) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(_leaves, value.values()))
    if isinstance(value, list):
        return set().union(*map(_leaves, value))
    return {str(value)}


def test_splits_share_no_name_page_or_table() -> None:
    for one, other in combinations(SPLITS, 2):
        assert not _leaves(lists()[one]) & _leaves(lists()[other])
        left, right = word_lists(one), word_lists(other)
        assert not _leaves(left) & _leaves(right)
        assert not left["substitutions"].items() & right["substitutions"].items()
        assert not left["reporting"].items() & right["reporting"].items()
        assert not pool(one).keys() & pool(other).keys()


def test_common_words_are_the_longest_common_subsequence() -> None:
    assert common(words("the dam held all night"), words("all dam held the night")) == 3  # dam held night
    assert common([], ["a"]) == 0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("The dam held.", "The dam broke again today now.", False),  # 2 of 6
        ("The dam held.", "The dam broke.", True),  # 2 of 3
        ("a b c d", "a b e f", True),  # 2 of 4: half is enough
        ("a b c d e", "a b f g h", False),  # 2 of 5
    ],
)
def test_sentences_match_from_half_of_the_longer_on(one: str, other: str, expected: bool) -> None:
    assert match(one, other) is expected


@pytest.mark.parametrize(
    ("this", "source", "expected"),
    [
        ("“It held,” he said.", '"It held," he  said.', "verbatim"),
        ("The dam held.", "The old dam held.", "compressed"),
        ("The old dam held.", "The dam held.", "expanded"),
        ("A dam held.", "The dam held.", "rewritten"),  # function words alone
        ("The wall held all night.", "The dam held all night.", "rewritten"),
        ("Two wet dogs ran.", "Two dry dogs ran off today.", "compressed"),  # 3 · 4 = 2 · 6
        ("Two wet dogs ran.", "Two dry dogs ran off.", "rewritten"),  # 3 · 4 > 2 · 5
        ("Two dry dogs ran off today.", "Two wet dogs ran.", "expanded"),
    ],
)
def test_operations_follow_the_guideline(this: str, source: str, expected: str) -> None:
    assert operation(this, source) == expected


def test_quotations_lose_marks_and_the_stop_before_the_closing_one() -> None:
    text = 'He called it “absurd,” then "not at all funny." and left.'
    assert [text[slice(*span)] for span in quotations(text)] == ["not at all funny"], "one word is no quotation"
    assert long_quotation("“one two three four five six seven”") is None
    assert long_quotation("“one two three four five six seven eight”") == (1, 40)


def test_words_are_exchanged_outside_of_quotations_and_where_the_sentence_still_matches() -> None:
    table = {"said": "declared", "old": "very aged and by now rather weary"}
    assert exchanged("“Nothing was said,” he said.", table) == "“Nothing was said,” he declared."
    assert exchanged("An old dam.", table) == "An old dam."  # 2 of 9 words would be common
    assert exchanged("“Nothing, he said.", table) == "“Nothing, he said."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The old dam held all night, he said.", "The old dam held all night."),  # 6 of 8 words
        ("The dam, old and wet, held all night long.", "The dam, old and wet."),  # 2 of 9 are too few, 5 are enough
        ("In May, it held.", "In May."),  # 2 of 4: half is enough
        ("In May, the dam held.", "In May, the dam held."),  # 2 of 5
        ("The old dam held all night, it is.", "The old dam held all night, it is."),  # function words alone, of 8
        ("“Nothing, he said, is lost here,” he said.", "“Nothing, he said, is lost here,” he said."),
        ("He wept all day, and said “no more.”", "He wept all day, and said “no more.”"),
        ("He wept all day, “he said.", "He wept all day, “he said."),
        ("It held “for now” all night, he said.", "It held “for now” all night."),
        ("The dam held.", "The dam held."),
    ],
)
def test_last_clauses_are_left_out_outside_of_quotations(text: str, expected: str) -> None:
    assert shortened(text) == expected
    if text != expected:
        assert (operation(expected, text), operation(text, expected)) == ("compressed", "expanded")


@pytest.mark.parametrize("split", SPLITS)
def test_shortened_pages_are_compressed_or_expanded_whichever_comes_first(split: str) -> None:
    found: set[str] = set()
    sizes = []
    for strength in STRENGTHS:
        rows = [
            row["operation"]
            for base in range(3)
            for item in FOUND[split, base]
            if item.variant == Variant("shortened", strength)
            for row in item.rows["reuse"]
        ]
        found |= {*rows}
        sizes.append(sum(name != "verbatim" for name in rows))
    assert {"compressed", "expanded"} <= found <= {"compressed", "expanded", "verbatim"}
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] or split == "validation", "whose pages have one such sentence"


def test_two_words_of_quotations_are_shared_if_one_has_a_meaning() -> None:
    assert share_something("“of the dam” is what he wrote", "they read “near the dam” there on a stone")
    assert not share_something("“of the dam” is what he wrote", "they read “of the wall” there on a stone")
    run = "one two three four five six seven"
    noise = " ".join(f"w{number}" for number in range(20))
    assert not share_something(f"{run} {noise}", f"{run} {noise.replace('w', 'v')}")
    assert share_something(f"{run} eight {noise}", f"{run} eight {noise.replace('w', 'v')}")


def test_pages_draw_on_those_of_their_item_alone(tmp_path: Path) -> None:
    recipe = Recipe("derive", DERIVE.version, 2 * len(DERIVE.variants), 0, ("test",), "")
    with Local(1) as engine:
        make(recipe, tmp_path / "suite", engine)
    corpus = load(tmp_path / "suite")
    assert len(corpus.groups) == recipe.items
    assert {len(group) for group in corpus.groups} == {3, 4}
    assert sum(map(len, corpus.groups)) == len(corpus.articles)
    units = DERIVATION.units(corpus)
    inputs = DERIVATION.inputs(corpus)
    assert [unit["id"] for unit in inputs] == list(units) == list(corpus.articles)
    for unit in inputs:
        (group,) = [group for group in corpus.groups if unit["id"] in group]
        assert {each["id"] for each in unit["sources"]} == {*group} - {unit["id"]}
        assert {*units[unit["id"]].known} == {*group}
        assert {*units[unit["id"]].nodes} <= {*group}
    # of three pages three pairs, of four six; in each base three items have four pages
    assert len(REUSE.units(corpus)) == len(REUSE.inputs(corpus)) == 3 * recipe.items + 3 * 6
    said = {line["id"]: line["edges"] for line in named(inputs, corpus)}
    right = {(row["article"], row["source"]) for row in corpus.rows("derivation")}
    found = {(name, edge["source"]) for name, edges in said.items() for edge in edges}
    assert right < found, "who is mentioned is not drawn on"
    assert len(found - right) == 2 * 6, "a mention in each unrelated page, and in each that has the quotation only"


def test_all_pages_of_a_dataset_may_draw_on_one_another() -> None:
    assert load().groups == (tuple(load().articles),)
