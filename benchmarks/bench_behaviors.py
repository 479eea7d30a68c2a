"""The ``behaviors`` route on 10,000, 50,000 and a million instances, cold beside warm."""

from __future__ import annotations

import gzip
import json
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, milliseconds
from benchmarks.process_memory import megabytes_of
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.plugin.record_cache import RecordCache
from tensorboard_cnc.records.identity import model_key
from tensorboard_cnc.writer.instances.predictions import DEFAULT_BYTES
from tests.tensorboard_host import (
    InProcessTensorBoard,
    serve_in_process,
    tensorboard_process,
    wait_until,
)

_ROUTE = "/data/plugin/cnc/behaviors"
_MEASURES = ("correct", "true_probability", "vector/kl", "vector/abs_difference_argmax")
_GZIP = {"Accept-Encoding": "gzip"}


def measure() -> list[Figure]:
    return [*_ten_classes(), *_thousand_classes(), *_million_instances()]


def _ten_classes() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        _log(Path(folder), 10_000, 10, 5)
        with _served(Path(folder), 5) as tensorboard:
            cold = milliseconds(lambda: _first(tensorboard, 5), repeats=5)
            warm = milliseconds(lambda: [_ask(tensorboard, 5, measure=m) for m in _MEASURES])
    what, peer = "behaviors, 10,000 × 10 classes × 5 models", "published system 4.25 s"
    return [
        Figure(f"{what} × 4 measures: warm", f"{warm:.0f} ms", "≤ 40 ms", peer),
        Figure(f"{what}: first answer, cold", f"{cold:.0f} ms", "", peer),
    ]


def _thousand_classes() -> list[Figure]:
    n, classes = 50_000, 1_000
    with tempfile.TemporaryDirectory() as folder:
        _log(Path(folder), n, classes, 3)
        with _served(Path(folder), 3) as tensorboard:
            cold = milliseconds(lambda: _first(tensorboard, 3), repeats=5)
            warm = milliseconds(lambda: _ask(tensorboard, 3, measure="vector/kl"))
            answer = _ask(tensorboard, 3, measure="vector/kl")
    summary = json.loads(gzip.decompress(answer.get_data()))
    rows = summary["models"][1]["kl"]["n"]
    bare = _bare_kl(n, classes)
    what = f"behaviors, {n:,} × {classes:,} classes × 3 models"
    peer = f"published system 20.4 s; numpy KL of all vectors of the 2 pairs {bare:.0f} ms"
    size = f"{len(answer.get_data()) / 1e3:.0f} kB"
    return [
        Figure(f"{what}: warm (KL on {rows:,} rows)", f"{warm:.0f} ms", "≤ 80 ms", peer),
        Figure(f"{what}: first answer, cold", f"{cold:.0f} ms", "≤ 400 ms", peer),
        Figure(f"{what}: on the wire (gzip)", size, "≤ 200 kB", "published system 34 MB"),
    ]


def _million_instances() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        _log(Path(folder), 1_000_000, 10, 3, max_bytes=32 << 20)
        with tensorboard_process("--logdir", folder) as tensorboard:
            wait_until(lambda: _listed(tensorboard.url, 3), "the listing of 3 models")
            before = megabytes_of(tensorboard.pid)
            cold = milliseconds(lambda: _page(tensorboard.url), repeats=1)
            warm = milliseconds(lambda: _page(tensorboard.url), repeats=5)
            after = megabytes_of(tensorboard.pid)
    what = "behaviors, 1,000,000 × 10 classes × 3 models, max_bytes=32 MB"
    page = "page (summary, slices, instances)"
    memory = f"{after:.0f} MB (before: {before:.0f} MB)"
    return [
        Figure(f"{what}: {page}, warm", f"{warm:.0f} ms", "≤ 1,000 ms"),
        Figure(f"{what}: {page}, cold", f"{cold:.0f} ms", "≤ 1,000 ms"),
        Figure(f"{what}: TensorBoard and its data server", memory),
    ]


def _log(logdir: Path, n: int, classes: int, models: int, max_bytes: int = DEFAULT_BYTES) -> None:
    """Logs the data set and the models."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, n)
    # One data set of each size: its name must be new to this process.
    name = f"{n} instances"
    attributes = {"ink": rng.normal(size=n), "side": np.array(["left", "right"])[labels % 2]}
    cnc_summary.dataset(
        logdir / "data",
        name,
        np.arange(n),
        labels=labels,
        classes=[f"class {c}" for c in range(classes)],
        attributes=attributes,
    )
    for number in range(models):
        logits = _logits(labels, classes, number)
        model_id = f"model-{number}"
        with cnc_summary.model(logdir / model_id, model_id) as model:
            model.predictions(name, np.arange(n), logits=logits, max_bytes=max_bytes)


def _logits(labels: NDArray[np.int64], classes: int, number: int) -> NDArray[np.float32]:
    """Like a trained model's, the farther from the first the larger the number."""
    rows = np.random.default_rng(1).standard_normal((len(labels), classes), np.float32)
    rows[np.arange(len(labels)), labels] += 3 + np.log(classes)
    if number:
        noise = np.random.default_rng(1 + number).standard_normal(rows.shape, np.float32)
        rows += number / 2 * noise
    return rows


@contextmanager
def _served(logdir: Path, models: int) -> Iterator[InProcessTensorBoard]:
    with serve_in_process(logdir, "fast") as tensorboard:
        tensorboard.models_when(
            lambda answer: (
                answer["datasets"]
                and sum(bool(model["logged"]["predictions"]) for model in answer["models"])
                == models
            )
        )
        yield tensorboard


def _subject(models: int) -> dict[str, str]:
    base, *others = (model_key(f"model-{i}", f"model-{i}") for i in range(models))
    return {"base": base, "models": ",".join(others)}


def _ask(tensorboard: InProcessTensorBoard, models: int, **more: str) -> Any:
    query = _subject(models) | more
    response = tensorboard.client.get(_ROUTE, query_string=query, headers=_GZIP)
    assert response.status_code == 200, response.text
    return response


def _first(tensorboard: InProcessTensorBoard, models: int) -> None:
    """An answer for which nothing has been read yet."""
    tensorboard.plugin._cache = RecordCache()
    _ask(tensorboard, models)


def _bare_kl(n: int, classes: int) -> float:
    """The peer: KL divergences of all vectors of two pairs, which are in memory."""
    labels = np.random.default_rng(0).integers(0, classes, n)
    probabilities = []
    for number in range(3):
        rows = np.exp(_logits(labels, classes, number))
        rows /= rows.sum(axis=1, keepdims=True)
        probabilities.append(rows)
    base, *others = probabilities
    return milliseconds(
        lambda: [(base * np.log(base / other)).sum(axis=1) for other in others], repeats=1
    )


def _get(url: str, route: str, **query: str) -> Any:
    address = f"{url}/data/plugin/cnc/{route}?{urlencode(query)}"
    request = urllib.request.Request(address, headers=_GZIP)
    with urllib.request.urlopen(request) as response:
        content = response.read()
        zipped = response.headers["Content-Encoding"] == "gzip"
    return json.loads(gzip.decompress(content) if zipped else content)


def _listed(url: str, models: int) -> bool:
    found = _get(url, "models")
    logged = sum(bool(model["logged"]["predictions"]) for model in found["models"])
    return logged == models and bool(found["datasets"])


def _page(url: str) -> None:
    """What the page asks for when it opens."""
    for level in ("summary", "slices", "instances"):
        _get(url, "behaviors", level=level, **_subject(3))
