"""How far outputs are from those of the network as it is, instance by instance.

KL: Σ p (ln p − ln q) of the probabilities p before and q after, in nats, for each instance or
token. Squared error: ‖Δ‖² of an instance (or token) over the mean ‖·‖² of all. A score of the
user's own: what it loses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sensitivity import Damage, Floats
from tensorboard_cnc.wording import shown, text_of, type_name
from tensorboard_cnc.writer.probing.layer_outputs import output_tensors
from tensorboard_cnc.writer.probing.padding import Mask
from tensorboard_cnc.writer.probing.probe_inputs import Batch
from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

if TYPE_CHECKING:
    from torch import Tensor

Score = Callable[..., Any]
# Values of probabilities that are compared at a time.
_PIECE = 1 << 22
_SUM_WITHIN = 1e-2


class NotFiniteError(ValueError):
    """Outputs that are NaN or infinite."""


def answer_of(output: Any, instances: int) -> Tensor:
    """The tensor of what a network gives that its damage is measured on: logits, or the first.

    Raises:
      ArgumentError: none has the instance as its first dimension.
    """
    found = output_tensors(output)
    named = [tensor for place, tensor in found if place in ("[logits]", ".logits")]
    for tensor in [*named, *(each for _, each in found)]:
        if tensor.ndim and tensor.shape[0] == instances:
            return tensor.dequantize() if tensor.is_quantized else tensor
    shapes = ", ".join(str(tuple(tensor.shape)) for _, tensor in found) or "no tensor"
    raise ArgumentError(
        f"The network gives {shapes} for {instances:,} instances",
        "The damage is measured on an output whose first dimension is the instance",
        "Wrap the network so that it returns one",
    )


def damage_of(score: Any, labels: Any, outputs: Sequence[Any], batches: Sequence[Batch]) -> Damage:
    """What is measured: as `score` says; else what the first output looks like.

    Raises:
      ArgumentError: `score` is no function and none of the words.
    """
    if callable(score):
        return "score"
    if score in ("kl", "squared error"):
        return "kl" if score == "kl" else "squared error"
    if score is not None:
        raise ArgumentError(
            f"score= is {shown(score)} of type {type_name(score)}",
            'It is "kl", "squared error", or a function of the outputs with one number for each '
            "instance, the higher the better",
            "Leave it out for what the outputs look like",
        )
    answer = answer_of(outputs[0], batches[0].instances)
    if labels is not None or _is_named_logits(outputs[0]) or is_probabilities(answer):
        return "kl"
    reads_tokens = any(
        is_torch_tensor(part) and not part.is_floating_point() and part.ndim == 2
        for part in (*batches[0].positional, *batches[0].named.values())
    )
    return "kl" if reads_tokens and answer.ndim == 3 else "squared error"


def is_probabilities(answer: Tensor) -> bool:
    """Whether rows are shares that sum to 1."""
    if answer.ndim < 2 or answer.shape[-1] < 2:
        return False
    sums = answer.detach().double().sum(-1)
    return bool((answer >= 0).all() and ((sums - 1).abs() < _SUM_WITHIN).all())


def _is_named_logits(output: Any) -> bool:
    return any(place == "[logits]" for place, _ in output_tensors(output))


@dataclass
class Damages:
    """Compares outputs with the network's own, batch by batch, as `kind` says.

    `tokens`: whether an instance counts as many times as it has tokens. `masks`: which of these
    count, for each batch.
    """

    kind: Damage
    batches: Sequence[Batch]
    masks: Sequence[Mask] | None = None
    score: Score | None = None
    labels: Any = None
    # Of squared errors: the mean of ‖·‖² of an instance or token.
    scale: float = 1.0
    shares: bool = False
    _scores: dict[int, Floats] = field(default_factory=dict)

    def begin(self, outputs: Sequence[Any]) -> NDArray[np.int64]:
        """Looks at the outputs of the network as it is; returns what counts of each instance.

        Raises:
          ArgumentError: they are not finite, or the score cannot be used.
        """
        counts, squares = [], 0.0
        for place, output in enumerate(outputs):
            batch = self.batches[place]
            if self.kind == "score":
                self._scores[place] = self._scored(place, output)
                if not np.isfinite(self._scores[place]).all():
                    raise ArgumentError(
                        "score= gives NaN or infinities for the network as it is",
                        "A damage is what a score loses",
                        "Look at score(net(inputs))",
                    )
                counts.append(np.ones(batch.instances, np.int64))
                continue
            answer = answer_of(output, batch.instances)
            if not bool(answer.isfinite().all()) and not self._masked_classes(answer):
                raise ArgumentError(
                    "The network's own outputs hold NaN or infinities",
                    "A damage is measured against finite outputs",
                    "Look at the probe inputs, or run the network in another type",
                )
            counts.append(self._counts(place, answer))
            squares += float(self._rows_summed(place, answer.detach().double().square()).sum())
        whole = np.concatenate(counts)
        if not whole.sum():
            raise ArgumentError(
                "No token of the probe counts", "mask= leaves all out", "Pass another mask"
            )
        self.scale = squares / float(whole.sum()) or 1.0
        first = None if self.kind == "score" else answer_of(outputs[0], self.batches[0].instances)
        self.shares = first is not None and is_probabilities(first)
        return whole

    def has_tokens(self, output: Any) -> bool:
        """Whether instances are sequences whose tokens are counted."""
        if self.kind == "score":
            return False
        return answer_of(output, self.batches[0].instances).ndim > 2 and (
            self.kind == "kl" or self.masks is not None
        )

    def sums(self, place: int, before: Any, after: Any) -> Floats:
        """The damage to each instance of a batch (n,), summed over what counts of it.

        Raises:
          NotFiniteError: outputs hold NaN or infinities.
        """
        if self.kind == "score":
            found = self._scores[place] - self._scored(place, after)
            if not np.isfinite(found).all():
                raise NotFiniteError("the score is not finite")
            return found
        instances = self.batches[place].instances
        own, other = answer_of(before, instances), answer_of(after, instances)
        if own.shape != other.shape:
            raise NotFiniteError(f"outputs change their shape to {tuple(other.shape)}")
        per_row = self._kl(own, other) if self.kind == "kl" else (other - own).double().square()
        found = self._rows_summed(place, per_row)
        broken = ~np.isfinite(found)
        if broken.any():
            few = f"{int(broken.sum()):,} of {len(found):,} instances"
            raise NotFiniteError(f"outputs are not finite for {few}")
        return found / (self.scale if self.kind == "squared error" else 1.0)

    def _counts(self, place: int, answer: Tensor) -> NDArray[np.int64]:
        mask = self._mask(place, answer)
        if mask is not None:
            return np.asarray(mask.sum(1), np.int64)
        each = int(np.prod(answer.shape[1:-1])) if self.kind == "kl" else 1
        return np.full(len(answer), each, np.int64)

    def _rows_summed(self, place: int, values: Tensor) -> Floats:
        """(n,) of values (n, tokens…, …), without tokens that do not count."""
        mask = self._mask(place, values)
        rows = values.flatten(2).sum(2) if values.ndim > 2 else values
        if mask is not None:
            import torch

            kept = torch.from_numpy(mask).to(rows.device)
            rows = torch.where(kept, rows, torch.zeros_like(rows))
        found = rows.reshape(len(rows), -1).sum(1)
        return np.asarray(found.detach().cpu().numpy(), float)

    def _mask(self, place: int, answer: Tensor) -> Mask | None:
        if self.masks is None or answer.ndim < 2:
            return None
        mask = self.masks[place]
        return mask if tuple(answer.shape[:2]) == mask.shape else None

    def _kl(self, own: Tensor, other: Tensor) -> Tensor:
        """(n, tokens…) of logits or probabilities (n, tokens…, classes)."""
        import torch

        classes = own.shape[-1]
        flat, changed = own.reshape(-1, classes), other.reshape(-1, classes)
        rows = max(1, _PIECE // classes)
        found = [
            _divergence(self.logs(flat[at : at + rows]), self.logs(changed[at : at + rows]))
            for at in range(0, len(flat), rows)
        ]
        return torch.cat(found).reshape(own.shape[:-1])

    def logs(self, rows: Tensor) -> Tensor:
        """Logarithms of the probabilities of rows (…, classes), in float64."""
        import torch

        wide = rows.detach().double()
        return wide.log() if self.shares else torch.log_softmax(wide, -1)

    def _masked_classes(self, answer: Tensor) -> bool:
        """Whether only logits of −∞ are not finite: classes that are ruled out."""
        odd = ~answer.isfinite()
        return self.kind == "kl" and bool((answer[odd] < 0).all())

    def _scored(self, place: int, output: Any) -> Floats:
        assert self.score is not None
        batch = self.batches[place]
        first = sum(each.instances for each in self.batches[:place])
        own = () if self.labels is None else (self.labels[first : first + batch.instances],)
        found = self.score(output, *own)
        values = found.detach().cpu().numpy() if is_torch_tensor(found) else found
        try:
            scores = np.asarray(values, float).reshape(-1)
        except (TypeError, ValueError) as error:
            raise ArgumentError(
                f"score= returned {shown(found)}: {text_of(error)}", _SCORES, _ONE_EACH
            ) from error
        if len(scores) != batch.instances:
            raise ArgumentError(
                f"score= returned {len(scores):,} numbers for {batch.instances:,} instances",
                _SCORES,
                _ONE_EACH,
            )
        return scores


_SCORES = "A score is one number for each instance, the higher the better"
_ONE_EACH = "Return an array (n,), not the mean"


def _divergence(before: Tensor, after: Tensor) -> Tensor:
    """(n,) of logarithms of probabilities (n, classes)."""
    import torch

    share = before.exp()
    terms = torch.where(share > 0, share * (before - after), torch.zeros_like(share))
    # Rounding leaves what is equal a little below 0.
    return terms.sum(-1).clamp(min=0)
