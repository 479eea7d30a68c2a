"""Ranks measure a part of the layers each, and rank 0 logs what they found together."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.writer.scripts import run_script
from tests.writer.sensitivity.measured import stored

JOB = """
import os, signal, sys, warnings
import torch
import torch.distributed
import torch.multiprocessing
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch import nn
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError

def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 3))

def work(rank, where):
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    torch.distributed.init_process_group("gloo", f"file://{where}/store", rank=rank, world_size=2)
    x = torch.ones(16, 8).cumsum(1) + torch.arange(16.0)[:, None]
    with cnc_summary.model(where + "/both" if rank == 0 else None, "m") as m:
        m.sensitivity(network(), x, candidates=["int4", "int2"], score="kl", progress=False)
    try:
        with cnc_summary.model(where + "/odd" if rank == 0 else None, "m") as m:
            m.sensitivity(network(rank), x, candidates=["int4"], progress=False)
        raise SystemExit("networks that differ were measured")
    except ArgumentError as error:
        assert "networks of the ranks differ" in str(error), error
    sharded = network()
    fully_shard(sharded, mesh=init_device_mesh("cpu", (2,)))
    try:
        with cnc_summary.model(where + "/sharded" if rank == 0 else None, "m") as m:
            m.sensitivity(sharded, x, candidates=["int4"], progress=False)
        raise SystemExit("a sharded network was measured")
    except ArgumentError as error:
        assert "The network is sharded" in str(error), error
    net = network()
    def pressed(weight):
        if rank == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return weight * 2
    try:
        with cnc_summary.model(where + "/cut" if rank == 0 else None, "m") as m:
            m.sensitivity(net, x, candidates={"int4": None, "mine": pressed}, score="kl",
                          progress=False)
        raise SystemExit("an interruption was lost")
    except KeyboardInterrupt:
        assert rank == 1
    except ArgumentError as error:
        assert rank == 0 and "failed on rank 1: KeyboardInterrupt" in str(error), error
    assert all(torch.equal(*pair) for pair in zip(net.parameters(), network().parameters()))
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()

if __name__ == "__main__":
    torch.multiprocessing.spawn(work, (sys.argv[1],), 2)
    x = torch.ones(16, 8).cumsum(1) + torch.arange(16.0)[:, None]
    with cnc_summary.model(sys.argv[1] + "/alone", "m") as m:
        m.sensitivity(network(), x, candidates=["int4", "int2"], score="kl", progress=False)
"""


def test_two_ranks_find_what_one_does(tmp_path: Path) -> None:
    run_script(JOB, tmp_path / "job")
    both, alone = stored(tmp_path / "job" / "both"), stored(tmp_path / "job" / "alone")
    np.testing.assert_allclose(both.mean, alone.mean, rtol=1e-5)
    np.testing.assert_allclose(both.groups, alone.groups, rtol=1e-5)
    np.testing.assert_array_equal(both.bytes, alone.bytes)
    assert both.trials is not None
    # The rank that goes on has whole layers.
    cut = stored(tmp_path / "job" / "cut")
    assert np.isfinite(cut.mean[[0, 2]]).all()
    assert cut.trials is None
