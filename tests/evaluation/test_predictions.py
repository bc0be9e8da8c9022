"""Predictions are held against the gold's ids, one line for each unit, and all faults come at once."""

import gzip
from typing import Any

import pytest

from detente.data.jsonl import Line, dump_lines
from detente.data.problems import ValidationError
from detente.evaluation.predictions import check, read
from detente.tasks.boilerplate.task import BOILERPLATE
from detente.tasks.claims.task import CLAIMS
from detente.tasks.stance.task import STANCE

PRO = "; other spellings are mapped by --labels pro=LABEL with one of ours for LABEL"


def refused(gold: Any, task: Any, records: list[Any], **options: Any) -> list[str]:
    lines = [Line(f"f:{number}", record) for number, record in enumerate(records, start=1)]
    with pytest.raises(ValidationError) as invalid:
        check(lines, task, gold, "f", **options)
    return list(map(str, invalid.value.problems))


def labels(gold: Any) -> list[dict[str, Any]]:
    return [{"id": name, "label": "none"} for name in STANCE.units(gold)]


def test_all_faults_of_all_lines_come_at_once(minimal_gold) -> None:
    one, two, *rest = labels(minimal_gold)
    records = [
        {"id": one["id"], "label": "pro", "why": "", "a": 1},
        {"id": 7, "label": "none", "score": 1},
        {"label": "none"},
        {**two, "id": two["id"][:-1]},
        *rest,
    ]
    assert refused(minimal_gold, STANCE, records) == [
        "f:1: unknown-field: 'a', 'why': stance knows id, label, score, probabilities",
        "f:2: wrong-type: id is 7, not a string",
        "f:2: form: the line has label and score: give exactly one of label, score, probabilities",
        'f:3: no-id: the line has no "id": write one object a line, each with its own',
        f"f:4: id-unknown: {two['id'][:-1]!r} is not in the gold: did you mean {two['id']}?",
        f'f:1: label-unknown: label "pro" is not one of favor, against, none{PRO}',
    ]


def test_keys_that_are_unknown_hide_no_fault_of_a_value(minimal_gold) -> None:
    record = {"id": "detente-900", "claims": [{"spans": [[0, 999]]}, {"type": "x"}], "offset_unit": 1, "toll": "x"}
    assert [problem.split(": ")[1] for problem in refused(minimal_gold, CLAIMS, [record])] == [
        *("unknown-field", "wrong-type", "wrong-type", "label-unknown"),
    ]


def test_an_id_comes_once_and_the_first_line_that_has_it_is_named(minimal_gold) -> None:
    one, two, *rest = labels(minimal_gold)
    assert refused(minimal_gold, STANCE, [one, two, one, {**one, "label": "pro"}, *rest]) == [
        f"f:3: id-duplicate: {one['id']} is a duplicate of f:1",
        f"f:4: id-duplicate: {one['id']} is a duplicate of f:1",
        f'f:4: label-unknown: label "pro" is not one of favor, against, none{PRO}',
    ]


def test_one_line_with_an_unknown_id_is_judged_alone_and_several_as_a_wrong_gold(minimal_gold) -> None:
    # One of one: the id, and what is missing.
    assert [problem.split(": ")[1] for problem in refused(minimal_gold, STANCE, [{"id": "x", "label": "none"}])] == [
        *("id-unknown", "id-missing"),
    ]
    # Two of two: the gold.
    name = next(iter(STANCE.units(minimal_gold)))
    assert refused(minimal_gold, STANCE, [{"id": "x", "label": "none"}, {"id": "y", "label": "none"}]) == [
        (
            f"f: id-unknown: none of the ids is in the gold: 'x' and 1 more; the gold has {name!r}. "
            "Is it the right gold, and the right task?"
        )
    ]
    # Two of three: the ids.
    records = [{"id": "x", "label": "none"}, {"id": "y", "label": "none"}, labels(minimal_gold)[0]]
    assert [problem.split(": ")[:2] for problem in refused(minimal_gold, STANCE, records)] == [
        ["f:1", "id-unknown"],
        ["f:2", "id-unknown"],
        ["f", "id-missing"],
    ]


