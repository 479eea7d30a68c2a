"""The damage that a change of weights predicts to second order, from one backward pass.

Near the network as it is both damages are quadratic in the change Δ of the weights: of KL with the
Fisher information, of squared errors with JᵀJ (Gauss-Newton). For random u with E u uᵀ = H,
E (uᵀ J Δ)² = Δᵀ Jᵀ H J Δ. So u is drawn for every output, for logits as
u_k = ε_k √p_k − p_k Σ ε_j √p_j with random signs ε, whose covariance is diag(p) − p pᵀ, that of the
Fisher information. Signs of different instances are independent, so that one backward pass over a
group of instances gives the sum over them, for all layers at once. Unlike the diagonal of the
Fisher information this keeps how errors of the weights of one layer add up or cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.probing.probe_inputs import Batch
from tensorboard_cnc.writer.sensitivity.candidates_given import UnfitError
from tensorboard_cnc.writer.sensitivity.cells import Cells
from tensorboard_cnc.writer.sensitivity.exact import NEVER_RAN
from tensorboard_cnc.writer.sensitivity.output_damage import answer_of
from tensorboard_cnc.writer.sensitivity.probe_runs import ProbeRuns
from tensorboard_cnc.writer.sensitivity.probed_network import Probed
from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

# Gradients of layers that are kept at once; more layers take another pass.
_MOST_BYTES = 2 << 30
# Draws of signs for each group; their mean square is off by √(2 / (draws · groups)).
DRAWS = 4
_INPUTS_ROUNDED = "it rounds inputs too, which only the exact method measures"


def measure_by_gradient(
    probed: Probed, cells: Cells, rows: Sequence[int], advance: Callable[[], None]
) -> None:
    """Fills the cells of these layers that are not known yet; `advance` is told of each layer.

    Raises:
      ArgumentError: the damage has no gradient, or instances are not computed apart.
    """
    if probed.damages.kind == "score":
        raise ArgumentError(
            "A score of your own was given with method='gradient'",
            "Only probabilities and outputs have a second-order damage",
            "Write method='exact', or leave score= out",
        )
    open_rows = [row for row in rows if not all(map(cells.known, *_columns(probed, row)))]
    for chunk in _chunks(probed, open_rows):
        gradients = _gradients(probed, chunk)
        for row in chunk:
            _fill(probed, cells, row, gradients[row])
            advance()


def _columns(probed: Probed, row: int) -> tuple[list[int], range]:
    columns = range(len(probed.candidates))
    return [row] * len(columns), columns


def _chunks(probed: Probed, rows: Sequence[int]) -> Iterator[list[int]]:
    """Layers whose gradients fit into memory together."""
    passes = len(probed.groups.sizes) * DRAWS
    left, chunk = _MOST_BYTES, list[int]()
    for row in rows:
        size = probed.weights[row].owners[0].numel() * 4 * passes
        if chunk and size > left:
            yield chunk
            left, chunk = _MOST_BYTES, []
        chunk.append(row)
        left -= size
    if chunk:
        yield chunk


def _fill(probed: Probed, cells: Cells, row: int, gradients: Tensor | None) -> None:
    """`gradients` (groups, draws, weights); None where nothing reaches the outputs."""
    own = probed.weights[row].owners[0].data
    for column, given in enumerate(probed.candidates):
        if cells.known(row, column):
            continue
        if gradients is None:
            cells.refuse(row, column, NEVER_RAN)
            continue
        if given.by is not None and given.by.activations:
            cells.refuse(row, column, _INPUTS_ROUNDED)
            continue
        try:
            values, cells.bytes[row, column] = probed.compressed(row, column)
        except UnfitError as error:
            cells.refuse(row, column, str(error))
            continue
        change = (values.float() - own.float()).flatten()
        squares = (gradients @ change).double().square().mean(1).cpu().numpy()
        sizes = probed.groups.sizes
        cells.measured(row, column, float(squares.sum() / sizes.sum()), squares / sizes)


def _gradients(probed: Probed, rows: Sequence[int]) -> dict[int, Tensor | None]:
    """Of each layer (groups, draws, weights)."""
    import torch

    weights = [probed.weights[row].owners for row in rows]
    flat = [owner for owners in weights for owner in owners]
    generator = torch.Generator().manual_seed(0)
    groups = len(probed.groups.sizes)
    found: dict[int, Tensor | None] = {}
    sums = [owners[0].new_zeros(groups, DRAWS, owners[0].numel(), dtype=torch.float32)
            for owners in weights]  # fmt: skip
    used = [False] * len(rows)
    with _differentiable(flat):
        for group, place, part in _parts(probed):
            answer = _answer(probed, place, part)
            with torch.no_grad():
                drawn = [_direction(probed, answer, generator, part, place) for _ in range(DRAWS)]
            for draw, direction in enumerate(drawn):
                grads = torch.autograd.grad(
                    answer, flat, direction, retain_graph=draw + 1 < DRAWS, allow_unused=True
                )
                given = iter(grads)
                for at, owners in enumerate(weights):
                    for grad in islice(given, len(owners)):
                        if grad is not None:
                            used[at] = True
                            sums[at][group, draw] += grad.float().flatten()
    for at, row in enumerate(rows):
        found[row] = sums[at] if used[at] else None
    return found


@contextmanager
def _differentiable(parameters: Sequence[nn.Parameter]) -> Iterator[None]:
    import torch

    before = [parameter.requires_grad for parameter in parameters]
    try:
        with torch.enable_grad():
            for parameter in parameters:
                parameter.requires_grad_(True)
            yield
    finally:
        for parameter, wanted in zip(parameters, before, strict=True):
            parameter.requires_grad_(wanted)


class _Part(NamedTuple):
    """Some instances of a batch, by their places in it."""

    batch: Batch
    rows: NDArray[np.int64]


def _parts(probed: Probed) -> Iterator[tuple[int, int, _Part]]:
    """Each group's instances within each batch."""
    first = 0
    for place, batch in enumerate(probed.runs.batches):
        of = probed.groups.of[first : first + batch.instances]
        first += batch.instances
        for group in np.unique(of):
            rows = np.flatnonzero(of == group)
            yield int(group), place, _part(batch, rows)


