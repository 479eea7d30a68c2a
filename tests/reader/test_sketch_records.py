"""Weights and activations come back as they were logged, from every writer, by both loaders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorboardX
import torch
from tensorboard.context import RequestContext
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, ClosedError, CncWarning
from tensorboard_cnc.reader.bulk_reader import BulkReader
from tensorboard_cnc.records.sketches import SketchRecord
from tensorboard_cnc.writer import policy
from tests.conftest import Serve
from tests.tensorboard_host import InProcessTensorBoard, wait_until


def logged(host: InProcessTensorBoard, count: int) -> dict[str, SketchRecord]:
    """The records of sketches by tag, once there are so many."""
    found = wait_until(
        lambda: bulk if len(bulk := host.bulk()) >= count else (), f"{count} bulk records"
    )
    reader = BulkReader(host.provider, "")
    records = {bulk.tag: reader.read(RequestContext(), bulk) for bulk in found}
    return {tag: each for tag, each in records.items() if isinstance(each, SketchRecord)}


@pytest.fixture
def net() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(100, 80), nn.ReLU(), nn.Linear(80, 3))


def check(record: SketchRecord, net: nn.Module) -> None:
    """What came back is what is in the network."""
    state = net.state_dict()
    assert [each.name for each in record.tensors] == list(state)
    for each in record.tensors:
        values = state[each.name].double().numpy()
        assert each.totals.sum_squares == pytest.approx(np.square(values).sum(), rel=1e-12)
        assert each.shape == values.shape


def in_directory(path: Path) -> tuple[Any, Callable[[], None]]:
    return path, lambda: None


def through_torch(path: Path) -> tuple[Any, Callable[[], None]]:
    writer = SummaryWriter(str(path))
    return writer, writer.close


def through_tensorboardx(path: Path) -> tuple[Any, Callable[[], None]]:
    writer = tensorboardX.SummaryWriter(str(path))
    return writer, writer.close


@pytest.mark.parametrize("opened", [in_directory, through_torch, through_tensorboardx])
def test_weights_and_activations_through_every_writer(
    opened: Callable[[Path], tuple[Any, Callable[[], None]]],
    net: nn.Sequential,
    tmp_path: Path,
    serve: Serve,
) -> None:
    parent = {name: tensor * 1.01 for name, tensor in net.state_dict().items()}
    inputs = torch.randn(40, 100)
    writer, close = opened(tmp_path / "run")
    with cnc_summary.model(writer, "a/b", parents="dense") as model:
        model.weights(net, reference={"dense": parent})
        model.activations(net, inputs)
    close()
    found = logged(serve(tmp_path), 2)
    weights, activations = found["cnc/weights/a%2Fb"], found["cnc/activations/a%2Fb"]
    check(weights, net)
    assert (weights.model_id, weights.subject) == ("a/b", "weights")
    pair = weights.tensors[0].reference["dense"]
    change = 0.01 * net.state_dict()["0.weight"].double()
    assert pair.sum_abs == pytest.approx(change.abs().sum().item(), rel=1e-5)
    assert [each.name for each in activations.tensors] == ["0", "1", "2"]
    assert activations.instances == 40
    with torch.no_grad():
        expected = net(inputs).double()
    assert activations.tensors[2].totals.sum == pytest.approx(expected.sum().item(), rel=1e-5)


def test_the_latest_weights_count_also_when_attached(
    net: nn.Sequential, tmp_path: Path, serve: Serve
) -> None:
    with cnc_summary.model(tmp_path / "run", "m") as model:
        model.weights({"x": np.ones(3)})
        model.weights(net)
    with cnc_summary.attach(tmp_path / "other", "n") as attached:
        attached.weights(net.state_dict())
        attached.activations({"layer": np.ones((4, 2))})
    found = logged(serve(tmp_path), 3)
    check(found["cnc/weights/m"], net)
    check(found["cnc/weights/n"], net)
    assert found["cnc/activations/n"].tensors[0].shape == (4, 2)


def test_refusals_are_read_back(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.weights({"good": np.ones(3), "comp.lex": np.ones(3, complex)})
    record = logged(serve(tmp_path), 1)["cnc/weights/m"]
    assert list(record.refused) == ["comp.lex"]
    assert "real and imaginary" in record.refused["comp.lex"]


def test_nothing_is_logged_of_what_cannot_be(tmp_path: Path) -> None:
    damaged = tmp_path / "model.pt"
    damaged.write_bytes(b"no zip archive")
    with cnc_summary.model(tmp_path, "m") as model:
        for bad in (3, {}, {"x": "text"}, damaged):
            with pytest.raises(ArgumentError):
                model.weights(bad)
        with pytest.raises(ArgumentError):
            model.activations(nn.Linear(2, 2), torch.ones(3, 5))
    with pytest.raises(ClosedError):
        model.weights({"x": np.ones(1)})


def test_a_long_job_survives(tmp_path: Path, serve: Serve) -> None:
    policy._warned.clear()
    cnc_summary.on_error("warn")
    try:
        with cnc_summary.model(tmp_path, "m") as model:
            with pytest.warns(CncWarning, match="No tensor of the dict"):
                model.weights({"x": "text"})
            with pytest.warns(CncWarning, match="The network failed on the probe inputs"):
                model.activations(nn.Linear(2, 2), torch.ones(3, 5))
            model.weights({"x": np.ones(1)})
    finally:
        cnc_summary.on_error("raise")
    host = serve(tmp_path)
    assert len(logged(host, 1)) == 1
    problems = " ".join(problem["message"] for problem in host.models()["problems"])
    assert "No tensor of the dict" in problems
    assert "The network failed" in problems