def test_ten_missing_ids_are_named_and_one_more_is_counted(gold) -> None:
    records = labels(gold)
    names = sorted(record["id"] for record in records)
    for count, more in ((10, ""), (11, " and 1 more")):
        left = [record for record in records if record["id"] not in names[:count]]
        message = f"{count} of {len(names)} are not predicted: {', '.join(names[:10])}{more}"
        assert refused(gold, STANCE, left) == [f"f: id-missing: {message}; add them, or pass --allow-missing"]
        lines = [Line("f", record) for record in left]
        assert check(lines, STANCE, gold, "f", allow_missing=True).missing == tuple(names[:count])


def test_a_line_that_could_not_be_read_may_hold_any_id_so_that_none_is_missing(minimal_gold) -> None:
    one, two, *rest = labels(minimal_gold)
    data = dump_lines([one, *rest]).encode()
    for bad in (b"{\n", dump_lines([{"label": "none"}]).encode()):
        with pytest.raises(ValidationError) as invalid:
            read("f.jsonl", data + bad, minimal_gold, STANCE)
        assert [problem.location for problem in invalid.value.problems] == [f"f.jsonl:{len(rest) + 2}"]
    # A line that was read, and refused, holds its id and no other.
    assert [problem.split(": ")[1] for problem in refused(minimal_gold, STANCE, [{**one, "label": "pro"}])] == [
        *("label-unknown", "id-missing"),
    ]
    assert refused(minimal_gold, STANCE, [{**one, "label": "pro"}, two])[0].startswith("f:1: label-unknown")


def test_ids_that_the_gold_does_not_have_may_be_left_out(minimal_gold) -> None:
    records = [{"id": "y", "nonsense": 1}, *labels(minimal_gold), {"id": "x"}, {"id": "y"}]
    lines = [Line("f", record) for record in records]
    found = check(lines, STANCE, minimal_gold, "f", allow_extra=True)
    assert found.extra == ("x", "y")
    assert found.by_id.keys() == STANCE.units(minimal_gold).keys()


def test_forms_have_the_order_of_the_task_and_tools_and_crashes_are_named(minimal_gold) -> None:
    one, *rest = labels(minimal_gold)
    lines = [Line("f:1", {"id": one["id"], "score": 1}), *(Line("f", record) for record in rest)]
    assert check(lines, STANCE, minimal_gold, "f").kinds == ("label", "score")
    page = Line("f:1", {"id": "detente-900", "text": "", "error": "timed out", "tool": "whole"})
    found = check([page], BOILERPLATE, minimal_gold, "f")
    assert (found.crashed, found.tools, found.missing, found.extra) == (("detente-900",), ("whole",), (), ())


def test_packed_lines_are_read_as_what_they_are(minimal_gold) -> None:
    rows = "id,label\n" + "".join(f"{record['id']},none\n" for record in labels(minimal_gold))
    found = read("f.csv.gz", gzip.compress(rows.encode()), minimal_gold, STANCE)
    assert {prediction.label for prediction in found.by_id.values()} == {"none"}
    with pytest.raises(
        ValidationError, match="predictions of claims are JSON Lines or a list of objects, not a flat table"
    ):
        read("f.CSV.xz", b"id,claims\ndetente-900,x\n", minimal_gold, CLAIMS)


@pytest.mark.parametrize(("name", "mark"), [("f.csv", ","), ("F.TSV", "\t")])
def test_texts_may_be_a_table_and_a_text_of_digits_stays_one(minimal_gold, name: str, mark: str) -> None:
    found = read(name, f"id{mark}text\ndetente-900{mark}007\n".encode(), minimal_gold, BOILERPLATE)
    assert found.by_id["detente-900"].value == "007"


def table(gold: Any, header: str, cells: str) -> bytes:
    return "".join(f"{row}\n" for row in [header, *(f"{record['id']},none{cells}" for record in labels(gold))]).encode()


