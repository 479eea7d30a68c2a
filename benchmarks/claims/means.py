"""Means, changes and ratios of numbers: false claims, and how often intervals hold the truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import said
from benchmarks.claims.lines import ALL, COVERED, NOMINAL, NONE, Line
from benchmarks.claims.trial_log import TrialLog, key_of, quantized, trial_log
from benchmarks.size import Size

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]
# So many models are asked for at once.
_AT_ONCE = 50
_SCORE = "score/value"


@dataclass(frozen=True, slots=True)
class Distribution:
    """Independent numbers of a known mean: scores, or a `loss` that comes from probabilities."""

    draw: Draw
    mean: float
    loss: bool = False


DISTRIBUTIONS: dict[str, Distribution] = {
    "97 % ones": Distribution(lambda r, s: (r.random(s) < 0.97).astype(float), 0.97),
    "1 % at 10 nats": Distribution(lambda r, s: np.where(r.random(s) < 0.01, 10.0, 0.0), 0.1, True),
    "log-normal σ 2": Distribution(lambda r, s: np.exp(2 * r.normal(0, 1, s)), math.exp(2)),
    "log-normal σ 1": Distribution(lambda r, s: r.lognormal(0, 1, s), math.exp(0.5)),
    "exponential": Distribution(lambda r, s: r.exponential(1, s), 1),
    "t of 3": Distribution(lambda r, s: np.asarray(r.standard_t(3, s), float), 0),
    "normal": Distribution(lambda r, s: r.normal(0, 1, s), 0),
    "gain .03, lose .07": Distribution(lambda r, s: np.where(r.random(s) < 0.7, 0.03, -0.07), 0),
    "−1, 0 or 1": Distribution(lambda r, s: _trinomial(r.random(s)), -0.06),
}


def _trinomial(u: Floats) -> Floats:
    return np.where(u < 0.08, -1.0, np.where(u < 0.1, 1.0, 0.0))


def coverage(name: str, size: Size) -> list[Line]:
    """How often the interval of a mean holds the truth where one is shown."""
    of, lines = DISTRIBUTIONS[name], []
    for n in (30, 60, 200, 500):
        rng = np.random.default_rng([size.seed, n, *map(ord, name)])
        samples = of.draw(rng, (size.count(1000, 50), n))
        found = [model["value"] for model in _summaries(samples, loss=of.loss)]
        lines.append(_covered(f"mean of {n}, {name}", found, of.mean))
        silent = sum(said.interval(each) is None and not said.reason(each) for each in found)
        if silent:
            what = f"mean of {n}, {name}: neither interval nor reason"
            lines.append(Line(what, silent, len(found), NONE))
    return lines


def small_slices(size: Size) -> list[Line]:
    """The same of a mean's change in slices of 30, 60 and 210 instances."""
    sizes = (30, 60, 210)
    codes = np.repeat([0, 1, 2], sizes)
    lines = []
    for name in ("gain .03, lose .07", "log-normal σ 1", "log-normal σ 2", "−1, 0 or 1"):
        of = DISTRIBUTIONS[name]
        rng = np.random.default_rng([size.seed, *map(ord, name)])
        changes = of.draw(rng, (size.count(500, 50), len(codes)))
        cells = _cells(changes, codes)
        for place, n in enumerate(sizes):
            here = [_cell(cell, place, "change_low", "change_high") for cell in cells]
            lines.append(_covered(f"change in a slice of {n}, {name}", here, of.mean))
            if of.mean == 0:
                p = [cell["p"][place] for cell in cells]
                false = sum(each is not None and each < 0.05 for each in p)
                lines.append(Line(f"{lines[-1].what}: p", false, len(p), NOMINAL, sides=2))
    return lines


def skewed_f1(size: Size) -> list[Line]:
    """70 % of the instances gain .03 and 30 % lose .07: the mean does not change."""
    lines = []
    for n in (20, 30, 60, 150, 199, 200, 500):
        rng = np.random.default_rng([size.seed, n])
        samples = DISTRIBUTIONS["gain .03, lose .07"].draw(rng, (size.count(1000, 40), n))
        found = [model["change"] for model in _summaries(samples, rng.uniform(0.1, 0.9, n))]
        false = sum(map(said.changed, found))
        what = f"F1 of {n}: 70 % gain .03, 30 % lose .07"
        lines.append(Line(what, false, len(found), NOMINAL, sides=2))
        contradicted = sum(map(said.contradicted, found))
        lines.append(Line(f"{what}: p against interval", contradicted, len(found), NONE, sides=2))
    return lines


