"""Accuracies of two models: their change overall, and in a table of slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.claims import said
from benchmarks.claims.lines import COVERED, NOMINAL, NONE, Line
from benchmarks.claims.populations import NULLS, Population, Rates, drawn, even
from benchmarks.claims.trial_log import Routes, quantized, trial_log
from benchmarks.size import Size

_LOST = 0.03


def overall(size: Size) -> list[Line]:
    """False claims and coverage of a change of 0, and of −3 points."""
    lines = []
    for n in (30, 100, 1000):
        for lost in (0.0, _LOST):
            rng = np.random.default_rng([size.seed, n, round(100 * lost)])
            of = Population(rng.integers(0, 10, n), {})
            rates = even(n, 0.06).more(np.ones(n, bool), lost)
            found = _asked(rng, of, rates, size.count(1000, 20), _change)
            shown = [each for each in map(said.interval, found) if each]
            what = f"accuracy of {n}, {'3 points less' if lost else 'as before'}"
            holds = sum(each.holds(-lost) for each in shown)
            lines.append(Line(f"{what}: interval", holds, len(shown), COVERED, "6 %", sides=2))
            if not lost:
                false = sum(map(said.changed, found))
                lines.append(Line(f"{what}: p", false, len(found), NOMINAL, "6 %", sides=2))
            against = sum(map(said.contradicted, found))
            what = f"{what}: p against interval"
            lines.append(Line(what, against, len(found), NONE, "6 %", sides=2))
    return lines


def slice_table(size: Size) -> list[Line]:
    """Cells with q < .05 where base and model are alike in every slice."""
    lines = []
    for name in ("equal", "hard-slices", "small-hard"):
        design, population_of, n = NULLS[name]
        rng = np.random.default_rng([size.seed, *map(ord, name)])
        of = population_of(rng, n)
        rates = design(of)
        found = _asked(rng, of, rates, size.count(500, 20), _least_q)
        false = sum(each < 0.05 for each in found)
        what = f"table of slices, {name}: any cell"
        lines.append(Line(what, false, len(found), NOMINAL, rates.churn(), "20", sides=2))
    return lines


def calibrated(size: Size) -> list[Line]:
    """Models that are right as often as they say: is the ECE beyond what chance makes of it?"""
    lines = []
    for n in (100, 1000):
        rng = np.random.default_rng([size.seed, n, 8])
        trials, beyond = size.count(500, 30), 0
        with trial_log() as log:
            log.dataset("test", n, labels=np.zeros(n, int), classes=["right", "wrong"])
            for trial in range(trials):
                sure = 1 - rng.beta(0.6, 3, n) / 2
                right = rng.random(n) < sure
                first = np.where(right, sure, 1 - sure)
                with log.model(f"model {trial}") as model:
                    probabilities = np.stack([first, 1 - first], axis=1)
                    model.predictions("test", np.arange(n), probabilities=probabilities)
            with log.served() as routes:
                for trial in range(trials):
                    answer = routes.behaviors("summary", f"model {trial}", [])
                    beyond += said.miscalibrated(answer["models"][0]["calibration"])
        lines.append(Line(f"calibrated model, ECE of {n} beyond chance", beyond, trials, NOMINAL))
    return lines


def _change(routes: Routes, base: str, model: str) -> Any:
    return routes.behaviors("summary", base, [model], measure="correct")["models"][1]["change"]


def _least_q(routes: Routes, base: str, model: str) -> float:
    query: dict[str, Any] = {"measure": "correct", "by": ["attribute/third"]}
    cells = routes.behaviors("slices", base, [model], **query)["models"][1]
    return min((each for each in cells["q"] if each is not None), default=1.0)


def _asked(
    rng: np.random.Generator,
    of: Population,
    rates: Rates,
    count: int,
    ask: Callable[[Routes, str, str], Any],
) -> list[Any]:
    """What is asked about each of `count` comparisons of two models of these rates."""
    with trial_log() as log:
        log.dataset("test", of.n, labels=of.labels, codes=of.codes)
        for trial in range(count):
            base, model = drawn(rng, of, [rates])
            log.answers(f"{trial} base", "test", base)
            log.answers(f"{trial} model", "test", model, **quantized(f"{trial} base"))
        with log.served() as routes:
            return [ask(routes, f"{trial} base", f"{trial} model") for trial in range(count)]


CASES: dict[str, Callable[[Size], list[Line]]] = {
    "rates/overall": overall,
    "rates/slice-table": slice_table,
    "rates/calibrated": calibrated,
}
