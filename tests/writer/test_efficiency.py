"""What `m.efficiency` measured is what is stored, with all that it depends on."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.analysis.catalog import build_catalog, members_of
from tensorboard_cnc.efficiency.efficiency import CONDITIONAL, SPECS
from tensorboard_cnc.errors import ArgumentError, CncWarning
from tensorboard_cnc.records.models import Metrics, MetricSpecs, Problems, Stored
from tests.writer.logged import all_of, logged, measured, only

INPUTS = torch.ones(5, 12)


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 4))


def test_everything_is_logged_with_its_specs(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        found = model.efficiency(network(), INPUTS, repeats=4, warmup=1, step=3)
    assert found is not None
    stored = measured(tmp_path)
    assert {name: m.repeats for name, m in stored.items()} == {
        name: value if isinstance(value, tuple) else (value,)
        for name, value in found.metrics().items()
    }
    assert len(stored["latency_ms"].repeats) == 4
    # A difference of throughputs is as noisy as that of the times it is made of.
    assert stored["throughput_per_s"].repeats == tuple(
        (found.batch or 0) / ms * 1e3 for ms in stored["latency_ms"].repeats
    )
    assert {m.step for m in stored.values()} == {3}
    assert {m.host for m in stored.values()} == {socket.gethostname()}
    specs = {spec.name: spec for spec in only(MetricSpecs, tmp_path).specs}
    assert specs.keys() == stored.keys() == {spec.name for spec in SPECS}
    assert specs["latency_ms"].unit == "ms"
    assert specs["throughput_per_s"].goal == "max"
    assert all(spec.suggested and spec.description for spec in specs.values())


def test_times_and_memory_carry_their_conditions(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.efficiency(network(), INPUTS, repeats=1)
    stored = measured(tmp_path)
    conditions = stored["latency_ms"].conditions
    assert conditions["torch"] == torch.__version__
    assert conditions["threads"] == str(torch.get_num_threads())
    assert {name for name, m in stored.items() if m.conditions} == CONDITIONAL
    assert {str(m.conditions) for m in stored.values() if m.conditions} == {str(conditions)}


def test_products_that_were_not_counted_are_told(tmp_path: Path) -> None:
    class Bags(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bag, self.head = nn.EmbeddingBag(12, 4), nn.Linear(4, 2)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.head(self.bag(ids))
            return found

    with cnc_summary.model(tmp_path, "m") as model:
        model.efficiency(Bags(), torch.tensor([[1, 2]]), repeats=1)
    stored = measured(tmp_path)
    said = "not counted: aten._embedding_bag × 1"
    assert stored["macs"].note == stored["flops"].note == said
    assert stored["macs"].bound == stored["flops"].bound == "≥"
    assert (stored["latency_ms"].note, stored["latency_ms"].bound) == ("", None)


def test_what_makes_no_products_leaves_the_number_exact(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.efficiency(network(), INPUTS, repeats=1)
    macs = measured(tmp_path)["macs"]
    assert (macs.note, macs.bound) == ("", None)


def test_of_many_operations_the_most_frequent_are_named(tmp_path: Path) -> None:
    uncounted = {f"aten.op{number}": 9 - number for number in range(9)}
    found = cnc_summary.Efficiency(parameters=1, flops=2, uncounted=uncounted)
    with cnc_summary.model(tmp_path, "m") as model:
        model.efficiency(found)
    note = measured(tmp_path)["macs"].note
    assert note.startswith("not counted: aten.op0 × 9, aten.op1 × 8, ")
    assert note.endswith("aten.op5 × 4, 3 more")


def test_a_size_that_was_sampled_has_its_interval(tmp_path: Path) -> None:
    found = cnc_summary.Efficiency(1, compressed_bytes=10, compressed_interval=(9.0, 12.0))
    with cnc_summary.model(tmp_path, "m") as model:
        model.efficiency(found)
    assert measured(tmp_path)["compressed_bytes"].interval == (9.0, 12.0, 0.95)


def test_what_measure_returned_is_logged_as_it_is(tmp_path: Path) -> None:
    found = cnc_summary.measure(network(), INPUTS, repeats=2)
    with cnc_summary.model(tmp_path, "m") as model:
        assert model.efficiency(found) is found
    assert measured(tmp_path)["latency_ms"].repeats == found.latency_ms


def test_measure_logs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cnc_summary.measure(network(), INPUTS, repeats=1)
    assert list(tmp_path.iterdir()) == []


def test_it_merges_with_other_metrics(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        model.metrics({"accuracy": 0.9, "parameters": 1})
        model.efficiency(network())
    stored = measured(tmp_path)
    assert stored["accuracy"].repeats == (0.9,)
    assert stored["parameters"].repeats == (276.0,)


def test_an_attached_model_can_be_measured_elsewhere(tmp_path: Path) -> None:
    with cnc_summary.attach(tmp_path, "m") as model:
        model.efficiency(network(), INPUTS, repeats=1)
    assert only(Metrics, tmp_path).model_id == "m"
    assert "latency_ms" in measured(tmp_path)


def test_specs_of_the_user_go_before(tmp_path: Path) -> None:
    size = cnc_summary.metric("size_bytes", format=".1s", primary=True, budget="<= 10")
    flops = cnc_summary.metric("flops", goal="max")
    with cnc_summary.model(tmp_path / "a", "m", metrics=[size, flops]) as model:
        model.efficiency(network())
    stored = [Stored(e.run, e.tag, e.step, e.record) for e in logged(tmp_path)]
    catalog = build_catalog(stored, members_of(stored), {})
    known = {metric.spec.name: metric for metric in catalog.metrics}
    assert list(known)[:2] == ["size_bytes", "flops"], "what was only suggested comes last"
    assert known["size_bytes"].spec.format == ".1s"
    assert known["size_bytes"].spec.unit == "B"
    assert known["size_bytes"].spec.goal == "min"
    assert known["size_bytes"].spec.budget is not None
    assert known["parameters"].spec.format == ",d"
    assert known["flops"].spec.goal == "max"
    assert known["flops"].spec.primary, "whoever defines a metric finds it important"
    assert not known["parameters"].spec.primary
    assert not any(metric.guessed for metric in catalog.metrics)
    assert catalog.problems == ()


def test_a_model_that_rejects_its_input_logs_nothing(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        with pytest.raises(RuntimeError, match="mat1 and mat2") as raised:
            model.efficiency(network(), torch.ones(5, 3))
        assert "argument 1" in raised.value.__notes__[0]
        assert all_of(Metrics, tmp_path) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((network(), torch.ones(5, 3)), "mat1 and mat2 .* Look at argument 1"),
        (("net.pt",), "is of type str. Only a torch.nn.Module can be measured"),
    ],
    ids=["rejected", "no module"],
)
@pytest.mark.usefixtures("lenient")
def test_a_long_job_does_not_die(given: tuple[Any, ...], message: str, tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:
        with pytest.warns(CncWarning, match=message):
            assert model.efficiency(*given) is None
        model.metrics({"accuracy": 0.5})
    assert measured(tmp_path).keys() == {"accuracy"}
    (problem,) = only(Problems, tmp_path).problems
    assert problem.remedy


def test_a_bad_step_is_refused(tmp_path: Path) -> None:
    with (
        cnc_summary.model(tmp_path, "m") as model,
        pytest.raises(ArgumentError, match="A step is a whole number"),
    ):
        model.efficiency(network(), step="last")  # type: ignore[arg-type]
