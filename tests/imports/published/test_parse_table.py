"""What a table becomes: records, parents first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.imports.imported import ImportedModel
from tensorboard_cnc.imports.published.experiment_table import parse_table
from tensorboard_cnc.records.models import Measurement, MetricSpec, ModelCard, Operation
from tests.imports.published.example_table import model, table


def test_a_tidy_table_needs_no_notes() -> None:
    parsed = parse_table(table())
    f1 = (Measurement("F1", (90.5,)),)
    prune = Operation("prune", {"sparsity": 0.5})
    assert parsed.models == (
        ImportedModel(ModelCard("base"), f1),
        ImportedModel(ModelCard("pruned", ("base",), prune), f1),
    )
    assert parsed.specs == (MetricSpec("F1", None, "%", ".2f", 0.0, 100.0),)
    assert parsed.notes == ()


def test_a_tag_is_the_description() -> None:
    parsed = parse_table(table(model("base", tag="As trained, é")))
    assert parsed.models[0].card.description == "As trained, é"


def test_all_but_id_may_be_missing() -> None:
    parsed = parse_table({"models": [{"id": "a"}]})
    assert parsed.models == (ImportedModel(ModelCard("a"), ()),)
    assert parsed.specs == ()
    assert parsed.notes == ()


def test_parameters_of_every_type() -> None:
    given_parameters = {"t": "int8", "i": -(2**63), "f": 0.1, "b": True, "n": None, "l": [1, "x"]}
    operation = {"name": "mix", "parameters": given_parameters}
    operations = [{"name": "mix", "parameters": list(given_parameters)}]
    parsed = parse_table(table(model("a", operation=operation), operations=operations))
    kept = parsed.models[0].card.operation
    assert kept is not None
    assert repr(kept.parameters) == repr(given_parameters | {"l": (1, "x")})


def test_an_operation_without_parameters() -> None:
    parsed = parse_table(table(model("base"), model("b", "base", operation={"name": "prune"})))
    assert parsed.models[1].card.operation == Operation("prune")


def test_specs_keep_what_was_declared() -> None:
    metrics = [
        {"name": "Sparsity", "min": 0.0, "max": 1.0, "format": ".2%"},
        {"name": "Epochs", "primary": False},
        {"name": "F1", "format": None, "unit": None, "min": None, "max": None, "primary": None},
    ]
    assert parse_table(table(metrics=metrics)).specs == (
        MetricSpec("Sparsity", format=".2%", low=0.0, high=1.0),
        MetricSpec("Epochs", primary=False),
        MetricSpec("F1"),
    )


@given(st.data())
def test_children_follow_their_parents_in_any_order(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 12))
    bases = [None if i == 0 else data.draw(st.none() | st.integers(0, i - 1)) for i in range(size)]
    models = [model(f"m{i}", None if b is None else f"m{b}") for i, b in enumerate(bases)]
    listed = data.draw(st.permutations(models))
    seen: set[str] = set()
    for parsed in parse_table(table(*listed)).models:
        assert seen.issuperset(parsed.card.parents)
        seen.add(parsed.card.id)
    assert len(seen) == size


def test_models_in_order_stay_in_order() -> None:
    models = [model("a"), model("b"), model("a1", "a"), model("b1", "b"), model("a2", "a")]
    ids = [parsed.card.id for parsed in parse_table(table(*models)).models]
    assert ids == ["a", "b", "a1", "b1", "a2"]


def test_a_long_chain_in_reverse() -> None:
    models = [model("m0")] + [model(f"m{i}", f"m{i - 1}") for i in range(1, 5000)]
    parsed = parse_table(table(*reversed(models)))
    assert [m.card.id for m in parsed.models] == [m["id"] for m in models]
