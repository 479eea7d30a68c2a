"""Runs all cases, or those whose names begin with one that is given, on two cores."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from benchmarks.claims.cases import CASES, chosen, run
from benchmarks.claims.lines import Line, markdown, table
from benchmarks.size import Size


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.claims", description=__doc__)
    # argparse takes % for the beginning of a field of its own.
    known = ", ".join(CASES).replace("%", "%%")
    parser.add_argument("names", nargs="*", help=f"of {known}")
    parser.add_argument("--seed", type=int, default=0, help="of everything that is drawn")
    parser.add_argument("--share", type=float, default=1.0, help="of the trials of each case")
    parser.add_argument("--workers", type=int, default=2, help="processes beside each other")
    parser.add_argument("--markdown", action="store_true", help="a table for docs/measures.md")
    given = parser.parse_args()
    names = chosen(given.names)
    if not names:
        parser.error(f"no case begins with {' or '.join(given.names)}")
    size = Size(given.seed, given.share)
    lines: list[Line] = []
    start = time.perf_counter()
    with ProcessPoolExecutor(given.workers) as workers:
        for name, found in zip(names, workers.map(run, names, [size] * len(names)), strict=True):
            lines += found
            red = sum(line.red for line in found)
            passed = f"{time.perf_counter() - start:5.0f} s"
            print(f"{passed}  {name}{f': {red} red' if red else ''}", file=sys.stderr, flush=True)
    print((markdown if given.markdown else table)(lines, given.seed))
    return int(any(line.red for line in lines))


if __name__ == "__main__":
    sys.exit(main())
