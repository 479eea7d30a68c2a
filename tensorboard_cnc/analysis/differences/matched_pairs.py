"""What one variable does, all else equal: models that are the same but for it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tensorboard_cnc.analysis.differences.sign_flip import sign_flip
from tensorboard_cnc.analysis.differences.variables import Variable
from tensorboard_cnc.analysis.false_discovery import benjamini_hochberg

# Beyond these many variables nothing is "the same but for" one of a readable list.
_MOST_VARIABLES = 40
_MOST_MODELS = 200
_MOST_CONTRASTS = 200

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Effect:
    """Change of one metric over matched pairs: mean, spread, range, and how many went which way.

    p, its q among all contrasts of the metric, and the 95 % interval need six pairs or more.
    """

    pairs: int
    mean: float
    spread: float | None
    least: float
    most: float
    rose: int
    fell: int
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None


class Change(NamedTuple):
    """What one pair changed; where a side has several forms of the step, their range as well."""

    mean: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class MatchedPairs:
    """All pairs that differ in `variable` alone, from level `before` to level `after`."""

    variable: str
    before: int
    after: int
    pairs: int
    models: tuple[int, ...]
    effects: Mapping[str, Effect]


def matched_pairs(variables: Sequence[Variable], values: Sequence[Values]) -> list[MatchedPairs]:
    """The contrasts of every variable; `values` holds each model's metrics.

    Numbers are paired with the next larger one that the same other levels have; everything else
    with "without" or, where nothing is absent, with the most frequent level.
    """
    found: list[MatchedPairs] = []
    variables = variables[:_MOST_VARIABLES]
    codes = _codes(variables)
    totals = [sum(shares) for shares in zip(*codes.values(), strict=True)]
    for variable in variables:
        nested = [codes[v.id] for v in variables if v.nested_in == variable.id]
        forms = [sum(shares) for shares in zip(*nested, strict=True)] if nested else None
        contrasts: dict[tuple[int, int], list[tuple[list[int], list[int]]]] = defaultdict(list)
        for cell in _cells(variable, variables, codes, totals):
            for before, after in _contrasts(variable, cell):
                contrasts[before, after].append((cell[before], cell[after]))
        for (before, after), pairs in sorted(contrasts.items()):
            if len(found) < _MOST_CONTRASTS:
                found.append(_measured(variable.id, before, after, pairs, values, forms))
    return _with_q(found)


def _codes(variables: Sequence[Variable]) -> dict[str, list[int]]:
    """By variable id, each model's share in the one number that stands for all its levels."""
    codes: dict[str, list[int]] = {}
    place = 1
    for variable in variables:
        codes[variable.id] = [level * place for level in variable.of]
        place *= len(variable.levels)
    return codes


def _cells(
    variable: Variable,
    variables: Sequence[Variable],
    codes: Mapping[str, list[int]],
    totals: Sequence[int],
) -> Iterator[dict[int, list[int]]]:
    """Models of equal levels in all other variables, by their level in this one."""
    free = [codes[v.id] for v in variables if variable.id in (v.id, v.nested_in)]
    alike: dict[int, list[int]] = defaultdict(list)
    for model, (total, *own) in enumerate(zip(totals, *free, strict=True)):
        alike[total - sum(own)].append(model)
    for models in alike.values():
        if len(models) > 1:
            cell: dict[int, list[int]] = defaultdict(list)
            for model in models:
                cell[variable.of[model]].append(model)
            if len(cell) > 1:
                yield cell


def _contrasts(variable: Variable, cell: Mapping[int, object]) -> Iterator[tuple[int, int]]:
    present = sorted(cell)
    absent = [level for level in present if variable.levels[level].absent]
    given = [level for level in present if not variable.levels[level].absent]
    if variable.numeric:
        yield from pairwise(given)
        yield from ((absent[0], level) for level in given if absent)
        return
    reference = absent[0] if absent else _usual(variable, present)
    yield from ((reference, level) for level in present if level != reference)


def _usual(variable: Variable, present: Sequence[int]) -> int:
    frequency = Counter(variable.of)
    return max(present, key=lambda level: (frequency[level], -level))


def _measured(
    variable: str,
    before: int,
    after: int,
    pairs: Sequence[tuple[list[int], list[int]]],
    values: Sequence[Values],
    forms: Sequence[int] | None,
) -> MatchedPairs:
    models = tuple(sorted(model for pair in pairs for side in pair for model in side))
    names = dict.fromkeys(name for model in models for name in values[model])
    effects: dict[str, Effect] = {}
    for name in names:
        changes = []
        for one, other in pairs:
            start, end = _means(one, name, values, forms), _means(other, name, values, forms)
            if start and end:
                mean = math.fsum(end) / len(end) - math.fsum(start) / len(start)
                changes.append(Change(mean, min(end) - max(start), max(end) - min(start)))
        if changes:
            effects[name] = effect_of(changes)
    return MatchedPairs(variable, before, after, len(pairs), models[:_MOST_MODELS], effects)


def effect_of(changes: Sequence[Change]) -> Effect:
    """What one or more pairs changed; a pair rose where all its forms did."""
    n = len(changes)
    mean = math.fsum(change.mean for change in changes) / n
    found = Effect(
        n,
        mean,
        math.sqrt(math.fsum((c.mean - mean) ** 2 for c in changes) / (n - 1)) if n > 1 else None,
        min(change.least for change in changes),
        max(change.most for change in changes),
        sum(change.least > 0 for change in changes),
        sum(change.most < 0 for change in changes),
    )
    tested = sign_flip(np.array([change.mean for change in changes]))
    return replace(found, p=tested.p, low=tested.low, high=tested.high) if tested else found


def _means(
    models: Sequence[int], name: str, values: Sequence[Values], forms: Sequence[int] | None
) -> list[float]:
    """The mean of the models, or of those of each form of the step; [] where none has one."""
    if forms is None or len(models) == 1:
        found = [values[model][name] for model in models if name in values[model]]
        return [math.fsum(found) / len(found)] if found else []
    by_form: dict[int, list[int]] = defaultdict(list)
    for model in models:
        by_form[forms[model]].append(model)
    return [mean for alike in by_form.values() for mean in _means(alike, name, values, None)]


def _with_q(contrasts: Sequence[MatchedPairs]) -> list[MatchedPairs]:
    """Corrected for how many contrasts of a metric are looked at (Benjamini & Hochberg 1995)."""
    tested: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for place, contrast in enumerate(contrasts):
        for name, effect in contrast.effects.items():
            if effect.p is not None:
                tested[name].append((effect.p, place))
    q: dict[tuple[int, str], float] = {}
    for name, ps in tested.items():
        corrected = benjamini_hochberg(np.array([p for p, _ in ps])).tolist()
        q |= {(place, name): one for (_, place), one in zip(ps, corrected, strict=True)}
    return [
        replace(
            contrast,
            effects={
                name: replace(effect, q=q.get((place, name)))
                for name, effect in contrast.effects.items()
            },
        )
        for place, contrast in enumerate(contrasts)
    ]
