"""``m.weights`` beside ``SummaryWriter.add_histogram`` and a bare pass over memory; 1.1 billion."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import partial
from math import prod
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from benchmarks.figures import Figure, milliseconds
from benchmarks.process_memory import new_peak_megabytes, peak_megabytes
from tensorboard_cnc import cnc_summary

_REPEATS = 5
_WIDE = 16_384


def measure() -> list[Figure]:
    state = resnet50_shaped()
    count = sum(tensor.numel() for tensor in state.values())
    what = f"m.weights, {count / 1e6:.1f} M parameters, {len(state)} tensors"
    bare = milliseconds(lambda: [tensor.sum() for tensor in state.values()], _REPEATS)
    with tempfile.TemporaryDirectory() as folder:
        histograms, flushing, written = _histograms(state, Path(folder) / "histograms")
        ours, our_flush, our_bytes = _weights(state, Path(folder) / "weights")
    seconds, megabytes, size = _billion()
    peer = f"add_histogram of all {histograms:.0f} ms; one sum over memory {bare:.0f} ms"
    return [
        Figure(f"{what}, to return", f"{ours:.0f} ms", "80 ms", peer),
        Figure("  its flush", f"{our_flush:.0f} ms", "", f"{flushing:.0f} ms"),
        Figure("  bytes on disk", f"{our_bytes / 1e6:.2f} MB", "1 MB", f"{written / 1e6:.2f} MB"),
        Figure(
            "m.weights, 1.1 G parameters, bf16, made tensor by tensor",
            f"{seconds:.1f} s, {size / 1e6:.2f} MB",
            "3 s",
            f"memory grew by {megabytes:.0f} MB over the largest tensor's {LARGEST_MB} MB",
        ),
        *[_dequantizing(bits) for bits in (8, 4)],
    ]


def resnet50_shaped() -> dict[str, Tensor]:
    """Weights of the shapes of a ResNet-50's convolutions, norms and classifier."""
    generator = torch.Generator().manual_seed(0)
    shapes = {"conv1.weight": (64, 3, 7, 7)}
    width_in = 64
    for stage, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), start=1):
        for block in range(blocks):
            name = f"layer{stage}.{block}"
            shapes[f"{name}.conv1.weight"] = (width, width_in, 1, 1)
            shapes[f"{name}.conv2.weight"] = (width, width, 3, 3)
            shapes[f"{name}.conv3.weight"] = (4 * width, width, 1, 1)
            if block == 0:
                shapes[f"{name}.downsample.weight"] = (4 * width, width_in, 1, 1)
            width_in = 4 * width
    convolutions = list(shapes.items())
    for name, shape in convolutions[:47]:
        shapes[f"{name.removesuffix('.weight')}.norm"] = (shape[0],)  # type: ignore[assignment]
    shapes |= {"fc.weight": (1000, 2048), "fc.bias": (1000,)}  # type: ignore[dict-item]
    return {name: torch.randn(shape, generator=generator) * 0.02 for name, shape in shapes.items()}


class BillionParameters(Mapping[str, Tensor]):
    """A language model of 1.1 billion parameters in bfloat16, made tensor by tensor."""

    def __init__(self) -> None:
        self._shapes = {"embed.weight": (32_000, 2048)}
        for layer in range(22):
            for name, shape in (
                ("q", (2048, 2048)), ("k", (256, 2048)), ("v", (256, 2048)), ("o", (2048, 2048)),
                ("gate", (5632, 2048)), ("up", (5632, 2048)), ("down", (2048, 5632)),
                ("norm", (2048, 1)),
            ):  # fmt: skip
                self._shapes[f"layers.{layer}.{name}.weight"] = shape
        self._shapes["head.weight"] = (32_000, 2048)
        # Drawn once: drawing each anew would take as long as sketching it.
        self._drawn = torch.empty(32_000 * 2048, dtype=torch.bfloat16).normal_(0, 0.02)

    def __iter__(self) -> Iterator[str]:
        return iter(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes)

    def __getitem__(self, name: str) -> Tensor:
        shape = self._shapes[name]
        return self._drawn[: prod(shape)].reshape(shape).clone()


