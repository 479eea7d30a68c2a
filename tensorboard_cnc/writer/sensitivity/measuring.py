"""Measures what each weight of a network does to its outputs when it alone is compressed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.efficiency.preserving_state import preserving_random_states, preserving_state
from tensorboard_cnc.errors import ArgumentError, CncError
from tensorboard_cnc.records.sensitivity import METHODS, Method, Sensitivity, Trials
from tensorboard_cnc.wording import shown, storable, text_of, type_name
from tensorboard_cnc.writer.instances.groups import group_codes
from tensorboard_cnc.writer.journal import now_us
from tensorboard_cnc.writer.probing.padding import Mask, token_masks
from tensorboard_cnc.writer.probing.probe_inputs import Batch, fingerprint, probe_batches
from tensorboard_cnc.writer.ranks import all_gathered, rank_and_size
from tensorboard_cnc.writer.sensitivity.candidates_given import Given, candidates_given
from tensorboard_cnc.writer.sensitivity.cells import Cells
from tensorboard_cnc.writer.sensitivity.exact import measure_exactly
from tensorboard_cnc.writer.sensitivity.gradient import measure_by_gradient
from tensorboard_cnc.writer.sensitivity.grouping import grouped
from tensorboard_cnc.writer.sensitivity.interruptions import postponed
from tensorboard_cnc.writer.sensitivity.output_damage import Damages, damage_of
from tensorboard_cnc.writer.sensitivity.probe_runs import ProbeRuns
from tensorboard_cnc.writer.sensitivity.probed_network import Probed
from tensorboard_cnc.writer.sensitivity.progress import (
    OutOfTimeError,
    Progress,
    Watch,
    checked_seconds,
    watching,
)
from tensorboard_cnc.writer.sensitivity.resuming import take_known
from tensorboard_cnc.writer.sensitivity.swapping import Snapshot
from tensorboard_cnc.writer.sensitivity.trials import Trial, as_record, measure_trials, trials_of
from tensorboard_cnc.writer.sensitivity.weights_found import Weight, weights_of
from tensorboard_cnc.writer.tensors.network_sources import is_module, unwrapped

if TYPE_CHECKING:
    from torch import nn

_CHUNK = 1 << 24
Keep = Callable[[Sensitivity], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What `m.sensitivity` was given, checked."""

    net: nn.Module
    batches: Sequence[Batch]
    masks: Sequence[Mask] | None
    weights: Sequence[Weight]
    refused: dict[str, str]
    candidates: Sequence[Given]
    score: Any
    labels: Any
    method: Method
    max_seconds: float | None
    watch: Watch | None
    probe: str
    # What each instance was sampled in (n,); None: in itself.
    sampled: NDArray[np.int64] | None


def requested(
    net: Any,
    inputs: Any,
    *,
    candidates: Any,
    layers: Iterable[str] | str | None,
    score: Any,
    labels: Any,
    mask: Any,
    groups: Any,
    method: Any,
    max_seconds: Any,
    progress: Any,
) -> Request:
    """The arguments of `m.sensitivity`.

    Raises:
      ArgumentError: one breaks a rule.
    """
    if not is_module(net) or inputs is None:
        raise ArgumentError(
            f"The network is {shown(net)} of type {type_name(net)}, its inputs {shown(inputs)}",
            "It is a torch.nn.Module with probe inputs, on which it runs",
            "Write m.sensitivity(net, inputs)",
        )
    if method not in METHODS:
        raise ArgumentError(
            f"method= is {shown(method)}", 'It is "exact" or "gradient"', "Choose one of them"
        )
    net = unwrapped(net)
    _check_changeable(net)
    # A loader draws when it begins.
    with preserving_random_states():
        batches = probe_batches(net, inputs)
    masks = token_masks(batches, mask)
    beside = masks if masks and mask is not None and not isinstance(mask, str) else ()
    weights, refused = weights_of(net, layers)
    instances = sum(batch.instances for batch in batches)
    sampled = None if groups is None else group_codes(groups, instances)
    return Request(
        net,
        batches,
        masks,
        weights,
        refused,
        candidates_given(candidates),
        score,
        _checked_labels(labels, instances),
        method,
        checked_seconds(max_seconds),
        watching(progress),
        fingerprint(batches, (*beside, *(() if sampled is None else (sampled,)))),
        sampled,
    )


