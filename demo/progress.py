"""The sweep as seen on a terminal (a bar below the finished models) or in a file (lines)."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from tqdm import tqdm  # type: ignore[import-untyped]

from demo.digits import handwritten_digits
from demo.logbook import Outcome, run_sweep
from demo.sweep import Step


def make_and_tell(steps: Sequence[Step], folder: Path) -> list[Outcome]:
    """Makes all models and prints a line for each.

    One thread: it is as fast for networks of this size, gives the same numbers on every run,
    and leaves a core to TensorBoard.
    """
    torch.set_num_threads(1)
    started = time.monotonic()
    width = max(len(step.id) for step in steps)
    outcomes = []
    # disable=None: no bar where the output is not a terminal.
    with tqdm(total=len(steps), unit="model", disable=None, leave=False) as bar:
        for outcome in run_sweep(steps, handwritten_digits(), folder):
            outcomes.append(outcome)
            bar.write(f"{outcome.step.id:{width}}  {_summary(outcome)}", file=sys.stdout)
            sys.stdout.flush()
            bar.update()
    seconds = time.monotonic() - started
    print(f"{len(outcomes)} models in {folder}, made in {seconds:.0f} s.", flush=True)
    return outcomes


def _summary(outcome: Outcome) -> str:
    if outcome.measured is None:
        return f"failed: {outcome.failure}"
    efficiency = outcome.measured.efficiency
    return (
        f"accuracy {outcome.measured.quality.accuracy:6.1%}"
        f"   sparsity {efficiency.sparsity:6.1%}"
        f"   {(efficiency.compressed_bytes or 0) / 1000:5.1f} kB compressed"
        f"   {efficiency.median_latency_ms:5.2f} ms"
    )
