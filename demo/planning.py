"""Plans that follow from what the layers of the dense model bear, and what they cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor, nn

import tensorboard_cnc
from demo.recipe import Recipe
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.results.plan import Plan

# From coarse to fine, all with packed kernels somewhere.
CANDIDATES = ("int8", "int4", "int4-g32", "int3-g32", "int2-g32", "nvfp4")
PLANNED, UNIFORM = "sensitivity plan", "uniform quantize"
DAMAGE = cnc_summary.metric(
    "damage",
    goal="min",
    unit="nats",
    format=".4f",
    primary=False,
    description="KL divergence from the dense model on inputs that the plan was not made with.",
)
PREDICTED = cnc_summary.metric(
    "predicted_damage",
    goal="min",
    unit="nats",
    format=".4f",
    primary=False,
    description="The sum of what each layer does alone, on the inputs of the plan.",
)
PACKED = cnc_summary.metric(
    "packed_bytes",
    goal="min",
    unit="B",
    primary=False,
    description="Bytes of the codes with their scales, and of all that stays as it is.",
)


def plan_of(recipe: Recipe[Any], folder: Path) -> Plan | None:
    """The plan that a recipe carries out; None for any other."""
    if recipe.operation not in (PLANNED, UNIFORM):
        return None
    runs = tensorboard_cnc.read(folder / "dense")
    if recipe.operation == PLANNED:
        return runs.plan("dense", size=str(recipe.parameters["size"]))
    return runs.uniform_plan("dense", str(recipe.parameters["candidate"]))


def log_plan(
    model: cnc_summary.Model, plan: Plan, dense: nn.Module, net: nn.Module, held_out: Tensor
) -> None:
    """What was promised, and what came of it."""
    expected = plan.predicted
    ends = None if expected.low is None else (expected.low, expected.high or expected.low)
    model.metrics(
        {
            "packed_bytes": plan.bytes,
            "predicted_damage": cnc_summary.value(expected.value, interval=ends),
            "damage": cnc_summary.damage(dense, net, held_out, score="kl"),
        }
    )
