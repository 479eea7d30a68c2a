"""The level "harmed": slices that a model harms more than the rest, and what all of them say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.harm.flips import Flips
from tensorboard_cnc.analysis.behaviors.harm.pairs import HarmedPair, PairHarm, harmed_pairs
from tensorboard_cnc.analysis.behaviors.harm.slices import SliceHarm, harmed_slices
from tensorboard_cnc.analysis.behaviors.harm.units import sampled
from tensorboard_cnc.analysis.behaviors.slices import SMALL
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.harm_subjects import subjects_of, units_of
from tensorboard_cnc.plugin.behaviors.model_harm import model_harm, unknown_harm
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.responses import number, significant

# Of each model; nobody reads more.
_MOST = 100


def harmed_json(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.HarmedSlices:
    """Searches the question's dimensions; without any the labels and every attribute.

    Slices by what a model answered are counted, but not tested: what is chosen by an outcome
    changes by chance alone.

    Raises:
      BadRequestError: 404, there is no such dimension.
    """
    comparison = comparisons.selection
    dimensions = [comparison.dimension(id) for id in question.by] or [
        each for each in comparison.dimensions if _by_the_data(each)
    ]
    found: wire.HarmedSlices = {
        "dataset": comparison.dataset,
        "slices": [],
        "tests": 0,
        "pairs": [],
        "pair_tests": 0,
        "models": [],
        "reason": _why_not(comparison, dimensions),
    }
    base = comparison.base
    if found["reason"] is not None or base is None or base.correct is None:
        return found
    tested = [_by_the_data(each) for each in dimensions]
    searched = [each for each in dimensions if _by_the_data(each)]
    subjects = subjects_of(comparisons, comparison)
    groups, units = comparison.truth.groups, units_of(comparison)
    slices = harmed_slices(dimensions, base.correct, subjects, tested, units)
    pairs = harmed_pairs(searched, base.correct, subjects, units)
    found["tests"] = sum(int(np.count_nonzero(each.tested)) for each in slices.values())
    found["pair_tests"] = sum(each.tested for each in pairs.values())
    for key, harm in slices.items():
        found["slices"] += _slices_json(key, harm, dimensions)
    for key, own in pairs.items():
        found["pairs"] += [_pair_json(key, each, own, searched) for each in own.pairs[:_MOST]]
    for key in comparison.logged[1:]:
        if key not in subjects:
            found["models"].append(unknown_harm(key))
            continue
        correct = subjects[key].correct
        drawn = None if groups is None else sampled(groups, base.correct, correct)
        found["models"].append(
            model_harm(key, subjects[key], slices[key], pairs.get(key), found["tests"], drawn)
        )
    return found


def _by_the_data(dimension: Dimension) -> bool:
    """Whether its slices are of what the data set says, and not of what a model answered."""
    return dimension.id.startswith(("label", "attribute/"))


def _why_not(comparison: Comparison, dimensions: Sequence[Dimension]) -> str | None:
    base = comparison.base
    if base is None:
        return "The base has no predictions on this data set."
    if not dimensions:
        return "There is nothing to slice by: log labels= or attributes= with the data set."
    others = [comparison.evaluations[key] for key in comparison.logged[1:]]
    if not others:
        return "No other model with predictions on this data set is selected."
    if base.correct is None or all(each.correct is None for each in others):
        return "It is not known which predictions are right: log labels= with the data set."
    return None


def _slices_json(
    key: str, harm: SliceHarm, dimensions: Sequence[Dimension]
) -> list[wire.HarmedSlice]:
    """Slices that are harmed, or of which a larger share broke than on average."""
    inside, total = harm.inside, harm.total
    if not total.broke[0]:
        return []
    lift = inside.broke / np.maximum(inside.n, 1) / (total.broke / total.n)
    shown = np.flatnonzero((lift > 1) | harm.harmed)
    order = np.lexsort((-lift[shown], harm.p[shown], ~harm.harmed[shown]))[:_MOST]
    rows: list[wire.HarmedSlice] = []
    for at in shown[order].tolist():
        dimension, level = dimensions[harm.dimension[at]], int(harm.level[at])
        row: wire.HarmedSlice = {
            "model": key,
            "by": dimension.id,
            "level": level,
            "name": dimension.name,
            "text": dimension.texts[level],
            **_counts(inside.at(np.array([at])), total),
            "lift": significant(float(lift[at])),
            "p": number(float(harm.p[at])),
            "q": number(float(harm.q[at])),
            "harmed": bool(harm.harmed[at]),
            "small": bool(inside.n[at] < SMALL),
            "groups": None if harm.groups is None else int(harm.groups[at]),
        }
        rows.append(row)
    return rows


def _pair_json(
    key: str, pair: HarmedPair, harm: PairHarm, dimensions: Sequence[Dimension]
) -> wire.HarmedPair:
    parts = [
        (dimensions[at], level) for at, level in zip(pair.dimensions, pair.levels, strict=True)
    ]
    average = harm.total.broke / harm.total.n
    return {
        "model": key,
        "by": [each.id for each, _ in parts],
        "levels": list(pair.levels),
        "names": [each.name for each, _ in parts],
        "texts": [each.texts[level] for each, level in parts],
        **_counts(pair.inside, harm.total),
        "lift": significant(float((pair.inside.broke / pair.inside.n / average)[0])),
        "part_lift": significant(float((pair.parts.broke / pair.parts.n / average).max())),
        "p": number(pair.p),
        "q": number(pair.q),
        "harmed": pair.harmed,
        "groups": pair.groups,
    }


class _Counts(TypedDict):
    n: int
    flips: int
    mended: int
    rest: wire.RestOfSlice
    change: float
    kept: float | None
    rest_kept: float | None


def _counts(inside: Flips, total: Flips) -> _Counts:
    """What is told of one slice and of the rest; arrays of one."""
    rest = total.without(inside)
    return {
        "n": int(inside.n[0]),
        "flips": int(inside.broke[0]),
        "mended": int(inside.mended[0]),
        "rest": {
            "n": int(rest.n[0]),
            "flips": int(rest.broke[0]),
            "mended": int(rest.mended[0]),
        },
        "change": significant(float(-inside.net_loss[0] / inside.n[0])),
        "kept": _kept(inside),
        "rest_kept": _kept(rest),
    }


def _kept(side: Flips) -> float | None:
    right = float(side.right[0])
    return significant((right - float(side.net_loss[0])) / right) if right else None
