"""What cannot be probed is refused with the value seen, the rule and the remedy."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.sketches import SketchRecord
from tensorboard_cnc.writer.activations import activations_record


class Sum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.sum()


def record(net: Any, inputs: Any = None, **options: Any) -> SketchRecord:
    found = activations_record("m", net, inputs, **options)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("net", "inputs"), [(nn.Linear(1, 1), None), (3, torch.ones(1, 1)), (lambda x: x, None)]
)
def test_what_is_no_network(net: Any, inputs: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Write m\.activations\(net, inputs\)"):
        record(net, inputs)


@pytest.mark.parametrize("inputs", [3, "text", object()])
def test_what_are_no_inputs(inputs: Any) -> None:
    with pytest.raises(ArgumentError, match="Probe inputs are a tensor"):
        record(nn.Linear(1, 1), inputs)


@pytest.mark.parametrize("inputs", [[], torch.ones(0, 1), [torch.ones(0, 1)]])
def test_empty_inputs(inputs: Any) -> None:
    with pytest.raises(ArgumentError, match="hold no instance"):
        record(nn.Linear(1, 1), inputs)


def test_a_batch_of_something_else() -> None:
    with pytest.raises(ArgumentError, match="A batch of the probe inputs is 3"):
        record(nn.Linear(1, 1), [3])


def test_networks_without_a_layer_that_fits() -> None:
    with pytest.raises(ArgumentError, match="No activation can be logged, for example 'output'"):
        record(Sum(), torch.ones(3, 2))


@pytest.mark.parametrize("max_bytes", [0, -1, "1 MB", 1.5, True])
@pytest.mark.parametrize("net", [nn.Linear(1, 1), {"a": torch.ones(3, 1)}])
def test_max_bytes_that_are_none(net: Any, max_bytes: Any) -> None:
    with pytest.raises(ArgumentError, match="a whole number of bytes"):
        record(net, torch.ones(3, 1), max_bytes=max_bytes)


def test_layers_that_are_no_names() -> None:
    with pytest.raises(ArgumentError, match="layers= is 5 of type int"):
        record(nn.Linear(1, 1), torch.ones(3, 1), layers=5)


def test_a_sparse_probe_is_the_same_as_a_dense_one() -> None:
    dense = torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    net = nn.Linear(2, 1)
    assert record(net, dense.to_sparse()).fingerprint == record(net, dense).fingerprint
