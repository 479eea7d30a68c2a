"""What the Layers view says of the demo's models is what their checkpoints say, in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from demo.digits.data import Digits
from demo.digits.logbook import PROBE_IMAGES, Exam, make_model
from demo.digits.operations import (
    channel_prune,
    distill,
    fine_tune,
    initialize,
    low_rank,
    magnitude_prune,
)
from demo.digits.operations import quantize as int8_quantize
from demo.recipe import Step
from tests.tensorboard_host import InProcessTensorBoard, serve_in_process

Values = dict[str, NDArray[np.float64]]

STEPS = (
    Step("magnitude-90", magnitude_prune(amount=0.9, scope="global"), ("dense",)),
    Step("tuned", fine_tune(epochs=1, lr=0.01, seed=0), ("magnitude-90",)),
    Step("tuned-int8", int8_quantize(calibration_images=64), ("tuned",)),
    Step("channels-50", channel_prune(amount=0.5), ("dense",)),
    Step("rank-35", low_rank(rank_ratio=0.35), ("dense",)),
    Step("small-init", initialize(width=4, seed=0)),
    Step(
        "distilled",
        distill(epochs=1, lr=0.03, temperature=4.0, label_share=0.5, seed=0),
        ("small-init", "dense"),
    ),
)


class Logged:
    """The demo's models, the log of them, and the route's answers about it."""

    def __init__(self, host: InProcessTensorBoard, nets: dict[str, nn.Module]) -> None:
        self.nets = nets
        self.notes: list[str] = []
        self._host = host
        answer = host.models_when(lambda found: len(found["models"]) == len(nets))
        self._keys = {model["id"]: model["key"] for model in answer["models"]}

    def rows(self, base: str, model: str, view: str, measure: str) -> dict[str, dict[str, Any]]:
        """Of each row that both have: value, low, high, certainty and match."""
        cells, names = self.cells(base, model, view, measure)
        parts = ("value", "low", "high", "certainty", "match", "stored_bytes", "params")
        found = {
            name: {part: cells[part][place] for part in parts} for place, name in enumerate(names)
        }
        return {name: row for name, row in found.items() if row["match"]}

    def cells(
        self, base: str, model: str, view: str, measure: str
    ) -> tuple[dict[str, Any], list[str]]:
        query = f"base={self._keys[base]}&models={self._keys[model]}"
        response = self._host.client.get(
            f"/data/plugin/cnc/layers?{query}&view={view}&measure={measure}"
        )
        assert response.status_code == 200, response.text
        answer: Any = response.get_json()
        self.notes = [note["message"] for note in answer["notes"]]
        return answer["models"][1], answer["rows"]["names"]


@pytest.fixture(scope="module")
def logged(
    dense: nn.Sequential, exam: Exam, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Logged]:
    logdir = tmp_path_factory.mktemp("demo")
    nets: dict[str, nn.Module] = {"dense": dense}
    for step in (Step("dense", _as_it_is(dense)), *STEPS):
        made = make_model(exam, step, nets, logdir)
        assert made.net is not None
        nets[step.id] = made.net
    with serve_in_process(logdir, "python") as host:
        yield Logged(host, nets)


def _as_it_is(net: nn.Module) -> Any:
    recipe = initialize(width=4, seed=0)
    return type(recipe)("train", {}, "", lambda _bench: net)


def weights(net: nn.Module) -> Values:
    """The values of all parameters and statistics, read with torch alone."""
    found = {}
    for name, module in net.named_modules():
        for part in ("weight", "bias"):
            method: Callable[[], Any] | Any = getattr(module, part, None)
            if callable(method) and not isinstance(method, torch.Tensor):
                tensor = method().dequantize() if part == "weight" else method()
                found[f"{name}.{part}"] = tensor.detach().double().numpy()
    for name, tensor in net.state_dict().items():
        if isinstance(tensor, torch.Tensor) and not tensor.is_quantized and "num_" not in name:
            found.setdefault(name, tensor.detach().double().numpy())
    return found


def activations(net: nn.Module, images: torch.Tensor) -> Values:
    """What each layer gives, by hooks of this test's own."""
    found: Values = {}

    def keep(name: str) -> Callable[[Any, Any, Any], None]:
        def hook(_module: Any, _inputs: Any, output: Any) -> None:
            plain = output.dequantize() if output.is_quantized else output
            found[name] = plain.detach().double().numpy()

        return hook

    handles = [m.register_forward_hook(keep(n)) for n, m in net.named_modules() if n]
    with torch.no_grad():
        net.eval()(images)
    for handle in handles:
        handle.remove()
    return found


