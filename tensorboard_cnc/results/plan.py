"""Which candidate each layer of a model gets, for a size or a damage, as the page's slider says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.analysis.sensitivity.exports import Format, exported
from tensorboard_cnc.analysis.sensitivity.profile import Additivity, Profile
from tensorboard_cnc.candidates.applying import applied
from tensorboard_cnc.errors import ReadError, RecordError
from tensorboard_cnc.limits.amount import Scale, amount_text, read_amount
from tensorboard_cnc.plugin.parameters import read
from tensorboard_cnc.plugin.questions import SensitivityQuestion
from tensorboard_cnc.plugin.responses import BadRequestError
from tensorboard_cnc.plugin.sensitivity.measured import profile_of
from tensorboard_cnc.records.models import Operation
from tensorboard_cnc.records.sensitivity import KEPT
from tensorboard_cnc.results.contents import Contents, refused
from tensorboard_cnc.results.models import Model
from tensorboard_cnc.wording import shown

if TYPE_CHECKING:
    from torch import nn

_BYTES = Scale("B")


@dataclass(frozen=True, slots=True)
class Predicted:
    """A damage that is expected: the sum of what each layer does alone.

    Attributes:
      value: the sum, in the unit of the damage.
      low, high: its 95 % interval over instances like those of the probe, which allows for how far
        sums of allocations that were measured whole were off; None where nothing tells.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Plan:
    """An allocation: a candidate for each layer that is compressed.

    Attributes:
      model: the id of the model that it is for.
      allocation: candidates by the full names of weights; others stay as they are.
      bytes: what the network then takes: its layers with their scales, and everything else.
      dense_bytes: what it takes as it is.
      predicted: the damage that is expected.
      damage: what that is: "kl" (nats), "squared error" (relative), "score".
      additivity: how many times their sum the damages of whole allocations were that were
        measured; None where none was.
    """

    model: str
    allocation: Mapping[str, str]
    bytes: int
    dense_bytes: int
    predicted: Predicted
    damage: str
    additivity: Additivity | None

    @property
    def operation(self) -> Operation:
        """What was done, to log the compressed network with: ``model(..., operation=)``."""
        counts: dict[str, int] = {}
        for candidate in self.allocation.values():
            counts[candidate] = counts.get(candidate, 0) + 1
        said = {"bytes": self.bytes, "predicted_damage": float(f"{self.predicted.value:.6g}")}
        return Operation("sensitivity plan", {**said, **counts})

    def apply(self, net: nn.Module) -> nn.Module:
        """A copy of the network with the weights that the plan compresses.

        Weights hold the values that their format can hold, in their own type; nothing is packed.

        Raises:
          ArgumentError: a weight of the plan is not in `net`, or a candidate is a function of
            your own.
        """
        return applied(net, self.allocation)

    def export(self, form: Format = "json") -> str:
        """The allocation as text.

        Args:
          form: "json" (weight → candidate), "torchao" (``FqnToConfig``), "llm-compressor" (a
            recipe), or "regex" (a pattern for each candidate).
        """
        return exported(self.allocation, form)

    def __repr__(self) -> str:
        size, dense = (amount_text(each, _BYTES) for each in (self.bytes, self.dense_bytes))
        layers = f"{len(self.allocation):,} layers compressed"
        return f"<Plan for {self.model}: {layers}, {size} of {dense}, {self._expects}>"

    @property
    def _expects(self) -> str:
        found = self.predicted
        ends = "" if found.low is None else f" [{found.low:.3g}, {found.high:.3g}]"
        return f"{self.damage} {found.value:.3g}{ends}"


def plan_of(
    contents: Contents, model: Model, size: str | float | None, damage: float | None
) -> Plan:
    """See `Runs.plan`."""
    profile = _profile(contents, model)
    if (size is None) == (damage is None):
        raise ReadError(
            f"size={size!r} and damage={damage!r} were given",
            "A plan keeps to one of them",
            'Write plan(model, size="20 kB") or plan(model, damage=0.01)',
        )
    steps = _within_size(profile, size) if size is not None else _within_damage(profile, damage)
    return _plan(profile, model.id, profile.front.after(steps))


def uniform_plan(contents: Contents, model: Model, candidate: str) -> Plan:
    """See `Runs.uniform_plan`."""
    profile = _profile(contents, model)
    names = [each.name for each in profile.record.candidates]
    if candidate not in names:
        raise ReadError(
            f"No candidate is called {shown(candidate)}",
            f"Measured were {', '.join(names)}",
            "Name one of them",
        )
    return _plan(profile, model.id, profile.uniform(names.index(candidate)))


def _profile(contents: Contents, model: Model) -> Profile:
    try:
        question = read(SensitivityQuestion, {"model": model.key})
        return profile_of(question, contents.catalog, contents.records)
    except (BadRequestError, RecordError) as error:
        raise refused(error) from error


def _within_size(profile: Profile, size: str | float) -> int:
    most = read_amount(size, _BYTES) if isinstance(size, str) else float(size)
    if most is None or not most >= 0:
        raise ReadError(
            f"size= is {shown(size)}",
            "It is a number of bytes, or a text such as 20 kB",
            'Write size="20 kB"',
        )
    steps = profile.steps_within(most)
    if steps is None:
        least = profile.front.bytes_after(len(profile.front.steps)) + profile.record.other_bytes
        rest = amount_text(profile.record.other_bytes, _BYTES)
        raise ReadError(
            f"No allocation takes {amount_text(most, _BYTES)} or less",
            f"The smallest takes {amount_text(least, _BYTES)}, {rest} of it in what no layer holds",
            "Allow more, or measure candidates that take less",
        )
    return steps


def _within_damage(profile: Profile, damage: float | None) -> int:
    steps = profile.steps_of_damage(float("nan") if damage is None else float(damage))
    if steps is None:
        raise ReadError(
            f"No allocation does a damage of {shown(damage)} or less",
            f"The least is {profile.front.start_damage:.3g}",
            "Allow more",
        )
    return steps


def _plan(profile: Profile, model: str, chosen: NDArray[np.int64]) -> Plan:
    expected = profile.expected(chosen)
    known = bool(np.isfinite(expected.low))
    size = profile.bytes_of(chosen)
    assert size is not None, "layers of unknown size are no choice"
    value = float(expected.value)
    return Plan(
        model=model,
        allocation={
            layer.name: profile.record.candidates[candidate].name
            for layer, candidate in zip(profile.record.layers, chosen.tolist(), strict=True)
            if candidate != KEPT
        },
        bytes=size,
        dense_bytes=profile.dense_bytes,
        predicted=Predicted(
            value,
            float(expected.low) if known else None,
            float(expected.high) if known else None,
        ),
        damage=profile.record.damage,
        additivity=profile.additivity(value),
    )
