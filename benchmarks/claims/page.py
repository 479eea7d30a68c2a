"""What the panel computes itself: the front, ties, noise of measurements, best within spread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.claims.lines import ALL, Line
from benchmarks.size import Size

_ROOT = Path(__file__).parents[2]
# Of each simulation; a panel's test reads it, and runs a few where it is not set.
_SEEDS = 1000


def panel(size: Size) -> list[Line]:
    """Runs the panel's tests whose file is named claims, each of which is a line."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        call = [sys.executable, "scripts/node.py", "run", "test", "--", "claims"]
        subprocess.run(
            [*call, "--reporter=json", f"--outputFile={report}"],
            cwd=_ROOT,
            env={**os.environ, "CLAIMS_SEEDS": str(size.count(_SEEDS, 20))},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        found = json.loads(report.read_text()) if report.exists() else {"testResults": []}
    tests = [test for file in found["testResults"] for test in file["assertionResults"]]
    return list(map(_line, tests)) or [Line("the panel's claims", 0, 0, ALL, note="no tests")]


def _line(test: Any) -> Line:
    return Line(test["fullName"], int(test["status"] == "passed"), 1, ALL)


CASES: dict[str, Callable[[Size], list[Line]]] = {"panel": panel}
