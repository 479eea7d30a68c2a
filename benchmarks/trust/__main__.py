"""Makes all attacks, or those that are named: ``python -m benchmarks.trust crashes``."""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from benchmarks.size import Size
from benchmarks.trust.outcome import Outcome, table

ATTACKS = ("crashes", "records", "files", "requests", "load", "page", "remote", "soak", "packages")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trust", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(ATTACKS)}")
    parser.add_argument("--seed", type=int, default=0, help="of everything that is drawn")
    parser.add_argument("--share", type=float, default=1.0, help="of the cases of each attack")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(ATTACKS))
    if unknown:
        parser.error(f"there is no attack {', '.join(unknown)}; there are {', '.join(ATTACKS)}")
    size = Size(given.seed, given.share)
    outcomes: list[Outcome] = []
    start = time.perf_counter()
    for name in given.names or ATTACKS:
        found = importlib.import_module(f"benchmarks.trust.{name}").attack(size)
        outcomes += found
        broken = sum(outcome.red for outcome in found)
        passed = f"{time.perf_counter() - start:5.0f} s"
        print(f"{passed}  {name}{f': {broken} broken' if broken else ''}", file=sys.stderr)
    print(table(outcomes))
    return int(any(outcome.red for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