def measured(
    model_id: str, request: Request, known: Sensitivity | None, keep: Keep
) -> Sensitivity | None:
    """The record of a network's sensitivity; its state is preserved bit for bit.

    Args:
      model_id: of the record.
      request: what to measure. In a ``torch.distributed`` job all ranks make the call, each
        measures a part of the layers.
      known: what was measured before, whose cells are taken where everything else is the same.
      keep: is given what is known now and then, and where Ctrl-C or an error ends the call.

    Returns:
      The record; None on ranks other than the first.

    Raises:
      ArgumentError: the network fails on the probe, or cannot be measured so.
      KeyboardInterrupt: Ctrl-C was pressed; `keep` was given what is known.
    """
    with postponed() as interruptions, preserving_state(request.net):
        work = _Work(model_id, request, interruptions.checkpoint, keep)
        work.resume(known)
        try:
            work.measure_layers()
            if rank_and_size()[0]:
                return None
            work.measure_trials()
        except BaseException:
            if rank_and_size()[0] == 0 and np.isfinite(work.cells.mean).any():
                keep(work.record())
            raise
    return work.record()


class _Work:
    """One call, from the first run to the record."""

    # What a job that is killed has lost, and how much longer than before until it is kept again.
    _FIRST_KEPT_SECONDS, _KEPT_AGAIN = 60.0, 1.5

    def __init__(
        self, model_id: str, request: Request, checkpoint: Callable[[], None], keep: Keep
    ) -> None:
        self._id, self._request, self._checkpoint = model_id, request, checkpoint
        self._keep, self._next_kept = keep, self._FIRST_KEPT_SECONDS
        own = any(given.function for given in request.candidates)
        snapshot = Snapshot(request.net) if own else None
        self.identity = network_digest(request.net)
        runs = ProbeRuns(request.net, request.batches)
        outputs = self._first_runs(runs)
        kind = damage_of(request.score, request.labels, outputs, request.batches)
        score = request.score if kind == "score" else None
        damages = Damages(kind, request.batches, request.masks, score, request.labels)
        self._groups = grouped(_begun(damages, outputs), request.sampled)
        self._tokens = int(self._groups.counts.sum()) if damages.has_tokens(outputs[0]) else 0
        self._probed = Probed(
            request.net,
            runs,
            damages,
            self._groups,
            request.weights,
            request.candidates,
            snapshot,
        )
        size = len(request.weights), len(request.candidates), len(self._groups.sizes)
        self.cells = Cells.empty(*size)
        rank, ranks = rank_and_size()
        self.rows = list(range(rank, size[0], ranks))
        each = size[1] * len(request.batches) if request.method == "exact" else 1
        self._progress = Progress(len(self.rows) * each, request.watch, request.max_seconds)
        self._trials: Trials | None = None
        self._out_of_time = False

    def _first_runs(self, runs: ProbeRuns) -> list[Any]:
        try:
            return runs.watch([weight.modules for weight in self._request.weights])
        except Exception as error:
            raise ArgumentError(
                f"The network failed on the probe inputs: {text_of(error)}",
                "Its forward is called for each batch, in evaluation mode",
                "Pass inputs that it accepts: a tensor, or a tuple or mapping of its arguments",
            ) from error

    def resume(self, known: Sensitivity | None) -> None:
        """Takes the cells of an earlier call on the same."""
        if known is not None and self._continues(known):
            take_known(self._probed, self.cells, known, self._request.method)

    def _continues(self, known: Sensitivity) -> bool:
        """Whether `known` was measured of the same: scores of the user's own may be others."""
        now = self.record()
        same = ("method", "damage", "fingerprint", "network", "instances", "tokens")
        return known.damage != "score" and all(
            getattr(known, name) == getattr(now, name) for name in same
        )

    def measure_layers(self) -> None:
        """Fills the cells of this rank's layers, and puts together what all ranks have found.

        Raises:
          ArgumentError: their networks differ, or measuring failed on one of them.
        """
        failure: Exception | KeyboardInterrupt | None = None
        try:
            self._measure_own()
        except OutOfTimeError:
            self._out_of_time = True
        except (Exception, KeyboardInterrupt) as error:
            # The others wait for this rank.
            failure = error
        said = "" if failure is None else text_of(failure)
        self._join(all_gathered((self.rows, self.cells, self.identity, said)), failure)

    def _measure_own(self) -> None:
        """The largest first where time is short."""
        rows = self.rows
        if self._request.max_seconds is not None:
            rows = sorted(rows, key=lambda row: -self._request.weights[row].layer.dense_bytes)
        if self._request.method == "exact":
            measure_exactly(self._probed, self.cells, rows, self._advance)
        else:
            measure_by_gradient(self._probed, self.cells, rows, self._advance)

    def _join(
        self,
        parts: Sequence[tuple[list[int], Cells, str, str]],
        own: Exception | KeyboardInterrupt | None,
    ) -> None:
        """Puts together what the ranks know; `own` is what failed on this one."""
        alike = len({identity for _, _, identity, _ in parts}) == 1
        for rows, cells, *_ in parts if alike else ():
            for row in rows:
                self.cells.take(cells, row)
        if own is not None:
            raise own
        for rank, (*_, failure) in enumerate(parts):
            if failure:
                raise ArgumentError(
                    f"Measuring failed on rank {rank}: {failure}",
                    "Each rank measures a part of the layers",
                    "Look at what that rank raised; what was measured is kept",
                )
        if not alike:
            raise ArgumentError(
                "The networks of the ranks differ",
                "Each rank measures a part of the layers of one network",
                "Load the same weights on all ranks, or call it on one of them",
            )

    def measure_trials(self) -> None:
        """Measures whole allocations, in the time that is left."""
        if self._out_of_time:
            return
        chosen = trials_of(self._probed, self.cells)
        self._progress.total = self._progress.done + len(chosen) * len(self._request.batches)
        found: list[Trial] = []
        with suppress(OutOfTimeError):
            measure_trials(self._probed, chosen, found, self._advance)
        self._trials = as_record(found)

    def record(self) -> Sensitivity:
        """What is known now."""
        request, cells = self._request, self.cells
        kind = self._probed.damages.kind
        return Sensitivity(
            model_id=self._id,
            method=request.method,
            damage=kind,
            fingerprint=request.probe,
            network=self.identity,
            instances=len(self._groups.of),
            tokens=self._tokens,
            sizes=self._groups.sizes,
            layers=tuple(weight.layer for weight in request.weights),
            candidates=tuple(given.candidate for given in request.candidates),
            bytes=cells.bytes,
            mean=cells.mean,
            groups=cells.groups,
            other_bytes=_other_bytes(request),
            reasons={cell: storable(why)[:1000] for cell, why in cells.reasons.items()},
            refused=request.refused,
            trials=self._trials,
            score=_name_of(request.score) if kind == "score" else "",
            seconds=self._progress.seconds,
            logged_us=now_us(),
        )

    def _advance(self) -> None:
        self._checkpoint()
        if self._progress.seconds > self._next_kept and rank_and_size()[1] == 1:
            # Seldom, the longer it takes: a record takes some room each time.
            self._next_kept = self._KEPT_AGAIN * self._progress.seconds
            self._keep(self.record())
        self._progress.advance()


