from __future__ import annotations

from demo.digits.operations import distill, quantize
from demo.digits.sweep import LAYERS, PERCENTS, digits_sweep


def test_parents_come_before_children_and_ids_are_unique() -> None:
    seen: set[str] = set()
    for step in digits_sweep():
        assert step.id not in seen
        assert seen.issuperset(step.parents)
        seen.add(step.id)
    assert len(seen) == 56


def test_the_sweep_shows_every_family() -> None:
    names = {step.recipe.operation for step in digits_sweep()}
    assert names == {
        "channel prune",
        "distill",
        "fine-tune",
        "initialize",
        "int8 quantize",
        "iterative prune",
        "low rank",
        "magnitude prune",
        "random prune",
        "recalibrate",
        "restore",
        "sensitivity plan",
        "train",
        "uniform quantize",
    }


def test_both_arcs_are_whole() -> None:
    steps = {step.id: step for step in digits_sweep()}
    parent = "dense"
    for percent in PERCENTS:
        at_once, step = steps[f"one-shot-{percent}"], steps[f"iterative-{percent}"]
        assert at_once.parents == ("dense",)
        assert step.parents == (parent,)
        for each in (at_once, step):
            assert each.recipe.parameters["amount"] == percent / 100
        parent = step.id
    for layer in LAYERS:
        assert steps[f"one-shot-80-{layer}"].recipe.parameters == {"layer": layer}


def test_what_is_done_is_what_is_logged() -> None:
    recipe = distill(epochs=3, lr=0.03, temperature=4.0, label_share=0.5, seed=0)
    assert recipe.operation == "distill"
    assert recipe.parameters == {
        "epochs": 3,
        "lr": 0.03,
        "temperature": 4.0,
        "label_share": 0.5,
        "seed": 0,
    }
    assert quantize(calibration_images=256).description.startswith("Weights and activations")
