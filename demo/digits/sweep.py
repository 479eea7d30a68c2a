"""The plan: which models are made, from which, and how."""

from __future__ import annotations

from demo.digits.operations import (
    LayerName,
    Workbench,
    channel_prune,
    distill,
    fine_tune,
    follow_plan,
    initialize,
    iterative_prune,
    low_rank,
    magnitude_prune,
    quantize,
    quantize_uniformly,
    random_prune,
    recalibrate,
    restore,
    train,
)
from demo.recipe import Step

# Of the replicates of the dense one.
SEEDS = (1, 2, 3)
PERCENTS = (10, 30, 50, 70, 80, 90, 95, 99)
LAYERS: tuple[LayerName, ...] = ("conv2", "conv3", "hidden")


def digits_sweep(*, epochs: int = 30, tuning_epochs: int = 8) -> tuple[Step[Workbench], ...]:
    """56 models, parents before children; one of them diverges."""
    return (
        Step("dense", train(epochs=epochs, lr=0.1, seed=0)),
        # The same again, to tell what compression changes from what chance does.
        *(Step(f"dense-seed{seed}", train(epochs=epochs, lr=0.1, seed=seed)) for seed in SEEDS),
        *_one_shot(tuning_epochs),
        *_iterative(tuning_epochs),
        *_other_choices(tuning_epochs),
        *_smaller(epochs, tuning_epochs),
        *_quantized(),
        *_planned(),
    )


def _one_shot(epochs: int) -> list[Step[Workbench]]:
    """All zeros at once: harmless up to a point, then a cliff; and what brings models back."""
    tune = fine_tune(epochs=epochs, lr=0.03, seed=0)
    steps = [
        Step(f"one-shot-{percent}", magnitude_prune(amount=percent / 100, scope="global"), _DENSE)
        for percent in PERCENTS
    ]
    for percent in (50, 80, 90, 95):
        pruned = (f"one-shot-{percent}",)
        # New statistics for the batch norms alone, or more training.
        steps += [
            Step(f"one-shot-{percent}-bn", recalibrate(images=1000), pruned),
            Step(f"one-shot-{percent}-ft", tune, pruned),
        ]
    steps += [
        Step(f"one-shot-80-{layer}", restore(layer=layer), ("one-shot-80",)) for layer in LAYERS
    ]
    again = fine_tune(epochs=epochs, lr=0.03, seed=1)
    too_hot = fine_tune(epochs=epochs, lr=100.0, seed=0)
    return [
        *steps,
        Step("one-shot-90-ft-seed1", again, ("one-shot-90",)),
        Step("one-shot-90-ft-too-hot", too_hot, ("one-shot-90",)),
    ]


def _iterative(epochs: int) -> list[Step[Workbench]]:
    """Little by little instead of at once."""
    names = ("dense", *(f"iterative-{percent}" for percent in PERCENTS))
    return [
        Step(name, iterative_prune(amount=percent / 100, epochs=epochs, lr=0.03), (parent,))
        for parent, name, percent in zip(names, names[1:], PERCENTS, strict=False)
    ]


def _other_choices(epochs: int) -> list[Step[Workbench]]:
    """The same share of zeros, in other places."""
    tune = fine_tune(epochs=epochs, lr=0.03, seed=0)
    return [
        Step("layerwise-80", magnitude_prune(amount=0.8, scope="layer"), _DENSE),
        Step("layerwise-80-ft", tune, ("layerwise-80",)),
        Step("random-50", random_prune(amount=0.5, scope="global", seed=0), _DENSE),
        Step("random-50-seed1", random_prune(amount=0.5, scope="global", seed=1), _DENSE),
        Step("random-80", random_prune(amount=0.8, scope="global", seed=0), _DENSE),
        Step("random-80-bn", recalibrate(images=1000), ("random-80",)),
        Step("random-80-ft", tune, ("random-80",)),
    ]


def _smaller(epochs: int, tuning_epochs: int) -> list[Step[Workbench]]:
    """Networks that really are smaller."""
    tune = fine_tune(epochs=tuning_epochs, lr=0.03, seed=0)
    student = distill(epochs=epochs, lr=0.03, temperature=4.0, label_share=0.5, seed=0)
    return [
        Step("channels-50", channel_prune(amount=0.5), _DENSE),
        Step("channels-50-ft", tune, ("channels-50",)),
        Step("rank-35", low_rank(rank_ratio=0.35), _DENSE),
        Step("rank-35-ft", tune, ("rank-35",)),
        Step("small-init", initialize(width=4, seed=0)),
        Step("small", train(epochs=epochs, lr=0.03, seed=0), ("small-init",)),
        Step("small-distilled", student, ("small-init", "dense")),
    ]


def _quantized() -> list[Step[Workbench]]:
    """Eight bits, on top of all that."""
    int8 = quantize(calibration_images=256)
    return [
        Step(f"{name}-int8", int8, (name,))
        for name in (
            "dense",
            "iterative-80",
            "iterative-90",
            "one-shot-90-ft",
            "channels-50-ft",
            "rank-35-ft",
            "small-distilled",
        )
    ]


def _planned() -> list[Step[Workbench]]:
    """One format for all layers, and the one that each of them bears, in the same bytes."""
    return [
        Step("all-int4", quantize_uniformly(candidate="int4"), _DENSE),
        Step("plan-14kB", follow_plan(size="13.62 kB"), _DENSE),
    ]


_DENSE = ("dense",)
