"""The test images as they were scanned, and as worse scanners would have seen them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from demo.digits.data import Split
from demo.digits.handwriting import attributes_of

CONTRAST = 0.5
NOISE = 0.2
DEGREES = 15.0
_SEED = 0


@dataclass(frozen=True)
class Scans:
    """Each image in several scans: float32 (n, 1, 8, 8) in [0, 1], and its label, int64 (n,).

    `numbers` (n,) say of which image a scan is. `attributes` are lists or tensors (n,): the scan,
    and what the handwriting is like.
    """

    images: Tensor
    labels: Tensor
    ids: list[str]
    numbers: list[int]
    attributes: dict[str, list[str] | Tensor]

    def after(self, images: int) -> tuple[Tensor, list[int]]:
        """All scans of the images after the first `images`, and of which image each is."""
        first = set(self.numbers[:images])
        rows = [row for row, number in enumerate(self.numbers) if number not in first]
        return self.images[rows], [self.numbers[row] for row in rows]


def scans_of(data: Split) -> Scans:
    """The images clean, with half the contrast, with noise, and turned to the left."""
    seeded = torch.Generator().manual_seed(_SEED)
    # Float32 would be drawn with another last digit on other processors.
    noise = torch.randn(data.images.shape, generator=seeded, dtype=torch.float64).float()
    scans = {
        "clean": data.images,
        "faint": CONTRAST * data.images,
        "noisy": (data.images + NOISE * noise).clamp(0, 1),
        "turned": turned(data.images, DEGREES),
    }
    kinds = [kind for kind in scans for _ in data.ids]
    numbers = data.ids.tolist() * len(scans)
    handwriting = {
        name: values.repeat(len(scans)) for name, values in attributes_of(data.images).items()
    }
    return Scans(
        torch.cat(list(scans.values())),
        data.labels.repeat(len(scans)),
        [f"{number} {kind}" for number, kind in zip(numbers, kinds, strict=True)],
        numbers,
        {"scan": kinds, **handwriting},
    )


def turned(images: Tensor, degrees: float) -> Tensor:
    """Images (n, c, h, w), turned to the left around their centres, bilinear."""
    angle = torch.deg2rad(torch.tensor(degrees))
    sine, cosine = angle.sin(), angle.cos()
    rotation = torch.tensor([[cosine, -sine, 0.0], [sine, cosine, 0.0]])
    grid = affine_grid(rotation.expand(len(images), 2, 3), list(images.shape), align_corners=False)
    return grid_sample(images, grid, align_corners=False)
