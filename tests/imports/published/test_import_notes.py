"""Untidy tables are imported anyway, and a note says what was done about each fault."""

from __future__ import annotations

from typing import Any

import pytest

from tensorboard_cnc.imports.published.experiment_table import parse_table
from tensorboard_cnc.records.models import Operation, ParameterValue
from tests.imports.published.example_table import model, table

PRUNE = {"name": "prune", "parameters": {"sparsity": 0.5}}


def pruned(**parameters: Any) -> dict[str, Any]:
    return model("pruned", "base", operation={"name": "prune", "parameters": parameters})


def metric(name: str = "F1", **changes: Any) -> dict[str, Any]:
    return {"name": name, **changes}


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "parameters as a list": (
        table(operations=[{"name": "prune", "parameters": ["sparsity"]}]),
        "Parameters declared by name only, so any value is accepted: prune",
    ),
    "operation not declared": (
        table(operations=[]),
        "Undeclared operation, imported anyway: prune",
    ),
    "operation declared twice": (
        table(operations=[{"name": "prune"}, *table()["operations"]]),
        "Operation declared more than once, declarations merged: prune",
    ),
    "operation not used": (
        table(model("base")),
        "Operation declared but never applied: prune",
    ),
    "parameter not declared": (
        table(model("base"), pruned(seed=1)),
        "Undeclared parameter, imported anyway: prune.seed",
    ),
    "option not declared": (
        table(model("base"), pruned(layers="lateattention")),
        "Parameter value outside its declaration, imported anyway: prune.layers = lateattention",
    ),
    "value outside its range": (
        table(model("base"), pruned(sparsity=50)),
        "Parameter value outside its declaration, imported anyway: prune.sparsity = 50",
    ),
    "text where a number was declared": (
        table(model("base"), pruned(sparsity="half")),
        "Parameter value outside its declaration, imported anyway: prune.sparsity = half",
    ),
    "float noise": (
        table(model("base"), pruned(sparsity=0.6000000000000001)),
        "Parameter with floating-point noise, rounded: 0.6000000000000001 to 0.6",
    ),
    "metric not declared": (
        table(model("a", metrics={"F1": 1, "Size": 2})),
        "Undeclared metric, imported anyway: Size",
    ),
    "metric declared but not measured": (
        table(metrics=[metric("F1"), metric("Size")]),
        "Metric declared but never measured: Size",
    ),
    "null metric": (
        table(model("a"), model("b", metrics={"F1": None}), model("c", metrics={"F1": None})),
        "Metric that is null, imported as not logged: F1 (×2)",
    ),
    "not finite": (
        table(model("a", metrics={"F1": float("nan")})),
        "Metric that is not a finite number, kept as it is: F1 = nan",
    ),
    "outside its scale": (
        table(model("a", metrics={"F1": 100.5})),
        "Metric outside its declared scale, kept as it is: F1 = 100.5",
    ),
    "open scale": (
        table(metrics=[metric(min=0.0, max=None)]),
        "Metric with a minimum but no maximum, its scale left open: F1",
    ),
    "scale upside down": (
        table(metrics=[metric(min=1, max=0)]),
        "Metric scale whose minimum is not below its maximum, ignored: F1 from 1 to 0",
    ),
    "different scales": (
        table(
            model("a", metrics={"F1": 90.5, "EM": 80, "Sparsity": 0.1}),
            metrics=[
                metric("F1", min=0, max=100),
                metric("Sparsity", min=0, max=1),
                metric("EM", min=0, max=100),
            ],
        ),
        "Metrics declared on different scales, kept as they are: "
        "0 to 100 for F1 and EM, 0 to 1 for Sparsity",
    ),
    "format without a type": (
        table(metrics=[metric(format=".2")]),
        'Number format ".2" is not a complete d3-format, read as ".2f": F1',
    ),
    "format with a flag only": (
        table(metrics=[metric(format="00")]),
        'Number format "00" is not a complete d3-format, read as ".12~g": F1',
    ),
    "no format at all": (
        table(metrics=[metric(format="two digits")]),
        'Number format "two digits" is not a complete d3-format, ignored: F1',
    ),
    "format that does not print": (
        table(metrics=[metric(format="\t>5d")]),
        r'Number format "\t>5d" is not a complete d3-format, read as ">5d": F1',
    ),
    "unit that does not print": (
        table(metrics=[metric(unit="ms\n"), metric("EM", unit="ms\n")]),
        r'Unit "ms\n" contains unprintable characters, read as "ms": F1, EM',
    ),
    "unit of nothing that prints": (
        table(metrics=[metric(unit="\u202e\x7f")]),
        r'Unit "\u202e\u007f" contains unprintable characters, ignored: F1',
    ),
    "empty tag": (
        table(model("a", tag="")),
        "Empty tag, imported without a description: a",
    ),
    "root with an operation": (
        table(model("a", operation=PRUNE)),
        "Model with an operation but no base, kept: a",
    ),
    "base without an operation": (
        table(model("a"), model("b", "a", operation=None)),
        "Model with a base but no operation, kept: b",
    ),
    "base missing": (
        table(model("a", "gone"), model("b", "gone")),
        "Base that is not in the source, shown as missing: gone (×2)",
    ),
    "own base": (
        table(model("a", "a")),
        "Model that is its own base, imported without a base: a",
    ),
    "cycle": (
        table(model("x", "a"), model("a", "b"), model("b", "c"), model("c", "a")),
        "Models that descend from themselves; the page cuts the cycle: a from b from c from a",
    ),
    "unknown keys": (
        table(model("a", accuracy=1), metrics=[metric(goal="max")], version=2),
        'Unknown key, ignored: "version", "goal", "accuracy"',
    ),
    "control characters": (
        table(model("a", **{"\x1b[2J": 2})),
        r'Unknown key, ignored: "\u001b[2J"',
    ),
    "many of a kind": (
        table(*[model(f"m{i}", tag="") for i in range(7)]),
        "Empty tag, imported without a description: m0, m1, m2, m3, m4 and 2 more",
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_it_is_said(name: str) -> None:
    untidy, sentence = ODD[name]
    assert sentence in parse_table(untidy).notes


@pytest.mark.parametrize("name", ODD)
def test_every_model_and_every_measured_value_is_kept(name: str) -> None:
    untidy, _ = ODD[name]
    parsed = {m.card.id: m for m in parse_table(untidy).models}
    assert parsed.keys() == {m["id"] for m in untidy["models"]}
    for listed in untidy["models"]:
        kept = parsed[listed["id"]]
        assert kept.card.parents == (
            () if listed["base"] in (None, listed["id"]) else (listed["base"],)
        )
        values = {m.name: m.repeats[0] for m in kept.measurements}
        measured = {n: v for n, v in listed["metrics"].items() if v is not None}
        assert repr(values) == repr({name: float(value) for name, value in measured.items()})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"sparsity": 0.6000000000000001}, {"sparsity": 0.6}),
        ({"sparsity": [0.1 + 0.2, 1]}, {"sparsity": (0.3, 1)}),
        ({"layers": "lateattention", "seed": 1}, {"layers": "lateattention", "seed": 1}),
    ],
)
def test_parameters_are_kept_and_cleaned(
    given: dict[str, Any], kept: dict[str, ParameterValue]
) -> None:
    parsed = parse_table(table(model("base"), pruned(**given)))
    assert parsed.models[1].card.operation == Operation("prune", kept)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("%", "%"),
        (" µs ", " µs "),
        ("ms\n", "ms"),
        ("\u00a0ms", "ms"),
        ("ms\tper\r\nitem", "ms per item"),
        ("m\x7fs\u202e", "ms"),
    ],
)
def test_units_are_made_printable(given: str, kept: str) -> None:
    spec = parse_table(table(metrics=[metric(unit=given)])).specs[0]
    assert spec.unit == kept


def test_measured_values_are_never_rounded() -> None:
    parsed = parse_table(table(model("a", metrics={"F1": 0.6000000000000001})))
    assert parsed.models[0].measurements[0].repeats == (0.6000000000000001,)


def test_a_scale_that_is_infinite_is_open() -> None:
    spec = parse_table(table(metrics=[metric(min=float("-inf"), max=float("nan"))])).specs[0]
    assert (spec.low, spec.high) == (None, None)
