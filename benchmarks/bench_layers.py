"""The ``layers`` route: a ResNet-50's weights × 3 models, and 600 tensors × 8 models."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, milliseconds
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.plugin.record_cache import RecordCache
from tensorboard_cnc.records.identity import model_key
from tests.tensorboard_host import InProcessTensorBoard, serve_in_process

_ROUTE = "/data/plugin/cnc/layers"
_PUBLISHED = "published system 9.25 s"
Weights = dict[str, NDArray[np.float32]]


def measure() -> list[Figure]:
    return [*_resnet(), *_many_tensors()]


def _resnet() -> list[Figure]:
    """25.5 million weights in 102 convolutions, norms and a classifier."""
    dense = dict(_resnet_50())
    models = {
        "dense": dense,
        "prune-50": {name: _pruned(value, 0.5) for name, value in dense.items()},
        "int8": {name: _rounded(value) for name, value in dense.items()},
    }
    count = sum(value.size for value in dense.values())
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder), models) as tensorboard:
        cold, warm, size = _times(tensorboard, list(models))
    bare = milliseconds(lambda: _compare_directly(models), repeats=3)
    peer = f"{_PUBLISHED}; numpy over all weights {bare:.0f} ms"
    what = f"layers, {count / 1e6:.1f} M weights × 3 models"
    return [
        Figure(f"{what}: warm", f"{warm:.0f} ms", "≤ 90 ms", peer),
        Figure(f"{what}: cold (nothing read yet)", f"{cold:.0f} ms", "≤ 300 ms", peer),
        Figure(f"{what}: on the wire (gzip)", f"{size / 1e3:.0f} kB"),
    ]


def _many_tensors() -> list[Figure]:
    rng = np.random.default_rng(0)
    dense = {
        f"block.{n // 6}.layer{n % 6}.weight": _normal(rng, *((512,) if n % 3 == 0 else (64, 96)))
        for n in range(600)
    }
    models = {"dense": dense} | {
        f"prune-{10 * n}": {name: _pruned(value, n / 10) for name, value in dense.items()}
        for n in range(1, 8)
    }
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder), models) as tensorboard:
        cold, warm, size = _times(tensorboard, list(models))
    what = "layers, 600 tensors × 8 models"
    return [
        Figure(f"{what}: warm", f"{warm:.0f} ms", "", "page target ≤ 500 ms"),
        Figure(f"{what}: cold (nothing read yet)", f"{cold:.0f} ms", "", "page target ≤ 500 ms"),
        Figure(f"{what}: on the wire (gzip)", f"{size / 1e3:.0f} kB"),
    ]


def _served(logdir: Path, models: dict[str, Weights]) -> Any:
    for name, weights in models.items():
        with cnc_summary.model(logdir / name, name) as model:
            model.weights(weights)
    return serve_in_process(logdir, "fast")


def _times(tensorboard: InProcessTensorBoard, names: list[str]) -> tuple[float, float, int]:
    """Milliseconds of the first and of a later answer, and its compressed size in bytes."""
    tensorboard.models_when(
        lambda answer: sum(model["logged"]["weights"] for model in answer["models"]) == len(names)
    )
    base, *others = (model_key(name, name) for name in names)

    def ask(measure: str = "sqnr") -> Any:
        query = {"base": base, "models": ",".join(others), "measure": measure}
        headers = {"Accept-Encoding": "gzip"}
        response = tensorboard.client.get(_ROUTE, query_string=query, headers=headers)
        assert response.status_code == 200, response.text
        return response

    def first() -> None:
        tensorboard.plugin._cache = RecordCache()
        ask()

    return (
        milliseconds(first, repeats=5),
        milliseconds(lambda: ask("cosine")),
        len(ask().get_data()),
    )


def _compare_directly(models: dict[str, Weights]) -> None:
    """The peer: Σ|Δ|, ΣΔ² and joint zeros of both pairs, from all weights in memory."""
    dense, *others = models.values()
    for weights in others:
        for name, after in weights.items():
            change = after - dense[name]
            np.abs(change).sum(dtype=np.float64)
            np.square(change).sum(dtype=np.float64)
            np.count_nonzero((after == 0) & (dense[name] == 0))


def _resnet_50() -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Weights with the shapes of a ResNet-50, without its biases and running statistics."""
    rng = np.random.default_rng(0)
    yield "conv1.weight", _normal(rng, 64, 3, 7, 7)
    inputs = 64
    for stage, (blocks, width) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512)), start=1):
        for block in range(blocks):
            name = f"layer{stage}.{block}"
            yield f"{name}.conv1.weight", _normal(rng, width, inputs, 1, 1)
            yield f"{name}.conv2.weight", _normal(rng, width, width, 3, 3)
            yield f"{name}.conv3.weight", _normal(rng, 4 * width, width, 1, 1)
            yield f"{name}.bn2.weight", _normal(rng, width)
            yield f"{name}.bn3.weight", _normal(rng, 4 * width)
            if block == 0:
                yield f"{name}.downsample.weight", _normal(rng, 4 * width, inputs, 1, 1)
            inputs = 4 * width
    yield "fc.weight", _normal(rng, 1000, 2048)
    yield "fc.bias", _normal(rng, 1000)


def _normal(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    values: NDArray[np.float32] = 0.02 * rng.standard_normal(shape, np.float32)
    return values


def _pruned(values: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    return np.where(np.abs(values) < np.quantile(np.abs(values), share), np.float32(0), values)


def _rounded(values: NDArray[np.float32]) -> NDArray[np.float32]:
    step = np.float32(np.abs(values).max() / 127)
    rounded: NDArray[np.float32] = np.rint(values / step) * step
    return rounded
