"""A network, its probe and what it gives, ready to be changed one weight at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.candidates.applying import round_inputs
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.probing.layer_outputs import output_tensors
from tensorboard_cnc.writer.sensitivity.candidates_given import Given, UnfitError
from tensorboard_cnc.writer.sensitivity.grouping import Groups
from tensorboard_cnc.writer.sensitivity.output_damage import Damages
from tensorboard_cnc.writer.sensitivity.probe_runs import ProbeRuns
from tensorboard_cnc.writer.sensitivity.swapping import Snapshot, in_place_of
from tensorboard_cnc.writer.sensitivity.weights_found import Weight

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass
class Probed:
    """What every way of measuring needs."""

    net: nn.Module
    runs: ProbeRuns
    damages: Damages
    groups: Groups
    weights: Sequence[Weight]
    candidates: Sequence[Given]
    # Of what functions of the user's might change; None where there are none.
    snapshot: Snapshot | None

    def compressed(self, row: int, column: int) -> tuple[Tensor, int]:
        """The values of a layer as a candidate leaves them, and their bytes.

        Raises:
          UnfitError: there are none, and the network is as before.
        """
        weight, given = self.weights[row], self.candidates[column]
        try:
            found = given.applied(weight.owners[0].data, weight.layer)
        except UnfitError:
            raise
        except Exception as error:
            raise UnfitError(f"it cannot be compressed so: {text_of(error)}") from error
        finally:
            changed = self._put_back(given)
        if changed:
            some = ", ".join(changed[:3]) + (" …" if len(changed) > 3 else "")
            raise UnfitError(f"the candidate changed the network itself ({some}): it is put back")
        return found

    def _put_back(self, given: Given) -> list[str]:
        if self.snapshot is None or given.function is None:
            return []
        return self.snapshot.put_back()

    @contextmanager
    def with_weight(self, row: int, values: Tensor, given: Given) -> Iterator[None]:
        """The network with `values` in the place of one weight."""
        weight = self.weights[row]
        with ExitStack() as stack:
            stack.enter_context(in_place_of(weight.owners, values))
            if given.by is not None and given.by.activations:
                for module in weight.modules:
                    stack.callback(module.register_forward_pre_hook(round_inputs).remove)
            yield

    def unused(self, row: int) -> bool:
        """Whether the outputs do not depend on a weight: it is NaN, and they are as they were."""
        import torch

        weight = self.weights[row]
        if self.runs.called(weight.modules):
            return False
        nothing = torch.full_like(weight.owners[0].data, float("nan"))
        with in_place_of(weight.owners, nothing):
            return all(
                same_outputs(self.runs.own(place), self.runs.run(place))
                for place in range(len(self.runs.batches))
            )


def same_outputs(one: Any, other: Any) -> bool:
    """Whether all tensors in two outputs are bit for bit the same; NaN equals nothing."""
    import torch

    pairs = zip(output_tensors(one), output_tensors(other), strict=False)
    return all(torch.equal(before, after) for (_, before), (_, after) in pairs)
