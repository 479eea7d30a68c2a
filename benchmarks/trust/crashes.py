"""Ends and interrupts scripts that log, and counts what was promised and cannot be read afterwards.

Signals at random moments end 75 scripts for each writer: Ctrl-C, SIGTERM with and without a handler
that logs, SIGKILL. And each call is interrupted at every instruction at which CPython lets a signal
in, by an exception, and by a handler that logs, also where the handler interrupts the writer's own
`add_scalar`. Where TensorFlow is installed (.venv-writers) tf.summary is tried, with signals only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.size import Size
from benchmarks.trust.logged_runs import WRITERS
from benchmarks.trust.outcome import Outcome

_PROMISES = {
    "signal": "what a call returned for is read back after Ctrl-C, SIGTERM and SIGKILL",
    "raise": "an exception at any instruction of a call harms nothing",
    "log": "a signal handler that logs at any instruction of a call loses nothing",
}


def attack(size: Size, writers: tuple[str, ...] = WRITERS) -> list[Outcome]:
    """Three outcomes for each of `writers`, one for tf.summary."""
    tried: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    last: dict[str, str] = {}
    for writer, kind, how, at, fault in _cases(writers, size):
        promise = f"{_PROMISES[kind]}: {writer}"
        tried[promise] += 1
        if fault:
            broken[promise] += 1
            last[promise] = f"{how}: {fault} ({at})"
    return [Outcome(each, cases, broken[each], last.get(each, "")) for each, cases in tried.items()]


def _cases(writers: tuple[str, ...], size: Size) -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory() as directory:
        told = subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.trust.crash_cases"),
                *(str(size.seed), str(size.share), str(Path(directory).resolve()), *writers),
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    return map(json.loads, told.splitlines())
