"""Plans that follow from what the layers of the dense model bear, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor, nn

import tensorboard_cnc
from demo.recipe import Recipe
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.results.plan import Plan

# From coarse to fine, all with packed kernels somewhere.
CANDIDATES = ("int8", "int4", "int4-g32", "int3-g32", "int2-g32", "nvfp4")
# What all layers are given that plans are compared with.
ALIKE = "int4"
PLANNED, UNIFORM = "sensitivity plan", "uniform quantize"


def _damage(name: str, description: str) -> cnc_summary.MetricSpec:
    return cnc_summary.metric(
        name, goal="min", unit="nats", format=".4f", primary=False, description=description
    )


DAMAGE = _damage(
    "damage",
    "KL divergence from the dense model on inputs that the plan was not made with.",
)
BESIDE = _damage(
    "damage_beside_uniform",
    "The damage beyond that of all layers alike in as many bytes, on the same inputs.",
)
PREDICTED = _damage(
    "predicted_damage", "The sum of what each layer does alone, on the inputs of the plan."
)
PACKED = cnc_summary.metric(
    "packed_bytes",
    goal="min",
    unit="B",
    primary=False,
    description="Bytes of the codes with their scales, and of all that stays as it is.",
)


class Plans(NamedTuple):
    """The plan that a recipe carries out, and one format throughout that takes no less."""

    own: Plan
    uniform: Plan | None


def plans_of(recipe: Recipe[Any], folder: Path) -> Plans | None:
    """The plan that a recipe carries out; None for any other."""
    if recipe.operation not in (PLANNED, UNIFORM):
        return None
    runs = tensorboard_cnc.read(folder / "dense")
    if recipe.operation == UNIFORM:
        return Plans(runs.uniform_plan("dense", str(recipe.parameters["candidate"])), None)
    uniform = runs.uniform_plan("dense", ALIKE)
    return Plans(runs.plan("dense", size=str(recipe.parameters["size"])), uniform)


def log_plan(
    model: cnc_summary.Model,
    plans: Plans,
    dense: nn.Module,
    net: nn.Module,
    held_out: Tensor,
    groups: Sequence[int] | None = None,
) -> None:
    """What was promised, and what came of it.

    `groups` (n,): what each of the inputs that the plan was not made with was sampled in.
    """
    expected = plans.own.predicted
    ends = None if expected.low is None else (expected.low, expected.high or expected.low)
    tried = partial(cnc_summary.damage, dense, net, held_out, score="kl", groups=groups)
    found = {
        "packed_bytes": plans.own.bytes,
        "predicted_damage": cnc_summary.value(expected.value, interval=ends),
        "damage": tried(),
    }
    if plans.uniform is not None:
        found["damage_beside_uniform"] = tried(beside=plans.uniform.apply(dense))
    model.metrics(found)
