"""Harmed slices of scores: means that do not change more in a slice than in the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import said
from benchmarks.claims.harm import Tally, is_planted
from benchmarks.claims.lines import Line
from benchmarks.claims.populations import Population, planted, population
from benchmarks.claims.trial_log import TrialLog, key_of, quantized, trial_log
from benchmarks.size import Size

Floats = NDArray[np.float64]
Rng = np.random.Generator
_N = 1000
_DRAWS = 5
# Of mean 0 and standard deviation 1.
_CHANGES: dict[str, Callable[[Rng, int], Floats]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "t of 3": lambda rng, n: np.asarray(rng.standard_t(3, n), float) / np.sqrt(3),
    "exponential": lambda rng, n: rng.exponential(1, n) - 1,
    "rare gains": lambda rng, n: _two_points(rng, n, 0.03),
    "rare losses": lambda rng, n: -_two_points(rng, n, 0.03),
    "F1": lambda rng, n: -_two_points(rng, n, 0.3),
}
# Slices of the first attribute change by so many times as much, up and down.
_SPREADS = {"alike": np.ones(4), "unlike": np.array([0.3, 0.6, 1.0, 3.0])}


def _two_points(rng: Rng, n: int, share: float) -> Floats:
    """A `share` above zero, the rest below."""
    up = float(np.sqrt((1 - share) / share))
    return np.where(rng.random(n) < share, up, -1 / up)


def null(name: str, size: Size) -> list[Line]:
    """False claims, where nothing changes on average and where all lose as much."""
    lines: list[Line] = []
    for (spreads, factors), lost in product(_SPREADS.items(), (0.0, 0.5)):
        rng = np.random.default_rng([size.seed, len(lines), *map(ord, name)])
        tally = Tally()
        for _ in range(_DRAWS):
            of = population(rng, _N)
            by = factors[of.codes["first"]]
            changes = _drawn(rng, name, size.count(100, 2), of.n) * by - lost
            for answer, key in _answers(of, changes):
                tally.add(answer, [key])
        lines += tally.lines(f"scores, {name}, slices {spreads}, all −{lost:.1g}", "")
    return lines


def power(size: Size) -> list[Line]:
    """How often a slice of 100 of 1,000 that loses a standard deviation is named."""
    lines = []
    for name in _CHANGES:
        rng = np.random.default_rng([size.seed, *map(ord, name)])
        tally, found = Tally(), 0
        for _ in range(_DRAWS):
            of = planted(rng, _N, 100)
            inside = of.codes["first"] == 0
            changes = _drawn(rng, name, size.count(20, 2), of.n) - inside
            for answer, key in _answers(of, changes):
                tally.add(answer, [key])
                found += any(map(is_planted, said.harmed(answer, "slices")))
        what = f"scores, {name}: a slice of 100 loses a standard deviation"
        lines.append(Line(what, found, tally.of, None, slices=tally.size()))
    return lines


def _drawn(rng: Rng, name: str, trials: int, n: int) -> Floats:
    return np.stack([_CHANGES[name](rng, n) for _ in range(trials)])


def _answers(of: Population, changes: Floats) -> Iterator[tuple[Any, str]]:
    """On models whose scores change by the rows of changes (trials, n): the answer, and its key."""
    with trial_log() as log:
        log.dataset("test", of.n, codes=of.codes)
        _log(log, "base", np.zeros(of.n))
        models = [f"model {trial}" for trial in range(len(changes))]
        for model, change in zip(models, changes, strict=True):
            _log(log, model, change, base="base")
        with log.served() as routes:
            for model in models:
                query = {"measure": "score/quality"}
                yield routes.behaviors("harmed", "base", [model], **query), key_of(model)


def _log(log: TrialLog, model_id: str, values: Floats, base: str | None = None) -> None:
    with log.model(model_id, **quantized(base) if base else {}) as model:
        model.predictions("test", np.arange(len(values)), scores={"quality": values})


CASES: dict[str, Callable[[Size], list[Line]]] = {
    **{f"score-harm/{name}": partial(null, name) for name in _CHANGES},
    "score-harm/power": power,
}
