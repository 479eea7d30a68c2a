"""What one variable does, all else equal: models that are the same but for it."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tensorboard_cnc.analysis.differences.student_t import t_975
from tensorboard_cnc.analysis.differences.variables import Variable

# Beyond these many variables nothing is "the same but for" one of a readable list.
_MOST_VARIABLES = 40
_MOST_MODELS = 200
_MOST_CONTRASTS = 200

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Effect:
    """Mean change of one metric over matched pairs, its spread and 95 % interval."""

    pairs: int
    mean: float
    spread: float | None
    low: float | None
    high: float | None


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
        contrasts: dict[tuple[int, int], list[tuple[list[int], list[int]]]] = defaultdict(list)
        for cell in _cells(variable, variables, codes, totals):
            for before, after in _contrasts(variable, cell):
                contrasts[before, after].append((cell[before], cell[after]))
        for (before, after), pairs in sorted(contrasts.items()):
            if len(found) < _MOST_CONTRASTS:
                found.append(_measured(variable.id, before, after, pairs, values))
    return found


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
) -> MatchedPairs:
    models = tuple(sorted(model for pair in pairs for side in pair for model in side))
    names = dict.fromkeys(name for model in models for name in values[model])
    effects: dict[str, Effect] = {}
    for name in names:
        changes = []
        for one, other in pairs:
            start, end = _mean(one, name, values), _mean(other, name, values)
            if start is not None and end is not None:
                changes.append(end - start)
        if changes:
            effects[name] = effect_of(changes)
    return MatchedPairs(variable, before, after, len(pairs), models[:_MOST_MODELS], effects)


def effect_of(changes: Sequence[float]) -> Effect:
    """Mean, standard deviation and Student's t interval of one or more changes."""
    n = len(changes)
    mean = math.fsum(changes) / n
    if n == 1:
        return Effect(n, mean, None, None, None)
    spread = statistics.stdev(changes)
    margin = t_975(n - 1) * spread / math.sqrt(n)
    return Effect(n, mean, spread, mean - margin, mean + margin)


def _mean(models: Sequence[int], name: str, values: Sequence[Values]) -> float | None:
    found = [values[model][name] for model in models if name in values[model]]
    return math.fsum(found) / len(found) if found else None
