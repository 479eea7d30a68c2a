"""Images of several scans whose answers flip together, in models made without training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import said
from benchmarks.claims.harm import Tally
from benchmarks.claims.lines import NOMINAL, Line, at_least
from benchmarks.claims.populations import CLASSES, Rng, answers
from benchmarks.claims.trial_log import key_of, quantized, trial_log
from benchmarks.size import Size

Bools = NDArray[np.bool_]
_SCANS = 4
_RIGHT = 0.9
_AT_ONCE = 50


def _together(rng: Rng, right: Bools, breaks: float, mends: float, share: float) -> Bools:
    """What is right after: images flip as a whole, each of their scans by a chance of `share`."""
    images, scans = right.shape
    flips = rng.random((images, scans)) < share
    broke = (rng.random((images, 1)) < breaks) & flips
    mended = (rng.random((images, 1)) < mends) & flips
    return np.where(right, ~broke, mended)


def _scans_break_images_mend(rng: Rng, right: Bools) -> Bools:
    """Each scan breaks on its own, but what is mended is mended in all scans of an image."""
    broke = rng.random(right.shape) < 0.05 * (1 - _RIGHT) / _RIGHT * 5
    mended = rng.random((len(right), 1)) < 0.05 * 5
    return np.where(right, ~broke, mended)


# From what was right, (images, scans), to what is after; no class loses more than another.
_NULLS: dict[str, Callable[[Rng, Bools], Bools]] = {
    "wholly": lambda rng, right: _together(rng, right, 0.03, 0.27, 1.0),
    "partly": lambda rng, right: _together(rng, right, 0.03, 0.27, 0.7),
    "five-less": lambda rng, right: _together(rng, right, 0.065, 0.09, 1.0),
    "scans-break-images-mend": _scans_break_images_mend,
}


def null(name: str, size: Size) -> list[Line]:
    """False claims on slices that hold whole images, and on the scan, which cuts them."""
    lines = []
    for images in (200, 800):
        rng = np.random.default_rng([size.seed, images, *map(ord, name)])
        tally, changed = Tally(), 0
        trials = size.count(500, 10)
        for first in range(0, trials, _AT_ONCE):
            labels, count = rng.integers(0, CLASSES, images), min(_AT_ONCE, trials - first)
            for answer, key, change in _compared(rng, labels, _NULLS[name], count):
                tally.add(answer, [key])
                changed += said.changed(change)
        what = f"{images} images × {_SCANS} scans, {name}"
        lines += tally.lines(what, "6 %")
        if name != "five-less":
            lines.append(Line(f"{what}: accuracy", changed, tally.of, NOMINAL, sides=2))
    return lines


def power(size: Size) -> list[Line]:
    """A class of 100 of 800 images loses 10 points more."""
    rng = np.random.default_rng([size.seed, 10])
    labels = np.where(np.arange(800) % 8, rng.integers(1, CLASSES, 800), 0)
    tally, found = Tally(), 0

    def after(rng: Rng, right: Bools) -> Bools:
        kept = _together(rng, right, 0.005 / _RIGHT, 0.05, 1.0)
        unlucky = rng.random((len(right), 1)) < 0.1 / _RIGHT
        return np.where(labels[:, None] == 0, kept & ~unlucky, kept)

    trials = size.count(200, 10)
    for first in range(0, trials, _AT_ONCE):
        for answer, key, _ in _compared(rng, labels, after, min(_AT_ONCE, trials - first)):
            tally.add(answer, [key])
            rows = said.harmed(answer, "slices")
            found += any(row["by"] == "label" and row["level"] == 0 for row in rows)
    what = "800 images × 4 scans: 10 points of a class of 100 images"
    return [Line(what, found, tally.of, at_least(0.85), "1 %", tally.size())]


def _compared(
    rng: Rng, labels: NDArray[np.int64], after: Callable[[Rng, Bools], Bools], count: int
) -> list[tuple[Any, str, Any]]:
    """Answers on harm, the model's key and its change of accuracy, of `count` comparisons."""
    images = len(labels)
    rows = labels.repeat(_SCANS)
    codes = {
        "writer": rng.integers(0, 8, images).repeat(_SCANS),
        "scan": np.tile(np.arange(_SCANS), images),
    }
    groups = np.arange(images).repeat(_SCANS).tolist()
    found = []
    with trial_log() as log:
        log.dataset("test", len(rows), labels=rows, codes=codes, groups=groups)
        for trial in range(count):
            before = np.tile(rng.random((images, 1)) < _RIGHT, _SCANS)
            base, model = f"{trial} base", f"{trial} model"
            log.answers(base, "test", answers(rows, before.ravel()))
            log.answers(model, "test", answers(rows, after(rng, before).ravel()), **quantized(base))
        with log.served() as routes:
            for trial in range(count):
                base, model = f"{trial} base", f"{trial} model"
                answer = routes.behaviors("harmed", base, [model])
                summary = routes.behaviors("summary", base, [model], measure="correct")
                found.append((answer, key_of(model), summary["models"][1]["change"]))
    return found


CASES: dict[str, Callable[[Size], list[Line]]] = {
    **{f"groups/{name}": partial(null, name) for name in _NULLS},
    "groups/power": power,
}
