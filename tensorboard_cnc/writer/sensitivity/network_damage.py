"""The damage that compression did to a whole network, on one probe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from tensorboard_cnc.allocation.intervals import mean_of
from tensorboard_cnc.efficiency.preserving_state import preserving_random_states, preserving_state
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sensitivity import Floats
from tensorboard_cnc.wording import shown, text_of, type_name
from tensorboard_cnc.writer.instances.groups import group_codes
from tensorboard_cnc.writer.probing.padding import token_masks
from tensorboard_cnc.writer.probing.probe_inputs import Batch, probe_batches
from tensorboard_cnc.writer.sensitivity.grouping import grouped
from tensorboard_cnc.writer.sensitivity.output_damage import Damages, NotFiniteError, damage_of
from tensorboard_cnc.writer.sensitivity.probe_runs import ProbeRuns
from tensorboard_cnc.writer.tensors.network_sources import is_module, unwrapped
from tensorboard_cnc.writer.uncertain_value import UncertainValue


def damage(
    net: Any,
    compressed: Any,
    inputs: Any,
    *,
    score: Callable[..., Any] | Literal["kl", "squared error"] | None = None,
    labels: Any = None,
    mask: Any = None,
    groups: Any = None,
    beside: Any = None,
) -> UncertainValue:
    """How far a compressed network's outputs are from the network's, as `m.sensitivity` measures.

    ::

        plan = tensorboard_cnc.read("runs").plan("dense", size="20 kB")
        small = plan.apply(net)
        m.metrics({"damage": cnc_summary.damage(net, small, held_out)})

    Args:
      net: the network as it was.
      compressed: what became of it.
      inputs: what both run on, as for `m.sensitivity`; others than those a plan was made with tell
        what it is worth.
      score: as for `m.sensitivity`, like `labels` and `mask`.
      labels: right answers (n,), handed to `score` batch by batch.
      mask: which tokens count.
      groups: what each instance was sampled in (n,), as for `dataset`; the interval is of these.
      beside: another compressed network; the damage that is done beyond what this one does, over
        the same instances, below 0 where it is less.

    Returns:
      The mean over instances, or tokens, with its 95 % interval from 32 groups on; for
      ``m.metrics``.

    Raises:
      ArgumentError: an argument breaks a rule, or a network fails or gives NaN.
    """
    networks = [net, compressed, *([] if beside is None else [beside])]
    for each in networks:
        if not is_module(each):
            raise ArgumentError(
                f"A network is {shown(each)} of type {type_name(each)}",
                "All are torch.nn.Modules",
                "Write damage(net, compressed, inputs)",
            )
    with preserving_random_states():
        batches = probe_batches(unwrapped(net), inputs)
    before, *after = (_outputs(unwrapped(each), batches) for each in networks)
    kind = damage_of(score, labels, before, batches)
    damages = Damages(
        kind, batches, token_masks(batches, mask), score if callable(score) else None, labels
    )
    counts = damages.begin(before)
    dealt = grouped(counts, None if groups is None else group_codes(groups, len(counts)))
    sums, *others = (_sums(damages, before, each) for each in after)
    mean, parts = dealt.means(sums - others[0] if others else sums)
    least = -np.inf if kind == "score" or others else 0.0
    found = mean_of(parts, dealt.sizes, mean, least)
    known = np.isfinite(found.low)
    return UncertainValue(mean, (float(found.low), float(found.high)) if known else None)


def _sums(damages: Damages, before: list[Any], after: list[Any]) -> Floats:
    """(n,) damages of all instances."""
    pairs = zip(before, after, strict=True)
    try:
        return np.concatenate([damages.sums(place, *pair) for place, pair in enumerate(pairs)])
    except NotFiniteError as error:
        raise ArgumentError(
            f"The compressed network cannot be compared: {error}",
            "A damage is a number",
            "Compress it less",
        ) from error


def _outputs(net: Any, batches: list[Batch]) -> list[Any]:
    runs = ProbeRuns(net, batches)
    try:
        with preserving_state(net):
            return [runs.run(place) for place in range(len(batches))]
    except Exception as error:
        raise ArgumentError(
            f"A network failed on the inputs: {text_of(error)}",
            "Its forward is called for each batch, in evaluation mode",
            "Pass inputs that both accept",
        ) from error