def _part(batch: Batch, rows: NDArray[np.int64]) -> _Part:
    chosen = Batch(
        _selected(batch.positional, rows, batch.instances),
        _selected(batch.named, rows, batch.instances),
        len(rows),
    )
    return _Part(chosen, rows)


def _selected(value: Any, rows: NDArray[np.int64], instances: int) -> Any:
    if is_torch_tensor(value) or isinstance(value, np.ndarray):
        return value[rows] if value.ndim and len(value) == instances else value
    if isinstance(value, Mapping):
        return {key: _selected(each, rows, instances) for key, each in value.items()}
    if isinstance(value, list) or type(value) is tuple:
        return type(value)(_selected(each, rows, instances) for each in value)
    return value


def _answer(probed: Probed, place: int, part: _Part) -> Tensor:
    """What the network gives for some instances, to be differentiated.

    Raises:
      ArgumentError: it is not what it gives for them among others, or has no gradient.
    """
    import torch

    try:
        answer = answer_of(ProbeRuns(probed.net, [part.batch]).run(0), part.batch.instances)
    except ArgumentError:
        raise
    except Exception as error:
        raise ArgumentError(
            f"The network failed on a part of the probe: {text_of(error)}", _APART, _EXACT
        ) from error
    whole = answer_of(probed.runs.own(place), probed.runs.batches[place].instances)
    before = whole[part.rows]
    if not answer.requires_grad:
        raise ArgumentError("The outputs do not depend on any weight smoothly", _SMOOTH, _EXACT)
    alike = answer.shape == before.shape and torch.allclose(
        answer.detach().float(), before.float(), rtol=1e-2, atol=1e-3 * float(before.abs().max())
    )
    if not alike:
        raise ArgumentError(
            "The network gives something else for an instance alone than among others",
            _APART,
            _EXACT,
        )
    return answer


_APART = "The gradient is taken for parts of the probe, whose instances are computed apart"
_SMOOTH = "The gradient is taken of the outputs along the weights"
_EXACT = "Write method='exact'"


def _direction(
    probed: Probed, answer: Tensor, generator: torch.Generator, part: _Part, place: int
) -> Tensor:
    """A random u of the outputs' shape with E u uᵀ = the damage's second derivative, halved."""
    import torch

    damages = probed.damages
    signs = torch.randint(0, 2, answer.shape, generator=generator) * 2 - 1
    signs = signs.to(answer.device, torch.float32)
    if damages.kind == "kl":
        share = damages.logs(answer).exp().float()
        root = share.sqrt()
        if damages.shares:
            # Of probabilities themselves: KL ≈ ½ Σ Δ² / p.
            drawn = signs / root.clamp(min=1e-6)
        else:
            drawn = signs * root - share * (signs * root).sum(-1, keepdim=True)
        drawn = drawn / 2**0.5
    else:
        drawn = signs / damages.scale**0.5
    mask = None if damages.masks is None else damages.masks[place][part.rows]
    if mask is not None and tuple(answer.shape[:2]) == mask.shape:
        kept = torch.from_numpy(mask).to(answer.device)
        drawn = drawn * kept.reshape(*mask.shape, *[1] * (drawn.ndim - 2))
    return drawn.to(answer.dtype)
