"""The largest change of a tensor, of which a log holds only a lower bound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.claims.lines import NONE, Line
from benchmarks.claims.trial_log import trial_log
from benchmarks.size import Size
from benchmarks.weight_changes import bases

_SHAPES = ((128, 1024), (256, 256), (64, 2048), (512, 512))


def bound(size: Size) -> list[Line]:
    """After noise of so small a share of the weights' spread the bound stays below the truth."""
    lines = []
    for share in (1e-7, 1e-6, 1e-5, 1e-3):
        rng = np.random.default_rng([size.seed, round(1 / share)])
        before, after, truth = {}, {}, {}
        for at in range(size.count(54, 18)):
            draw = list(bases().values())[at % len(bases())]
            weights = (0.05 * draw(_SHAPES[at % len(_SHAPES)], rng)).astype(np.float32)
            noise = share * weights.std() * rng.standard_normal(weights.shape)
            name = f"layer{at}.weight"
            before[name], after[name] = weights, (weights + noise).astype(np.float32)
            changes = after[name].astype(float) - before[name].astype(float)
            truth[name] = float(np.abs(changes).max())
        above, bounds = _above(before, after, truth)
        what = f"max │Δ│ of noise of {share:.0e} of the spread: bounds above the truth"
        lines.append(Line(what, above, len(truth), NONE, note=f"{bounds} bounds"))
    return lines


def _above(before: object, after: object, truth: dict[str, float]) -> tuple[int, int]:
    """How many lower bounds, or exact values, are larger than the truth; how many are bounds."""
    with trial_log() as log:
        for name, weights in (("base", before), ("model", after)):
            with log.model(name) as model:
                # So few bytes that most of what is logged are sketches.
                model.weights(weights, max_bytes=len(truth) * 3000)
        with log.served() as routes:
            answer = routes.layers("base", ["model"], view="weights", measure="max_abs")
    cells = answer["models"][1]
    above = bounds = 0
    for row, name in enumerate(answer["rows"]["names"]):
        if name in truth and cells["value"][row] is not None:
            least = cells["value"][row]
            if cells["certainty"][row] == "estimate":
                least = cells["low"][row]
            above += least is not None and least > truth[name] * (1 + 1e-6)
            bounds += cells["certainty"][row] == "at least"
    return above, bounds


CASES: dict[str, Callable[[Size], list[Line]]] = {"layers/largest-change": bound}
