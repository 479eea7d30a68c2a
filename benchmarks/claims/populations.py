"""Instances with attributes, and how often a model breaks and mends each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rng = np.random.Generator
CLASSES = 10
# Levels of the attributes beside the label's ten classes: 42 slices in all.
LEVELS = (4, 8, 20)


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """n instances: their labels, and the codes of their attributes by name."""

    labels: Ints
    codes: dict[str, Ints]

    @property
    def n(self) -> int:
        return len(self.labels)


def population(rng: Rng, n: int, levels: Sequence[int] = LEVELS) -> Population:
    """Independent attributes; levels are not equally frequent but in the first."""
    codes = {"first": rng.integers(0, levels[0], n)}
    for name, count in zip(("second", "third"), levels[1:], strict=False):
        codes[name] = _uneven(rng, n, count)
    return Population(_uneven(rng, n, CLASSES), codes)


def planted(rng: Rng, n: int, inside: int) -> Population:
    """One attribute has a level, 0, of just so many instances; others have about 750 each."""
    found = population(rng, n)
    code = rng.integers(1, 4, n)
    code[rng.permutation(n)[:inside]] = 0
    found.codes["first"] = code
    return found


def crossing(rng: Rng, n: int, inside: int) -> Population:
    """Level 0 of each of two attributes, of equal size; just `inside` instances are in both."""
    found = population(rng, n)
    part = round(float(np.sqrt(inside * n)))
    order = rng.permutation(n)
    for name, others in (
        ("first", order[inside:part]),
        ("second", order[part : 2 * part - inside]),
    ):
        code = rng.integers(1, 4, n)
        code[order[:inside]] = code[others] = 0
        found.codes[name] = code
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Of each instance (n,): the chance that the base is right, that this breaks, or is mended."""

    right: Floats
    breaks: Floats
    mends: Floats

    def churn(self) -> str:
        """The share that changes side, as a text."""
        broke, mended = self.right * self.breaks, (1 - self.right) * self.mends
        return f"{100 * float((broke + mended).mean()):.2g} %"

    def more(self, where: NDArray[np.bool_], share: float) -> Rates:
        """The same, but of the instances `where` so large a share more breaks."""
        extra = np.where(where, share / self.right, 0)
        return Rates(self.right, np.minimum(self.breaks + extra, 1), self.mends)


def even(n: int, churn: float, right: float = 0.9) -> Rates:
    """As much is mended as breaks, everywhere alike."""
    each = np.full(n, churn / 2)
    return Rates(np.full(n, right), each / right, each / (1 - right))


def redrawn(right: Floats) -> Rates:
    """Base and model are right independently of each other: what is hard changes most."""
    return Rates(right, 1 - right, right)


Design = Callable[[Population], Rates]


def _hard_slices(of: Population) -> Rates:
    return redrawn(np.array([0.99, 0.97, 0.95, 0.75])[of.codes["first"]])


def _hard_classes(of: Population) -> Rates:
    return redrawn(np.linspace(0.995, 0.88, CLASSES)[of.labels])


def _hard_crossings(of: Population) -> Rates:
    hard = (of.codes["first"] == 0) & (of.codes["second"] < 3)
    return redrawn(np.where(hard, 0.7, 0.98))


def _tenth_breaks(of: Population) -> Rates:
    right = np.linspace(0.5, 0.99, CLASSES)[of.labels]
    return Rates(right, np.full(of.n, 0.1), np.zeros(of.n))


def _tenth_breaks_some_mend(of: Population) -> Rates:
    right = np.linspace(0.5, 0.99, CLASSES)[of.labels]
    return Rates(right, np.full(of.n, 0.1), np.full(of.n, 0.1 / 9))


def _five_less(of: Population) -> Rates:
    return Rates(np.full(of.n, 0.9), np.full(of.n, 0.06 / 0.9), np.full(of.n, 0.1))


