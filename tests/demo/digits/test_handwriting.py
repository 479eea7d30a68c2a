from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from demo.digits.data import Digits
from demo.digits.handwriting import attributes_of


def drawn(*rows: str) -> Tensor:
    """An image of one stroke, "#" where there is ink."""
    pixels = torch.zeros(1, 1, 8, 8)
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            pixels[0, 0, y, x] = mark == "#"
    return pixels


def attribute(name: str, *rows: str) -> float:
    return float(attributes_of(drawn(*rows))[name])


def test_ink_is_the_mean_darkness() -> None:
    assert attribute("ink", "##", "##") == 4 / 64


def test_size_is_the_box_around_the_stroke() -> None:
    assert attribute("size", "", " #", "", "   #") == 3 * 3
    assert attribute("size", "####") == 4
    assert attribute("size") == 0


@pytest.mark.parametrize(
    ("rows", "degrees"),
    [
        (("#", "#", "#"), 0),
        (("   #", "  #", " #", "#"), 45),
        (("#", " #", "  #", "   #"), -45),
        ((" #", " #", "#", "#"), math.degrees(math.atan2(0.5, 1.25))),
    ],
)
def test_slant_leans_to_the_right(rows: tuple[str, ...], degrees: float) -> None:
    assert attribute("slant", *rows) == pytest.approx(degrees, abs=1e-4)


def test_slant_is_the_shear_that_straightens(digits: Digits) -> None:
    """By NumPy: position sideways regressed on position upwards, weighted by ink."""
    y, x = np.mgrid[:8, :8]
    found = attributes_of(digits.test.images)["slant"]
    for image, slant in zip(digits.test.images[:50, 0].numpy(), found, strict=False):
        covariance = np.cov(np.stack([-y.ravel(), x.ravel()]), aweights=image.ravel(), bias=True)
        assert math.tan(math.radians(slant)) == pytest.approx(
            covariance[0, 1] / covariance[0, 0], abs=1e-4
        )


def test_real_digits_differ_in_all_three(digits: Digits) -> None:
    attributes = {name: v.double() for name, v in attributes_of(digits.test.images).items()}
    assert all(torch.isfinite(values).all() for values in attributes.values())
    ones, zeros = (digits.test.labels == label for label in (1, 0))
    assert attributes["size"][ones].mean() < attributes["size"][zeros].mean()
    assert attributes["slant"].std() > 5
