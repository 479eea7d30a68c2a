"""What can be said of a handwritten digit without reading it, computed from its pixels."""

from __future__ import annotations

import torch
from torch import Tensor

# Fainter pixels are blur around the stroke.
_STROKE = 0.25


def attributes_of(images: Tensor) -> dict[str, Tensor]:
    """Attributes of images, float32 (n, 1, 8, 8) in [0, 1]; each is (n,).

    - `ink`: mean darkness, 0 to 1;
    - `slant`: how far the stroke leans to the right, in degrees, by its second moments;
    - `size`: pixels of the smallest upright box around the stroke, at most 64.
    """
    pixels = images[:, 0]
    return {"ink": pixels.mean(dim=(1, 2)), "slant": _slant(pixels), "size": _size(pixels)}


def _slant(pixels: Tensor) -> Tensor:
    """The angle of the shear that would make horizontal and vertical position uncorrelated."""
    weights = pixels / pixels.sum(dim=(1, 2), keepdim=True)
    rows, columns = (torch.arange(length, dtype=torch.float32) for length in pixels.shape[1:])
    # Upwards and to the right, from the centre of mass.
    up = -(rows - (weights.sum(dim=2) @ rows)[:, None])[:, :, None]
    right = (columns - (weights.sum(dim=1) @ columns)[:, None])[:, None, :]
    covariance = (weights * up * right).sum(dim=(1, 2))
    variance = (weights * up**2).sum(dim=(1, 2))
    return torch.rad2deg(torch.atan2(covariance, variance))


def _size(pixels: Tensor) -> Tensor:
    stroke = pixels > _STROKE
    return _extent(stroke.any(dim=2)) * _extent(stroke.any(dim=1))


def _extent(marked: Tensor) -> Tensor:
    """From the first to the last True of each row of (n, length)."""
    positions = torch.arange(marked.shape[1])
    last = torch.where(marked, positions, -1).amax(dim=1)
    first = torch.where(marked, positions, marked.shape[1]).amin(dim=1)
    return (last - first + 1).clamp(min=0)
