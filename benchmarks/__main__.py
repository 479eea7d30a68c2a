"""Runs every benchmark, or those named: ``python -m benchmarks models writer``."""

from __future__ import annotations

import importlib
import sys

from benchmarks.figures import table

_BENCHMARKS = (
    "writer",
    "overhead",
    "efficiency",
    "predictions",
    "weights",
    "models",
    "read",
    "report",
    "many",
    "differences",
    "behaviors",
    "rows",
    "layers",
    "sensitivity",
    "map",
)


def main(names: list[str]) -> int:
    unknown = set(names) - set(_BENCHMARKS)
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(_BENCHMARKS)}.")
        return 2
    figures = []
    for name in names or _BENCHMARKS:
        print(f"measuring {name} …", file=sys.stderr)
        figures += importlib.import_module(f"benchmarks.bench_{name}").measure()
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