def _begun(damages: Damages, outputs: Sequence[Any]) -> Any:
    try:
        return damages.begin(outputs)
    except CncError:
        raise
    except Exception as error:
        raise ArgumentError(
            f"score= raised {text_of(error)}",
            "It is called with what the network gives for a batch, and labels where there are any",
            "Try it on net(inputs) first",
        ) from error


def network_digest(net: nn.Module) -> str:
    """32 hexadecimal digits of all parameters and buffers."""
    import torch

    found = hashlib.sha256()
    for name, tensor in (*net.named_parameters(), *net.named_buffers()):
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        plain = tensor.detach()
        if plain.device.type == "meta" or type(plain.data) is not torch.Tensor:
            continue
        flat = plain.contiguous().reshape(-1)
        for start in range(0, flat.numel(), _CHUNK):
            found.update(flat[start : start + _CHUNK].cpu().view(torch.uint8).numpy().tobytes())
    return found.hexdigest()[:32]


def _other_bytes(request: Request) -> int:
    net = request.net
    own = {id(owner) for weight in request.weights for owner in weight.owners}
    rest = [each for each in (*net.parameters(), *net.buffers()) if id(each) not in own]
    return sum(each.numel() * each.element_size() for each in rest)


def _name_of(score: Any) -> str:
    name = getattr(score, "__name__", "") or type(score).__name__
    return storable(str(name))[:100]


def _checked_labels(labels: Any, instances: int) -> Any:
    if labels is None:
        return None
    try:
        count = len(labels)
    except TypeError:
        count = -1
    if count != instances:
        raise ArgumentError(
            f"labels= are {shown(labels)}, of type {type_name(labels)}",
            f"There is one for each of the {instances:,} instances of the probe",
            "Pass those of the probe, in its order",
        )
    return labels


def _check_changeable(net: nn.Module) -> None:
    if any(kind.__name__ == "ScriptModule" for kind in type(net).__mro__):
        raise ArgumentError(
            "The network is scripted or traced",
            "Its weights are exchanged in Python, which compiled programs do not look at",
            "Pass the module that it was made from",
        )