def ratios(size: Size) -> list[Line]:
    """Mean losses of two seeds: their ratio is 1, and each way the other's reciprocal."""
    n = 1000
    rng = np.random.default_rng([size.seed, 7])
    trials = size.count(300, 50)
    hard = rng.normal(-1, 0.8, (trials, n))
    losses = [np.exp(hard + rng.normal(0, 0.66, (trials, n))) for _ in range(2)]
    found, reciprocal = [], 0
    with trial_log() as log:
        log.dataset("test", n)
        for trial in range(trials):
            for side, values in zip("ab", losses, strict=True):
                with log.model(f"{trial} {side}") as model:
                    model.predictions("test", np.arange(n), scores={"value": values[trial]})
        with log.served() as routes:
            for trial in range(trials):
                ids = f"{trial} a", f"{trial} b"
                there, back = (
                    said.ratio(
                        routes.behaviors("summary", one, [other], measure=_SCORE, form="ratio")[
                            "models"
                        ][1]
                    )
                    for one, other in (ids, ids[::-1])
                )
                found.append(_as_estimate(there[1]))
                reciprocal += math.isclose(there[0] * back[0], 1, rel_tol=0.01)
    return [
        _covered("ratio of the mean losses of two seeds", found, 1.0),
        Line("the same both ways: ×a and ×1/a", reciprocal, trials, ALL, sides=2),
    ]


def ratio_of_rates(size: Size) -> list[Line]:
    """80.4 % right before and 94.6 % after is ×1.18."""
    del size
    n = 1000
    right = [np.arange(n) < 804, np.arange(n) >= 54]
    with trial_log() as log:
        log.dataset("test", n, **_labels(n))
        for name, each in zip(("base", "model"), right, strict=True):
            log.answers(name, "test", np.where(each, 0, 1))
        with log.served() as routes:
            answer = routes.behaviors("summary", "base", ["model"], measure="correct", form="ratio")
    value, shown = said.ratio(answer["models"][1])
    hit = math.isclose(value, 0.946 / 0.804, rel_tol=0.005) and (
        shown is None or shown.holds(value)
    )
    return [Line("80.4 → 94.6 % right as a ratio is ×1.18", int(hit), 1, ALL, note=f"×{value:.3f}")]


def _summaries(samples: Floats, base: Floats | None = None, *, loss: bool = False) -> Iterator[Any]:
    """The summary of each model: a row of samples (trials, n) is what it adds to the base."""
    trials, n = samples.shape
    before = np.zeros(n) if base is None else base
    with trial_log() as log:
        log.dataset("test", n, **_labels(n) if loss else {})
        _log_numbers(log, before, samples, loss=loss)
        with log.served() as routes:
            for first in range(0, trials, _AT_ONCE):
                ids = [f"model {at}" for at in range(first, min(first + _AT_ONCE, trials))]
                measure = "nll" if loss else _SCORE
                answer = routes.behaviors("summary", "base", ids, measure=measure)
                assert [each["key"] for each in answer["models"][1:]] == list(map(key_of, ids))
                yield from answer["models"][1:]


def _cells(changes: Floats, codes: NDArray[np.int64]) -> list[Any]:
    """The cells of each model, a row of changes (trials, n), in the slices of these codes."""
    trials, n = changes.shape
    with trial_log() as log:
        log.dataset("test", n, codes={"size": codes})
        _log_numbers(log, np.zeros(n), changes)
        with log.served() as routes:
            ids = [f"model {at}" for at in range(trials)]
            parts = [ids[at : at + _AT_ONCE] for at in range(0, trials, _AT_ONCE)]
            query = {"measure": _SCORE, "by": ["attribute/size"], "sort": "level"}
            answers = [routes.behaviors("slices", "base", part, **query) for part in parts]
    return [cells for answer in answers for cells in answer["models"][1:]]


def _log_numbers(log: TrialLog, base: Floats, added: Floats, *, loss: bool = False) -> None:
    """A base, and models with so much `added` (trials, n) to its numbers."""
    rows: list[tuple[str, dict[str, Any], Floats]] = [("base", {}, base)]
    rows += [(f"model {at}", quantized("base"), base + row) for at, row in enumerate(added)]
    for name, card, values in rows:
        given = {"probabilities": _of_loss(values)} if loss else {"scores": {"value": values}}
        with log.model(name, **card) as model:
            model.predictions("test", np.arange(len(base)), **given)


def _labels(n: int) -> dict[str, Any]:
    return {"labels": np.zeros(n, int), "classes": ["right", "wrong"]}


def _of_loss(nll: Floats) -> Floats:
    """Probabilities (n, 2) of which the first, the label's, has this negative logarithm."""
    right = np.exp(-nll)
    return np.stack([right, 1 - right], axis=1)


def _cell(cells: Any, place: int, low: str, high: str) -> Any:
    return {"low": cells[low][place], "high": cells[high][place]}


def _as_estimate(shown: said.Interval | None) -> Any:
    return {"low": shown.low if shown else None, "high": shown.high if shown else None}


def _covered(what: str, found: list[Any], truth: float) -> Line:
    """How many of the intervals that are shown hold the truth; where none is, that is well."""
    shown = [each for each in map(said.interval, found) if each]
    holds = sum(each.holds(truth) for each in shown)
    note = "" if len(shown) == len(found) else f"shown in {len(shown)} of {len(found)}"
    if not shown:
        return Line(what, 0, 0, None, sides=2, note="never shown")
    return Line(what, holds, len(shown), COVERED, sides=2, note=note)


CASES: dict[str, Callable[[Size], list[Line]]] = {
    "means/skewed-f1": skewed_f1,
    "means/ratios": ratios,
    "means/ratio-of-rates": ratio_of_rates,
    "means/small-slices": small_slices,
    **{f"means/coverage, {name}": partial(coverage, name) for name in DISTRIBUTIONS},
}
