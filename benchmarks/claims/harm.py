"""Harmed slices of two-valued predictions: none where there is no harm, most of those planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from benchmarks.claims import populations, said
from benchmarks.claims.lines import ALL, NOMINAL, Line, at_least
from benchmarks.claims.populations import (
    NULLS,
    Population,
    Rates,
    Rng,
    crossing,
    drawn,
    even,
    planted,
    population,
)
from benchmarks.claims.trial_log import Routes, TrialLog, key_of, quantized, trial_log
from benchmarks.size import Size

# Attributes are drawn so often anew; each time many models are compared.
_DRAWS = 10
_N = 3000


@dataclass(slots=True)
class Tally:
    """What was claimed over all comparisons of a case."""

    of: int = 0
    slices: int = 0
    pairs: int = 0
    unjudged: int = 0
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def add(self, answer: Any, keys: Sequence[str]) -> None:
        """Counts an answer of the level "harmed" on models of these keys."""
        self.of += 1
        self.slices += bool(said.harmed(answer, "slices"))
        self.pairs += bool(said.harmed(answer, "pairs"))
        self.unjudged += any(said.verdict_missing(answer, key) for key in keys)
        self.sizes.append((answer["tests"], answer["pair_tests"]))

    def size(self) -> str:
        """How many slices and pairs an answer looked at, on average."""
        slices, pairs = np.mean(self.sizes or [(0, 0)], axis=0)
        return f"{slices:.0f} + {pairs:.0f} pairs"

    def lines(self, what: str, churn: str, models: int = 1) -> list[Line]:
        """False claims on slices and on pairs."""
        note = f"{self.unjudged} without a verdict" if self.unjudged else ""
        return [
            Line(f"{what}: {name}", hits, self.of, NOMINAL, churn, self.size(), models, 1, note)
            for name, hits in (("slices", self.slices), ("pairs", self.pairs))
        ]


def compared(
    rng: Rng, of: Population, rates: Sequence[Rates], count: int, query: str = "harmed"
) -> Iterator[tuple[Any, list[str]]]:
    """The answers on `count` comparisons of a base with models of these rates, and their keys."""
    with trial_log() as log:
        log.dataset("test", of.n, labels=of.labels, codes=of.codes)
        names = [_log_models(log, rng, of, rates, f"{trial} ") for trial in range(count)]
        with log.served() as routes:
            for base, *models in names:
                yield routes.behaviors(query, base, models), [key_of(each) for each in models]


def _log_models(
    log: TrialLog, rng: Rng, of: Population, rates: Sequence[Rates], name: str
) -> list[str]:
    base, *models = drawn(rng, of, rates)
    ids = [f"{name}base", *(f"{name}model {at}" for at in range(len(models)))]
    log.answers(ids[0], "test", base)
    for model_id, predicted in zip(ids[1:], models, strict=True):
        log.answers(model_id, "test", predicted, **quantized(ids[0]))
    return ids


def null(name: str, size: Size, models: int = 1) -> list[Line]:
    """False claims of a design without harm."""
    design, population_of, n = NULLS[name]
    rng = np.random.default_rng([size.seed, *map(ord, name)])
    tally, churn = Tally(), ""
    for count in _split(size.count(1000, 20 if models == 1 else 8)):
        of = population_of(rng, n)
        rates = design(of)
        churn = rates.churn()
        for answer, keys in compared(rng, of, [rates] * models, count):
            tally.add(answer, keys)
    of_all = "" if models == 1 else f", {models} models"
    return tally.lines(f"{name}{of_all}", churn, models)


def random_null(lost: str, size: Size) -> list[Line]:
    """False claims where nobody chose the design."""
    rng = np.random.default_rng([size.seed, *map(ord, lost)])
    tally = Tally()
    for count in np.full(size.count(100, 2), 10):
        of, rates = populations.random_null(rng, lost)
        for answer, keys in compared(rng, of, [rates], count):
            tally.add(answer, keys)
    return tally.lines(f"random designs, all lose {lost}", "any")


def _split(count: int) -> list[int]:
    """So many trials over the draws of attributes."""
    draws = min(_DRAWS, max(2, count // 20))
    return [len(part) for part in np.array_split(np.arange(count), draws)]


@dataclass(frozen=True, slots=True)
class Planted:
    """So large a share more breaks in a slice, or a crossing, of just `inside` instances."""

    inside: int
    share: float
    churn: float
    needed: float
    models: int = 1
    crossed: bool = False

    def __str__(self) -> str:
        where = "crossing" if self.crossed else "slice"
        return f"{where} of {self.inside}, {100 * self.share:.0f} points"


POWERS: dict[str, Planted] = {
    "100-churn-1": Planted(100, 0.10, 0.01, 0.85),
    "100-churn-2": Planted(100, 0.10, 0.02, 0.75),
    "500-churn-1": Planted(500, 0.05, 0.01, 0.90),
    "500-churn-2": Planted(500, 0.05, 0.02, 0.90),
    "30-churn-1": Planted(30, 0.30, 0.01, 0.85),
    "30-churn-2": Planted(30, 0.30, 0.02, 0.85),
    "eight-models-churn-1": Planted(100, 0.10, 0.01, 0.70, models=8),
    "eight-models-churn-2": Planted(100, 0.10, 0.02, 0.70, models=8),
    "crossing-churn-1": Planted(500, 0.05, 0.01, 0.85, crossed=True),
    "crossing-churn-2": Planted(500, 0.05, 0.02, 0.85, crossed=True),
}


def power(name: str, size: Size) -> list[Line]:
    """How often planted harm is named, and what is named beside it."""
    of_case = POWERS[name]
    rng = np.random.default_rng([size.seed, *map(ord, name)])
    tally, found, beside = Tally(), 0, 0
    for count in _split(size.count(400, 20) if of_case.models == 1 else size.count(200, 8)):
        of = (crossing if of_case.crossed else planted)(rng, _N, of_case.inside)
        before = even(_N, of_case.churn)
        parts = ["first", "second"] if of_case.crossed else ["first"]
        inside = np.all([of.codes[part] == 0 for part in parts], axis=0)
        rates = [before.more(inside, of_case.share), *[before] * (of_case.models - 1)]
        for answer, keys in compared(rng, of, rates, count):
            tally.add(answer, keys)
            rows = said.harmed(answer, "pairs" if of_case.crossed else "slices")
            named = [row["model"] == keys[0] and is_planted(row) for row in rows]
            found += any(named)
            beside += not all(named)
    note = f"{beside} named another" if beside else ""
    limit, models = at_least(of_case.needed), of_case.models
    churn = f"{100 * of_case.churn:.0f} %"
    return [Line(str(of_case), found, tally.of, limit, churn, tally.size(), models, 1, note)]


def is_planted(row: Any) -> bool:
    """Whether a slice, or a pair of slices, is where harm was planted."""
    by = row["by"] if isinstance(row["by"], list) else [row["by"]]
    levels = row.get("levels", [row.get("level")])
    return by in (["attribute/first"], ["attribute/first", "attribute/second"]) and not any(levels)


def hidden_by_others(size: Size) -> list[Line]:
    """16 models: two break one class seven times as often, the others 20 of 40 slices wholly."""
    rng = np.random.default_rng([size.seed, 16])
    found = 0
    count = size.count(20, 2)
    for _ in range(count):
        of = population(rng, 8000, (4, 40))
        labels = np.where(rng.random(of.n) < 150 / of.n, 0, rng.integers(1, 10, of.n))
        of = Population(labels, {"first": rng.integers(0, 40, of.n)})
        right, mends = np.full(of.n, 0.95), np.full(of.n, 0.1)
        broken = Rates(right, np.where(of.codes["first"] % 2, 0.95, 0.05), mends)
        class_broken = Rates(right, np.where(of.labels == 0, 0.21, 0.03), mends)
        for answer, keys in compared(rng, of, [class_broken] * 2 + [broken] * 14, 1):
            for key in keys[:2]:
                rows = said.harmed(answer, "slices", key)
                found += any(row["by"] == "label" and row["level"] == 0 for row in rows)
    what = "16 models, ×7 in one class of two of them"
    return [Line(what, found, 2 * count, ALL, slices="50", models=16)]


def too_few(size: Size) -> list[Line]:
    """A slice of 100 breaks twice as often as the rest: named, or what could have been seen."""
    rng = np.random.default_rng([size.seed, 100])
    honest = named = of_all = 0
    for count in _split(size.count(100, 20)):
        of = planted(rng, _N, 100)
        before = even(_N, 0.01).more(np.ones(_N, bool), 0.05)
        rates = before.more(of.codes["first"] == 0, 0.05)
        for answer, keys in compared(rng, of, [rates], count):
            harmed = any(is_planted(row) for row in said.harmed(answer, "slices"))
            seen = said.could_see(answer, keys[0], 100)
            named += harmed
            honest += harmed or (seen is not None and seen > 0.05)
            of_all += 1
    what = "slice of 100 breaks 10 %, the rest 5 %: named, or what could have been seen is said"
    return [Line(what, honest, of_all, ALL, "6 %", "42", note=f"named {named}")]


def could_see(size: Size) -> list[Line]:
    """Harm as large as is said that it would have been seen is seen."""
    rng = np.random.default_rng([size.seed, 101])
    lines = []
    for churn in (0.01, 0.04, 0.10):
        found = of_all = 0
        shares: list[float] = []
        for count in _split(size.count(200, 10)):
            of = planted(rng, _N, 100)
            before, inside = even(_N, churn), of.codes["first"] == 0
            (answer, keys), *_ = compared(rng, of, [before], 1)
            share = said.could_see(answer, keys[0], 100)
            of_all += count
            if share is not None:
                shares.append(share)
                trials = compared(rng, of, [before.more(inside, share)], count)
                found += sum(any(map(is_planted, said.harmed(a, "slices"))) for a, _ in trials)
        note = f"said: {100 * np.mean(shares):.0f} % in 100" if shares else "nothing is said"
        what = "harm of the size that could have been seen"
        lines.append(
            Line(what, found, of_all, at_least(0.8), f"{100 * churn:.0f} %", "42", note=note)
        )
    return lines


def loaders(size: Size) -> list[Line]:
    """Both of TensorBoard's loaders give the same answers."""
    rng = np.random.default_rng([size.seed, 2])
    of = population(rng, 2000)
    same, count = 0, size.count(10, 3)
    with trial_log() as log:
        log.dataset("test", of.n, labels=of.labels, codes=of.codes)
        rates = [NULLS["hard-slices"][0](of)]
        names = [_log_models(log, rng, of, rates, f"{trial} ") for trial in range(count)]
        with log.served("python") as one, log.served("fast") as other:

            def asked(routes: Routes, ids: list[str]) -> Any:
                return routes.behaviors("harmed", ids[0], ids[1:])

            same = sum(asked(one, ids) == asked(other, ids) for ids in names)
    return [Line("both loaders answer alike", same, count, ALL, slices="42")]


Run = Callable[[Size], list[Line]]
CASES: dict[str, Run] = {
    **{f"harm-null/{name}": partial(null, name) for name in NULLS},
    **{f"harm-null/random-{lost}": partial(random_null, lost) for lost in populations.LOSSES},
    "harm-null/eight-models": partial(null, "hard-slices", models=8),
    **{f"harm-power/{name}": partial(power, name) for name in POWERS},
    "harm/hidden-by-others": hidden_by_others,
    "harm/too-few": too_few,
    "harm/could-see": could_see,
    "harm/loaders": loaders,
}
