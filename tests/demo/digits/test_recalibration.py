from __future__ import annotations

import torch
from torch import nn

from demo.digits.compression.recalibration import recalibrate_norms
from demo.digits.data import Digits


def test_statistics_are_those_of_the_images(dense: nn.Sequential, digits: Digits) -> None:
    norm = recalibrate_norms(dense, digits.train.images).get_submodule("norm1")
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    with torch.no_grad():
        batches = torch.split(dense.get_submodule("conv1")(digits.train.images), 100)
    means = torch.stack([batch.mean((0, 2, 3)) for batch in batches]).mean(0)
    variances = torch.stack([batch.var((0, 2, 3)) for batch in batches]).mean(0)
    torch.testing.assert_close(norm.running_mean, means)
    torch.testing.assert_close(norm.running_var, variances)


def test_no_weight_changes(dense: nn.Sequential, digits: Digits) -> None:
    recalibrated = recalibrate_norms(dense, digits.train.images)
    pairs = zip(dense.parameters(), recalibrated.parameters(), strict=True)
    assert all(torch.equal(before, after) for before, after in pairs)
    assert not recalibrated.training
