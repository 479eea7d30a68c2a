"""A user's script for mypy, which `make check` runs: what is right passes, what is wrong does not.

An ignored error that no longer is one is an error itself. Nothing here is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_type

import numpy as np
from torch import nn
from torch.utils.tensorboard import SummaryWriter

import tensorboard_cnc
from tensorboard_cnc import cnc_summary

ACCURACY: cnc_summary.MetricSpec = cnc_summary.metric("accuracy", goal="max", low=0, high=1)
PRUNE: cnc_summary.Operation = cnc_summary.operation("prune", amount=0.5, layers=["a"])


def train(m: cnc_summary.Model, values: Mapping[str, float]) -> cnc_summary.Efficiency | None:
    m.metrics({"accuracy": 0.5, "latency_ms": [8.1, 8.3]}, step=3)
    m.metrics(values)
    m.metrics({"accuracy": cnc_summary.value(0.5, interval=(0.4, 0.6), level=0.9)})
    m.predictions("test", np.arange(3), predicted=["a", "b", "a"], scores={"F1": [1, 0, 1]})
    m.weights({"fc": np.zeros(3)}, reference={"dense": {"fc": np.ones(3)}})
    assert_type(m.id, str)
    return m.efficiency(nn.Linear(2, 2))


def log(writer: cnc_summary.Writer) -> None:
    parent = cnc_summary.model(writer, "dense", metrics={"accuracy": "max"})
    assert_type(parent, cnc_summary.Model)
    with cnc_summary.model(
        writer,
        "prune-50",
        parents=[parent, "teacher"],
        operation=PRUNE,
        checkpoint=Path("prune.pt"),
        replicate_of=parent,
        metrics=[ACCURACY],
    ) as m:
        train(m, {"accuracy": 0.5})
    cnc_summary.model(writer, "again", parents=(), operation=None, checkpoint=None).close()
    cnc_summary.define_metrics(writer, ACCURACY)
    cnc_summary.attach(writer, "dense").close()
    cnc_summary.dataset(writer, "test", range(3), labels=["a", "b", None])


def read_back() -> None:
    runs = tensorboard_cnc.read("runs", Path("more"))
    assert_type(runs.models["dense"].metrics["accuracy"], float)
    assert_type(runs.models[0].front, bool | None)
    compared = runs.compare("dense", [runs.models[1], "prune-50"], data="test")
    assert_type(compared.behaviors.harmed["tests"], int)
    assert_type(compared.behaviors.slices("scan").column("change"), list[Any])
    compared.layers.tree("sparsity")
    compared.layers.tree("wieghts")  # type: ignore[arg-type]
    tensorboard_cnc.read(3)  # type: ignore[arg-type]


def accepted_writers() -> None:
    log("runs/a")
    log(Path("runs/a"))
    log(SummaryWriter("runs/a"))


def refused() -> None:
    log(3)  # type: ignore[arg-type]
    log(b"runs/a")  # type: ignore[arg-type]
    cnc_summary.model(nn.Linear(2, 2), "m")  # type: ignore[arg-type]
    cnc_summary.model("runs/a", 7)  # type: ignore[arg-type]
    cnc_summary.model("runs/a", "m", parents=3)  # type: ignore[arg-type]
    cnc_summary.value(0.5, bound="<")  # type: ignore[arg-type]
    cnc_summary.model("runs/a", "m", operation=ACCURACY)  # type: ignore[arg-type]
    cnc_summary.metric("accuracy", goal="more")  # type: ignore[arg-type]
    cnc_summary.on_error("ignore")  # type: ignore[arg-type]
