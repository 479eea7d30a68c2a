"""What scripts log is what the ``models`` route answers, under both loaders."""

from __future__ import annotations

import math
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from torch.utils.tensorboard import SummaryWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.identity import model_key
from tests.conftest import Serve


def by_id(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {model["id"]: model for model in answer["models"]}


def has(count: int) -> Any:
    return lambda answer: len(answer["models"]) == count


def metric_is(name: str, value: float) -> Any:
    """Whether an answer holds one model, and it has this metric."""

    def check(answer: dict[str, Any]) -> bool:
        models = answer["models"]
        return len(models) == 1 and models[0]["metrics"].get(name, {}).get("value") == value

    return check


def test_lineage_across_runs_and_kinds_of_writer(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "dense", "dense", description="The first.") as dense:
        dense.metrics({"accuracy": 0.95, "latency_ms": [8.3, 8.1, 8.0]}, step=30)
    with SummaryWriter(tmp_path / "init") as writer, cnc_summary.model(writer, "student-init"):
        pass
    operation = cnc_summary.operation("distill", temperature=4.0, layers=["a", "b"], hard=False)
    with (
        SummaryWriter(tmp_path / "student") as writer,
        cnc_summary.model(
            writer, "student", parents=["student-init", "dense"], operation=operation
        ) as student,
    ):
        student.metrics({"accuracy": 0.93})
    answer = serve(tmp_path).models_when(
        lambda a: len(a["models"]) == 3 and all(m["status"] == "finished" for m in a["models"])
    )
    models = by_id(answer)
    assert [m["id"] for m in answer["models"]] == ["dense", "student-init", "student"]
    assert models["student"]["parents"] == [models["student-init"]["key"], models["dense"]["key"]]
    assert models["student"]["operation"] == {
        "name": "distill",
        "parameters": {"temperature": 4.0, "layers": ["a", "b"], "hard": False},
    }
    assert models["dense"]["key"] == model_key("dense", "dense")
    assert models["dense"]["run"] == "dense", "the sub-run of a directory writer is not shown"
    assert models["dense"]["description"] == "The first."
    latency = models["dense"]["metrics"]["latency_ms"]
    assert (latency["value"], latency["repeats"], latency["step"]) == (8.1, [8.3, 8.1, 8.0], 30)
    assert answer["problems"] == []
    assert [m["name"] for m in answer["metrics"]] == ["accuracy", "latency_ms"]
    assert answer["operations"] == [
        {
            "name": "distill",
            "parameters": ["temperature", "layers", "hard"],
            "seeds": [],
            "models": 1,
        }
    ]


@pytest.mark.parametrize("run", ["a b, c", "é/ü (1)", "deep/er/and/deeper", "100%", "a=b&c#d"])
def test_odd_run_names(run: str, tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / run, "m") as model:
        model.metrics({"accuracy": 1})
    answer = serve(tmp_path).models_when(lambda a: a["models"] and a["models"][0]["metrics"])
    assert answer["models"][0]["run"] == run


def test_the_log_directory_itself_is_a_run(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path, "m"):
        pass
    assert serve(tmp_path).models_when(has(1))["models"][0]["run"] == "."


@pytest.mark.parametrize(
    "model_id", ["a/b", "\"'`", "<script>alert(1)</script>", "é" * 1000, "%2F", "=x"]
)
def test_odd_ids(model_id: str, tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "r", model_id) as model:
        model.metrics({"accuracy": 0.5})
    with cnc_summary.model(tmp_path / "s", "child", parents=model_id):
        pass
    answer = serve(tmp_path).models_when(
        lambda a: len(a["models"]) == 2 and a["models"][0]["metrics"]
    )
    models = by_id(answer)
    assert models["child"]["parents"] == [models[model_id]["key"]]
    assert answer["problems"] == []


def test_nan_and_infinity_are_values_of_their_own(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "r", "m") as model:
        model.metrics({"loss": math.nan, "ppl": math.inf, "gain": -math.inf, "t": [1.0, math.nan]})
    answer = serve(tmp_path).models_when(lambda a: a["models"] and a["models"][0]["metrics"])
    metrics = answer["models"][0]["metrics"]
    found = {name: (m["value"], m["nonfinite"], m["repeats"]) for name, m in metrics.items()}
    assert found == {
        "loss": (None, "NaN", [None]),
        "ppl": (None, "Infinity", [None]),
        "gain": (None, "-Infinity", [None]),
        "t": (None, "NaN", [1.0, None]),
    }


def test_a_failed_model_is_a_node_with_its_reason(tmp_path: Path, serve: Serve) -> None:
    def diverge() -> None:
        with cnc_summary.model(tmp_path / "r", "m"):
            raise ArithmeticError("loss is NaN")

    with pytest.raises(ArithmeticError):
        diverge()
    (model,) = serve(tmp_path).models_when(
        lambda a: a["models"] and a["models"][0]["status"] == "failed"
    )["models"]
    assert "loss is NaN" in model["reason"]


def test_later_calls_update_a_model_while_it_is_watched(tmp_path: Path, serve: Serve) -> None:
    tensorboard = serve(tmp_path)
    with cnc_summary.model(tmp_path / "r", "m") as model:
        assert tensorboard.models_when(has(1))["models"][0]["status"] == "running"
        model.metrics({"accuracy": 0.1, "size": 5})
        model.metrics({"accuracy": 0.2})
    (shown,) = tensorboard.models_when(lambda a: a["models"][0]["status"] == "finished")["models"]
    assert {name: m["value"] for name, m in shown["metrics"].items()} == {
        "accuracy": 0.2,
        "size": 5,
    }


def test_attached_metrics_show_where_they_came_from(tmp_path: Path, serve: Serve) -> None:
    with cnc_summary.model(tmp_path / "r", "m") as model:
        model.metrics({"accuracy": 0.5, "latency_ms": 100.0})
    with cnc_summary.attach(tmp_path / "phone", "m") as attached:
        attached.metrics({"latency_ms": [20.0, 22.0, 21.0]})
    answer = serve(tmp_path).models_when(
        lambda a: (
            a["models"] and a["models"][0]["metrics"].get("latency_ms", {}).get("value") == 21.0
        )
    )
    (shown,) = answer["models"]
    assert shown["metrics"]["latency_ms"]["run"] == "phone"
    assert "run" not in shown["metrics"]["accuracy"]


def test_a_users_own_run_named_like_a_sub_run_keeps_its_name(tmp_path: Path, serve: Serve) -> None:
    for run in ("cnc", "cnc/1a2b3c4d", "exp/cnc"):
        spec = cnc_summary.metric("accuracy", goal="max", scalar="acc")
        with (
            SummaryWriter(tmp_path / run) as writer,
            cnc_summary.model(writer, "m", metrics=[spec]),
        ):
            writer.add_scalar("acc", 0.5, 1)
    answer = serve(tmp_path).models_when(
        lambda a: len(a["models"]) == 3 and all(m["metrics"] for m in a["models"])
    )
    assert {model["run"] for model in answer["models"]} == {"cnc", "cnc/1a2b3c4d", "exp/cnc"}


def test_metrics_from_ordinary_scalars(tmp_path: Path, serve: Serve) -> None:
    spec = cnc_summary.metric("accuracy", goal="max", scalar="val/acc")
    with SummaryWriter(tmp_path / "user") as writer:
        with cnc_summary.model(writer, "first", metrics=[spec]):
            writer.add_scalar("val/acc", 0.25, 1)
            writer.add_scalar("val/acc", 0.5, 2)
        with cnc_summary.model(writer, "second", parents="first"):
            writer.add_scalar("val/acc", 0.75, 3)
    with SummaryWriter(tmp_path / "path") as writer:
        writer.add_scalar("val/acc", 0.125, 9)
        with cnc_summary.model(tmp_path / "path", "third"):
            pass
    answer = serve(tmp_path).models_when(
        lambda a: len(a["models"]) == 3 and all(m["metrics"] for m in a["models"])
    )
    found = {m["id"]: m["metrics"]["accuracy"] for m in answer["models"]}
    assert {i: (m["value"], m["step"], m["scalar"]) for i, m in found.items()} == {
        "first": (0.5, 2, "val/acc"),
        "second": (0.75, 3, "val/acc"),
        "third": (0.125, 9, "val/acc"),
    }


_SCRIPT = """
    import sys
    from tensorboard_cnc import cnc_summary
    where, accuracy = sys.argv[1], float(sys.argv[2])
    if len(sys.argv) > 3:
        from torch.utils.tensorboard import SummaryWriter
        purge = {} if sys.argv[3] == "none" else {"purge_step": int(sys.argv[3])}
        where = SummaryWriter(where, **purge)
        where.add_scalar("loss", accuracy, 100)
    with cnc_summary.model(where, "m") as model:
        model.metrics({"accuracy": accuracy}, step=100)
    if len(sys.argv) > 3:
        where.close()
"""


def run_script(*args: str) -> None:
    subprocess.run([sys.executable, "-c", textwrap.dedent(_SCRIPT), *args], check=True)


def test_a_restarted_script_updates_its_model(tmp_path: Path, serve: Serve) -> None:
    tensorboard = serve(tmp_path)
    for accuracy in (0.25, 0.5, 0.75):
        run_script(str(tmp_path / "r"), str(accuracy))
        assert tensorboard.models_when(metric_is("accuracy", accuracy))["problems"] == []


def test_a_resumed_summary_writer_does_not_purge_models(tmp_path: Path, serve: Serve) -> None:
    run = str(tmp_path / "r")
    run_script(run, "0.25", "none")
    serve(tmp_path).models_when(metric_is("accuracy", 0.25))
    with SummaryWriter(run, purge_step=50) as writer:
        writer.add_scalar("loss", 0.1, 60)
    serve(tmp_path).models_when(metric_is("accuracy", 0.25))
    with SummaryWriter(run, purge_step=10) as writer, cnc_summary.model(writer, "m") as model:
        model.metrics({"accuracy": 0.5})
    serve(tmp_path).models_when(metric_is("accuracy", 0.5))