def test_columns_that_the_task_does_not_know_are_left_out_and_named(minimal_gold) -> None:
    # As pandas writes its index: a column without a name.
    data = table(minimal_gold, "id,label,,gold_label,meta.model", ",0,favor,m")
    found = read("f.csv", data, minimal_gold, STANCE)
    assert {prediction.label for prediction in found.by_id.values()} == {"none"}
    assert found.notes == ("columns that stance does not use were ignored: '(no name)', 'gold_label', 'meta'",)
    assert read("f.csv", table(minimal_gold, "id,label", ""), minimal_gold, STANCE).notes == ()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        # 2 · 5 of 11 letters are shared: 91 of 100.
        ("id,labels", "unknown-field: 'labels' is no known name: did you mean label?"),
        ("id,Label", "unknown-field: 'Label' is no known name: did you mean label?"),
        # 2 · 4 of 10 letters: 80, the least.
        ("id,laben", "unknown-field: 'laben' is no known name: did you mean label?"),
        # 2 · 3 of 8: 75.
        (
            "id,lab",
            (
                "form: the table has 'id', 'lab': stance needs one of label, score, probabilities, or a column for each"
                " of favor, against, none"
            ),
        ),
        # 2 · 5 of 11: 91, of a label, where no kind is there.
        ("id,favour", "unknown-field: 'favour' is no known name: did you mean favor?"),
        ("ID,label", "not-json: the table has no column id; did you mean 'ID'? Call it id"),
        ("Tweet id,label", "not-json: the table has no column id; did you mean 'Tweet id'? Call it id"),
        (
            "a_id,b_id",
            "not-json: the table has no column id: it has 'a_id', 'b_id'; call the one that names the units id",
        ),
        ("id, label", "not-json: the column ' label' has white space around its name: remove it"),
        ("sep=,", "not-json: the first line is 'sep=,', which only Excel reads: delete it"),
    ],
)
def test_a_header_that_is_wrong_is_one_problem_however_many_rows_there_are(
    minimal_gold, header: str, message: str
) -> None:
    with pytest.raises(ValidationError) as invalid:
        read("f.csv", table(minimal_gold, header, ""), minimal_gold, STANCE)
    assert list(map(str, invalid.value.problems)) == [f"f.csv:1: {message}"]


def test_null_is_an_absent_key_and_the_forms_of_a_table_are_those_of_json(minimal_gold) -> None:
    one, two, *rest = labels(minimal_gold)
    data = dump_lines([{**one, "score": None, "tool": None}, {**two, "probabilities": None}, *rest]).encode()
    found = read("f.jsonl", data, minimal_gold)
    assert found.kinds == ("label",)
    # An object that has only nulls beside its id has no form.
    assert refused(minimal_gold, STANCE, [one, {"id": two["id"], "label": None}, *rest]) == [
        "f:2: form: the line has none: give exactly one of label, score, probabilities"
    ]


def test_a_page_that_crashed_has_no_output_under_the_first_key_that_is_null(minimal_gold) -> None:
    crashed = {"id": "detente-900", "text": None, "content": None, "error": "timed out"}
    found = check([Line("f:1", crashed)], BOILERPLATE, minimal_gold, "f")
    assert found.by_id["detente-900"] == ("text", "")
    assert found.crashed == ("detente-900",)
    assert [problem.split(": ")[1] for problem in refused(minimal_gold, BOILERPLATE, [{**crashed, "error": None}])] == [
        "form"
    ]


def test_what_made_the_predictions_is_a_string_of_whole_characters(minimal_gold) -> None:
    page = {"id": "detente-900", "text": ""}
    assert refused(minimal_gold, BOILERPLATE, [{**page, "tool": 3}]) == ["f:1: wrong-type: tool is 3, not a string"]
    assert refused(minimal_gold, BOILERPLATE, [{**page, "tool": "a\ud800"}]) == [
        "f:1: wrong-type: tool has half a surrogate pair at character 1: write whole characters"
    ]


def test_probabilities_that_were_divided_by_their_sum_are_counted(minimal_gold) -> None:
    one, *rest = labels(minimal_gold)
    shares = {"favor": 0.333, "against": 0.333, "none": 0.333}
    lines = [Line("f:1", {"id": one["id"], "probabilities": shares}), *(Line("f", record) for record in rest)]
    assert check(lines, STANCE, minimal_gold, "f").notes == (
        "probabilities that do not sum to 1 were divided by their sum: 1 line",
    )


@pytest.mark.parametrize("count", [100, 101])
def test_a_hundred_unknown_ids_are_compared_with_the_known_and_more_are_not(minimal_gold, count: int) -> None:
    one, two, *rest = labels(minimal_gold)
    records = [one, two, *rest, *({"id": f"{one['id']}{number}", "label": "none"} for number in range(count))]
    found = refused(minimal_gold, STANCE, records)
    assert len(found) == count
    assert {"did you mean" in problem for problem in found} == {count == 100}


def answered(gold, *changed: dict, **options):
    """The predictions of the minimal corpus with the first lines replaced by these keys."""
    records = labels(gold)
    records[: len(changed)] = [{"id": each["id"], **keys} for each, keys in zip(records, changed, strict=False)]
    return check([Line(f"f:{place}", each) for place, each in enumerate(records, 1)], STANCE, gold, "f", **options)


