"""How often the 95 % intervals of layer measures hold the truth.

Run ``python -m benchmarks.interval_coverage [REPETITIONS]``.
Each line is a kind of weights and a change; a number is the share of repetitions in which the
interval of a measure holds what float64 computes. The width is relative to the truth.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.weight_changes import bases, changes, measured
from tensorboard_cnc.analysis.layers.estimates import AT_LEAST, Estimates
from tensorboard_cnc.analysis.layers.pair_statistics import PairStatistics, pair_statistics
from tensorboard_cnc.sketches.change_classes import CHANGE_CLASSES, ZERO_BOTH, change_class
from tensorboard_cnc.sketches.sizes import Sizes
from tensorboard_cnc.sketches.sketcher import sketch_values

SHAPE = (128, 1024)
SIZES = Sizes(whole=256, sample=1024)


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Estimates of some pairs, and the truth."""

    found: PairStatistics
    squares: NDArray[np.float64]
    absolute: NDArray[np.float64]
    largest: NDArray[np.float64]
    classes: NDArray[np.float64]

    def coverage(self) -> dict[str, float]:
        """Share of pairs whose interval holds the truth, by quantity; of classes the worst."""
        shares = _holds(self.found.classes, self.classes).mean(axis=0)
        return {
            "squares": float(_holds(self.found.squares, self.squares).mean()),
            "absolute": float(_holds(self.found.absolute, self.absolute).mean()),
            "largest": float(_holds(self.found.largest, self.largest).mean()),
            "classes": float(shares[:6].min()),
            "zeros": float(shares[6:].min()),
        }


def trials(base: str, change: str, count: int, seed: int = 0) -> Trials:
    """Compares `count` pairs of random weights and what became of them."""
    rng = np.random.default_rng([seed, *map(ord, base + change)])
    before, after, truth = [], [], []
    for _ in range(count):
        own = measured(bases()[base](SHAPE, rng))
        changed = measured(changes()[change](own.astype(float), rng))
        before.append(sketch_values("w", SHAPE, "float32", own, sizes=SIZES))
        after.append(sketch_values("w", SHAPE, "float32", changed, sizes=SIZES))
        one, other = own.astype(float).ravel(), changed.astype(float).ravel()
        delta = np.abs(other - one)
        classes = np.bincount(change_class(one, other), minlength=len(CHANGE_CLASSES))
        truth.append([np.square(delta).sum(), delta.sum(), delta.max(), *classes])
    rows = np.array(truth)
    found = pair_statistics(before, after)
    return Trials(found, rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3 : 4 + ZERO_BOTH])


def _holds(found: Estimates, truth: NDArray[np.float64]) -> NDArray[np.bool_]:
    slack = 1e-9 * np.abs(truth)
    holds: NDArray[np.bool_] = (found.low - slack <= truth) & (truth <= found.high + slack)
    return holds


def _width(found: Estimates, truth: NDArray[np.float64]) -> float:
    return float(np.median((found.high - found.low) / np.maximum(truth, 1e-300)))


def main(count: int = 200) -> int:
    names = ("squares", "absolute", "largest", "classes", "zeros")
    print(f"{'weights':14s}{'change':26s}" + "".join(f"{name:>10s}" for name in names), end="")
    print("   width ΣΔ²  width Σ|Δ|  flagged  at least")
    low = 0
    for base in bases():
        for change in changes():
            found = trials(base, change, count)
            covered = found.coverage()
            low += min(covered.values()) < 0.93
            line = "".join(f"{covered[name]:10.3f}" for name in names)
            line += f"{_width(found.found.squares, found.squares):12.3f}"
            line += f"{_width(found.found.absolute, found.absolute):12.3f}"
            bounds = (found.found.absolute.certainty == AT_LEAST).mean()
            line += f"{found.found.outliers.mean():9.2f}{bounds:10.2f}"
            print(
                f"{base:14s}{change:26s}{line}{'  <' * (min(covered.values()) < 0.93)}", flush=True
            )
    print(f"{low} of {len(bases()) * len(changes())} lines hold less than 93 % somewhere")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
