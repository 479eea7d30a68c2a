"""Runs a function on many inputs, guided by what code they reach, in a process of its own.

``python -m benchmarks.trust.guided MODULE SEED RUNS`` imports MODULE, which has `CORPUS` (inputs
to begin with), `mutate(data, rng)` and `attempt(data)`; the latter says whether the input was
accepted, and raises where a promise is broken. What came of it is one line of JSON at the end.
Without atheris (``pip install atheris``) inputs are drawn without guidance.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_MOST_BYTES = 1 << 20
_MOST_SHOWN = 20


@dataclass(slots=True)
class Tally:
    """How many inputs were tried and accepted, which broke a promise, and the worst of them."""

    tried: int = 0
    accepted: int = 0
    broken: int = 0
    slowest_seconds: float = 0.0
    grown_bytes: int = 0
    guided: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    def figure(self) -> str:
        """The worst, in words."""
        found = "guided by coverage" if self.guided else "not guided: pip install atheris"
        return (
            f"{self.accepted:,} accepted; slowest {self.slowest_seconds * 1e3:.0f} ms; memory grew "
            f"by {self.grown_bytes >> 20} MiB at most; {found}"
        )

    def add(self, attempt: Callable[[bytes], bool], data: bytes) -> None:
        """Tries one input."""
        self.tried += 1
        start, before = time.perf_counter(), _peak_bytes()
        try:
            self.accepted += attempt(data)
        except Exception as error:
            self.broken += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__} in {where.filename}:{where.lineno}"
            if len(self.errors) < _MOST_SHOWN:
                self.errors.setdefault(kind, f"{str(error)[:200]} of {data.hex()[:20_000]}")
        self.slowest_seconds = max(self.slowest_seconds, time.perf_counter() - start)
        self.grown_bytes = max(self.grown_bytes, _peak_bytes() - before)


def _peak_bytes() -> int:
    """The most memory that this process has taken; in KiB on Linux, in bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def tallied(module: str, seed: int, runs: int, limit_bytes: int = 8 << 30) -> Tally:
    """What comes of `runs` inputs to `module`, in a process that gets no more memory than that.

    A process that dies broke a promise with its last input.
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))

    command = [sys.executable, "-m", "benchmarks.trust.guided", module, str(seed), str(runs)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=limit if runs else None
    )
    try:
        return Tally(**json.loads(done.stdout.rstrip().rpartition("\n")[2]))
    except ValueError:
        return Tally(runs, broken=1, errors={f"exit {done.returncode}": done.stderr[-2000:]})


def _run(module: Any, seed: int, runs: int) -> None:
    tally = Tally()

    def finish() -> None:
        print(json.dumps(asdict(tally)), flush=True)
        # LibFuzzer would go on, and ends the process itself.
        os._exit(0)

    def one(data: bytes) -> None:
        tally.add(module.attempt, data)
        if tally.tried >= runs:
            finish()

    atheris = _atheris()
    if atheris is None:
        rng = random.Random(seed)
        while True:
            one(module.mutate(rng.choice(module.CORPUS), rng))
    tally.guided = True

    def mutator(data: bytes, _most: int, number: int) -> bytes:
        return bytes(module.mutate(data, random.Random(number)))

    with tempfile.TemporaryDirectory() as corpus:
        for number, each in enumerate(module.CORPUS):
            Path(corpus, str(number)).write_bytes(each)
        options = [f"-seed={seed + 1}", f"-max_len={_MOST_BYTES}", "-rss_limit_mb=0", "-timeout=60"]
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        atheris.Setup([sys.argv[0], *options, corpus], one, custom_mutator=mutator)
        atheris.Fuzz()


def _atheris() -> Any:
    """The package, None where it is not installed: it has no wheels for some platforms."""
    try:
        return importlib.import_module("atheris")
    except ImportError:
        return None


def _guided_import(name: str) -> Any:
    atheris = _atheris()
    if atheris is None:
        return importlib.import_module(name)
    watched = ["tensorboard_cnc.format", "tensorboard_cnc.writer.tensors.files"]
    watched += ["tensorboard_cnc.imports"]
    with atheris.instrument_imports(include=watched):
        return importlib.import_module(name)


if __name__ == "__main__":
    _run(_guided_import(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
