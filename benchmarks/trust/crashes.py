"""Ends and interrupts scripts that log, and counts what was promised and cannot be read afterwards.

Signals at random moments end 75 scripts for each writer: Ctrl-C, SIGTERM with and without a handler
that logs, SIGKILL. And each call is interrupted at every instruction at which CPython lets a signal
in, by an exception, and by a handler that logs, also where the handler interrupts the writer's own
`add_scalar`.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.trust.logged_runs import WRITERS
from benchmarks.trust.outcome import Effort, Outcome

_NEEDS = {"torch": "torch", "tensorboardX": "tensorboardX", "tf.summary": "tensorflow"}
_WHAT = {"raise": "an exception", "log": "a handler that logs"}


def attack(effort: Effort, writers: tuple[str, ...] = WRITERS) -> list[Outcome]:
    """One outcome for each writer that is installed, and each way to end or interrupt."""
    return [
        outcome
        for writer in writers
        if importlib.util.find_spec(_NEEDS.get(writer, "json"))
        for outcome in _outcomes(writer, effort)
    ]


def _outcomes(writer: str, effort: Effort) -> list[Outcome]:
    tried: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    last: dict[str, str] = {}
    for kind, how, at, fault in _cases(writer, effort):
        if kind == "signals":
            promise = f"what was promised before {how.replace(', ', ' ')} is read back: {writer}"
        else:
            act, _, call = how.partition(" in ")
            promise = f"{_WHAT[act]} at any instruction of {call} harms nothing: {writer}"
        tried[promise] += 1
        if fault:
            broken[promise] += 1
            last[promise] = f"{fault} ({at})"
    return [Outcome(each, cases, broken[each], last.get(each, "")) for each, cases in tried.items()]


def _cases(writer: str, effort: Effort) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as directory:
        told = subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.trust.crash_cases"),
                *(writer, str(effort.seed), str(effort.share), str(Path(directory).resolve())),
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    return [json.loads(line) for line in told.splitlines()]
