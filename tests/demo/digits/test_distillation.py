from __future__ import annotations

import torch
from torch import nn

from demo.digits.compression.distillation import distillation_loss

LOGITS = torch.tensor([[2.0, 0.0, -1.0], [0.5, 1.5, 0.0]])
TEACHER_LOGITS = torch.tensor([[3.0, 1.0, 0.0], [0.0, 2.0, 0.0]])
LABELS = torch.tensor([0, 2])


class Teacher(nn.Module):
    def forward(self, _images: torch.Tensor) -> torch.Tensor:
        return TEACHER_LOGITS


def loss(temperature: float, label_share: float) -> float:
    function = distillation_loss(Teacher(), temperature, label_share)
    return function(LOGITS, torch.zeros(2, 1, 8, 8), LABELS).item()


def test_formula() -> None:
    student, teacher = (LOGITS / 4).softmax(1), (TEACHER_LOGITS / 4).softmax(1)
    divergence = (teacher * (teacher / student).log()).sum(1).mean()
    labels = -LOGITS.softmax(1)[[0, 1], LABELS].log().mean()
    expected = 0.3 * labels + 0.7 * 16 * divergence
    torch.testing.assert_close(torch.tensor(loss(4.0, 0.3)), expected)


def test_labels_alone_are_cross_entropy() -> None:
    expected = nn.functional.cross_entropy(LOGITS, LABELS)
    torch.testing.assert_close(torch.tensor(loss(4.0, 1.0)), expected)
