"""The scans are what they are called, by SciPy and by counting."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from demo.digits.data import Digits
from demo.digits.handwriting import attributes_of
from demo.digits.scans import CONTRAST, DEGREES, NOISE, Scans, scans_of, turned


@pytest.fixture(scope="module")
def scans(digits: Digits) -> Scans:
    return scans_of(digits.test)


def of(scans: Scans, kind: str) -> torch.Tensor:
    kinds = np.array(scans.attributes["scan"])
    return scans.images[torch.from_numpy(kinds == kind)]


def test_every_image_in_four_scans(scans: Scans, digits: Digits) -> None:
    n = len(digits.test.ids)
    assert scans.images.shape == (4 * n, 1, 8, 8)
    assert len(set(scans.ids)) == 4 * n
    assert scans.ids[0] == f"{digits.test.ids[0]} clean"
    assert scans.ids[-1] == f"{digits.test.ids[-1]} turned"
    assert torch.equal(scans.labels, digits.test.labels.repeat(4))
    assert 0 <= scans.images.min() < scans.images.max() <= 1


def test_attributes_are_those_of_the_writing(scans: Scans, digits: Digits) -> None:
    for name, values in attributes_of(digits.test.images).items():
        shown = scans.attributes[name]
        assert isinstance(shown, torch.Tensor)
        for copy in shown.view(4, -1):
            assert torch.equal(copy, values)


def test_faint_and_noisy(scans: Scans, digits: Digits) -> None:
    images = digits.test.images
    assert torch.equal(of(scans, "clean"), images)
    assert torch.equal(of(scans, "faint"), CONTRAST * images)
    noise = of(scans, "noisy") - images
    inner = (images > 3 * NOISE) & (images < 1 - NOISE)
    assert noise.mean().abs() < NOISE
    assert noise[inner].clamp(-NOISE, NOISE).std() > NOISE / 2
    assert torch.equal(of(scans_of(digits.test), "noisy"), of(scans, "noisy")), "the same each time"


def test_turned_to_the_left_as_scipy_does(digits: Digits) -> None:
    images = digits.test.images[:20]
    ours = turned(images, DEGREES)
    for image, shown in zip(images[:, 0].numpy(), ours[:, 0].numpy(), strict=True):
        expected = ndimage.rotate(
            image, DEGREES, reshape=False, order=1, mode="grid-constant", cval=0
        )
        assert shown == pytest.approx(expected, abs=1e-5)
    slant = attributes_of(images)["slant"], attributes_of(ours)["slant"]
    assert (slant[1] < slant[0]).float().mean() > 0.9, "uprights lean to the left"