def _five_less_hard(of: Population) -> Rates:
    right = np.array([0.99, 0.97, 0.95, 0.75])[of.codes["first"]]
    mends = 0.2 * right
    return Rates(right, (mends * (1 - right) + 0.05) / right, mends)


def _small_hard(of: Population) -> Rates:
    hard = of.codes["third"] < 10
    right, breaks = np.where(hard, 0.6, 0.99), np.where(hard, 0.35, 0.005)
    return Rates(right, breaks, breaks * right / (1 - right))


def _small_hard_five_less(of: Population) -> Rates:
    return _small_hard(of).more(np.ones(of.n, bool), 0.05)


def _rest_improves(of: Population) -> Rates:
    same = of.codes["third"] < 10
    mends = np.where(same, 0.02, 0.07) / 0.15
    return Rates(np.full(of.n, 0.85), np.full(of.n, 0.02 / 0.85), mends)


def _all_improve(of: Population) -> Rates:
    return Rates(np.full(of.n, 0.9), np.full(of.n, 0.01 / 0.9), np.full(of.n, 0.6))


def with_small_slices(rng: Rng, n: int) -> Population:
    """Ten slices of about 40 instances, and ten large ones."""
    found = population(rng, n)
    weights = np.repeat([40 / n, (1 - 400 / n) / 10], 10)
    found.codes["third"] = rng.choice(20, n, p=weights)
    return found


# In none of these does a slice lose more points than the rest, and keep a smaller share as well.
NULLS: dict[str, tuple[Design, Callable[[Rng, int], Population], int]] = {
    "equal": (lambda of: even(of.n, 0.04), population, 2000),
    "hard-slices": (_hard_slices, population, 2000),
    "hard-slices-500": (_hard_slices, population, 500),
    "hard-classes": (_hard_classes, population, 5000),
    "hard-crossings": (_hard_crossings, population, 3000),
    "tenth-breaks": (_tenth_breaks, population, 2000),
    "tenth-breaks-5000": (_tenth_breaks, population, 5000),
    "tenth-breaks-some-mend": (_tenth_breaks_some_mend, population, 2000),
    "five-less": (_five_less, population, 2000),
    "five-less-hard": (_five_less_hard, population, 2000),
    "small-hard": (_small_hard, with_small_slices, 2000),
    "small-hard-five-less": (_small_hard_five_less, with_small_slices, 2000),
    "rest-improves": (_rest_improves, population, 2000),
    "all-improve": (_all_improve, population, 2000),
}


LOSSES = ("nothing", "points", "share")


def random_null(rng: Rng, lost: str) -> tuple[Population, Rates]:
    """Any sizes, accuracies and churn; all slices lose nothing, as many points, or as a share."""
    of = population(rng, int(rng.integers(500, 5000)), rng.integers(2, 30, 3).tolist())
    hard = of.codes[rng.choice(list(of.codes))]
    right = rng.uniform(0.5, 0.99, hard.max() + 1)[hard]
    mends = rng.uniform(0, rng.uniform(0, 0.8), hard.max() + 1)[hard]
    less = dict(zip(LOSSES, (0.0, 0.1, 0.1 * right), strict=True))[lost] * rng.uniform(0.1, 1)
    return of, Rates(right, np.minimum((mends * (1 - right) + less) / right, 1), mends)


def drawn(rng: Rng, of: Population, rates: Sequence[Rates]) -> list[Ints]:
    """Answers (n,) of a base, and of a model for each of `rates`, which share the base's."""
    right = rng.random(of.n) < rates[0].right
    found = [right]
    for each in rates:
        chance = rng.random(of.n)
        found.append(np.where(right, chance >= each.breaks, chance < each.mends))
    return [answers(of.labels, each) for each in found]


def answers(labels: Ints, right: NDArray[np.bool_]) -> Ints:
    """The label, or where that is not `right` the next class."""
    return np.where(right, labels, (labels + 1) % CLASSES)


def _uneven(rng: Rng, n: int, levels: int) -> Ints:
    return rng.choice(levels, n, p=rng.dirichlet(np.full(levels, 5.0)))
