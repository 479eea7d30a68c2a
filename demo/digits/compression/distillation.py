"""Knowledge distillation: a student learns from its teacher's softened answers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, kl_div, log_softmax

from demo.digits.training import Loss


def distillation_loss(teacher: nn.Module, temperature: float, label_share: float) -> Loss:
    """`label_share` × cross-entropy + (1 − `label_share`) × T² × KL(teacher ‖ student).

    Both distributions are softened by the temperature T (Hinton et al., 2015, section 2).
    """

    def loss(logits: Tensor, images: Tensor, labels: Tensor) -> Tensor:
        with torch.no_grad():
            softened = log_softmax(teacher(images) / temperature, dim=1)
        student = log_softmax(logits / temperature, dim=1)
        divergence = kl_div(student, softened, reduction="batchmean", log_target=True)
        return (
            label_share * cross_entropy(logits, labels)
            + (1 - label_share) * temperature**2 * divergence
        )

    return loss
