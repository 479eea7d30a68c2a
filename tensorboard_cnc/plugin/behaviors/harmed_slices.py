"""The level "harmed": slices that a model harms more than the rest, and what all of them say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

import numpy as np

from tensorboard_cnc import wire
from tensorboard_cnc.analysis.behaviors.dimensions import Dimension
from tensorboard_cnc.analysis.behaviors.harm.flips import Flips, Sums
from tensorboard_cnc.analysis.behaviors.harm.pairs import HarmedPair, PairHarm, harmed_pairs
from tensorboard_cnc.analysis.behaviors.harm.slices import SliceHarm, harmed_slices
from tensorboard_cnc.analysis.behaviors.harm.units import sampled
from tensorboard_cnc.analysis.behaviors.measures import Measure
from tensorboard_cnc.analysis.behaviors.slices import SMALL
from tensorboard_cnc.plugin.behaviors.comparison import Comparison
from tensorboard_cnc.plugin.behaviors.evaluation_sets import Comparisons
from tensorboard_cnc.plugin.behaviors.harm_subjects import HarmSubjects, subjects_of
from tensorboard_cnc.plugin.behaviors.model_harm import model_harm, unknown_harm
from tensorboard_cnc.plugin.questions import BehaviorsQuestion
from tensorboard_cnc.plugin.responses import number, significant
from tensorboard_cnc.plugin.shared_work import checkpoint

# Of each model; nobody reads more.
_MOST = 100
_RIGHT = "correct"
_NOT_RIGHT = "It is not known which predictions are right: log labels= with the data set."


def harmed_json(question: BehaviorsQuestion, comparisons: Comparisons) -> wire.HarmedSlices:
    """Searches the question's dimensions; without any the labels and every attribute.

    By a measure that has a goal: the one asked for, else what is right, else the first there is.
    Slices by what a model answered are counted, but not tested: what is chosen by an outcome
    changes by chance alone.

    Raises:
      BadRequestError: 404, there is no such dimension, or no such measure.
    """
    comparison = comparisons.selection
    dimensions = [comparison.dimension(id) for id in dict.fromkeys(question.by)] or [
        each for each in comparison.dimensions if _by_the_data(each)
    ]
    measure = _measure(question, comparison)
    found: wire.HarmedSlices = {
        "dataset": comparison.dataset,
        "measure": _RIGHT if measure is None else measure.id,
        "slices": [],
        "tests": 0,
        "pairs": [],
        "pair_tests": 0,
        "models": [],
        "reason": _why_not(comparison, dimensions, measure),
    }
    if found["reason"] is None and measure is not None:
        subjects = subjects_of(comparisons, comparison, measure)
        if subjects is None or not subjects.models:
            found["reason"] = _unknown(measure)
        else:
            _search(found, comparison, dimensions, subjects, measure)
    return found


def _search(
    found: wire.HarmedSlices,
    comparison: Comparison,
    dimensions: Sequence[Dimension],
    subjects: HarmSubjects,
    measure: Measure,
) -> None:
    """Adds what is found in the slices and in their pairs."""
    base, models, rate = subjects.base, subjects.models, subjects.rate
    groups = comparison.truth.groups
    tested = [_by_the_data(each) for each in dimensions]
    searched = [each for each in dimensions if _by_the_data(each)]
    slices = harmed_slices(dimensions, base, models, tested, groups, rate=rate)
    checkpoint()
    pairs = harmed_pairs(searched, base, models, groups, rate=rate)
    found["tests"] = sum(int(np.count_nonzero(each.tested)) for each in slices.values())
    found["pair_tests"] = sum(each.tested for each in pairs.values())
    for key, harm in slices.items():
        found["slices"] += _slices_json(key, harm, dimensions, subjects)
    for key, own in pairs.items():
        found["pairs"] += [
            _pair_json(key, each, own, searched, subjects) for each in own.pairs[:_MOST]
        ]
    for key in comparison.logged[1:]:
        if key not in models:
            found["models"].append(unknown_harm(key, _unknown(measure)))
            continue
        drawn = None if groups is None else sampled(groups, base, models[key].values)
        found["models"].append(
            model_harm(key, models[key], slices[key], pairs.get(key), found["tests"], drawn, rate)
        )


def _measure(question: BehaviorsQuestion, comparison: Comparison) -> Measure | None:
    if question.measure is not None:
        return comparison.measure(question.measure)
    usable = [each for each in comparison.measures if each.goal and not each.pairwise]
    return next((each for each in usable if each.id == _RIGHT), next(iter(usable), None))


def _unknown(measure: Measure) -> str:
    return (
        _NOT_RIGHT
        if measure.id == _RIGHT
        else f"It has no {measure.label} here, or the base has none."
    )


def _by_the_data(dimension: Dimension) -> bool:
    """Whether its slices are of what the data set says, and not of what a model answered."""
    return dimension.id.startswith(("label", "attribute/"))


def _why_not(
    comparison: Comparison, dimensions: Sequence[Dimension], measure: Measure | None
) -> str | None:
    if comparison.base is None:
        return "The base has no predictions on this data set."
    if not dimensions:
        return "There is nothing to slice by: log labels= or attributes= with the data set."
    if not comparison.logged[1:]:
        return "No other model with predictions on this data set is selected."
    if measure is None:
        return _NOT_RIGHT
    if measure.pairwise:
        return f"“{measure.label}” is a comparison with the base itself: nothing changed from it."
    if measure.goal is None:
        return (
            f"Which way of {measure.label} is better is not known, so no change of it is harm: "
            "name scores after a quality or a cost, such as accuracy or loss."
        )
    return None


def _slices_json(
    key: str, harm: SliceHarm, dimensions: Sequence[Dimension], subjects: HarmSubjects
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
            **_counts(_Side(inside, harm.sums).at(at), _Side(total, harm.all_sums), subjects),
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
    key: str,
    pair: HarmedPair,
    harm: PairHarm,
    dimensions: Sequence[Dimension],
    subjects: HarmSubjects,
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
        **_counts(_Side(pair.inside, pair.sums), _Side(harm.total, harm.all_sums), subjects),
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


class _Side(NamedTuple):
    flips: Flips
    sums: Sums

    def at(self, place: int) -> _Side:
        there = np.array([place])
        return _Side(self.flips.at(there), self.sums.at(there))

    def change(self, sign: int) -> float:
        """The mean change of the measure; 0 of nothing."""
        return significant(sign * float(self.sums.gain[0]) / max(float(self.sums.n[0]), 1))


def _counts(inside: _Side, total: _Side, subjects: HarmSubjects) -> _Counts:
    """What is told of one slice and of the rest; arrays of one."""
    rest = _Side(total.flips.without(inside.flips), total.sums.without(inside.sums))
    sign = subjects.sign
    return {
        "n": int(inside.flips.n[0]),
        "flips": int(inside.flips.broke[0]),
        "mended": int(inside.flips.mended[0]),
        "rest": {
            "n": int(rest.flips.n[0]),
            "flips": int(rest.flips.broke[0]),
            "mended": int(rest.flips.mended[0]),
            "change": rest.change(sign),
        },
        "change": inside.change(sign),
        "kept": _kept(inside.flips) if subjects.rate else None,
        "rest_kept": _kept(rest.flips) if subjects.rate else None,
    }


def _kept(side: Flips) -> float | None:
    right = float(side.right[0])
    return significant((right - float(side.net_loss[0])) / right) if right else None
