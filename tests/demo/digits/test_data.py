from __future__ import annotations

import torch

from demo.digits.data import Digits


def test_every_image_is_in_exactly_one_half(digits: Digits) -> None:
    together = torch.cat([digits.train.images, digits.test.images])
    assert together.shape == (1797, 1, 8, 8)
    assert len(digits.train.labels) == 1000
    assert len(digits.test.labels) == 797
    ids = torch.cat([digits.train.ids, digits.test.ids])
    assert sorted(ids.tolist()) == list(range(1797))
    assert together.min() == 0
    assert together.max() == 1


def test_classes_have_equal_shares(digits: Digits) -> None:
    shares = [
        torch.bincount(split.labels, minlength=10) / len(split.labels)
        for split in (digits.train, digits.test)
    ]
    torch.testing.assert_close(shares[0], shares[1], atol=0.002, rtol=0)
