"""Layers as values: what of them other places list must be what the layers say."""

from detente.data.problems import CORPUS_RULES
from detente.dataset import schema
from detente.dataset.statistics import card_blocks
from detente.report.gold import painters
from detente.tasks import NOT_ON_A_PAGE, TASK_NAMES
from detente.tasks.layer import ROW


def test_the_layers_that_are_shown_are_those_that_are_painted() -> None:
    shown = ["boilerplate", "claims", "stance", "agreement", "attribution", "derivation", "reuse"]
    assert list(painters()) == shown == [name for name in TASK_NAMES if name not in NOT_ON_A_PAGE]


def test_the_configs_stand_in_the_order_in_which_they_were_published() -> None:
    assert list(schema.PUBLISHED) == [
        *("articles", "boilerplate", "claims", "propositions", "events", "stance", "agreement", "attribution"),
        *("derivation", "reuse", "sources", "contrast"),
    ]


def test_a_layer_is_written_or_computed_whole() -> None:
    for name, layer in schema.LAYERS.items():
        annotated = schema.annotated_columns(name)
        assert bool(layer.path) == bool(annotated), name
        assert layer.path or layer.compute, name


def test_what_a_layer_names_are_columns_of_its_model() -> None:
    for name, layer in schema.LAYERS.items():
        columns = schema.polars_schema(name).keys()
        named = {*layer.computed, *layer.explained, *(reference.field for reference in layer.references)}
        named |= {span.field for span in layer.spans} | {span.article for span in layer.spans}
        assert named - {ROW, ""} <= columns, name


def test_what_a_layer_refers_to_are_tables_and_rules() -> None:
    for layer in schema.LAYERS.values():
        for reference in layer.references:
            assert set(reference.registries) <= schema.LAYERS.keys()
            assert reference.rule in CORPUS_RULES
        assert {span.content_rule for span in layer.spans} - {""} <= CORPUS_RULES.keys()
        assert layer.messages.keys() <= CORPUS_RULES.keys()


def test_every_check_of_a_row_has_a_message() -> None:
    for layer in schema.LAYERS.values():
        rules = {check.error for check in layer.model.to_schema().checks}
        assert rules == layer.messages.keys(), layer.name


def test_the_card_has_a_block_for_the_configs_the_support_and_each_table_of_a_layer_once() -> None:
    names = "articles configs definition boilerplate claims stance holders labels support"
    names += " attribution derivation reuse contrast"
    assert sorted(card_blocks()) == sorted(names.split())
