"""Ctrl-C, a time limit and errors leave the network as it was, and keep what was measured."""

from __future__ import annotations

import itertools
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.sensitivity import Sensitivity
from tests.writer.scripts import run_script
from tests.writer.sensitivity.measured import layered, logged, probe, same_state, state, stored


class Interrupting(nn.Linear):
    """Sends Ctrl-C to this process once its weight has been another one `after` times."""

    after = 3

    def forward(self, x: Tensor) -> Tensor:
        if self.weight.abs().max() == 0:
            self.after -= 1
            if not self.after:
                os.kill(os.getpid(), signal.SIGINT)
        return super().forward(x)


def interrupted() -> Any:
    net = layered()
    head = Interrupting(16, 5)
    head.load_state_dict(net[6].state_dict())
    net[6] = head
    return net


def zeroing(weight: Tensor) -> Tensor:
    return torch.zeros_like(weight)


def test_ctrl_c_keeps_what_was_measured(tmp_path: Path) -> None:
    net = interrupted()
    before = state(net)
    handler = signal.getsignal(signal.SIGINT)
    net[6].after = 2
    with pytest.raises(KeyboardInterrupt):
        logged(tmp_path, net, list(probe().chunk(2)),
               candidates={"zero": zeroing, "int4": None}, score="kl")  # fmt: skip
    assert signal.getsignal(signal.SIGINT) is handler
    assert same_state(net, before)
    record = stored(tmp_path)
    assert np.isfinite(record.mean[:3]).all()
    assert np.isnan(record.mean[3]).all()
    assert record.trials is None


def test_ctrl_c_before_anything_was_measured_logs_nothing(tmp_path: Path) -> None:
    net = interrupted()
    net[6].after = 1
    with pytest.raises(KeyboardInterrupt):
        logged(tmp_path, net, probe(), layers=["6"], candidates={"zero": zeroing})
    with pytest.raises(AssertionError):
        stored(tmp_path)


def test_a_further_call_goes_on(tmp_path: Path) -> None:
    net, inputs = interrupted(), list(probe().chunk(2))
    asked: dict[str, Any] = {"candidates": ["int4", "prune-99"], "score": "kl"}
    net[6].after = 10**9
    whole = logged(tmp_path / "whole", net, inputs, **asked)
    runs: list[int] = []
    with cnc_summary.model(tmp_path / "parts", "m") as m:
        m.sensitivity(net, inputs, layers=["0", "2"], progress=False, **asked)
        m.sensitivity(net, inputs, progress=lambda done, *_: runs.append(done), **asked)
    found = stored(tmp_path / "parts")
    np.testing.assert_allclose(found.mean, whole.mean, rtol=1e-6)
    # Two of four layers, and the whole allocations.
    trials = 0 if found.trials is None else len(found.trials.chosen)
    assert len(runs) == 2 * 2 * 2 + 2 * trials


def test_functions_of_ones_own_go_on_where_they_do_the_same(tmp_path: Path) -> None:
    net, inputs = layered(), probe()
    calls: list[int] = []

    def rounding(weight: Tensor) -> tuple[Tensor, int]:
        calls.append(1)
        return weight.round(decimals=1), 5

    def coarser(weight: Tensor) -> tuple[Tensor, int]:
        calls.append(1)
        return weight.round(decimals=0), 5

    first = logged(
        tmp_path, net, inputs, candidates={"mine": rounding}, score="kl", layers=["0", "6"]
    )
    del calls[:]
    whole = logged(tmp_path, net, inputs, candidates={"mine": rounding}, score="kl")
    trials = 0 if whole.trials is None else int((whole.trials.chosen >= 0).sum())
    # One is measured again, and two are new.
    assert len(calls) == 1 + 2 + trials
    np.testing.assert_array_equal(whole.mean[[0, 3]], first.mean)
    del calls[:]
    other = logged(tmp_path, net, inputs, candidates={"mine": coarser}, score="kl")
    assert len(calls) > 4
    assert not np.isclose(other.mean, whole.mean, rtol=1e-3).any()


def test_it_goes_on_in_another_process(tmp_path: Path) -> None:
    script = """
        import sys
        import torch
        from tensorboard_cnc import cnc_summary
        from torch import nn

        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 3))
        x = torch.ones(8, 8).cumsum(1)
        runs = []
        with cnc_summary.model(sys.argv[1], "m") as m:
            m.sensitivity(net, x, candidates=["int4", "int2"], score="kl",
                          progress=lambda *told: runs.append(told))
        print(len(runs), file=sys.stderr)
    """
    first = int(run_script(script, tmp_path / "run").strip().splitlines()[-1])
    again = int(run_script(script, tmp_path / "run").strip().splitlines()[-1])
    assert again == first - 4


def test_other_weights_or_inputs_are_measured_anew(tmp_path: Path) -> None:
    net = layered()
    first = logged(tmp_path, net, probe(), candidates=["int4"], score="kl")
    with torch.no_grad():
        net[0].bias[0] += 1
    second = logged(tmp_path, net, probe(), candidates=["int4"], score="kl")
    third = logged(tmp_path, net, probe(seed=5), candidates=["int4"], score="kl")
    assert first.network != second.network == third.network
    assert not np.isclose(first.mean, second.mean).all()
    assert not np.isclose(second.mean, third.mean).all()


def test_time_that_is_over_leaves_cells_out(tmp_path: Path) -> None:
    def slow(weight: Tensor) -> Tensor:
        return weight + slow.__code__.co_argcount * 0.01

    net = nn.Sequential(nn.Linear(16, 4), nn.Linear(4, 64), nn.Linear(64, 5))
    record = logged(tmp_path, net, probe(), candidates={"mine": slow}, max_seconds=1e-9)
    # The first that was measured is the largest.
    assert np.isnan(record.mean[:, 0]).tolist() == [True, True, True]
    assert record.trials is None
    whole = logged(tmp_path, net, probe(), candidates={"mine": slow}, max_seconds=1e9)
    assert np.isfinite(whole.mean).all()


def test_how_far_it_is_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int, float]] = []
    logged_record(tmp_path, lambda *each: told.append(each))
    done, total, left = told[-1]
    assert done == total
    assert left == 0
    assert all(before[0] < after[0] for before, after in itertools.pairwise(told))


def logged_record(directory: Path, watch: Any) -> Sensitivity:
    with cnc_summary.model(directory, "m") as m:
        m.sensitivity(layered(), probe(), candidates=["int4"], progress=watch)
    return stored(directory)


def test_a_bar_is_drawn_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logged_record(tmp_path, True)
    assert "done" in capsys.readouterr().err.rpartition("\r")[2]
