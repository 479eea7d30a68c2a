"""Small networks of many seeds on scikit-learn's digits, all of a pool trained at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.digits.data import handwritten_digits
from demo.digits.scans import scans_of

Floats32 = NDArray[np.float32]
_BATCH = 50
_PIXELS, _CLASSES = 64, 10


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """n images (n, 64), their labels and attributes, and of which handwritten image each is one."""

    pixels: Floats32
    labels: NDArray[np.int64]
    attributes: dict[str, Any]
    groups: NDArray[np.int64]

    def of_scan(self, scan: str) -> Images:
        """One scan of each image."""
        kept = np.flatnonzero(np.array(self.attributes["scan"]) == scan)
        rest = {k: np.asarray(v)[kept] for k, v in self.attributes.items() if k != "scan"}
        return Images(self.pixels[kept], self.labels[kept], rest, self.groups[kept])


@cache
def test_images() -> Images:
    """The demo's 797 test images in four scans each."""
    test = handwritten_digits().test
    scans = scans_of(test)
    pixels = scans.images.numpy().reshape(-1, _PIXELS)
    attributes = {k: np.asarray(v) for k, v in scans.attributes.items()}
    groups = np.tile(np.arange(len(test.ids)), len(pixels) // len(test.ids))
    return Images(pixels, scans.labels.numpy(), attributes, groups)


def trained(
    rng: np.random.Generator, nets: int, hidden: int, epochs: int, rate: float, images: Images
) -> Floats32:
    """Logits (nets, n, 10) on `images` of networks that only their seeds tell apart.

    Each has one hidden layer, its own first weights, and its own order of the 1,000 images that
    all are trained on with momentum.
    """
    train = handwritten_digits().train
    pixels = train.images.numpy().reshape(-1, _PIXELS)
    right = np.eye(_CLASSES, dtype=np.float32)[train.labels.numpy()]
    weights = [
        (rng.standard_normal((nets, *shape)) * np.sqrt(2 / shape[0])).astype(np.float32)
        for shape in ((_PIXELS + 1, hidden), (hidden + 1, _CLASSES))
    ]
    speed = [np.zeros_like(each) for each in weights]
    for _ in range(epochs):
        order = rng.permuted(np.tile(np.arange(len(pixels)), (nets, 1)), axis=1)
        for first in range(0, len(pixels), _BATCH):
            rows = order[:, first : first + _BATCH]
            for at, slope in enumerate(_slopes(weights, pixels[rows], right[rows])):
                speed[at] = 0.9 * speed[at] - rate * slope
                weights[at] += speed[at]
    return _forward(weights, np.broadcast_to(images.pixels, (nets, *images.pixels.shape)))[1]


def _forward(weights: list[Floats32], pixels: Floats32) -> tuple[Floats32, Floats32]:
    inside = np.maximum(_with_one(pixels) @ weights[0], 0)
    return inside, _with_one(inside) @ weights[1]


def _slopes(weights: list[Floats32], pixels: Floats32, right: Floats32) -> list[Floats32]:
    """The gradients of the mean cross-entropy."""
    inside, logits = _forward(weights, pixels)
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    error = (shares - right) / np.float32(pixels.shape[1])
    back = (error @ weights[1][:, :-1].transpose(0, 2, 1)) * (inside > 0)
    return [
        _with_one(pixels).transpose(0, 2, 1) @ back,
        _with_one(inside).transpose(0, 2, 1) @ error,
    ]


def _with_one(values: Floats32) -> Floats32:
    """A last column of ones, for the biases."""
    return np.concatenate([values, np.ones((*values.shape[:-1], 1), np.float32)], axis=-1)
