"""The plan: which models are made, from which, and how."""

from __future__ import annotations

from demo.operations import (
    channel_prune,
    distill,
    fine_tune,
    initialize,
    low_rank,
    magnitude_prune,
    quantize,
    random_prune,
    recalibrate,
    train,
)
from demo.recipe import Recipe, Step, Workbench


def digits_sweep(*, epochs: int = 30, tuning_epochs: int = 8) -> tuple[Step[Workbench], ...]:
    """36 models, parents before children; one of them diverges."""
    tune = fine_tune(epochs=tuning_epochs, lr=0.03, seed=0)
    tune_seed1 = fine_tune(epochs=tuning_epochs, lr=0.03, seed=1)
    tune_too_hot = fine_tune(epochs=tuning_epochs, lr=100.0, seed=0)
    int8 = quantize(calibration_images=256)

    return (
        Step("dense", train(epochs=epochs, lr=0.1, seed=0)),
        # The same again, to tell what compression changes from what chance does.
        Step("dense-seed1", train(epochs=epochs, lr=0.1, seed=1)),
        # One shot: harmless up to a point, then a cliff.
        Step("magnitude-50", _smallest(0.5), ("dense",)),
        Step("magnitude-80", _smallest(0.8), ("dense",)),
        Step("magnitude-90", _smallest(0.9), ("dense",)),
        Step("magnitude-98", _smallest(0.98), ("dense",)),
        Step("layer-magnitude-80", magnitude_prune(amount=0.8, scope="layer"), ("dense",)),
        Step("random-50", random_prune(amount=0.5, scope="global", seed=0), ("dense",)),
        Step("random-50-seed1", random_prune(amount=0.5, scope="global", seed=1), ("dense",)),
        Step("random-80", random_prune(amount=0.8, scope="global", seed=0), ("dense",)),
        # Recovery: new statistics for the batch norms alone, or more training.
        Step("magnitude-80-bn", recalibrate(images=1000), ("magnitude-80",)),
        Step("magnitude-90-bn", recalibrate(images=1000), ("magnitude-90",)),
        Step("random-80-bn", recalibrate(images=1000), ("random-80",)),
        Step("magnitude-80-ft", tune, ("magnitude-80",)),
        Step("magnitude-90-ft", tune, ("magnitude-90",)),
        Step("magnitude-90-ft-seed1", tune_seed1, ("magnitude-90",)),
        Step("magnitude-90-ft-too-hot", tune_too_hot, ("magnitude-90",)),
        Step("magnitude-98-ft", tune, ("magnitude-98",)),
        Step("random-80-ft", tune, ("random-80",)),
        # Little by little instead of at once.
        Step("iterative-90", _smallest(0.9), ("magnitude-80-ft",)),
        Step("iterative-90-ft", tune, ("iterative-90",)),
        Step("iterative-95", _smallest(0.95), ("iterative-90-ft",)),
        Step("iterative-95-ft", tune, ("iterative-95",)),
        Step("iterative-98", _smallest(0.98), ("iterative-95-ft",)),
        Step("iterative-98-ft", tune, ("iterative-98",)),
        # Networks that really are smaller.
        Step("channels-50", channel_prune(amount=0.5), ("dense",)),
        Step("channels-50-ft", tune, ("channels-50",)),
        Step("rank-35", low_rank(rank_ratio=0.35), ("dense",)),
        Step("rank-35-ft", tune, ("rank-35",)),
        Step("small-init", initialize(width=4, seed=0)),
        Step("small", train(epochs=epochs, lr=0.03, seed=0), ("small-init",)),
        Step(
            "small-distilled",
            distill(epochs=epochs, lr=0.03, temperature=4.0, label_share=0.5, seed=0),
            ("small-init", "dense"),
        ),
        # Quantization on top of all that.
        Step("dense-int8", int8, ("dense",)),
        Step("magnitude-90-ft-int8", int8, ("magnitude-90-ft",)),
        Step("channels-50-ft-int8", int8, ("channels-50-ft",)),
        Step("small-distilled-int8", int8, ("small-distilled",)),
    )


def _smallest(amount: float) -> Recipe[Workbench]:
    return magnitude_prune(amount=amount, scope="global")
