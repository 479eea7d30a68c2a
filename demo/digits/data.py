"""Scikit-learn's handwritten digits, 1,797 images of 8 × 8 pixels, in one fixed split."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

CLASSES = 10
IMAGE_SHAPE = (1, 8, 8)
TRAIN_SIZE = 1_000
_SPLIT_SEED = 0


@dataclass(frozen=True)
class Split:
    """Images, float32 (n, 1, 8, 8) in [0, 1], their labels and ids, int64 (n,)."""

    images: Tensor
    labels: Tensor
    # The place of each image in scikit-learn's data set.
    ids: Tensor


@dataclass(frozen=True)
class Digits:
    """1,000 images to train and calibrate on, 797 to test on, each class in equal share."""

    train: Split
    test: Split


@cache
def handwritten_digits() -> Digits:
    bunch = load_digits()
    train, test = train_test_split(
        range(len(bunch.target)),
        train_size=TRAIN_SIZE,
        stratify=bunch.target,
        random_state=_SPLIT_SEED,
    )
    images = torch.from_numpy(bunch.images / 16).float().unsqueeze(1)
    labels = torch.from_numpy(bunch.target)
    halves = (torch.tensor(half) for half in (train, test))
    return Digits(*(Split(images[ids], labels[ids], ids) for ids in halves))
