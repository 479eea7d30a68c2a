"""The plan: which language models are made, from which, and how."""

from __future__ import annotations

from demo.language.operations import (
    Desk,
    follow_plan,
    prune,
    quantize,
    quantize_uniformly,
    restore,
    retrain_norms,
    train,
)
from demo.recipe import Step

AMOUNTS = (0.3, 0.5, 0.7)


def language_sweep(*, epochs: int = 40, tuning_epochs: int = 4) -> tuple[Step[Desk], ...]:
    """26 models, parents before children."""
    tune = retrain_norms(epochs=tuning_epochs, lr=0.02, seed=0)
    int8 = quantize(weights_only=True)
    steps = [Step("dense", train(epochs=epochs, lr=0.003, seed=0))]
    # Every module loses its smallest weights, and then one part gets them back.
    for percent in (10, 30):
        broken = f"all-{percent}"
        steps += [
            Step(broken, prune(amount=percent / 100, part="all"), ("dense",)),
            Step(f"{broken}-norms", restore(part="norms"), (broken,)),
            Step(f"{broken}-queries", restore(part="queries"), (broken,)),
            Step(f"{broken}-later-blocks", restore(part="later blocks"), (broken,)),
            Step(f"{broken}-retrained", tune, (broken,)),
        ]
    steps += [
        Step("all-50", prune(amount=0.5, part="all"), ("dense",)),
        Step("all-50-norms", restore(part="norms"), ("all-50",)),
    ]
    # With its norms in order: which part bears more?
    for amount in AMOUNTS:
        percent = round(100 * amount)
        steps += [
            Step(f"attention-{percent}", prune(amount=amount, part="attention"), ("all-10-norms",)),
            Step(f"ff-{percent}", prune(amount=amount, part="feed-forward"), ("all-10-norms",)),
        ]
    steps += [
        Step("norms-10", prune(amount=0.1, part="norms"), ("dense",)),
        Step("dense-int8", int8, ("dense",)),
        Step("all-10-norms-int8", int8, ("all-10-norms",)),
        Step("all-30-norms-int8", int8, ("all-30-norms",)),
        Step("ff-50-int8", int8, ("ff-50",)),
        # One format for all layers, and the one that each of them bears, in the same bytes.
        Step("all-int4", quantize_uniformly(candidate="int4"), ("dense",)),
        Step("plan-620kB", follow_plan(size="620.3 kB"), ("dense",)),
    ]
    return tuple(steps)
