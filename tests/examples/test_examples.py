"""Every script of docs/examples runs as it stands, and TensorBoard shows what it logged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Serve

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))
NEEDED = {
    "lightning_trainer": "lightning",
    "optuna_study": "optuna",
    "torchao_int8": "torchao",
    "transformers_trainer": "transformers",
}


def needs(example: str) -> Any:
    """`example` as a parameter, among the toolkits' tests where it needs one."""
    marks = [pytest.mark.writers] if example in NEEDED else []
    return pytest.param(example, marks=marks)


@pytest.fixture(scope="module")
def logs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the example named by the parameter has logged."""
    if toolkit := NEEDED.get(request.param):
        pytest.importorskip(toolkit)
    folder = tmp_path_factory.mktemp(request.param)
    command = [sys.executable, "-W", "ignore", str(EXAMPLES / f"{request.param}.py"), "runs"]
    # Networks of this size gain nothing from threads, which only wait for each other.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    assert "CncWarning" not in done.stderr
    return folder / "runs"


def models_in(serve: Serve, folder: Path) -> dict[str, Any]:
    answer = serve(folder).models_when(
        lambda found: found["models"] and not found.get("incomplete")
    )
    assert answer["problems"] == []
    return {model["id"]: model for model in answer["models"]}


def value(model: dict[str, Any], metric: str) -> float:
    found: float = model["metrics"][metric]["value"]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_at_most_forty_lines(name: str) -> None:
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) <= 40


@pytest.mark.parametrize("logs", [needs("prune")], indirect=True)
def test_pruning(logs: Path, serve: Serve) -> None:
    models = models_in(serve, logs)
    assert list(models) == ["dense", "prune-30", "prune-50", "prune-70"]
    # Biases are kept: 66 of 1,218 parameters.
    sparsities = [value(model, "sparsity") for model in models.values()]
    assert sparsities == pytest.approx([a * 1152 / 1218 for a in (0, 0.3, 0.5, 0.7)], abs=0.002)
    # No mask lies beside the weights.
    sizes = [value(model, "size_bytes") for model in models.values()]
    assert max(sizes) < 1.02 * sizes[0]
    assert value(models["dense"], "accuracy") > 0.9
    assert {value(model, "macs") for model in models.values()} == {2000 * 1152}


@pytest.mark.parametrize("logs", [needs("torch_ao")], indirect=True)
def test_quantization_of_torch(logs: Path, serve: Serve) -> None:
    models = models_in(serve, logs)
    assert models.keys() == {"float32", "dynamic", "static"}
    assert {value(model, "parameters") for model in models.values()} == {16 * 512 + 512 * 2 + 514}
    assert {value(model, "macs") for model in models.values()} == {256 * (16 * 512 + 512 * 2)}
    for name in ("dynamic", "static"):
        assert models[name]["parents"] == [models["float32"]["key"]]
        assert 0 < value(models[name], "mse") < 0.001
        assert value(models[name], "size_bytes") < value(models["float32"], "size_bytes")


@pytest.mark.parametrize("logs", [needs("plain_loop")], indirect=True)
def test_a_loop_with_scalars(logs: Path, serve: Serve) -> None:
    models = models_in(serve, logs)
    assert models.keys() == {"width-4", "width-16", "width-64"}
    for name, model in models.items():
        assert model["run"] == name
        assert model["metrics"]["accuracy"]["scalar"] == "accuracy/train"
        assert model["metrics"]["accuracy"]["step"] == 99
    assert value(models["width-64"], "accuracy") > 0.9


@pytest.mark.parametrize("logs", [needs("torchao_int8")], indirect=True)
def test_quantization_of_torchao(logs: Path, serve: Serve) -> None:
    models = models_in(serve, logs)
    assert models.keys() == {"float32", "int8 weight only", "int8 dynamic"}
    full = models.pop("float32")
    for model in models.values():
        if model["status"] == "failed":
            assert model["reason"], "what this CPU lacks"
            continue
        assert value(model, "parameters") == value(full, "parameters")
        assert value(model, "macs") == value(full, "macs") == 128 * 2 * 64 * 256
        assert value(model, "effective_bytes") < value(full, "effective_bytes") / 3
        assert 0 < value(model, "mse") < 0.01


@pytest.mark.parametrize("logs", [needs("lightning_trainer")], indirect=True)
def test_a_lightning_trainer(logs: Path, serve: Serve) -> None:
    (model,) = models_in(serve, logs).values()
    assert (model["id"], model["run"]) == ("regression", "lightning_logs/version_0")
    assert model["status"] == "finished"
    assert model["metrics"]["val_loss"]["step"] == 24
    assert value(model, "parameters") == 8 * 32 + 32 + 33


@pytest.mark.parametrize("logs", [needs("transformers_trainer")], indirect=True)
def test_a_hugging_face_trainer(logs: Path, serve: Serve) -> None:
    (model,) = models_in(serve, logs).values()
    assert (model["id"], model["status"]) == ("tiny-bert", "finished")
    assert 0 <= value(model, "eval_accuracy") <= 1
    assert "eval_runtime" not in model["metrics"]
    assert model["metrics"]["eval_loss"]["step"] == 96
    assert value(model, "macs") > 0


@pytest.mark.parametrize("logs", [needs("optuna_study")], indirect=True)
def test_two_processes_of_one_study_lose_nothing(logs: Path, serve: Serve) -> None:
    models = models_in(serve, logs)
    assert models.keys() == {f"trial-{number}" for number in range(12)}
    assert {model["run"] for model in models.values()} == {"."}
    for model in models.values():
        assert model["status"] == "finished"
        assert model["operation"]["parameters"].keys() == {"width", "rate"}
        width = model["operation"]["parameters"]["width"]
        assert value(model, "parameters") == 8 * width + width + 2 * width + 2
        assert {"loss", "latency_ms"} <= model["metrics"].keys()