def sqnr(before: NDArray[Any], after: NDArray[Any]) -> float:
    return float(10 * np.log10(np.square(before).sum() / np.square(after - before).sum()))


def cosine(before: NDArray[Any], after: NDArray[Any]) -> float:
    norms = np.sqrt(np.square(before).sum() * np.square(after).sum())
    return float((before * after).sum() / norms)


def sum_abs(before: NDArray[Any], after: NDArray[Any]) -> float:
    return float(np.abs(after - before).sum())


DIRECT = {"sqnr": sqnr, "cosine": cosine, "sum_abs": sum_abs}
# Base and model: a parent with a reference, a grandparent, siblings, and an int8 child.
SAME_SHAPES = [
    ("dense", "magnitude-90"),
    ("dense", "tuned"),
    ("magnitude-90", "tuned"),
    ("tuned", "dense"),
    ("dense", "tuned-int8"),
    ("small-init", "distilled"),
]


def agrees(row: dict[str, Any], expected: float) -> bool:
    """Exact figures to 1e-5; estimates within twice their interval, which is 4 standard errors."""
    if row["certainty"] == "exact":
        return bool(row["value"] == pytest.approx(expected, rel=1e-5, abs=1e-9))
    if row["certainty"] == "at least":
        return bool(row["low"] <= expected * (1 + 1e-9))
    low, value, high = row["low"], row["value"], row["high"]
    return bool(2 * low - value <= expected <= 2 * high - value)


@pytest.mark.parametrize(("base", "model"), SAME_SHAPES)
@pytest.mark.parametrize("measure", list(DIRECT))
def test_weights_agree_with_the_checkpoints(
    logged: Logged, base: str, model: str, measure: str
) -> None:
    before, after = weights(logged.nets[base]), weights(logged.nets[model])
    rows = logged.rows(base, model, "weights", measure)
    compared = 0
    for name, values in before.items():
        row = rows.get(name)
        if row is None or row["value"] is None or not np.any(after[name] != values):
            continue
        assert agrees(row, DIRECT[measure](values, after[name])), (name, row)
        compared += 1
    assert compared >= 5


def test_parents_are_compared_exactly(logged: Logged) -> None:
    rows = logged.rows("dense", "magnitude-90", "weights", "sqnr")
    assert {row["certainty"] for row in rows.values() if row["value"] is not None} == {"exact"}
    others = logged.rows("dense", "tuned", "weights", "sqnr")
    assert others["hidden.weight"]["certainty"] == "estimate", "8,192 values and no reference"


def test_sparsity_agrees_with_the_checkpoints(logged: Logged) -> None:
    for model in ("magnitude-90", "tuned", "tuned-int8", "channels-50", "rank-35"):
        direct = weights(logged.nets[model])
        cells, names = logged.cells("dense", model, "sparsity", "sparsity")
        known = dict(zip(names, cells["value"], strict=True))
        own = cells["own_names"]
        for name, values in direct.items():
            shown = known.get(own.get(name, name))
            if shown is not None:
                assert shown == pytest.approx(100 * (values == 0).mean(), rel=1e-5), name


def test_channels_that_were_cut_out_are_aligned_as_resized(logged: Logged) -> None:
    rows = logged.rows("dense", "channels-50", "weights", "sqnr")
    assert rows["conv2.weight"]["match"] == "resized"
    assert rows["conv2.weight"]["value"] is None
    assert rows["classes.bias"]["match"] == "name"
    assert (
        rows["conv2.weight"]["params"]
        == logged.nets["channels-50"].get_parameter("conv2.weight").numel()
    )


def test_few_tensors_do_not_speak_for_the_network(logged: Logged) -> None:
    for model, speaks in (("channels-50", False), ("rank-35", False), ("tuned-int8", True)):
        cells, names = logged.cells("dense", model, "weights", "sqnr")
        assert names[0] == ""
        assert (cells["value"][0] is not None) is speaks, model
    cells, _ = logged.cells("tuned", "tuned-int8", "activations", "sqnr")
    assert cells["value"][0] is not None, "all outputs of the fused layers have a counterpart"


