from __future__ import annotations

from demo.operations import distill, quantize
from demo.sweep import digits_sweep


def test_parents_come_before_children_and_ids_are_unique() -> None:
    seen: set[str] = set()
    for step in digits_sweep():
        assert step.id not in seen
        assert seen.issuperset(step.parents)
        seen.add(step.id)
    assert len(seen) >= 24


def test_the_sweep_shows_every_family() -> None:
    names = {step.recipe.operation for step in digits_sweep()}
    assert names == {
        "channel prune",
        "distill",
        "fine-tune",
        "initialize",
        "int8 quantize",
        "low rank",
        "magnitude prune",
        "random prune",
        "recalibrate",
        "train",
    }


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
