"""Reading logs back, beside TensorBoard's EventAccumulator over the same files."""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

import tensorboard_cnc
from benchmarks.figures import Figure, milliseconds
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.event_files.frames import masked_crc

_METRICS = 6
_SCALARS = 5000


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return [
            *_own_records(Path(folder) / "thousand", 1000, "≤ 300 ms"),
            *_own_records(Path(folder) / "many", 10_000, "≤ 3,000 ms"),
            *_beside_scalars(Path(folder) / "scalars"),
        ]


def _own_records(logdir: Path, count: int, target: str) -> list[Figure]:
    for number in range(count):
        _log_model(logdir / f"run-{number:05}", number)
    ms = milliseconds(lambda: _read(logdir, count), repeats=5)
    peer = milliseconds(lambda: _accumulate(logdir), repeats=1)
    whole = _memory_of(logdir)
    return [
        Figure(
            f"read, {count:,} models in as many runs",
            f"{ms:,.0f} ms, {whole:,.0f} MB",
            target,
            f"EventAccumulator {peer:,.0f} ms",
        )
    ]


def _beside_scalars(logdir: Path) -> list[Figure]:
    """Our records in the files of users, who log thousands of scalars beside them."""
    scalars = b"".join(map(_scalar_event, range(_SCALARS)))
    for number in range(100):
        run = logdir / f"run-{number:03}"
        _log_model(run, number)
        # As where a user's own writer is logged through: one file holds both.
        (own,) = (run / "cnc").glob("*tfevents*")
        own.write_bytes(own.read_bytes() + scalars)
    ms = milliseconds(lambda: _read(logdir, 100), repeats=5)
    peer = milliseconds(lambda: _accumulate(logdir), repeats=1)
    return [
        Figure(
            f"read, 100 runs with {_SCALARS:,} scalars each",
            f"{ms:,.0f} ms, {ms / peer:.3f} of its peer",
            "≤ 0.125 of its peer",
            f"EventAccumulator {peer:,.0f} ms",
        )
    ]


def _scalar_event(step: int) -> bytes:
    value = Summary.Value(tag="loss/train", simple_value=1 / (1 + step))
    event = Event(wall_time=step, step=step, summary=Summary(value=[value]))
    data: bytes = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    ends = [struct.pack("<I", masked_crc(part)) for part in (length, data)]
    return length + ends[0] + data + ends[1]


def _log_model(run: Path, number: int) -> None:
    operation = cnc_summary.operation("magnitude prune", amount=number / 20_000, scope="global")
    parents = [f"m{(number - 1) // 3:05}"] if number else []
    with cnc_summary.model(run, f"m{number:05}", parents=parents, operation=operation) as model:
        model.metrics({f"metric-{n}": number * 0.001 + n for n in range(_METRICS)}, step=number)


def _read(logdir: Path, count: int) -> None:
    models = tensorboard_cnc.read(logdir).models
    assert len(models) == count
    assert all(len(model.metrics) == _METRICS for model in models)


def _accumulate(logdir: Path) -> None:
    for folder in sorted({file.parent for file in logdir.rglob("*tfevents*")}):
        EventAccumulator(str(folder)).Reload()


def _memory_of(logdir: Path) -> float:
    """The most memory in MB of a process that reads, Python and its packages included."""
    program = (
        "import resource, sys, tensorboard_cnc; runs = tensorboard_cnc.read(sys.argv[1]); "
        "runs.models; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    command = [sys.executable, "-c", program, str(logdir)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout) / 1e3
