"""What compression did to a whole network, on inputs that it was not planned on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.candidates.applying import applied
from tensorboard_cnc.errors import ArgumentError
from tests.writer.logged import latest
from tests.writer.sensitivity.measured import layered, logged, probe


def test_it_is_what_a_trial_measures(tmp_path: Path) -> None:
    net = layered()
    record = logged(tmp_path, net, probe(), candidates=["int4"], score="kl")
    assert record.trials is not None
    small = applied(net, {layer.name: "int4" for layer in record.layers})
    found = cnc_summary.damage(net, small, probe(), score="kl")
    assert np.isclose(record.trials.mean, found.number, rtol=1e-5).any()
    low, high = found.interval
    assert low < found.number < high
    with cnc_summary.model(tmp_path, "small") as m:
        m.metrics({"damage": found})
    assert "damage" in str(latest(tmp_path))


def test_it_is_0_of_a_network_and_itself() -> None:
    net = layered()
    found = cnc_summary.damage(net, net, probe())
    assert (found.number, found.interval) == (0.0, None)


def test_few_instances_have_no_interval() -> None:
    net = layered()
    assert cnc_summary.damage(net, layered(1), probe(8)).interval is None


def test_scans_of_one_image_count_as_one() -> None:
    net, small = layered(), applied(layered(), {"0.weight": "int2"})
    images = probe(40)
    scans = torch.cat([images] * 4)
    one = cnc_summary.damage(net, small, images)
    alone = cnc_summary.damage(net, small, scans)
    four = cnc_summary.damage(net, small, scans, groups=list(range(40)) * 4)
    assert four.number == pytest.approx(one.number, rel=1e-6)
    assert four.interval == pytest.approx(one.interval, rel=1e-5)
    assert np.ptp(alone.interval) < np.ptp(four.interval)
    assert cnc_summary.damage(net, small, scans, groups=list(range(20)) * 8).interval is None


def test_two_networks_are_compared_over_the_same_instances() -> None:
    net, images = layered(), probe(320)
    fine, coarse = (applied(net, {"0.weight": name}) for name in ("int3", "int2"))
    one, other = (cnc_summary.damage(net, each, images) for each in (fine, coarse))
    less = cnc_summary.damage(net, fine, images, beside=coarse)
    assert less.number == pytest.approx(one.number - other.number, rel=1e-9)
    assert less.interval[0] < less.number < less.interval[1] < 0
    assert np.ptp(less.interval) < np.ptp(one.interval) + np.ptp(other.interval)
    same = cnc_summary.damage(net, fine, images, beside=fine)
    assert (same.number, same.interval) == (0.0, None)


def test_what_cannot_be_compared() -> None:
    net = layered()
    broken = layered()
    broken[6].bias.data[0] = float("nan")
    with pytest.raises(ArgumentError, match="cannot be compared"):
        cnc_summary.damage(net, broken, probe())
    with pytest.raises(ArgumentError, match="own outputs hold NaN"):
        cnc_summary.damage(broken, net, probe())
    with pytest.raises(ArgumentError, match="failed on the inputs"):
        cnc_summary.damage(net, nn.Linear(3, 3), probe())
    with pytest.raises(ArgumentError, match=r"torch\.nn\.Modules"):
        cnc_summary.damage(net, torch.ones(3), probe())
    with pytest.raises(ArgumentError, match=r"torch\.nn\.Modules"):
        cnc_summary.damage(net, net, probe(), beside="all-int4")
    with pytest.raises(ArgumentError, match="groups"):
        cnc_summary.damage(net, net, probe(8), groups=[1, 2])