def test_answers_in_words_are_read_beside_lines_with_labels(minimal_gold) -> None:
    first, second, *_ = (record["id"] for record in labels(minimal_gold))
    found = answered(minimal_gold, {"raw": "Answer: Against."}, {"raw": "I cannot say.", "label": "favor"})
    assert [found.by_id[name].label for name in (first, second)] == ["against", "favor"]  # a label that is there counts
    assert (found.missing, found.unanswered) == ((), {})


def test_lines_say_why_they_have_no_prediction_without_allow_missing(minimal_gold) -> None:
    ids = [record["id"] for record in labels(minimal_gold)]
    lines = [
        {"raw": "I can't help with that."},
        {"answer": "unreadable: it is empty", "raw": ""},
        {"error": "TimeoutError", "label": None},
        {"answer": "failed"},
        {"error": "TimeoutError", "label": "favor"},
        {"raw": "none of it"},
    ]
    found = answered(minimal_gold, *lines)
    assert found.unanswered == {
        "refused": (ids[0],),
        "unreadable": tuple(sorted([ids[1], ids[5]])),
        "failed": tuple(sorted([ids[2], ids[3], ids[4]])),
    }
    assert found.missing == tuple(sorted(ids[:6]))
    assert not set(ids[:6]) & found.by_id.keys()
    assert found.crashed == tuple(sorted([ids[2], ids[4]]))


def test_provenance_is_read_and_named(minimal_gold) -> None:
    keys = {"label": "none", "tool": "a model", "prompt": "stance@1+1a2b3c4d", "cost": 0.5, "tokens": 3, "raw": "none"}
    found = answered(minimal_gold, keys)
    assert (found.tools, found.prompts) == (("a model",), ("stance@1+1a2b3c4d",))


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"label": "none", "cost": "much"}, 'wrong-type: cost is "much", not a number'),
        ({"label": "none", "tokens": True}, "wrong-type: tokens is true, not a number"),
        ({"label": "none", "raw": 3}, "wrong-type: raw is 3, not a string"),
        ({"raw": 3}, "wrong-type: raw is 3, not a string"),
        (
            {"label": "none", "prompt": "Which of these?"},
            'wrong-type: prompt is "Which of these?", not a name, version and hash, as stance@1+1a2b3c4d',
        ),
        ({"label": "none", "prompt": "a|b"}, 'wrong-type: prompt is "a|b", not a name'),
        (
            {"answer": "favor"},
            'label-unknown: answer "favor" is not one of refused, unreadable, failed: it says why none is there',
        ),
        (
            {"answer": "refused", "label": "none"},
            "form: the line has label, and is refused: give one of them",
        ),
    ],
)
def test_faults_of_provenance_are_told(minimal_gold, keys: dict, problem: str) -> None:
    with pytest.raises(ValidationError) as invalid:
        answered(minimal_gold, keys)
    assert str(invalid.value.problems[0]).startswith(f"f:1: {problem}")


def test_a_table_may_hold_answers_in_words(minimal_gold) -> None:
    rows = ["id,raw,model", *(f"{record['id']},Answer: against,x" for record in labels(minimal_gold))]
    found = read("f.csv", "\n".join(rows).encode(), minimal_gold, STANCE)
    assert {prediction.label for prediction in found.by_id.values()} == {"against"}
    assert found.notes == ("columns that stance does not use were ignored: 'model'",)


def test_nothing_but_words_is_of_the_task_of_its_ids_and_a_page_has_several(minimal_gold) -> None:
    data = dump_lines([{"id": record["id"], "raw": "none"} for record in labels(minimal_gold)]).encode()
    assert read("f.jsonl", data, minimal_gold).task.name == "stance"
    data = dump_lines([{"id": "detente-900", "raw": "none"}]).encode()
    with pytest.raises(ValidationError, match="task-unclear: the lines fit several tasks: name one with --task"):
        read("f.jsonl", data, minimal_gold)


def test_a_page_without_an_answer_is_empty(minimal_gold) -> None:
    for keys in ({"answer": "refused"}, {"error": "x"}, {"raw": "I'm sorry, I can't."}):
        found = check([Line("f:1", {"id": "detente-900", **keys})], BOILERPLATE, minimal_gold, "f")
        assert (found.missing, found.by_id) == (("detente-900",), {})
