"""The ``models`` route at 1,000 runs × 6 metrics, beside HParams in the same TensorBoard."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tensorboard.backend.application import TensorBoardWSGI
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.hparams.hparams_plugin import HParamsPlugin
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from torch.utils.tensorboard.summary import hparams
from werkzeug.test import Client

from benchmarks.figures import Figure, milliseconds
from tensorboard_cnc import cnc_summary
from tests.tensorboard_host import InProcessTensorBoard, serve_in_process, wait_until

_RUNS = 1000
_METRICS = [f"metric-{n}" for n in range(6)]


def measure() -> list[Figure]:
    logdir = Path(tempfile.mkdtemp())
    try:
        for number in range(_RUNS):
            _write_model(logdir, number)
            _write_hparams(logdir / f"run-{number:04}", number)
        with serve_in_process(logdir, "fast") as tensorboard:
            tensorboard.models_when(_complete)
            return _figures(logdir, tensorboard)
    finally:
        shutil.rmtree(logdir)


def _figures(logdir: Path, tensorboard: InProcessTensorBoard) -> list[Figure]:
    snapshot = tensorboard.plugin.snapshot("")
    client = tensorboard.client
    etag = client.get("/data/plugin/cnc/models").headers["ETag"]
    wire = client.get("/data/plugin/cnc/models", headers={"Accept-Encoding": "gzip"})
    unchanged = milliseconds(
        lambda: client.get("/data/plugin/cnc/models", headers={"If-None-Match": etag})
    )

    def first() -> None:
        fresh = type(snapshot)(tensorboard.provider, "")
        fresh.renew(RequestContext())

    hparams_ms, hparams_kb = _session_groups(tensorboard)
    cold = milliseconds(first)
    changed = _renewal_after_one_change(logdir, tensorboard)
    peer = f"HParams session_groups {hparams_ms:.0f} ms"
    return [
        Figure("models, 1,000 runs: unchanged (304)", f"{unchanged:.1f} ms", "≤ 10 ms", peer),
        Figure("models, 1,000 runs: first answer, all read", f"{cold:.0f} ms", "≤ 300 ms", peer),
        Figure("models, 1,000 runs: renewed after a change", f"{changed:.0f} ms", "≤ 300 ms", peer),
        Figure(
            "models, 1,000 runs: on the wire (gzip)",
            f"{len(wire.get_data()) / 1e3:.0f} kB",
            "≤ 300 kB",
            f"HParams {hparams_kb:,.0f} kB",
        ),
    ]


def _session_groups(tensorboard: InProcessTensorBoard) -> tuple[float, float]:
    """Time in ms and gzipped size in kB of HParams' answer for the same runs."""
    plugin = HParamsPlugin(TBContext(data_provider=tensorboard.provider))
    client = Client(TensorBoardWSGI([plugin], data_provider=tensorboard.provider))
    column = [{"metric": {"tag": name}} for name in _METRICS]
    request = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
        "colParams": [{"hparam": "amount"}, *column],
        "startIndex": 0,
        "sliceSize": _RUNS,
    }

    def ask() -> Any:
        return client.post(
            "/data/plugin/hparams/session_groups", json=request, headers={"Accept-Encoding": "gzip"}
        )

    answer = ask()
    groups = json.loads(gzip.decompress(answer.get_data()))["sessionGroups"]
    assert len(groups) == _RUNS, f"HParams answered with {len(groups)} groups"
    return milliseconds(ask, repeats=5), len(answer.get_data()) / 1e3


def _renewal_after_one_change(logdir: Path, tensorboard: InProcessTensorBoard) -> float:
    """Time in ms of the renewal that finds new metrics of one model."""
    with cnc_summary.attach(logdir / "late", "m0500") as model:
        model.metrics({"late": 1.0})
    snapshot = tensorboard.plugin.snapshot("")
    before = snapshot.current(RequestContext()).body.etag
    times: list[float] = []

    def renewed() -> bool:
        times.append(milliseconds(lambda: snapshot.renew(RequestContext()), repeats=1))
        return bool(snapshot.current(RequestContext()).body.etag != before)

    wait_until(renewed, "the new metrics")
    return times[-1]


def _complete(answer: dict[str, Any]) -> bool:
    models = answer["models"]
    return len(models) == _RUNS and all(len(m["metrics"]) == len(_METRICS) for m in models)


def _write_model(logdir: Path, number: int) -> None:
    operation = cnc_summary.operation("magnitude prune", amount=number / _RUNS, scope="global")
    parents = [f"m{(number - 1) // 3:04}"] if number else []
    run = logdir / f"run-{number:04}"
    with cnc_summary.model(run, f"m{number:04}", parents=parents, operation=operation) as model:
        model.metrics({name: number * 0.001 + n for n, name in enumerate(_METRICS)}, step=number)


def _write_hparams(run: Path, number: int) -> None:
    writer = EventFileWriter(str(run))
    session = hparams({"amount": number / _RUNS}, dict.fromkeys(_METRICS, 0))  # type: ignore[no-untyped-call]
    for summary in session:
        writer.add_event(Event(step=0, wall_time=1.0, summary=summary))
    for n, name in enumerate(_METRICS):
        value = Summary.Value(tag=name, simple_value=number * 0.001 + n)
        writer.add_event(Event(step=1, wall_time=1.0, summary=Summary(value=[value])))
    writer.close()
