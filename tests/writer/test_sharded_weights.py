"""Models split over processes: each rank reads its part, and sketches are those of the whole."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.writer.weights import weights_record
from tests.writer.scripts import run_script

MODEL = """
import torch
from torch import nn

def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(33, 70), nn.BatchNorm1d(70), nn.Linear(70, 101), nn.Embedding(9000, 7)
    )
"""
JOB = (
    MODEL
    + """
import pickle, sys, warnings
import torch.distributed
import torch.multiprocessing
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, Partial, Replicate, Shard, distribute_tensor
from tensorboard_cnc.writer.activations import activations_record
from tensorboard_cnc.writer.weights import weights_record

def work(rank, where):
    warnings.simplefilter("ignore")
    store = f"file://{where}/store"
    torch.distributed.init_process_group("gloo", store, rank=rank, world_size=2)
    mesh = init_device_mesh("cpu", (2,))
    net = network()
    fully_shard(net[0], mesh=mesh)
    fully_shard(net, mesh=mesh)
    sharded = weights_record("m", net, reference={"whole": network(), "same": net})
    tied = nn.Sequential(nn.Embedding(50, 7), nn.Linear(7, 50))
    tied[1].weight = tied[0].weight
    fully_shard(tied, mesh=mesh)
    tied = weights_record("m", tied)
    layers = nn.Sequential(nn.Linear(6, 9), nn.ReLU())
    fully_shard(layers, mesh=mesh)
    probe = torch.arange(24.0).reshape(4, 6)
    probed = activations_record("m", layers, probe)
    columns = torch.arange(40000.0).reshape(200, 200)
    placed = weights_record("m", {
        "columns": distribute_tensor(columns, mesh, [Shard(1)]),
        "copies": distribute_tensor(torch.arange(6.0), mesh, [Replicate()]),
        "one row": distribute_tensor(torch.ones(1, 5), mesh, [Shard(0)]),
        "sums": DTensor.from_local(torch.ones(3), mesh, [Partial()]),
        "plain": torch.full((3,), rank + 1.0),
    })
    if rank == 0:
        with open(f"{where}/found.pickle", "wb") as file:
            pickle.dump((sharded, placed, tied, probed), file)
    else:
        assert sharded is None and placed is None and probed is None
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()

if __name__ == "__main__":
    torch.multiprocessing.spawn(work, [sys.argv[1]], nprocs=2)
"""
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    where = tmp_path_factory.mktemp("job")
    run_script(JOB, where)
    return pickle.loads((where / "found.pickle").read_bytes())


def whole() -> tuple[TensorSketch, ...]:
    names: dict[str, Any] = {}
    exec(MODEL, names)
    record = weights_record("m", names["network"]())
    assert record is not None
    return record.tensors


def test_sharded_sketches_are_those_of_the_whole(found: Any) -> None:
    for shard, expected in zip(found[0].tensors, whole(), strict=True):
        assert (shard.name, shard.shape, shard.kind) == (
            expected.name,
            expected.shape,
            expected.kind,
        )
        assert shard.stored_bytes == expected.stored_bytes
        assert shard.digest == expected.digest
        assert shard.conforming == expected.conforming
        for name in ("n", "zeros", "low", "high"):
            assert getattr(shard.totals, name) == getattr(expected.totals, name)
        for name in ("sum", "sum_abs", "sum_squares"):
            one, other = getattr(shard.totals, name), getattr(expected.totals, name)
            assert one == pytest.approx(other, rel=1e-12, abs=1e-12)
        for name in ("bins", "counts", "values", "sample", "largest", "largest_at"):
            np.testing.assert_array_equal(getattr(shard, name), getattr(expected, name))
        if expected.buckets is not None:
            np.testing.assert_allclose(shard.buckets, expected.buckets, rtol=1e-6, atol=1e-5)


def test_a_large_tensor_is_among_them() -> None:
    assert any(each.sample is not None for each in whole())


def test_references_are_compared_part_by_part(found: Any) -> None:
    for shard in found[0].tensors:
        for pair in shard.reference.values():
            assert pair.n == shard.totals.n
            assert pair.sum_abs == 0
            assert pair.dot == pytest.approx(shard.totals.sum_squares, rel=1e-12)
        assert set(shard.reference) == {"whole", "same"}


def test_any_placement(found: Any) -> None:
    tensors = {each.name: each for each in found[1].tensors}
    columns = np.arange(40000.0).reshape(200, 200)
    assert tensors["columns"].totals.sum == columns.sum()
    np.testing.assert_array_equal(
        tensors["columns"].channels.squares, np.square(columns).sum(axis=1)
    )
    assert tensors["copies"].values.tolist() == [0, 1, 2, 3, 4, 5]
    assert tensors["one row"].totals.n == 5
    assert tensors["plain"].values.tolist() == [1, 1, 1], "what rank 0 holds"
    assert "reduce it first" in found[1].refused["sums"]


def test_tied_shards_count_once(found: Any) -> None:
    ties = {each.name: each.tied for each in found[2].tensors}
    assert ties == {"0.weight": "", "1.weight": "0.weight", "1.bias": ""}


def test_activations_of_a_sharded_network(found: Any) -> None:
    linear, relu = found[3].tensors
    assert (linear.name, linear.kind, linear.shape) == ("0", "Linear", (4, 9))
    np.testing.assert_array_equal(relu.values, np.maximum(linear.values, 0))
    assert found[3].refused == {}
