"""Ten thousand models and more in a thousand runs, in a real TensorBoard with either loader."""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.process_memory import megabytes_of
from tensorboard_cnc import cnc_summary
from tests.tensorboard_host import LOADERS, Loader, tensorboard_process

_RUNS = 1000
_METRICS = [f"metric-{n}" for n in range(6)]
_SECONDS: dict[tuple[int, Loader], str] = {
    (10_000, "fast"): "≤ 12 s",
    (10_000, "python"): "≤ 25 s",
    (100_000, "fast"): "≤ 14 s",
}
# As often as the page asks.
_POLL_SECONDS = 4.0


def measure() -> list[Figure]:
    return [figure for count in (10_000, 100_000) for figure in _of(count)]


def _of(count: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        log_models(Path(folder), count)
        return [figure for loader in LOADERS for figure in _figures(Path(folder), count, loader)]


def log_models(logdir: Path, count: int) -> None:
    """`count` models with six metrics each in a thousand runs, each made of an earlier one."""
    for number in sorted(range(count), key=lambda number: number % _RUNS):
        run = logdir / f"run-{number % _RUNS:04}"
        operation = cnc_summary.operation("magnitude prune", amount=number / count, scope="global")
        parents = [f"m{(number - 1) // 3:06}"] if number else []
        name = f"m{number:06}"
        with cnc_summary.model(run, name, parents=parents, operation=operation) as model:
            model.metrics({metric: number * 0.001 + n for n, metric in enumerate(_METRICS)})


def _figures(logdir: Path, count: int, loader: Loader) -> list[Figure]:
    flags = ("--logdir", str(logdir), f"--load_fast={'true' if loader == 'fast' else 'false'}")
    start = time.perf_counter()
    with tensorboard_process(*flags) as server:
        first = _until(lambda: _models(server.url)["models"])
        complete = _until(lambda: _is_complete(_models(server.url), count))
        seconds = time.perf_counter() - start
        size = len(json.dumps(complete)) / 1e6
        ours = megabytes_of(server.pid)
    with tensorboard_process(*flags) as server:
        _until(lambda: len(_json(f"{server.url}/data/runs")) >= _RUNS)
        own = _settled(lambda: megabytes_of(server.pid))
    what = f"{count:,} models in {_RUNS:,} runs, {loader} loader"
    return [
        Figure(f"{what}: complete", f"{seconds:.1f} s", _SECONDS.get((count, loader), "")),
        Figure(f"{what}: memory", f"{ours:.0f} MB", "≤ host + 120 MB", f"host alone {own:.0f} MB"),
        Figure(f"{what}: response", f"{size:.1f} MB, first of {len(first):,}"),
    ]


def _is_complete(answer: dict[str, Any], count: int) -> dict[str, Any] | None:
    logged = sum(model["status"] != "missing" for model in answer["models"])
    whole = all(len(model["metrics"]) == len(_METRICS) for model in answer["models"])
    return answer if logged == count and whole else None


def _until(done: Callable[[], Any]) -> Any:
    while not (found := done()):
        time.sleep(_POLL_SECONDS / 4)
    return found


def _settled(value: Callable[[], float]) -> float:
    """`value` once it grows no more."""
    before, now = 0.0, value()
    while now > before * 1.01:
        time.sleep(_POLL_SECONDS)
        before, now = now, value()
    return now


def _models(url: str) -> dict[str, Any]:
    found: dict[str, Any] = _json(f"{url}/data/plugin/cnc/models")
    return found


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=600) as response:
        return json.load(response)