def test_low_rank_factors_are_told_apart(logged: Logged) -> None:
    cells, names = logged.cells("dense", "rank-35", "weights", "sqnr")
    factors = {name for name in weights(logged.nets["rank-35"]) if ".0.weight" in name}
    assert factors <= set(names)
    assert cells["unmatched_own"] >= len(factors) > 0
    assert cells["unmatched_base"] >= len(factors)


def test_every_pair_opens(logged: Logged) -> None:
    for base in logged.nets:
        for model in logged.nets:
            if base != model:
                for view in ("weights", "sparsity", "activations"):
                    measure = "sparsity" if view == "sparsity" else "sqnr"
                    cells, names = logged.cells(base, model, view, measure)
                    assert cells["logged"]
                    assert names[0] == ""


@pytest.mark.parametrize(("base", "model"), [("dense", "magnitude-90"), ("tuned", "dense")])
def test_activations_agree_with_a_direct_pass(
    logged: Logged, digits: Digits, base: str, model: str
) -> None:
    images = digits.test.images[:PROBE_IMAGES]
    before, after = (activations(logged.nets[each], images) for each in (base, model))
    for measure, direct in DIRECT.items():
        rows = logged.rows(base, model, "activations", measure)
        for name in ("conv1", "norm2", "relu3", "hidden", "classes"):
            row = rows[f"{name}.output"]
            assert agrees(row, direct(before[name], after[name])), (name, measure, row)


def test_fused_layers_are_compared_with_the_relu_they_hold(logged: Logged, digits: Digits) -> None:
    images = digits.test.images[:PROBE_IMAGES]
    before, after = (activations(logged.nets[each], images) for each in ("tuned", "tuned-int8"))
    rows = logged.rows("tuned", "tuned-int8", "activations", "sqnr")
    for plain, fused in (("relu1", "conv1"), ("relu3", "conv3"), ("classes", "classes")):
        row = rows[f"{plain}.output"]
        assert agrees(row, sqnr(before[plain], after[fused])), (plain, row)
        assert row["value"] > 10, "8 bits hurt little"
    assert "conv1.output" not in rows


def folded(net: nn.Module) -> Values:
    """The weights with each batch norm folded into the convolution in front of it, by torch."""
    found = weights(net)
    for number in (1, 2, 3):
        conv: Any = net.get_submodule(f"conv{number}")
        norm: Any = net.get_submodule(f"norm{number}")
        fused = fuse_conv_bn_eval(conv, norm)
        found[f"conv{number}.weight"] = fused.weight.detach().double().numpy()
    return found


@pytest.mark.parametrize("measure", list(DIRECT))
def test_int8_is_compared_with_its_parent_after_folding(logged: Logged, measure: str) -> None:
    before, after = folded(logged.nets["tuned"]), weights(logged.nets["tuned-int8"])
    rows = logged.rows("tuned", "tuned-int8", "weights", measure)
    for name in ("conv1", "conv2", "conv3", "hidden", "classes"):
        row = rows[f"{name}.weight"]
        expected = DIRECT[measure](before[f"{name}.weight"], after[f"{name}.weight"])
        assert row["certainty"] == "exact"
        assert row["value"] == pytest.approx(expected, rel=1e-5), (name, row)
        if measure == "sqnr":
            assert row["value"] > 30, "8 bits hurt little"


def test_folded_batch_norms_are_told(logged: Logged) -> None:
    start = "conv1, conv2, conv3 contain the batch norms that follow them in the base"
    logged.cells("tuned", "tuned-int8", "weights", "sqnr")
    (note,) = logged.notes
    assert note.startswith(f"{start}. These are folded into the base's weights")
    logged.cells("dense", "tuned-int8", "weights", "sqnr")
    (note,) = logged.notes
    assert note.startswith(f"{start}, so their weights differ by the norms' scales")
    for base, model, view in (
        ("dense", "tuned", "weights"),
        ("dense", "rank-35", "weights"),
        ("tuned", "tuned-int8", "activations"),
    ):
        logged.cells(base, model, view, "sqnr")
        assert logged.notes == []


def test_int8_sizes_count_scales(logged: Logged) -> None:
    row = logged.rows("tuned", "tuned-int8", "weights", "sqnr")["hidden.weight"]
    module: Any = logged.nets["tuned-int8"].get_submodule("hidden")
    weight = module.weight()
    scales = weight.q_per_channel_scales().nbytes + weight.q_per_channel_zero_points().nbytes
    assert row["stored_bytes"] == weight.numel() + scales