LARGEST_MB = 32_000 * 2048 * 2 // 10**6


def log_a_billion(logdir: str) -> None:
    """Prints seconds, MB by which the process grew, and bytes written."""
    model = BillionParameters()
    with cnc_summary.model(f"{logdir}/warm", "warm") as handle:
        handle.weights({"x": torch.randn(300, 300).bfloat16()})
    before = new_peak_megabytes()
    start = time.perf_counter()
    with cnc_summary.model(f"{logdir}/large", "large") as handle:
        handle.weights(model)
        seconds = time.perf_counter() - start
    made = time.perf_counter()
    for name in model:
        model[name]
    # The mapping is asked twice for each tensor. The first time is for its shape; the second, while
    # others are sketched, counts.
    seconds -= time.perf_counter() - made
    print(seconds, peak_megabytes() - before - LARGEST_MB, _size(Path(logdir) / "large"))


def _billion() -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        code = "import sys; from benchmarks import bench_weights as b; b.log_a_billion(sys.argv[1])"
        command = [sys.executable, "-c", code, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, megabytes, size = done.stdout.split()
    return float(seconds), float(megabytes), int(size)


def log_a_quantized_weight(bits: str) -> None:
    """Prints MB by which the process grew over the tensor, which torchao holds in int8."""
    import torchao.quantization as torchao

    configs = {
        "8": torchao.Int8WeightOnlyConfig,
        "4": partial(
            torchao.IntxWeightOnlyConfig,
            weight_dtype=torch.int4,  # type: ignore[attr-defined]
        ),
    }
    net = torch.nn.Linear(_WIDE, _WIDE, bias=False, dtype=torch.bfloat16)
    torchao.quantize_(net, configs[bits]())
    with tempfile.TemporaryDirectory() as folder, cnc_summary.model(folder, "m") as model:
        model.weights({"x": torch.ones(300, 300)})
        before = new_peak_megabytes()
        model.weights(net)
    print(peak_megabytes() - before)


def _dequantizing(bits: int) -> Figure:
    what = f"m.weights, 268 M weights in int{bits} of torchao, memory over the tensor"
    code = "import sys; from benchmarks import bench_weights as b; "
    code += "b.log_a_quantized_weight(sys.argv[1])"
    command = [sys.executable, "-W", "ignore", "-c", code, str(bits)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return Figure(what, done.stderr.splitlines()[-1], "200 MB")
    return Figure(what, f"{float(done.stdout):.0f} MB", "200 MB")


def _weights(state: dict[str, Tensor], logdir: Path) -> tuple[float, float, int]:
    with SummaryWriter(str(logdir)) as writer, cnc_summary.model(writer, "m") as model:
        model.weights(state)
        writer.flush()
        before = _size(logdir)
        start = time.perf_counter()
        model.weights(state)
        middle = time.perf_counter()
        writer.flush()
        end = time.perf_counter()
        written = _size(logdir) - before
        returned = milliseconds(lambda: model.weights(state), _REPEATS)
    return min(returned, (middle - start) * 1e3), (end - middle) * 1e3, written


def _histograms(state: dict[str, Tensor], logdir: Path) -> tuple[float, float, int]:
    with SummaryWriter(str(logdir)) as writer:

        def add_all() -> None:
            for name, tensor in state.items():
                writer.add_histogram(name, tensor, 0)

        add_all()
        writer.flush()
        before = _size(logdir)
        start = time.perf_counter()
        add_all()
        middle = time.perf_counter()
        writer.flush()
        end = time.perf_counter()
        return (middle - start) * 1e3, (end - middle) * 1e3, _size(logdir) - before


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
